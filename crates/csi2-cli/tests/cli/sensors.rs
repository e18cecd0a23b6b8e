//! Sensors and their drive modes: `sensors`, `--sensor`, and files of a user's own.

use crate::support::{Bench, lines};
use serde_json::{Value, json};

fn sensor(bench: &Bench, name: &str) -> Value {
    let mut rows = lines(&bench.run(&["sensors", name, "--json"]).ok());
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

#[test]
fn sensors_as_a_table_and_as_json() {
    let bench = Bench::new();
    let rows = lines(&bench.run(&["sensors", "--json"]).ok());
    let names: Vec<&str> = rows.iter().map(|row| row["name"].as_str().expect("a name")).collect();
    assert!(names.is_sorted() && names.contains(&"imx412"), "{names:?}");
    let text = bench.run(&["sensors"]).ok();
    for row in &rows {
        let name = row["name"].as_str().expect("a name");
        assert_eq!(row["type"], "sensor");
        assert!(text.contains(&format!("\n  {name} ")), "{text}");
    }
    // Each is a value of the option, in any case, and so is each of its modes.
    for row in rows.iter().take(6) {
        let name = row["name"].as_str().expect("a name");
        let words = ["list", "-v", "--sensor", &name.to_uppercase(), "absent.hex"];
        bench.run(&words).failed(3);
        if let Some(mode) = row["modes"][0]["name"].as_str() {
            let words = ["list", "--sensor", &format!("{name}:{mode}"), "absent.hex"];
            bench.run(&words).failed(3);
        }
    }
    let mut imx412 = sensor(&bench, "IMX577");
    let modes = imx412["modes"].take();
    assert_eq!(
        imx412,
        json!({
            "type": "sensor", "name": "imx412", "also_known": ["imx577"], "bayer": "rggb", "black_level": 64,
            "black_level_bits": 10, "analogue_gain": "1024/(1024-c)", "exposure_margin": 22, "embedded_rows": 2,
            "embedded": {
                "frame_count": "0x0005", "exposure_lines": "0x0202", "analogue_gain_code": "0x0204",
                "digital_gain": "0x020E", "frame_length_lines": "0x0340", "line_length_pixels": "0x0342",
                "temperature_c": "0x013A"
            },
            "array": {"width": 4072, "height": 3176}, "active": {"width": 4056, "height": 3040}, "frame_margin": 52,
            "black_rows": null, "black_data_type": null, "modes": null
        })
    );
    let mut dol3 = modes
        .as_array()
        .and_then(|modes| modes.iter().find(|mode| mode["name"] == "dol3"))
        .expect("dol3")
        .clone();
    // 6224 clocks of 580.8 MHz; four times 3110 of them.
    for (key, expected) in [("line_time_ns", 10_716.25), ("frame_rate", 7.5), ("link_load", 0.5742)] {
        let found = dol3[key].take().as_f64().expect(key);
        assert!((found / expected - 1.0).abs() < 1e-3, "{key}: {found}");
    }
    assert_eq!(
        dol3,
        json!({
            "name": "dol3", "width": 4056, "height": 3040, "dt": 0x2C, "data_type": "RAW12", "word_count": 6084,
            "lanes": 4, "lane_rate_bps": 1_452_000_000, "pixel_rate_hz": 580_800_000, "line_length": 6224,
            "frame_length": 3110, "line_time_ns": null, "frame_rate": null, "link_load": null, "embedded_rows": 2,
            "binning": 1, "clock": null, "line_sync": false, "exposures": 3,
            "dol": {
                "method": "virtual-channel", "channels": [0, 1, 2], "data_types": null, "li_pixels": null,
                "li_placement": null, "delays": [246, 282], "slots_per_line": 4, "blanking_rows": false,
                "black_rows": 0, "left_margin": 0, "right_margin": 0, "top_margin": 0
            }
        })
    );
}

#[test]
fn one_sensor_as_a_table() {
    let bench = Bench::new();
    let text = bench.run(&["sensors", "imx412"]).ok();
    let first = text.lines().next().expect("a line");
    assert_eq!(
        first,
        "imx412 imx577, array 4072x3176, image 4056x3040, rggb, black level 64 of 10 bits, frame >= image + 52 lines"
    );
    let row = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.trim_start().starts_with(name));
        let line = line.unwrap_or_else(|| panic!("{text}"));
        line.split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        row(&text, "full-dol2-10bit"),
        [
            "full-dol2-10bit",
            "4056x3040",
            "RAW10",
            "2 by VC 0 1",
            "4 x 2.1 Gbps",
            "4512",
            "3102",
            "5.371 us",
            "30.01 Hz",
            "88.3 %",
            "2"
        ]
    );
    // One mode alone; one whose rows no link as published carries; one without a pace; none at all.
    let text = bench.run(&["sensors", "imx412:dol3"]).ok();
    assert_eq!(text.lines().count(), 3, "{text}");
    let text = bench.run(&["sensors", "imx708"]).ok();
    assert!(
        text.contains("\n  2304x1296-hdr-10bit: a row is a packet of 2886 bytes"),
        "{text}"
    );
    let text = bench.run(&["sensors", "gc2145"]).ok();
    assert_eq!(row(&text, "vga-uyvy")[5..], ["-"; 6]);
    let text = bench.run(&["sensors", "imx715"]).ok();
    assert_eq!(
        text,
        "imx715, image 3864x2192, gbrg\nNo public source says at what rates it sends.\n"
    );
}

