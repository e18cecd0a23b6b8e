//! One module a command: its options, and what it does.

use crate::console::Console;
use crate::failure::Failure;
use clap::Subcommand;

#[cfg(feature = "bench")]
mod bench;
mod check;
mod convert;
mod decode;
mod encode;
mod formats;
mod info;
mod inject;
mod judge;
mod list;
mod memory;
mod meta;
mod out;
mod sensors;
mod simulate;

/// The commands, in the order of the help.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Info(info::InfoArgs),
    List(list::ListArgs),
    Check(check::CheckArgs),
    Decode(decode::DecodeArgs),
    Encode(encode::EncodeArgs),
    Simulate(Box<simulate::SimulateArgs>),
    Inject(Box<inject::InjectArgs>),
    Convert(convert::ConvertArgs),
    Unpack(memory::UnpackArgs),
    Pack(memory::PackArgs),
    #[cfg(feature = "bench")]
    Bench(bench::BenchArgs),
    Formats(formats::FormatsArgs),
    Sensors(sensors::SensorsArgs),
    Completions(meta::CompletionsArgs),
    Man(meta::ManArgs),
}

/// Runs a command. `definition` makes the whole command line that it is part of.
pub(crate) fn run(command: Command, definition: fn() -> clap::Command, console: &Console) -> Result<(), Failure> {
    match command {
        Command::Info(args) => info::run(&args, console),
        Command::List(args) => list::run(&args, console),
        Command::Check(args) => check::run(&args, console),
        Command::Decode(args) => decode::run(&args, console),
        Command::Encode(args) => encode::run(&args, console),
        Command::Simulate(args) => simulate::run(&args, console),
        Command::Inject(args) => inject::run(&args, console),
        Command::Convert(args) => convert::run(&args, console),
        Command::Unpack(args) => memory::unpack(&args, console),
        Command::Pack(args) => memory::pack(&args, console),
        #[cfg(feature = "bench")]
        Command::Bench(args) => bench::run(&args, console),
        Command::Formats(args) => formats::run(&args),
        Command::Sensors(args) => sensors::run(&args),
        Command::Completions(args) => meta::completions(&args, definition()),
        Command::Man(args) => meta::man(&args, definition()),
    }
}
