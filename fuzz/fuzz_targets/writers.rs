//! Packets, bursts of lanes and samples of any content, in every format that can be written: what is written is read.
//!
//! The first three bytes are the format, the size of a packet or a sample, and lanes or wires; the rest is content.
#![no_main]

use std::path::{Path, PathBuf};

use csi2_capture::{Burst, CaptureFormat, CreateOptions, FORMATS, Layer, OpenOptions, Source, WireNote, create, open};
use csi2_dphy::{Change, LaneBytes, Level, MAX_LANES, Observation, Samples, Timebase, lane_length};
use csi2_fuzz::Fields;

const HERTZ: u64 = 1_000_000_000;
/// Bytes of the shortest packet.
const LEAST: usize = 4;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut fields = Fields::new(input);
    let (choice, size, count) = (fields.byte(), usize::from(fields.byte()), usize::from(fields.byte()));
    let content = fields.rest();
    // Of lanes and directories there are several files, and CMP takes packets apart: other tests write those.
    let written = |format: &&CaptureFormat| {
        format.create.is_some() && !matches!(format.name, "cmp" | "lanes" | "saleae" | "ila-csv")
    };
    let rows: Vec<(&CaptureFormat, Layer)> = FORMATS
        .iter()
        .filter(written)
        .flat_map(|format| format.layers.iter().map(move |layer| (format, *layer)))
        .collect();
    let (format, layer) = rows[usize::from(choice) % rows.len()];
    let file = File::new(format);
    match layer {
        Layer::Packets => packets(&file, format, content, size),
        Layer::Lanes => lanes(&file, format, content, size, count % MAX_LANES + 1),
        Layer::Pins => pins(&file, format, content, count % 64 + 1),
    }
});

/// A file of this process.
struct File(PathBuf);

impl File {
    fn new(format: &CaptureFormat) -> Self {
        let extension = format.extensions.first().unwrap_or(&"bin");
        Self(std::env::temp_dir().join(format!("csi2-fuzz-{}.{extension}", std::process::id())))
    }

