//! Programs that tests run: those of other people, which may be missing, and our own.

use std::path::Path;
use std::process::{Command, Stdio};

pub(crate) fn required() -> bool {
    std::env::var_os("CSI2_REQUIRE_PEERS").is_some_and(|value| value == "1")
}

/// Whether a tool is there; says so when it is not.
pub(crate) fn have(tool: &str) -> bool {
    let found = Command::new(tool)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    assert!(found || !required(), "{tool} is required and not installed");
    if !found {
        eprintln!("skipped: {tool} is not installed");
    }
    found
}

pub(crate) fn run(program: &str, arguments: &[&str], directory: &Path) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .output()
        .expect("the program starts");
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn csi2(arguments: &[&str], directory: &Path) -> String {
    run(env!("CARGO_BIN_EXE_csi2"), arguments, directory)
}
