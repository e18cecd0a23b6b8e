//! The `csi2` command.

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};
use std::process::ExitCode;

mod args;
mod command;
mod console;
mod dol_values;
mod failure;
mod image;
mod input;
mod interrupt;
mod keep;
mod layouts;
mod number;
mod output;
mod picture;
mod picture_args;
mod read_args;
mod record;
mod render;
mod report;
mod sensor_arg;
mod session;
mod sink;
mod transmit;
mod workers;

fn main() -> ExitCode {
    quiet_readers();
    let cli = args::Cli::try_parse().unwrap_or_else(|error| named(error).exit());
    let console = console::Console::new(&cli.console);
    match command::run(cli.command, args::Cli::command, &console) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(message) = failure.message() {
                console.error(&message);
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Which argument is no UTF-8, where that is what is wrong.
fn named(error: clap::Error) -> clap::Error {
    let wrong = || std::env::args_os().find(|argument| argument.to_str().is_none());
    match error.kind() {
        ErrorKind::InvalidUtf8 => match wrong() {
            Some(argument) => args::Cli::command().error(
                ErrorKind::InvalidUtf8,
                format!("{}: not UTF-8, which arguments have to be", argument.display()),
            ),
            None => error,
        },
        _ => error,
    }
}

/// A library that reads a damaged file on a thread of its own may panic there. The reader then says what is wrong; a
/// backtrace would say nothing more.
fn quiet_readers() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() != Some(csi2_capture::READER_THREAD) {
            usual(panic);
        }
    }));
}
