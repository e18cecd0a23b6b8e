//! What all that judges a packet is given.

use super::codes::Tally;

/// Where findings go, and how many packets are known to be lost by now.
pub(super) struct Scene<'a> {
    pub(super) tally: &'a mut Tally,
    pub(super) losses: u64,
}

/// How the payload of a long packet came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Payload {
    Good,
    Wrong,
    Cut,
}
