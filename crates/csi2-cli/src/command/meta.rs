//! `csi2 completions` and `csi2 man`: made from the definition of the command line.

use crate::failure::Failure;
use crate::output::{self, stdout, stdout_error};
use clap::{Args, Command};
use clap_complete::Shell;
use std::io::{self, Write as _};
use std::path::PathBuf;

/// Prints completions for a shell
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 completions bash > ~/.local/share/bash-completion/completions/csi2
  csi2 completions fish > ~/.config/fish/completions/csi2.fish")]
pub(crate) struct CompletionsArgs {
    /// For which shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(crate) fn completions(args: &CompletionsArgs, mut command: Command) -> Result<(), Failure> {
    // The generator panics where a write fails, so it gets memory.
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command, "csi2", &mut text);
    let mut out = stdout();
    out.write_all(&text).and_then(|()| out.flush()).map_err(stdout_error)
}

/// Prints the manual page, or writes one for every command
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 man | man -l -
  csi2 man -o ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Directory for csi2.1, csi2-decode.1 and so on; made when absent
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

pub(crate) fn man(args: &ManArgs, mut command: Command) -> Result<(), Failure> {
    command.build();
    let Some(directory) = &args.output else {
        let page = page("csi2", command).map_err(stdout_error)?;
        let mut out = stdout();
        return out.write_all(&page).and_then(|()| out.flush()).map_err(stdout_error);
    };
    std::fs::create_dir_all(directory).map_err(|error| Failure::io(&directory.display().to_string(), error))?;
    let commands: Vec<Command> = command.get_subcommands().cloned().collect();
    let pages = std::iter::once(("csi2".to_owned(), command)).chain(
        commands
            .into_iter()
            .filter(|command| command.get_name() != "help")
            .map(|command| (format!("csi2-{}", command.get_name()), command)),
    );
    for (name, command) in pages {
        let path = directory.join(format!("{name}.1"));
        let page = page(&name, command).map_err(|error| Failure::io(&path.display().to_string(), error))?;
        output::write_file(&path, |out| out.write_all(&page))?;
    }
    Ok(())
}

fn page(title: &str, command: Command) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command).title(title).render(&mut text)?;
    Ok(text)
}
