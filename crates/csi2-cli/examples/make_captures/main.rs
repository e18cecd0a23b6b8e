//! Makes the golden captures: `cargo run --release -p csi2-cli --example make_captures -- captures`.
//!
//! One row of a table in [`cases`] is one directory. The same code gives the same bytes.

#![allow(clippy::print_stdout)]

mod cases;
mod colour;
mod ethernet;
mod hand;
mod logic;
mod stream;

use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let target = std::env::args().nth(1).ok_or("usage: make_captures DIRECTORY [CASE]")?;
    let only = std::env::args().nth(2);
    for case in cases::CASES
        .iter()
        .copied()
        .flatten()
        .filter(|case| only.as_deref().is_none_or(|name| name == case.name))
    {
        let directory = Path::new(&target).join(case.name);
        fs::create_dir_all(&directory)?;
        (case.make)(&directory.join(format!("capture.{}", case.extension)))?;
        if !case.options.is_empty() {
            fs::write(directory.join("options"), case.options.join("\n") + "\n")?;
        }
        fs::write(directory.join("SOURCE.md"), source(case))?;
        println!("{}", directory.display());
    }
    Ok(())
}

fn source(case: &cases::Case) -> String {
    format!(
        "# {}\n\n{}\n\nMade by `cargo run --release -p csi2-cli --example make_captures -- captures {}`; no device, no seed: the \
         picture is the synthetic scene of csi2-generator. Licence: as the project.\n",
        case.name, case.proves, case.name
    )
}
