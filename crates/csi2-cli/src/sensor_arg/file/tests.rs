use super::*;
use csi2_sensors::{DolMethod, Mode, PROFILES, Placement};

#[test]
fn each_sensor_is_read_as_it_was_printed() {
    for profile in PROFILES {
        let text = print(profile).unwrap();
        let read = parse(&text).unwrap_or_else(|wrong| panic!("{}: {wrong:?}\n{text}", profile.name));
        assert_eq!(read, *profile, "{text}");
    }
}

/// What no sensor of the tables has.
#[test]
fn the_rest_is_read_as_it_was_printed() {
    let of = |method| {
        let mut mode = *csi2_sensors::find("imx412").unwrap().mode("dol3").unwrap();
        mode.dol.as_mut().unwrap().method = method;
        mode
    };
    use csi2_packet::DataType;
    let modes: [Mode; 3] = [
        of(DolMethod::LineCount),
        Mode {
            name: "by-type",
            ..of(DolMethod::DataType([
                DataType::RAW12,
                DataType::USER1,
                DataType::from_bits(0x3F),
            ]))
        },
        Mode {
            name: "information",
            ..of(DolMethod::LineInformation {
                pixels: 16,
                placement: Placement::High,
            })
        },
    ];
    let profile = Profile {
        modes: Vec::leak(modes.to_vec()),
        ..Profile::named("mine")
    };
    assert_eq!(parse(&print(&profile).unwrap()).unwrap(), profile);
}

/// A user's file, by hand: registers as numbers too, and what may be left out.
#[test]
fn by_hand() {
    let text = r#"
        name = "mine"
        bayer = "gbrg"
        active = "1920x1080"
        gain = { tenths_of_decibel = 3 }
        embedded = { exposure_lines = { word = 0x0202 }, temperature = "0x013A" }

        [[modes]]
        name = "full"
        width = 1920
        height = 1080
        data_type = "raw10"
        lanes = 2
        lane_rate = 891_000_000
    "#;
    let profile = parse(text).unwrap();
    assert_eq!(profile.name, "mine");
    let map = profile.embedded.unwrap();
    assert_eq!(map.exposure_lines, Some(csi2_sensors::Field::Word(0x0202)));
    assert_eq!(map.temperature, Some(0x013A));
    let full = profile.mode("full").unwrap();
    assert_eq!(
        *full,
        Mode::new("full", 1920, 1080, csi2_packet::DataType::RAW10).link(2, 891_000_000)
    );
}

const GOOD: &str = "\
name = \"mine\"
bayer = \"rggb\"
black_level = { level = 64, bits = 10 }

[[modes]]
name = \"full\"
width = 1920
height = 1080
data_type = \"RAW10\"
lanes = 2
lane_rate = 891000000
pace = { pixel_rate = 148500000, line_length = 4400, frame_length = 1125 }
";

/// Each with one thing wrong: what stands there instead, the line, and a part of the message.
const WRONG: &[(&str, &str, usize, &str)] = &[
    ("name = \"mine\"\n", "\n", 1, "missing field `name`"),
    ("\"mine\"", "\"my sensor\"", 1, "expected lower-case letters, digits"),
    ("\"mine\"", "\"mine", 1, "expected"),
    ("\"rggb\"", "\"rgb\"", 2, "expected one of rggb, grbg, gbrg, bggr, mono"),
    ("bayer", "beyer", 2, "unknown field `beyer`, expected one of"),
    ("bits = 10", "bits = 6", 3, "black level 64 of 6 bits: expected"),
    ("height = 1080\n", "", 5, "missing field `height`"),
    ("width = 1920", "width = 1921", 5, "a multiple of 4 would fit"),
    ("width = 1920", "width = -1", 7, "expected u16"),
    ("height = 1080", "height = 0", 5, "that are not 0"),
    ("\"RAW10\"", "\"RAW11\"", 9, "expected a data type of long packets"),
    ("\"RAW10\"", "\"FS\"", 9, "expected a data type of long packets"),
    ("lanes = 2", "lanes = 9", 5, "a link has 1 to 8"),
    ("line_length = 4400", "line_length = 0", 5, "that are not 0"),
    ("line_length = 4400, ", "", 12, "missing field `line_length`"),
];

#[test]
fn wrong_files_are_told_where_and_how() {
    assert!(parse(GOOD).is_ok());
    for (part, instead, line, message) in WRONG {
        assert_eq!(GOOD.matches(part).count(), 1, "{part}");
        let wrong = parse(&GOOD.replace(part, instead)).unwrap_err();
        assert_eq!(wrong.line, Some(*line), "{instead}: {}", wrong.what);
        assert!(wrong.what.contains(message), "{instead}: {}", wrong.what);
    }
    let mode = &GOOD[GOOD.find("[[modes]]").unwrap()..];
    let wrong = parse(&format!("{GOOD}{mode}")).unwrap_err();
    assert_eq!((wrong.line, wrong.what.as_str()), (Some(13), "a second mode `full`"));
}

#[test]
fn wrong_sets_of_exposures() {
    let dol = "[modes.dol]\nexposures = 2\ndelays = [8, 0]\nslots_per_line = 2\nmethod = \"line-count\"\n";
    assert!(parse(&format!("{GOOD}{dol}")).is_ok());
    // The third is not used.
    let unused = dol.replace("\"line-count\"", "{ virtual-channel = [0, 2, 2] }");
    assert!(parse(&format!("{GOOD}{unused}")).is_ok());
    for (part, instead, message) in [
        ("exposures = 2", "exposures = 4", "4 exposures: expected 2 or 3"),
        (
            "exposures = 2",
            "exposures = 3",
            "slots_per_line 2: expected at least one for each of 3",
        ),
        ("\"line-count\"", "\"count\"", "expected one of `virtual-channel`"),
        (
            "\"line-count\"",
            "{ virtual-channel = [0, 1, 16] }",
            "expected a virtual channel, 0 to 15",
        ),
        (
            "\"line-count\"",
            "{ virtual-channel = [0, 1] }",
            "expected an array of length 3",
        ),
        (
            "\"line-count\"",
            "{ virtual-channel = [0, 0, 2] }",
            "virtual channel 0 twice: expected one for each exposure",
        ),
        (
            "\"line-count\"",
            "{ data-type = [\"RAW10\", \"RAW10\", \"USER1\"] }",
            "data type RAW10 twice: expected one for each exposure",
        ),
        ("[8, 0]", "[8]", "expected an array of length 2"),
    ] {
        assert!(dol.contains(part));
        let wrong = parse(&format!("{GOOD}{}", dol.replace(part, instead))).unwrap_err();
        assert!(wrong.line.is_some(), "{}", wrong.what);
        assert!(wrong.what.contains(message), "{instead}: {}", wrong.what);
    }
}
