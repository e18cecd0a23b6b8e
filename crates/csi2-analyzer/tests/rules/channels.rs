//! Sixteen virtual channels with rules of their own, and channels that a link should not have.

use super::wire::*;
use csi2_analyzer::Severity::*;
use csi2_packet::VirtualChannel;

/// Three frames of a channel in packets: as many lines as its number says, numbered on odd channels. The last element
/// names what each packet is.
fn channel(number: u8) -> Vec<(Vec<u8>, u8)> {
    let mut link = Link::new();
    link.vc(number);
    let data_type = if number.is_multiple_of(3) { RAW8 } else { RAW10 };
    for frame in 1..=3 {
        link.fs(frame);
        for line in 1..=u16::from(number) + 2 {
            if number % 2 == 1 {
                link.numbered(data_type, 20 + 5 * usize::from(number), &[line]);
            } else {
                link.lines(data_type, &[20 + 5 * usize::from(number)]);
            }
        }
        link.fe(frame);
    }
    link.packets
        .into_iter()
        .map(|packet| (packet.clone(), packet[0] & 0x3F))
        .collect()
}

/// Packets of all channels in turn, without packet `lost.1` of channel `lost.0`.
fn sixteen(lost: Option<(u8, usize)>) -> Link {
    let mut queues: Vec<_> = (0..16_u8)
        .map(|number| {
            let mut packets = channel(number);
            if let Some((_, at)) = lost.filter(|(of, _)| *of == number) {
                packets.remove(at);
            }
            packets.into_iter()
        })
        .collect();
    let mut link = Link::new();
    let mut more = true;
    while more {
        more = false;
        for queue in &mut queues {
            if let Some((packet, _)) = queue.next() {
                link.bytes(&packet);
                more = true;
            }
        }
    }
    link
}

#[test]
fn sixteen_channels_packet_by_packet() {
    let (statistics, findings) = judge(&sixteen(None));
    assert!(findings.is_empty(), "{findings:#?}");
    assert_eq!(statistics.channels.len(), 16);
    for (number, of) in (0..16_u8).zip(&statistics.channels) {
        assert_eq!((of.channel.number(), of.frames), (number, 3));
        let [lines] = &of.data_types[..] else { panic!("{of:?}") };
        let length = 20 + 5 * u32::from(number);
        let pixels = if number.is_multiple_of(3) {
            length
        } else {
            length * 4 / 5
        };
        assert_eq!((lines.width, lines.lines), (Some(pixels), Some(u32::from(number) + 2)));
    }
}

#[test]
fn a_loss_concerns_its_channel_only() {
    for number in 0..16 {
        let packets = channel(number);
        for (kind, code) in [
            (FS, "FRAME_SYNC_ERR"),
            (FE, "FRAME_SYNC_ERR"),
            (LS, "LINE_SYNC_ERR"),
            (LE, "LINE_SYNC_ERR"),
        ] {
            // The second of the kind: of the second frame, or of the second line.
            let at = packets.iter().enumerate().filter(|(_, (_, of))| *of == kind).nth(1);
            let Some((at, _)) = at else { continue };
            let (_, findings) = judge(&sixteen(Some((number, at))));
            let of = VirtualChannel::new(number);
            assert!(findings.iter().all(|finding| finding.channel == of), "{findings:#?}");
            assert_eq!(
                findings.iter().filter(|finding| finding.code.name() == code).count(),
                1,
                "{number} {kind}"
            );
        }
    }
}

