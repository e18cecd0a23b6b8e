//! Several exposures: each row in its slot, with its code, type or channel.

use super::{BRIEF, clean, packets, refused, simulate};
use crate::support::Bench;
use std::collections::BTreeMap;

/// Rows of a set as a table of slots says: channel or code, and content, by slot. `None`: black.
type Slots = BTreeMap<u64, (String, u64, Option<(usize, usize)>)>;

/// Two sets of two exposures, four rows of 64 pixels, the short one two rows later; ramp.
struct Set<'a> {
    options: &'a str,
    period: u64,
    slots: Slots,
    /// Pixels before those of the image, and what they hold, by slot and parity of the set.
    code: fn(u64, u64) -> Option<u16>,
}

#[track_caller]
fn as_scheduled(set: &Set<'_>) {
    let bench = Bench::new();
    simulate(
        &bench,
        &format!(
            "imx412:full-dol2-10bit --pattern ramp --crop 64x4+0+0 --embedded off --dol-delay 2 {} -o link.pcapng",
            set.options
        ),
    );
    let got = packets(&bench, "link.pcapng");
    let expected: BTreeMap<u64, _> = (0..2)
        .flat_map(|index| {
            set.slots
                .iter()
                .map(move |(slot, what)| (slot + index * set.period, (index, slot, what)))
        })
        .collect();
    let names: Vec<_> = got.iter().map(|packet| (packet.0.clone(), packet.1)).collect();
    let wanted: Vec<_> = expected.values().map(|(_, _, what)| (what.0.clone(), what.1)).collect();
    assert_eq!(names, wanted, "{}", set.options);
    for (packet, (at, (index, slot, what))) in got.iter().zip(expected) {
        let due = at as f64 * 4512.0 / 0.84;
        assert!((packet.2 - got[0].2 - due).abs() <= 1.5, "{}: slot {at}", set.options);
        if packet.3.is_empty() {
            continue;
        }
        let codes = packet.3.len() - 64;
        for pixel in &packet.3[..codes] {
            assert_eq!(Some(*pixel), (set.code)(*slot, index), "{}: slot {at}", set.options);
        }
        let row: Vec<u16> = match what.2 {
            Some((exposure, y)) => (0..64)
                .map(|x| BRIEF[0].canvas.sample("ramp", x, y, (index as usize, exposure)))
                .collect(),
            None => vec![64; 64],
        };
        assert_eq!(packet.3[codes..], row, "{}: slot {at}", set.options);
    }
}

fn row(name: &str, channel: u64, content: Option<(usize, usize)>) -> (String, u64, Option<(usize, usize)>) {
    (name.to_owned(), channel, content)
}

/// A virtual channel each: slots of the long exposure are even, those of the short one odd, two rows later.
#[test]
fn exposures_by_virtual_channel() {
    let mut slots = Slots::new();
    for (exposure, first) in [(0, 0), (1, 5)] {
        let channel = exposure as u64;
        slots.insert(first, row("FS", channel, None));
        for y in 0..4 {
            slots.insert(first + 2 + 2 * y, row("RAW10", channel, Some((exposure, y as usize))));
        }
        slots.insert(first + 10, row("FE", channel, None));
    }
    as_scheduled(&Set {
        options: "",
        period: 6204,
        slots: slots.clone(),
        code: |_, _| None,
    });
    // The short exposure of the first set ends after the long one of the second has begun.
    as_scheduled(&Set {
        options: "--frame-length 7",
        period: 14,
        slots,
        code: |_, _| None,
    });
}

/// Slots of rows that share FS and FE: pairs of long and short, the image of the short one two rows late.
fn shared(black: &str, vbp: bool, types: [&str; 2]) -> Slots {
    let mut slots = Slots::from([(0, row("FS", 0, None))]);
    let first = if black.is_empty() { 1 } else { 3 };
    if !black.is_empty() {
        for slot in [1, 2] {
            slots.insert(slot, row(black, 0, None));
        }
    }
    for pair in 0..6 {
        for (exposure, name) in types.iter().enumerate() {
            let y = pair - 2 * exposure as i64;
            let slot = first + 2 * pair as u64 + exposure as u64;
            if (0..4).contains(&y) {
                slots.insert(slot, row(name, 0, Some((exposure, y as usize))));
            } else if vbp {
                slots.insert(slot, row(name, 0, None));
            }
        }
    }
    slots.insert(first + 12, row("FE", 0, None));
    slots
}

#[test]
fn exposures_by_line_information() {
    let code = |slot: u64, set: u64| {
        let pair = if slot % 2 == 1 { [0x241, 0x251] } else { [0x242, 0x252] };
        Some(pair[set as usize])
    };
    for pixels in [4, 16] {
        for (vbp, on) in [("on", true), ("off", false)] {
            let options = format!("--dol li --li-pixels {pixels} --vbp {vbp}");
            as_scheduled(&Set {
                options: &options,
                period: 6204,
                slots: shared("", on, ["RAW10"; 2]),
                code,
            });
        }
    }
    // Black rows with codes of their own, those of the exposure, or a data type.
    let own = |slot: u64, set: u64| {
        let at = (usize::from(slot.is_multiple_of(2)), set as usize);
        match slot {
            1 | 2 => Some([[0x221, 0x231], [0x222, 0x232]][at.0][at.1]),
            _ => Some([[0x241, 0x251], [0x242, 0x252]][at.0][at.1]),
        }
    };
    for (mark, name) in [("own", "RAW10"), ("exposure", "RAW10"), ("dt", "USER8")] {
        let options = format!("--dol li --ob 1 --ob-code {mark}");
        as_scheduled(&Set {
            options: &options,
            period: 6204,
            slots: shared(name, true, ["RAW10"; 2]),
            code: if mark == "exposure" { code } else { own },
        });
    }
}

