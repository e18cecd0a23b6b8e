//! One module a command: its options, and what it does.

use crate::args::Command;
use crate::console::Console;
use crate::failure::Failure;

pub(crate) mod check;
pub(crate) mod convert;
pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod formats;
pub(crate) mod info;
mod judge;
pub(crate) mod list;
pub(crate) mod memory;
pub(crate) mod meta;

/// Runs the command of the command line.
pub(crate) fn run(command: Command, console: &Console) -> Result<(), Failure> {
    match command {
        Command::Info(args) => info::run(&args, console),
        Command::List(args) => list::run(&args, console),
        Command::Check(args) => check::run(&args, console),
        Command::Decode(args) => decode::run(&args, console),
        Command::Encode(args) => encode::run(&args, console),
        Command::Convert(args) => convert::run(&args, console),
        Command::Unpack(args) => memory::unpack(&args, console),
        Command::Pack(args) => memory::pack(&args, console),
        Command::Formats(args) => formats::run(&args),
        Command::Completions(args) => meta::completions(&args),
        Command::Man(args) => meta::man(&args),
    }
}
