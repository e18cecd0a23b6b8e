//! `csi2.h` is what the sources say, has every named data type, and compiles as C99 and C++11.
//! `CSI2_BLESS=1` writes it anew.

#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use csi2_packet::{Class, DataType};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn committed() -> String {
    std::fs::read_to_string(file("csi2.h")).expect("csi2.h is there")
}

#[test]
fn it_is_what_the_sources_say() {
    let config = cbindgen::Config::from_file(file("cbindgen.toml")).expect("cbindgen.toml");
    let sources = [
        "codes",
        "checksum",
        "header",
        "packet",
        "depacketizer",
        "lanes",
        "line",
        "about",
    ];
    let listed = std::fs::read_dir(file("src")).expect("src").count();
    assert_eq!(
        listed,
        sources.len() + ["lib", "panic", "raw", "tests"].len(),
        "a source that is not listed here"
    );
    let builder = sources
        .iter()
        .fold(cbindgen::Builder::new().with_config(config), |builder, name| {
            builder.with_src(file(&format!("src/{name}.rs")))
        });
    let mut text = Vec::new();
    builder.generate().expect("the sources are read").write(&mut text);
    let text = String::from_utf8(text).expect("text");
    if std::env::var_os("CSI2_BLESS").is_some() {
        std::fs::write(file("csi2.h"), text).expect("writable");
    } else {
        assert!(
            committed() == text,
            "csi2.h is old: CSI2_BLESS=1 cargo test -p csi2-ffi --test header"
        );
    }
}

#[test]
fn it_names_the_data_types_that_have_names() {
    let text = committed();
    let defined: BTreeMap<&str, u8> = text
        .lines()
        .filter_map(|line| line.strip_prefix("#define CSI2_DT_")?.split_once(' '))
        .map(|(name, value)| (name, value.parse().expect("a number")))
        .collect();
    // Of the numbered kinds, C names the first.
    let numbered = |of: DataType| {
        matches!(of.class(), Class::GenericShort | Class::GenericLong | Class::User)
            && of.name().ends_with(|last| ('2'..='8').contains(&last))
    };
    let named = DataType::all().filter(|of| of.is_assigned() && !numbered(*of));
    let expected: BTreeMap<&str, u8> = named.map(|of| (of.name(), of.code())).collect();
    assert_eq!(defined, expected);
}

#[test]
fn it_compiles_as_c_and_as_cpp() {
    for (compiler, standard, language) in [("cc", "c99", "c"), ("c++", "c++11", "c++")] {
        let mut command = Command::new(compiler);
        command
            .args(["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"])
            .args(["-x", language, &format!("-std={standard}")])
            .arg(file("csi2.h"));
        match command.status() {
            Ok(status) => assert!(status.success(), "{compiler}"),
            Err(error) if std::env::var_os("CSI2_REQUIRE_PEERS").is_some() => panic!("{compiler}: {error}"),
            Err(_) => {}
        }
    }
}
