//! Whatever the events: no panic, bounded memory, sound numbers. And a transmitter that keeps the rules causes no
//! finding, and its frames come out as they went in.

mod judge_support;

use csi2_analyzer::{AssemblerSettings, Detail, FrameAssembler, Keep, Limits, Mode};
use csi2_dphy::{PinEvent, SotVerdict};
use csi2_packet::{ChecksumVerdict, EccVerdict, Missing};
use judge_support::frame::{assemble, drain, settings};
use judge_support::scenario::{EMBEDDED, RAW8, RAW10, judge};
use judge_support::{Script, WRONG};
use proptest::prelude::*;

/// A transmitter on one channel.
#[derive(Clone, Debug)]
struct Transmitter {
    frames: usize,
    height: usize,
    data_type: u8,
    groups: usize,
    embedded: usize,
    numbering: Numbering,
    lines: LineNumbering,
}

#[derive(Clone, Debug)]
enum Numbering {
    None,
    /// From, to.
    Counted(u16, u16),
}

#[derive(Clone, Copy, Debug)]
enum LineNumbering {
    None,
    Zero,
    Counted,
    Fields,
}

/// One packet of a clean stream.
enum Packet {
    Short(u8, u16),
    Line(u8, Vec<u8>),
}

impl Transmitter {
    fn packets(&self) -> Vec<Packet> {
        let mut all = Vec::new();
        let mut number = match self.numbering {
            Numbering::None => 0,
            Numbering::Counted(from, _) => from,
        };
        for frame in 0..self.frames {
            all.push(Packet::Short(0, number));
            (0..self.embedded).for_each(|line| all.push(Packet::Line(EMBEDDED, vec![line as u8; 7])));
            for line in 0..self.height {
                let payload = self.payload(frame, line);
                let label = match self.lines {
                    LineNumbering::None => None,
                    LineNumbering::Zero => Some(0),
                    LineNumbering::Counted => Some(line + 1),
                    LineNumbering::Fields => Some(2 * line + 1 + frame % 2),
                };
                let label = label.map(|label| label as u16);
                all.extend(label.map(|label| Packet::Short(2, label)));
                all.push(Packet::Line(self.data_type, payload));
                all.extend(label.map(|label| Packet::Short(3, label)));
            }
            all.push(Packet::Short(1, number));
            if let Numbering::Counted(_, to) = self.numbering {
                number = if number >= to { 1 } else { number + 1 };
            }
        }
        all
    }

    fn payload(&self, frame: usize, line: usize) -> Vec<u8> {
        let bytes = self.groups * if self.data_type == RAW10 { 5 } else { 1 };
        (0..bytes).map(|at| (at * 7 + line * 31 + frame * 101) as u8).collect()
    }
}

fn transmitter() -> impl Strategy<Value = Transmitter> {
    let numbering = prop_oneof![
        Just(Numbering::None),
        (1_u16..5, 0_u16..4).prop_map(|(from, more)| Numbering::Counted(from, from + more)),
        Just(Numbering::Counted(65533, 65535)),
    ];
    let lines = prop::sample::select(vec![
        LineNumbering::None,
        LineNumbering::Zero,
        LineNumbering::Counted,
        LineNumbering::Fields,
    ]);
    let height = 1_usize..6;
    let data_type = prop::sample::select(vec![RAW8, RAW10]);
    (0_usize..4, height, data_type, 1_usize..6, 0_usize..3, numbering, lines).prop_map(
        |(frames, height, data_type, groups, embedded, numbering, lines)| Transmitter {
            frames,
            // Fewer than three lines do not show that their numbers are those of a field.
            height: if matches!(lines, LineNumbering::Fields) {
                height.max(3)
            } else {
                height
            },
            data_type,
            groups,
            embedded,
            numbering,
            lines,
        },
    )
}

/// Sends the packets of all transmitters, each on its channel; `order` says whose turn it is.
fn interleave(transmitters: &[Transmitter], order: &[usize], pieces: usize) -> Script {
    let mut script = Script::new();
    script.pieces(pieces);
    let mut queues: Vec<_> = transmitters.iter().map(|of| of.packets().into_iter()).collect();
    let turns = order.iter().map(|turn| turn % queues.len()).collect::<Vec<_>>();
    for channel in turns
        .into_iter()
        .chain((0..queues.len()).flat_map(|channel| std::iter::repeat_n(channel, 999)))
    {
        script.vc(channel as u8);
        match queues[channel].next() {
            Some(Packet::Short(data_type, word)) => _ = script.short(data_type, word),
            Some(Packet::Line(data_type, payload)) => _ = script.line(data_type, &payload),
            None => {}
        }
    }
    script
}

/// One call on a script, of any kind.
#[derive(Clone, Debug)]
struct Random(u8, u8, u16, Vec<u8>);

