//! Messages to people: standard error only.

use anstream::ColorChoice;
use clap::builder::styling::{AnsiColor, Style};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{IsTerminal as _, Write as _};

/// Colour of errors.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// Colour of warnings.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// Colour of what is well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Colour of headings.
pub(crate) const HEADING: Style = Style::new().bold();

/// Options of every command.
#[derive(Args, Debug)]
pub(crate) struct ConsoleArgs {
    /// No messages but errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// More messages
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    verbose: bool,
    /// Colours of messages and reports
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = false
    )]
    color: Color,
}

/// When to colour.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    /// On a terminal
    Auto,
    /// Also into files and pipes
    Always,
    /// Not at all
    Never,
}

/// Where messages go.
pub(crate) struct Console {
    quiet: bool,
    verbose: bool,
    bar: RefCell<Option<ProgressBar>>,
    /// Lines that wait: of each piece of work that goes on beside, those that come after what there is to say of it.
    held: RefCell<VecDeque<Vec<String>>>,
}

impl Console {
    pub(crate) fn new(args: &ConsoleArgs) -> Self {
        match args.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
        .write_global();
        Self {
            quiet: args.quiet,
            verbose: args.verbose,
            bar: RefCell::new(None),
            held: RefCell::default(),
        }
    }

    /// Work goes on beside: what is said from now on waits until [`Console::release`].
    pub(crate) fn hold(&self) {
        self.held.borrow_mut().push_back(Vec::new());
    }

    /// The first work that was held for is done: `body` says what there is to say of it, and what was said after it follows.
    /// Where it failed, that was never said.
    pub(crate) fn release<T, E>(&self, body: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let mut held = self.held.take();
        let said = held.pop_front();
        let result = body();
        if result.is_ok() {
            said.into_iter().flatten().for_each(|line| self.print(&line));
            self.held.replace(held);
        }
        result
    }

    /// Why the command fails. Shown also with `-q`.
    pub(crate) fn error(&self, message: &str) {
        self.print(&format!("{ERROR}error:{ERROR:#} {message}"));
    }

    /// Something the user should know.
    pub(crate) fn warning(&self, message: &str) {
        if !self.quiet {
            self.line(&format!("{WARNING}warning:{WARNING:#} {message}"));
        }
    }

    /// What was done.
    pub(crate) fn note(&self, message: &str) {
        if !self.quiet {
            self.line(message);
        }
    }

    /// Whether there was `-v`.
    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Details, with `-v`.
    pub(crate) fn detail(&self, message: impl FnOnce() -> String) {
        if self.verbose && !self.quiet {
            self.line(&message());
        }
    }

    fn line(&self, text: &str) {
        match self.held.borrow_mut().back_mut() {
            Some(held) => held.push(text.to_owned()),
            None => self.print(text),
        }
    }

    /// A standard error that is closed cannot be helped.
    fn print(&self, text: &str) {
        let print = || {
            let _ = writeln!(anstream::stderr().lock(), "{text}");
        };
        match &*self.bar.borrow() {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Shows a progress bar over `total` bytes until [`Console::progress_done`], on a terminal only.
    pub(crate) fn progress_start(&self, total: Option<u64>) {
        if self.quiet || !std::io::stderr().is_terminal() {
            return;
        }
        let (bar, template) = match total {
            Some(total) => (
                ProgressBar::new(total),
                "{bar:32} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
            ),
            None => (ProgressBar::new_spinner(), "{spinner} {bytes} {bytes_per_sec}"),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        *self.bar.borrow_mut() = Some(bar);
    }

    /// The same over so many steps.
    pub(crate) fn progress_steps(&self, total: u64) {
        self.progress_start(Some(total));
        if let (Some(bar), Ok(style)) = (
            &*self.bar.borrow(),
            ProgressStyle::with_template("{bar:32} {pos}/{len} {eta}"),
        ) {
            bar.set_style(style);
        }
    }

    /// Moves the bar.
    pub(crate) fn progress(&self, bytes: u64) {
        if let Some(bar) = &*self.bar.borrow() {
            bar.set_position(bytes);
        }
    }

    /// Removes the bar.
    pub(crate) fn progress_done(&self) {
        if let Some(bar) = self.bar.borrow_mut().take() {
            bar.finish_and_clear();
        }
    }
}