#[test]
fn exposures_by_data_type_and_by_line_count() {
    let bare = |_: u64, _: u64| None;
    for (options, vbp, types) in [
        ("--dol dt", false, ["RAW10", "USER1"]),
        ("--dol dt --dol-dt USER3,RAW10 --vbp on", true, ["USER3", "RAW10"]),
        ("--dol lines", true, ["RAW10"; 2]),
        ("--dol lines --vbp off", false, ["RAW10"; 2]),
    ] {
        as_scheduled(&Set {
            options,
            period: 6204,
            slots: shared("", vbp, types),
            code: bare,
        });
    }
}

/// Three exposures, from the public driver: the second 246 rows late, the third 282; four frame lengths a set.
#[test]
fn three_exposures() {
    let bench = Bench::new();
    simulate(&bench, "imx412:dol3 --crop 64x2+0+0 --embedded off -o link.pcapng");
    clean(&bench, "link.pcapng", 7.5);
    let got = packets(&bench, "link.pcapng");
    let slot = 6224.0 / 0.5808;
    let starts: Vec<_> = got
        .iter()
        .filter(|packet| packet.0 == "FS")
        .map(|packet| (packet.1, ((packet.2 - got[0].2) / slot).round() as u64))
        .collect();
    let set = 4 * 3110;
    let expected = [0, 3 * 246 + 1, 3 * 282 + 2].map(|first| [first, first + set]);
    let expected: Vec<_> = (0..2)
        .flat_map(|index| (0..3).map(move |vc| (vc as u64, expected[vc][index])))
        .collect();
    assert_eq!(starts, expected);
}

/// What trails into the next set cannot share its FS and FE.
#[test]
fn sets_that_do_not_fit() {
    let bench = Bench::new();
    let said = refused(&bench, "imx412:full-dol2-10bit --dol li -o link.pcapng");
    // FS, two embedded rows, 3040 and 200 rows of two exposures, FE.
    assert!(said.contains("take 6484 row times, a frame has 6204"), "{said}");
    assert!(said.contains("--frame-length 3242, or less --dol-delay"), "{said}");
    let said = refused(&bench, "imx412:full-10bit --frame-length 3000 -o link.pcapng");
    assert!(said.contains("take 3044 row times, a frame has 3000"), "{said}");
    let said = refused(&bench, "imx412:dol3 --frame-length 2440 -o link.pcapng");
    assert!(said.contains("no multiple of 3"), "{said}");
    let said = refused(&bench, "imx412:full-10bit --vbp on -o link.pcapng");
    assert!(said.contains("--vbp is of several exposures"), "{said}");
}

#[test]
fn types_that_tell_no_exposures_apart() {
    let bench = Bench::new();
    for (types, says) in [
        ("RAW10,RAW10", "--dol-dt names a type twice"),
        ("RAW10,RGB888", "--dol-dt: RGB888 is not of raw samples"),
        ("EMBEDDED,RAW10", "--dol-dt: EMBEDDED is not of raw samples"),
        ("RAW10,FS", "--dol-dt: FS is of short packets"),
    ] {
        let said = refused(
            &bench,
            &format!("imx412:full-10bit --dol dt --dol-dt {types} -o link.pcapng"),
        );
        assert!(said.contains(says), "{types}: {said}");
    }
}

/// The short exposure is the long one with a sixteenth of the light above black, and the long one saturates.
#[test]
fn light_of_exposures() {
    let bench = Bench::new();
    let window = "--crop 256x40+2000+1040 --frames 1 --embedded off";
    simulate(&bench, &format!("imx412:full-12bit {window} -o plain.pcapng"));
    simulate(&bench, &format!("imx412:full-12bit --dol vc {window} -o hdr.pcapng"));
    bench
        .run(&["decode", "plain.pcapng", "--format", "npy", "-o", "plain"])
        .ok();
    bench
        .run(&["decode", "hdr.pcapng", "--format", "npy", "-o", "hdr"])
        .ok();
    let plain = bench.npy_samples("plain/vc0-raw12-000000.npy");
    let long = bench.npy_samples("hdr/vc0-raw12-000000.npy");
    let short = bench.npy_samples("hdr/vc1-raw12-000000.npy");
    let mut saturated = 0;
    for ((plain, long), short) in plain.iter().zip(&long).zip(&short) {
        // Of the whole light; fractions of a step are lost once in each.
        let light = (plain - 256, plain - 256 + 1);
        let bounds = |times: u16, of: u16| 256 + light.0 * times / of..=256 + (light.1 * times).div_ceil(of);
        assert!(bounds(1, 4).contains(short), "{plain} {short}");
        if *long == 4095 {
            saturated += 1;
            assert!(256 + light.1 * 4 >= 4095);
        } else {
            assert!(bounds(4, 1).contains(long), "{plain} {long}");
        }
    }
    assert!(saturated > 100 && saturated < long.len(), "{saturated}");
}
