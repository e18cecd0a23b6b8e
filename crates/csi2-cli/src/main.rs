//! The `csi2` command.

use clap::{CommandFactory as _, Parser as _};
use std::process::ExitCode;

mod args;
mod command;
mod console;
mod failure;
mod image;
mod input;
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
mod session;
mod sink;
mod transmit;

fn main() -> ExitCode {
    quiet_readers();
    let cli = args::Cli::parse();
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
