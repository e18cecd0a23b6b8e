//! The automaton of one virtual channel.
