//! Packets and lanes: scenarios and exactly the findings they cause.

mod judge_support;

use csi2_analyzer::FindingCode::*;
use csi2_analyzer::Severity::*;
use csi2_analyzer::{Analyzer, AnalyzerSettings};
use csi2_dphy::{DeskewKind, EscapeCommand, Lane, PinEvent, SotVerdict};
use csi2_packet::{DataType, EccVerdict, Missing, VcExtension, VirtualChannel};
use judge_support::scenario::*;
use judge_support::{Script, Step};

#[test]
fn headers() {
    walk(&[
        (
            "corrected",
            |s| _ = s.fs(1).corrected().lines(1, RAW10, 5).fe(1),
            &[(EccCorrected, Warning, 1)],
        ),
        (
            "check bit",
            |s| _ = s.ecc(EccVerdict::ParityBit { bit: 2 }).fs(1).lines(1, RAW10, 5).fe(1),
            &[(EccCorrected, Warning, 1)],
        ),
        (
            // Three wrong bits look like one: the line went to a type that was never seen.
            "implausible type of a line with a wrong checksum",
            |s| {
                frames(s, &[(1, 1)]);
                s.fs(2).lines(1, RAW10, 5).corrected().wrong(0x3B, &[0; 5]).fe(2);
            },
            &[(EccCorrected, Warning, 1), (CrcErr, Error, 1)],
        ),
        (
            "reserved types",
            |s| {
                s.fs(1).short(0x05, 1).short(0x04, 1).short(0x08, 1);
                s.lines(1, 0x38, 5).lines(1, 0x17, 5).lines(1, 0x13, 5).fe(1);
            },
            // 0x04 and 0x05, and two long ones.
            &[(IdErr, Info, 1), (IdErr, Error, 3)],
        ),
        (
            "no whole groups",
            |s| _ = s.fs(1).lines(2, RAW10, 7).lines(2, 0x24, 4).lines(2, RAW8, 3).fe(1),
            &[(WcGranularity, Warning, 4)],
        ),
    ]);
}

#[test]
fn payloads() {
    walk(&[
        (
            "wrong checksums",
            |s| {
                s.fs(1)
                    .lines(1, RAW10, 5)
                    .wrong(RAW10, &[1; 5])
                    .wrong(RAW10, &[1; 5])
                    .fe(1);
                s.fs(2).lines(3, RAW10, 5).fe(2);
            },
            &[(CrcErr, Error, 2), (FrameDataErr, Error, 1)],
        ),
        (
            "null packets are no part of a frame",
            |s| _ = s.fs(1).wrong(0x10, &[1; 5]).lines(2, RAW10, 5).fe(1),
            &[(CrcErr, Error, 1)],
        ),
        (
            "a wrong length with a wrong checksum is one cause",
            |s| {
                _ = s
                    .fs(1)
                    .lines(2, RAW10, 5)
                    .wrong(RAW10, &[0; 10])
                    .lines(1, RAW10, 5)
                    .fe(1)
            },
            &[(CrcErr, Error, 1), (FrameDataErr, Error, 1)],
        ),
        (
            "line cut short",
            |s| {
                frames(s, &[(1, 1)]);
                s.fs(2).cut(RAW10, 5, &[1, 2]).lines(1, RAW10, 5).fe(2);
            },
            &[(WcShort, Error, 1)],
        ),
        (
            "line without its footer",
            |s| _ = s.fs(1).cut(RAW10, 5, &[0; 5]).fe(1),
            &[(WcShort, Error, 1)],
        ),
        (
            "header cut short",
            |s| _ = s.fs(1).step(Step::Truncated(Missing::Header { have: 3 })).fe(1),
            &[(WcShort, Error, 1)],
        ),
        (
            "trailing data in pieces",
            |s| _ = s.fs(1).lines(1, RAW10, 5).trailing(3).trailing(4).step(Step::End).fe(1),
            &[(TrailingData, Warning, 1)],
        ),
    ]);
}