/// A file that the command printed is a sensor as good as its own, and what is edited in it is so.
#[test]
fn a_sensor_from_a_file() {
    let bench = Bench::new();
    let printed = bench.run(&["sensors", "imx678", "--toml"]).ok();
    bench.write("mine.toml", &printed);
    assert_eq!(sensor(&bench, "mine.toml"), sensor(&bench, "imx678"));
    assert_eq!(bench.run(&["sensors", "mine.toml", "--toml"]).ok(), printed);

    let edited = printed
        .replace("name = \"imx678\"", "name = \"mine\"")
        .replace("\"full-10bit\"", "\"whole\"");
    bench.write("mine.toml", &edited);
    let found = sensor(&bench, "mine.toml:whole");
    assert_eq!(found["name"], "mine");
    assert_eq!(found["modes"].as_array().map(Vec::len), Some(1));
    // It reaches the reading commands: an embedded row is named by it.
    bench.write("in.hex", "12 0a 00\n");
    let message = bench
        .run(&["list", "-v", "--sensor", "mine.toml:full-10bit", "in.hex"])
        .failed(2);
    assert!(
        message.contains("no mode `full-10bit`; mine has whole, full-12bit"),
        "{message}"
    );
    bench
        .run(&["list", "-v", "--sensor", "mine.toml:whole", "absent.hex"])
        .failed(3);
}

#[test]
fn wrong_sensors_modes_and_files() {
    let bench = Bench::new();
    bench.write("wrong.toml", "name = \"mine\"\nbayer = \"rgb\"\n");
    for (value, parts) in [
        ("imx999", &["imx999", ".toml", "imx412, imx577"][..]),
        (
            "imx412:4k",
            &["no mode `4k`", "imx412 has full-10bit, full-12bit, 4k2k-10bit"],
        ),
        ("imx715:full", &["no modes of imx715 are known"]),
        ("absent.toml", &["absent.toml: No such file"]),
        (
            "wrong.toml",
            &[
                "wrong.toml, line 2",
                "\"rgb\"",
                "expected one of rggb, grbg, gbrg, bggr, mono",
            ],
        ),
        ("wrong.toml:full", &["wrong.toml, line 2"]),
    ] {
        let words = [&["list", "--sensor", value, "in.hex"][..], &["sensors", value]];
        for words in words {
            let message = bench.run(words).failed(2);
            for part in parts {
                assert!(message.contains(part), "{words:?}: {message}");
            }
        }
    }
    bench.run(&["sensors", "--toml"]).failed(2);
    bench.run(&["sensors", "imx412", "--toml", "--json"]).failed(2);
}
