//! Help, completions, manual pages.

use crate::support::Bench;

fn commands(bench: &Bench) -> Vec<String> {
    let help = bench.run(&["--help"]).ok();
    let list = help
        .split("Commands:\n")
        .nth(1)
        .expect("a list")
        .split("\n\n")
        .next()
        .expect("a list");
    let names = list
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.map(|line| line.split_whitespace().next().expect("a name").to_owned());
    names.filter(|name| name != "help").collect()
}

#[test]
fn every_help_ends_with_two_examples() {
    let bench = Bench::new();
    let mut helps = vec![Vec::new()];
    helps.extend(commands(&bench).into_iter().map(|name| vec![name]));
    assert_eq!(helps.len(), 16, "{helps:?}");
    for command in helps {
        for flag in ["--help", "-h"] {
            let mut words = command.clone();
            words.push(flag.into());
            let text = bench.run(&words).ok();
            let examples = text.rsplit("\nExamples:\n").next().expect("a text");
            assert_ne!(examples.len(), text.len(), "{words:?} has no examples");
            let lines: Vec<&str> = examples.trim_end().lines().collect();
            assert_eq!(lines.len(), 2, "{words:?}: {examples}");
            let start = format!("csi2 {}", command.join(" "));
            for line in lines {
                assert!(
                    line.starts_with("  ") && line.contains(start.trim_end()),
                    "{words:?}: {line}"
                );
            }
        }
    }
}

#[test]
fn the_commands_of_this_stage() {
    let expected = [
        "info",
        "list",
        "check",
        "decode",
        "encode",
        "simulate",
        "inject",
        "convert",
        "unpack",
        "pack",
        "bench",
        "formats",
        "sensors",
        "completions",
        "man",
    ];
    assert_eq!(commands(&Bench::new()), expected);
}

#[test]
fn completions_for_each_shell() {
    let bench = Bench::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let text = bench.run(&["completions", shell]).ok();
        assert!(text.contains("decode") && text.contains("csi2"), "{shell}");
    }
}

#[test]
fn a_page_for_each_command() {
    let bench = Bench::new();
    assert!(bench.run(&["man"]).ok().contains(".TH csi2 1"));
    bench.run(&["man", "-o", "man1"]).ok();
    assert!(bench.text("man1/csi2.1").contains("csi2\\-decode(1)"));
    for command in commands(&bench) {
        let page = bench.text(&format!("man1/csi2-{command}.1"));
        assert!(
            page.contains(&format!(".TH csi2-{command} 1")) && page.contains("Examples"),
            "{command}: {page}"
        );
    }
}

#[test]
fn version() {
    let text = Bench::new().run(&["--version"]).ok();
    assert_eq!(text, format!("csi2 {}\n", env!("CARGO_PKG_VERSION")));
}