#[test]
fn lanes() {
    let mut script = Script::new();
    let mut sync = [SotVerdict::Clean; 8];
    sync[2] = SotVerdict::OneBit;
    // Lanes above the fourth are not in use.
    sync[7] = SotVerdict::OneBit;
    script
        .lane(PinEvent::Deskew {
            kind: DeskewKind::Periodic,
            length: 1024,
            at: 0,
        })
        .burst(sync, [0, 3, 1, 0, 9, 0, 0, 0])
        .burst([SotVerdict::Clean; 8], [1, 0, 2, 0, 0, 0, 0, 0])
        .lane(PinEvent::AlignError { lane: 3, at: 0 })
        .lane(PinEvent::ControlError {
            lane: Lane::Data(0),
            at: 0,
        })
        .lane(PinEvent::EotError { lane: 0, at: 0 });
    let (analyzer, findings) = judge(&script);
    assert_eq!(
        count(&findings),
        [
            (SotErr, Warning, 1),
            (LaneAlignErr, Error, 1),
            (EotSyncErr, Warning, 1),
            (ControlErr, Warning, 1),
            (SkewCalSeen, Info, 1),
        ]
    );
    let statistics = analyzer.statistics();
    assert_eq!((statistics.bursts, statistics.skew), (2, [1, 3, 2, 0, 0, 0, 0, 0]));
    assert_eq!(findings[1].to_string(), "lane 2: one bit of the sync byte is wrong");
}

#[test]
fn low_power_modes_are_information_and_their_errors_warnings() {
    let mut script = Script::new();
    let modes = [
        (Lane::Clock, EscapeCommand::Ulps),
        (Lane::Data(1), EscapeCommand::Ulps),
        (Lane::Data(0), EscapeCommand::LowPowerData),
        (Lane::Data(0), EscapeCommand::ResetTrigger),
        (Lane::Data(3), EscapeCommand::Unknown5),
    ];
    for (lane, command) in modes {
        script.lane(PinEvent::Escape { lane, command, at: 10 });
        for byte in 0..3 {
            if command == EscapeCommand::LowPowerData {
                script.lane(PinEvent::LowPowerData { lane: 0, byte, at: 11 });
            }
        }
        script.lane(PinEvent::EscapeEnd {
            lane,
            command,
            since: 10,
            mark: Some(1010),
            at: 1110,
        });
    }
    script
        .lane(PinEvent::Turnaround { lane: 0, at: 0 })
        .lane(PinEvent::EscapeEntryError {
            lane: 2,
            bits: 0b101,
            count: 3,
            at: 0,
        })
        .lane(PinEvent::LowPowerSyncError {
            lane: 0,
            bits: 5,
            at: 0,
        });
    let (analyzer, findings) = judge(&script);
    assert_eq!(
        count(&findings),
        [
            (EscEntryErr, Warning, 1),
            (LpSyncErr, Warning, 1),
            (UlpsSeen, Info, 2),
            (TriggerSeen, Info, 2),
            (LpdtSeen, Info, 1),
            (TurnaroundSeen, Info, 1),
        ]
    );
    let messages: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "clock lane: ULPS",
            "lane 1: ULPS (command 00011110)",
            "lane 0: LPDT (command 11100001)",
            "lane 0: Reset-Trigger (command 01100010)",
            "lane 3: Unknown-5 (command 10100000)",
            "lane 0: turnaround requested",
            "lane 2: escape command ends after 3 of 8 bits (101)",
            "lane 0: low-power data ends after 5 of 8 bits of a byte",
        ]
    );
    let low_power = &analyzer.statistics().low_power;
    assert_eq!((low_power.clock_ulps, low_power.ulps[1]), (1, 1));
    assert_eq!((low_power.transmissions, low_power.bytes), (1, 3));
    assert_eq!((low_power.triggers, low_power.turnarounds), (2, 1));
    assert_eq!((low_power.ulps_time, low_power.wake_up.sum), (2000, 200));
}

