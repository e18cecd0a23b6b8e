//! Captures that other projects' designs made. They keep their owners' licences and are not part of this project:
//! they are read from the directory that `CSI2_PEERS` names, else from `shared/peer-captures` beside the
//! checkout. Without them the test is skipped, unless `CSI2_REQUIRE_PEERS=1`.

use crate::support::{read_file, required};
use csi2_capture::ChannelMap;
use csi2_dphy::{Level, Timebase};
use std::path::{Path, PathBuf};

fn value_change_dumps() -> Vec<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/peer-captures");
    let directory = std::env::var_os("CSI2_PEERS").map_or_else(beside, PathBuf::from);
    let Ok(sets) = std::fs::read_dir(&directory) else {
        assert!(
            !required(),
            "peer captures are required and not in {}",
            directory.display()
        );
        eprintln!("skipped: no peer captures in {}", directory.display());
        return Vec::new();
    };
    let files = |set: PathBuf| std::fs::read_dir(set).into_iter().flatten();
    let mut dumps: Vec<PathBuf> = sets
        .flat_map(|set| files(set.unwrap().path()))
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "vcd"))
        .collect();
    dumps.sort();
    assert!(dumps.len() >= 12, "{} dumps in {}", dumps.len(), directory.display());
    dumps
}

#[test]
fn every_dump_opens_and_its_wires_are_found() {
    for path in value_change_dumps() {
        let read = read_file(&path);
        let map = ChannelMap::from_names(&read.info.channels).unwrap_or_else(|error| panic!("{error}"));
        let pins = map.pins().expect("pins");
        let wired = |level: Option<Level>| level != Some(Level::Unknown) && level.is_some();
        let driven = |channel: u16| {
            let mut levels = read.changes.iter().filter(|change| change.channel == channel);
            levels.any(|change| wired(Some(change.level)))
        };
        let clock = pins.clock.expect("a clock");
        assert!(
            driven(clock.p.unwrap().channel) && driven(clock.n.unwrap().channel),
            "{}",
            path.display()
        );
        let lanes = &pins.lanes[..pins.count];
        let used = lanes.iter().filter(|lane| driven(lane.p.unwrap().channel)).count();
        let text = std::fs::read_to_string(&path).unwrap();
        let expected = match (
            text.contains("data3_p"),
            text.contains("data1_p"),
            path.to_string_lossy(),
        ) {
            (false, true, _) => 2,
            (true, _, name) if name.contains("4lane") => 4,
            (true, _, name) if name.contains("2lane") => 2,
            _ => 1,
        };
        assert!(
            pins.count >= expected && used >= expected,
            "{}: {used} lanes",
            path.display()
        );
        assert_eq!(map.clone().restrict(expected).lanes(), expected);
        // Counted without the reader: lines of one scalar change. It leaves out those that change nothing.
        let lines = text.lines().skip_while(|line| !line.starts_with('#'));
        let scalars = lines
            .filter(|line| line.len() == 2 && line.starts_with(['0', '1', 'x', 'z']))
            .count();
        assert!(
            read.changes.len() <= scalars && read.changes.len() * 10 > scalars * 9,
            "{}",
            path.display()
        );
        let picoseconds = if text.contains("500ps") { 500 } else { 1 };
        let expected = Timebase {
            numerator: picoseconds,
            denominator: 1_000_000_000_000,
        };
        assert_eq!(read.info.timebase, Some(expected));
    }
}