    fn options(&self, layer: Layer, lanes: usize, wires: usize) -> CreateOptions {
        CreateOptions {
            path: self.0.clone(),
            layer,
            timebase: Timebase::from_hertz(HERTZ),
            channels: (0..wires).map(|wire| format!("w{wire}")).collect(),
            lanes,
            link_type: 147,
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // It is not there where nothing was written.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// All that a reader gives.
#[derive(Default)]
struct Content {
    bytes: Vec<u8>,
    lanes: [Vec<u8>; MAX_LANES],
    bursts: Vec<Vec<u8>>,
    changes: Vec<Change>,
}

fn read(path: &Path, format: &CaptureFormat, unit: usize) -> Content {
    let options = OpenOptions {
        format: Some(format.name.into()),
        sample_rate: Some(HERTZ),
        unit_size: (unit > 0).then_some(unit),
        ..OpenOptions::default()
    };
    let mut reader = open(Source::open(path).expect("a file"), &options).expect("what was written");
    let mut content = Content::default();
    while let Some(chunk) = reader.next_chunk().expect("what was written") {
        if chunk.burst.starts {
            content.bursts.push(Vec::new());
        }
        match chunk.seen {
            Observation::Merged(bytes) => {
                content.bytes.extend_from_slice(bytes);
                if let Some(burst) = content.bursts.last_mut() {
                    burst.extend_from_slice(bytes);
                }
            }
            Observation::Samples(samples) => content.bytes.extend_from_slice(samples.bytes),
            Observation::Lanes(lanes) => {
                content
                    .lanes
                    .iter_mut()
                    .zip(lanes.lanes)
                    .for_each(|(all, lane)| all.extend_from_slice(lane));
            }
            Observation::Changes(changes) => content.changes.extend_from_slice(changes),
        }
    }
    content
}

fn packets(file: &File, format: &CaptureFormat, content: &[u8], size: usize) {
    // Less is no packet to formats that take headers apart.
    let packets: Vec<&[u8]> = content
        .chunks(size.max(LEAST))
        .filter(|packet| packet.len() >= LEAST)
        .collect();
    let mut writer = create(format.name, &file.options(Layer::Packets, 0, 0)).expect("a writer");
    for (at, packet) in (0..).zip(&packets) {
        let seen = Observation::Merged(packet);
        writer
            .write(&seen, Burst::WHOLE, Some(at), WireNote::default())
            .expect("room");
    }
    writer.finish().expect("room");
    let read = read(&file.0, format, 0);
    assert_eq!(read.bytes, packets.concat(), "{}", format.name);
    // A file of bare packets marks none.
    assert!(format.name == "packets" || read.bursts == packets, "{}", format.name);
}

/// On the wire, a lane sends a sync byte, its bytes, and the inverse of its last bit until all lanes are done. Text says where a
/// lane is missing or stops before its turn, and then has no trail.
fn lanes(file: &File, format: &CaptureFormat, content: &[u8], size: usize, count: usize) {
    let mut writer = create(format.name, &file.options(Layer::Lanes, count, 0)).expect("a writer");
    let mut expected = vec![Vec::new(); MAX_LANES];
    let says_so = format.name == "lanes-text";
    for burst in content.chunks(count * (size + 1)) {
        let mut lanes = [&[][..]; MAX_LANES];
        let share = burst.len().div_ceil(count);
        lanes
            .iter_mut()
            .take(count)
            .zip(burst.chunks(share))
            .for_each(|(lane, bytes)| *lane = bytes);
        writer
            .write(
                &Observation::Lanes(LaneBytes { lanes, count }),
                Burst::WHOLE,
                None,
                WireNote::default(),
            )
            .expect("room");
        let mut lengths = lanes.iter().take(count).enumerate();
        let whole = lengths.all(|(index, lane)| lane.len() == lane_length(burst.len(), count, index));
        for (all, lane) in expected.iter_mut().zip(&lanes[..count]) {
            if says_so && !whole && lane.is_empty() {
                continue;
            }
            let mut sent = vec![0xB8];
            sent.extend_from_slice(lane);
            if says_so && !whole {
                all.extend(sent);
                continue;
            }
            let trail = if sent.last() > Some(&127) { 0x00 } else { 0xFF };
            sent.resize(share + 2, trail);
            all.extend(sent);
        }
    }
    writer.finish().expect("room");
    assert_eq!(
        read(&file.0, format, 0).lanes.as_slice(),
        expected,
        "{} of {count} lanes",
        format.name
    );
}

fn pins(file: &File, format: &CaptureFormat, content: &[u8], wires: usize) {
    let unit = wires.div_ceil(8);
    let mut bytes = content[..content.len() - content.len() % unit].to_vec();
    // What is above the wires is no one's.
    let top = 0xFF_u8 >> (unit * 8 - wires);
    bytes
        .chunks_mut(unit)
        .filter_map(|sample| sample.last_mut())
        .for_each(|last| *last &= top);
    if bytes.is_empty() {
        return;
    }
    let mut writer = create(format.name, &file.options(Layer::Pins, 0, wires)).expect("a writer");
    let seen = Observation::Samples(Samples {
        first: 0,
        unit,
        bytes: &bytes,
    });
    writer
        .write(&seen, Burst::WITHIN, None, WireNote::default())
        .expect("room");
    writer.finish().expect("room");
    let read = read(&file.0, format, unit);
    if read.changes.is_empty() {
        return assert_eq!(read.bytes, bytes, "{} of {wires} wires", format.name);
    }
    let mut changes = read.changes.iter().peekable();
    let mut now = vec![Level::Unknown; wires];
    for (tick, sample) in (0..).zip(bytes.chunks(unit)) {
        while let Some(change) = changes.next_if(|change| change.at <= tick) {
            now[usize::from(change.channel)] = change.level;
        }
        for (wire, level) in now.iter().enumerate() {
            let high = sample[wire / 8] >> (wire % 8) & 1 != 0;
            assert_eq!(
                *level,
                if high { Level::High } else { Level::Low },
                "{} wire {wire} at {tick}",
                format.name
            );
        }
    }
}