#[test]
fn findings_say_where_and_how_much() {
    let mut script = Script::new();
    script
        .vc(2)
        .fs(1)
        .lines(17, RAW10, 5)
        .wrong(RAW10, &[1; 5])
        .lost(RAW10, 4)
        .fe(5971);
    let (_, findings) = judge(&script);
    let told: Vec<_> = findings.iter().map(|of| (of.span.packet, of.to_string())).collect();
    assert_eq!(
        told,
        [
            (
                18,
                "checksum is 0x1234, computed 0x5678 over 5 bytes of RAW10 line 17".into()
            ),
            (19, "header ab000000: syndrome 0x0c, 4 bytes after it lost".into()),
            (20, "FE carries frame number 5971, its FS carries 1".into()),
            (20, "frame 1 has 1 packet with a wrong checksum".into()),
        ]
    );
    assert!(findings.iter().all(|of| of.channel == VirtualChannel::new(2)));
    assert_eq!((findings[0].span.offset, findings[0].span.at), (1800, Some(18_000)));
}

#[test]
fn extension_bits_on_a_classic_link() {
    let mut script = Script::new();
    script.fs(0).fe(0);
    if let (Step::Short(header), _) = &mut script.steps[1] {
        header.wire[3] = 0x40;
    }
    for (vcx, expected) in [
        (Some(VcExtension::Classic), 1),
        (Some(VcExtension::Extended), 0),
        (None, 0),
    ] {
        let settings = AnalyzerSettings {
            vcx,
            ..AnalyzerSettings::default()
        };
        let mut analyzer = Analyzer::new(settings);
        script.play(|event| analyzer.push(event));
        let found: Vec<_> = std::iter::from_fn(|| analyzer.poll()).map(|of| of.code).collect();
        assert_eq!(found, vec![VcUnexpected; expected]);
    }
}

#[test]
fn statistics_count() {
    let mut script = Script::new();
    for frame in 1..=3 {
        script.fs(frame).lines(1, EMBEDDED, 20).lines(4, RAW10, 50).fe(frame);
    }
    script
        .fs(4)
        .lines(1, EMBEDDED, 20)
        .wrong(RAW10, &[0; 50])
        .cut(RAW10, 50, &[0; 7])
        .lost(RAW10, 52)
        .trailing(9);
    let (analyzer, _) = judge(&script);
    let all = analyzer.statistics();
    assert_eq!((all.packets, all.short, all.long, all.unusable), (26, 7, 18, 1));
    assert_eq!((all.checksum_errors, all.truncated, all.stray_bytes), (1, 1, 52 + 9));
    assert_eq!(all.packet_bytes, 7 * 4 + 4 * 26 + 13 * 56 + 4 + 7);
    let [channel] = &all.channels[..] else {
        panic!("{all:?}")
    };
    assert_eq!(
        (channel.frames, channel.first_frame, channel.last_frame),
        (4, Some(0), Some(21_000))
    );
    let [embedded, raw10] = &channel.data_types[..] else {
        panic!("{channel:?}")
    };
    assert_eq!(
        (embedded.packets, embedded.bytes, embedded.width, embedded.lines),
        (4, 80, None, Some(1))
    );
    assert_eq!(raw10.data_type, DataType::RAW10);
    assert_eq!(
        (raw10.packets, raw10.bytes, raw10.checksum_errors),
        (14, 13 * 50 + 7, 1)
    );
    assert_eq!((raw10.width, raw10.lines, raw10.word_count), (Some(40), Some(4), 50));
    assert_eq!(
        (raw10.line_time.count, raw10.line_time.min, raw10.line_time.max),
        (10, 1000, 1000)
    );
    assert_eq!(raw10.line_time.mean(), Some(1000.0));
}
