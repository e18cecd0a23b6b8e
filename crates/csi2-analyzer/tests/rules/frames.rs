//! Frame boundaries and frame numbers.

use super::wire::*;
use csi2_analyzer::Severity::*;

fn frames(link: &mut Link, numbers: &[u16]) {
    for &number in numbers {
        link.fs(number).lines(RAW8, &[9]).fe(number);
    }
}

#[test]
fn numbers() {
    let seq = |count| vec![("FRAME_SEQ_ERR", Warning, count)];
    // Numbers of FS, and how many are out of sequence.
    let table: &[(&[u16], usize)] = &[
        // Always 0: not in use.
        (&[0, 0, 0, 0], 0),
        // From 1, or from wherever the capture begins, to a number of the transmitter's choice, then 1.
        (&[1, 2, 3, 4], 0),
        (&[7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1], 0),
        (&[1, 2, 1, 2, 1], 0),
        (&[1, 1, 1, 1], 0),
        (&[65_534, 65_535, 1, 2], 0),
        // Steps of two where a frame was masked, mixed with steps of one.
        (&[1, 3, 5, 1], 0),
        (&[1, 2, 4, 1], 0),
        (&[1, 3, 4, 6, 1], 0),
        (&[2, 4, 6, 1, 3, 5, 1], 0),
        // Standing still.
        (&[4, 4, 5], 1),
        (&[1, 2, 3, 1, 1, 2, 3], 1),
        // Back to another number than 1.
        (&[5, 4, 5], 1),
        (&[3, 4, 2], 1),
        // A step of more than two.
        (&[1, 4, 5], 1),
        (&[1, 2, 9], 1),
        // Zero among numbers, once and always; a number among zeros.
        (&[1, 2, 0, 4, 5], 1),
        (&[1, 2, 3, 0, 1, 2, 3, 0, 1], 2),
        (&[1, 2, 0, 0, 0], 1),
        (&[0, 0, 7, 0, 0], 1),
        // The transmitter counts to 4; one count is cut short.
        (&[1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 1, 2, 3, 4, 1], 1),
    ];
    for (numbers, wrong) in table {
        let (statistics, findings) = judge(&link(|l| frames(l, numbers)));
        let expected = if *wrong > 0 { seq(*wrong) } else { Vec::new() };
        assert_eq!(count(&findings), expected, "{numbers:?}: {findings:#?}");
        assert_eq!(statistics.channels[0].frames, numbers.len() as u64);
    }
}

#[test]
fn messages() {
    let told = |numbers: &[u16]| {
        let (_, findings) = judge(&link(|l| frames(l, numbers)));
        findings
            .iter()
            .map(|of| (of.span.packet, of.to_string()))
            .collect::<Vec<_>>()
    };
    assert_eq!(told(&[1, 2, 0, 4]), [(6, "frame number 0 follows 2".into())]);
    assert_eq!(
        told(&[3, 1, 2, 3, 1, 2, 3, 1, 1]),
        [(24, "frame number 1 follows 1".into())]
    );
    assert_eq!(
        told(&[3, 4, 1, 2, 3, 4, 1, 2, 1]),
        [(24, "frame number 1 follows 2, where the transmitter counts to 4".into())]
    );
}

#[test]
fn boundaries() {
    walk(&[
        (
            "FE with another number, by channel",
            |l| {
                l.vc(1).fs(1).vc(11).fs(7).lines(RAW8, &[9]).fe(6);
                l.vc(1).lines(RAW8, &[9]).fe(1);
            },
            &[("FRAME_SYNC_ERR", Warning, 1)],
        ),
        (
            "FS in an open frame",
            |l| {
                l.fs(1).lines(RAW8, &[9]);
                frames(l, &[2, 3]);
            },
            &[("FRAME_SYNC_ERR", Error, 1)],
        ),
        (
            "FE without FS",
            |l| {
                frames(l, &[1]);
                l.fe(2);
                frames(l, &[3]);
            },
            &[("FRAME_SYNC_ERR", Error, 1)],
        ),
        (
            // A transmitter may be stopped anywhere.
            "the capture ends inside a frame: no error",
            |l| {
                frames(l, &[1]);
                l.fs(2).lines(RAW8, &[9]);
            },
            &[("FRAME_SYNC_ERR", Warning, 1)],
        ),
        (
            "the capture ends between frames, and inside none",
            |l| frames(l, &[1, 2]),
            &[],
        ),
        ("a frame without packets", |l| _ = l.fs(1).fe(1).fs(2).fe(2), &[]),
        (
            "a spoilt frame is told at its FE",
            |l| {
                l.fs(1).lines(RAW8, &[9]).hit(7, 0x10).fe(1);
                frames(l, &[2]);
            },
            &[("CRC_ERR", Error, 1), ("FRAME_DATA_ERR", Error, 1)],
        ),
        (
            "images and embedded rows outside a frame",
            |l| {
                _ = l
                    .lines(RAW8, &[9])
                    .lines(EMBEDDED, &[9])
                    .lines(USER1, &[9])
                    .lines(0x10, &[9])
            },
            &[("DATA_OUTSIDE_FRAME", Warning, 1), ("DATA_OUTSIDE_FRAME", Error, 1)],
        ),
    ]);
}