#[test]
fn frames_of_channels_overlap_or_follow_each_other() {
    walk(&[
        (
            "one inside the other, with the same numbers",
            |l| {
                l.vc(2).fs(1).vc(15).fs(1).lines(RAW8, &[9]).fe(1);
                l.vc(2).lines(RAW10, &[5]).fe(1);
            },
            &[],
        ),
        (
            "a line of one channel inside a line of another",
            |l| {
                l.vc(4).fs(1).ls(1).vc(12).fs(1).ls(1).vc(4).lines(RAW8, &[9]);
                l.vc(12).lines(RAW8, &[7]).le(1).fe(1).vc(4).le(1).fe(1);
            },
            &[],
        ),
        (
            "FE on another channel than FS",
            |l| _ = l.vc(8).fs(1).lines(RAW8, &[9]).vc(9).fe(1),
            &[("FRAME_SYNC_ERR", Warning, 1), ("FRAME_SYNC_ERR", Error, 1)],
        ),
        (
            "data on another channel than its frame",
            |l| _ = l.vc(0).fs(1).vc(4).lines(RAW8, &[9]).vc(0).fe(1),
            &[("DATA_OUTSIDE_FRAME", Error, 1)],
        ),
    ]);
}

#[test]
fn channels_that_a_link_should_not_have() {
    let v2 = link(|l| {
        _ = l
            .vc(1)
            .fs(1)
            .lines(RAW8, &[9])
            .fe(1)
            .vc(6)
            .fs(1)
            .lines(RAW8, &[9])
            .fe(1)
    });
    let read = |wire: &str| {
        format!("VC_UNEXPECTED header {wire}: channel extension bits are 1 on a v1.x link, read as channel 6")
    };
    // The top bits of the ECC byte are set, the check bits do not cover them: FS 1, FE 1 of channel 0.
    let junk = link(|l| {
        _ = l
            .bytes(&[0x00, 0x01, 0x00, 0x1A | 0xC0])
            .bytes(&[0x01, 0x01, 0x00, 0x1D | 0xC0])
    });
    let ignored = |wire: &str| {
        format!("VC_UNEXPECTED header {wire}: channel extension bits are 3 on a v1.x link, read as channel 0")
    };
    let lost = |wire: &str| format!("ECC_DOUBLE header {wire}: syndrome 0x03, 0 bytes after it lost");
    // One of the top bits was hit on the way.
    let hit = link(|l| _ = l.fs(1).hit(3, 0x40).fe(1));
    let corrected = "ECC_CORRECTED header 0001005a: bit 24 (channel extension) corrected".to_owned();
    // D0, D1 and D16 hit: 0x07 ^ 0x0B ^ 0x31 is the column of the extension bit D24.
    let three = link(|l| _ = l.fs(1).short(0x08, 5).hit(0, 0x03).hit(2, 0x01).fe(1));
    let wire = "0b050137";
    let corrected_into = format!("ECC_CORRECTED header {wire}: bit 24 (channel extension) corrected");
    let doubtful =
        format!("VC_UNEXPECTED header {wire}: corrected to channel 4, but no good header has a channel above 3");
    type Told = Vec<String>;
    // (packets, told with auto, with on, with off)
    let table: [(&Link, Told, Told, Told); 4] = [
        (
            &v2,
            vec![],
            vec![],
            vec![read("8001007e"), read("aa09004b"), read("81010079")],
        ),
        (
            &junk,
            vec![lost("000100da"), lost("010100dd")],
            vec![lost("000100da"), lost("010100dd")],
            vec![ignored("000100da"), ignored("010100dd")],
        ),
        (
            &hit,
            vec![corrected.clone()],
            vec![corrected],
            vec![
                "VC_UNEXPECTED header 0001005a: channel extension bits are 1 on a v1.x link, read as channel 0".into(),
            ],
        ),
        (
            &three,
            vec![corrected_into.clone(), doubtful],
            vec![corrected_into],
            vec![format!(
                "ECC_DOUBLE header {wire}: syndrome 0x3d, 0 bytes after it lost"
            )],
        ),
    ];
    for (link, auto, on, off) in table {
        for (vcx, expected) in [(AUTO, auto), (ON, on), (OFF, off)] {
            let (_, findings) = judge_as(link, vcx);
            let told: Told = findings.iter().map(|of| format!("{} {of}", of.code)).collect();
            assert_eq!(told, expected, "{vcx:?}");
        }
    }
}