fn write(script: &mut Script, Random(kind, channel, word, payload): &Random) {
    let data_type = (word >> 8) as u8 & 0x3F;
    let image = 0x28 + (data_type & 7);
    script.vc(channel & 15);
    if kind & 0x80 != 0 {
        script.ecc(EccVerdict::Corrected { bit: channel & 31 });
    }
    let small = word & 7;
    match kind & 15 {
        0 => _ = script.fs(small),
        1 => _ = script.fe(small),
        2 => _ = script.ls(if kind & 16 != 0 { *word } else { small }),
        3 => _ = script.le(small),
        4 => _ = script.short(data_type & 15, *word),
        5..=7 => _ = script.line(image, payload),
        8 => _ = script.line(0x10 + data_type % 48, payload),
        9 => _ = script.wrong(image, payload),
        10 => _ = script.cut(image, *word, payload),
        11 => {
            _ = script.lost(
                data_type,
                if kind & 16 != 0 {
                    u64::from(*word) << 44
                } else {
                    u64::from(*word)
                },
            )
        }
        12 => _ = script.trailing(payload.len()),
        13 => _ = script.lane(PinEvent::SotSyncError { lane: *channel, at: 0 }),
        14 => _ = script.burst([SotVerdict::OneBit; 8], [*word; 8]),
        // Events that the layers below never put in this order.
        _ => {
            use judge_support::Step::{End, Finish, Payload, Resync, Truncated};
            let step = match word % 6 {
                0 => Payload(payload.clone()),
                1 => Finish(ChecksumVerdict::Match),
                2 => Finish(WRONG),
                3 => Truncated(Missing::Header { have: *channel }),
                4 => Resync(u64::MAX),
                _ => End,
            };
            script.step(step);
        }
    }
}

fn random() -> impl Strategy<Value = Random> {
    let payload = prop_oneof![Just(vec![3; 10]), prop::collection::vec(any::<u8>(), 0..40)];
    (any::<u8>(), prop_oneof![Just(0), any::<u8>()], any::<u16>(), payload)
        .prop_map(|(kind, channel, word, payload)| Random(kind, channel, word, payload))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_clean_stream_is_clean(
        transmitters in prop::collection::vec(transmitter(), 1..4),
        order in prop::collection::vec(0_usize..64, 0..200),
        pieces in 0_usize..4,
    ) {
        let script = interleave(&transmitters, &order, pieces);
        let (analyzer, mut findings) = judge(&script);
        // Which channels are in use is another matter: here they begin and end as they please.
        findings.retain(|of| !matches!(of.detail, Detail::ModeChange { from: Mode::Channels(_), .. }));
        prop_assert!(findings.is_empty(), "{findings:#?}");
        for (of, transmitter) in analyzer.statistics().channels.iter().zip(transmitters.iter().filter(|of| of.frames > 0)) {
            prop_assert_eq!(of.frames, transmitter.frames as u64);
            let lines = of.data_types.iter().find(|of| of.data_type.code() == transmitter.data_type).unwrap();
            prop_assert_eq!(lines.lines, Some(transmitter.height as u32));
        }

        let all = assemble(&script, settings(Keep::Packed));
        for (channel, transmitter) in transmitters.iter().enumerate() {
            let frames: Vec<_> = all.iter().filter(|got| usize::from(got.channel) == channel).collect();
            prop_assert_eq!(frames.len(), transmitter.frames);
            for (index, got) in frames.into_iter().enumerate() {
                prop_assert!(got.complete && got.bad.is_empty() && got.missing.is_empty(), "{:?}", got);
                prop_assert_eq!(got.index, index as u64);
                for (line, row) in got.rows.iter().enumerate() {
                    let sent: Vec<u32> = transmitter.payload(index, line).into_iter().map(u32::from).collect();
                    prop_assert_eq!(row, &sent, "frame {} line {}", index, line);
                }
            }
        }
    }

    #[test]
    fn nothing_panics_and_everything_is_bounded(
        calls in prop::collection::vec(random(), 0..120),
        keep in prop::sample::select(vec![Keep::Samples, Keep::Packed]),
    ) {
        const LIMIT: usize = 2000;
        let mut script = Script::new();
        calls.iter().for_each(|call| write(&mut script, call));
        let (analyzer, findings) = judge(&script);
        let statistics = analyzer.statistics();
        prop_assert_eq!(statistics.packets, statistics.short + statistics.long + statistics.unusable);
        prop_assert_eq!(statistics.dropped_findings, 0);
        for finding in &findings {
            prop_assert!(!finding.to_string().is_empty());
        }

        let limits = Limits { max_frame_bytes: LIMIT, max_open_streams: 3, ..Limits::default() };
        let mut assembler = FrameAssembler::new(AssemblerSettings { limits, ..settings(keep) });
        let mut all = Vec::new();
        script.play(|event| {
            assembler.push(event);
            drain(&mut assembler, &mut all);
        });
        assembler.finish();
        drain(&mut assembler, &mut all);
        for got in &all {
            let cell = if keep == Keep::Samples && (0x28..0x2F).contains(&got.data_type) { 2 } else { 1 };
            let bytes: usize = got.rows.iter().map(|row| row.len() * cell).sum();
            // Payload is counted; samples of RAW6 take most beyond that.
            let most = if keep == Keep::Samples { LIMIT * 8 / 3 } else { LIMIT };
            prop_assert!(bytes <= most && got.rows.len() <= LIMIT / 16, "{bytes} bytes, {} rows", got.rows.len());
            prop_assert!(!got.complete || got.missing.is_empty() && got.number.is_some());
        }
    }

    #[test]
    fn findings_do_not_depend_on_pieces(calls in prop::collection::vec(random(), 0..60), pieces in 1_usize..9) {
        let mut whole = Script::new();
        let mut cut = Script::new();
        cut.pieces(pieces);
        for call in &calls {
            write(&mut whole, call);
            write(&mut cut, call);
        }
        prop_assert_eq!(judge(&whole).1, judge(&cut).1);
        prop_assert_eq!(assemble(&whole, settings(Keep::Samples)), assemble(&cut, settings(Keep::Samples)));
    }
}
