//! Wires of other people's transmitters, found without their names. Their recordings are no part of this project: they
//! are read from the directory that `CSI2_PEERS` names, else from `shared/peer-captures` beside the checkout. Without
//! them the test is skipped, unless `CSI2_REQUIRE_PEERS=1`.

#![allow(
    clippy::print_stderr,
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs
)]

use csi2_analyzer::{Confidence, Descrambling, Discovered, Discovery, Hints};
use csi2_capture::{ChannelMap, OpenOptions, Source, open};
use csi2_dphy::{Change, LanePins, Level, Observation, PinMap, Wire};
use csi2_packet::VcExtension;
use std::path::{Path, PathBuf};

/// Channels after they were moved.
const CHANNELS: u16 = 61;

fn peers(set: &str) -> Vec<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/peer-captures");
    let directory = std::env::var_os("CSI2_PEERS").map_or_else(beside, PathBuf::from);
    let Ok(files) = std::fs::read_dir(directory.join(set)) else {
        let required = std::env::var_os("CSI2_REQUIRE_PEERS").is_some_and(|value| value == "1");
        assert!(!required, "{} is required", directory.display());
        eprintln!("skipped: no recordings in {}", directory.display());
        return Vec::new();
    };
    let mut dumps: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    dumps.retain(|path| path.extension().is_some_and(|extension| extension == "vcd"));
    dumps.sort();
    assert!(!dumps.is_empty());
    dumps
}

/// A capture whose channels were moved, and what its names say of the wires that are driven.
struct Moved {
    changes: Vec<Change>,
    named: PinMap,
}

impl Moved {
    fn read(path: &Path, step: u16) -> Self {
        let mut reader = open(Source::open(path).unwrap(), &OpenOptions::default()).unwrap();
        let map = ChannelMap::from_names(&reader.info().channels).unwrap();
        let pins = *map.pins().expect("wires");
        let place = |channel: u16| (channel + 3) * step % CHANNELS;
        let mut changes: Vec<Change> = Vec::new();
        while let Some(chunk) = reader.next_chunk().unwrap() {
            let Observation::Changes(more) = chunk.seen else {
                panic!("{}", path.display())
            };
            changes.extend(more.iter().map(|change| Change {
                channel: place(change.channel),
                ..*change
            }));
        }
        let moved = |wire: Option<Wire>| {
            wire.map(|wire| Wire {
                channel: place(wire.channel),
                ..wire
            })
        };
        let pair = |pins: LanePins| LanePins {
            p: moved(pins.p),
            n: moved(pins.n),
            ..LanePins::default()
        };
        let mut named = PinMap {
            clock: pins.clock.map(pair),
            lanes: pins.lanes.map(pair),
            count: 0,
        };
        let driven = |pins: &LanePins| {
            let mut levels = changes
                .iter()
                .filter(|change| Some(change.channel) == pins.p.map(|wire| wire.channel));
            levels.any(|change| change.level != Level::Unknown)
        };
        named.count = named.lanes.iter().take_while(|lane| driven(lane)).count();
        named.lanes[named.count..].fill(LanePins::default());
        Self { changes, named }
    }

    fn discover(&self, named: Option<PinMap>) -> Discovered {
        let mut discovery = Discovery::new(CHANNELS.into());
        discovery.see(&Observation::Changes(&self.changes));
        let hints = Hints {
            named,
            fixed: false,
            lanes: None,
            unit_interval: None,
            vcx: VcExtension::Extended,
            scrambling: Descrambling::Auto,
        };
        discovery.conclude(&hints).expect("a link")
    }
}

/// It ran on real boards.
#[test]
fn a_transmitter_with_right_checksums_is_found() {
    for path in peers("tx-videogpu-2lane-raw10") {
        for step in [1, 17, 40] {
            let moved = Moved::read(&path, step);
            for named in [None, Some(moved.named)] {
                let found = moved.discover(named);
                assert_eq!(found.map, moved.named, "{}", path.display());
                assert_eq!((found.confidence, found.scrambling), (Confidence::Certain, None));
                assert_eq!((found.evidence.checksums.good, found.evidence.checksums.all), (4, 4));
                assert_eq!((found.evidence.headers.good, found.evidence.headers.all), (6, 6));
            }
            let mut swapped = moved.named;
            swapped.lanes.swap(0, 1);
            assert_eq!(moved.discover(Some(swapped)).map, moved.named);
        }
    }
}

/// One burst each, whose header and checksum no receiver takes: only the sync bytes are right.
#[test]
fn a_transmitter_with_wrong_headers_is_taken_by_its_names() {
    for path in peers("vcd-sigrok-stonelyd") {
        for step in [1, 17] {
            let moved = Moved::read(&path, step);
            let found = moved.discover(Some(moved.named));
            assert_eq!(found.map.count, moved.named.count, "{}", path.display());
            assert_eq!(found.map.lanes, moved.named.lanes, "{}", path.display());
            assert_eq!(found.scrambling, None);
            assert_eq!(found.confidence, Confidence::Weak, "{} {found:?}", path.display());
            // Without names the lanes are known, their order is not.
            let found = moved.discover(None);
            assert!(found.confidence <= Confidence::Weak, "{} {found:?}", path.display());
            let channels = |map: &PinMap| {
                let mut pins: Vec<_> = map.lanes[..map.count]
                    .iter()
                    .map(|pins| pins.p.unwrap().channel)
                    .collect();
                pins.sort_unstable();
                pins
            };
            assert_eq!(channels(&found.map), channels(&moved.named), "{}", path.display());
        }
    }
}
