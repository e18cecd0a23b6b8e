//! Which channel is which wire.

use csi2_capture::{Channel, ChannelMap, MapError};
use csi2_dphy::{LanePins, PinMap, Wire};

fn channels(names: &[&str]) -> Vec<Channel> {
    names.iter().copied().map(Channel::new).collect()
}

fn pins(map: ChannelMap) -> PinMap {
    match map {
        ChannelMap::Pins(pins) => pins,
        ChannelMap::Ports(ports) => panic!("ports: {ports:?}"),
    }
}

fn found(names: &[&str]) -> Result<PinMap, MapError> {
    ChannelMap::from_names(&channels(names)).map(pins)
}

fn parsed(text: &str, names: &[&str]) -> Result<PinMap, MapError> {
    ChannelMap::parse(text, &channels(names)).map(pins)
}

fn wire(channel: u16) -> Option<Wire> {
    Some(Wire { channel, invert: false })
}

fn not(channel: u16) -> Option<Wire> {
    Some(Wire { channel, invert: true })
}

fn lane(p: Option<Wire>, n: Option<Wire>) -> LanePins {
    LanePins {
        p,
        n,
        ..LanePins::default()
    }
}

/// Clock on the channels 0 and 1, lanes on 2 and 3, 4 and 5, ...
fn pairs(count: usize) -> PinMap {
    let mut pins = PinMap {
        clock: Some(lane(wire(0), wire(1))),
        count,
        ..PinMap::default()
    };
    for (slot, channel) in pins.lanes.iter_mut().zip((2..).step_by(2)).take(count) {
        *slot = lane(wire(channel), wire(channel + 1));
    }
    pins
}

/// The same of single wires, without `n`.
fn singles(count: usize, clock: bool) -> PinMap {
    let mut pins = PinMap {
        clock: clock.then(|| lane(wire(0), None)),
        count,
        ..PinMap::default()
    };
    for (slot, channel) in pins.lanes.iter_mut().zip(u16::from(clock)..).take(count) {
        *slot = lane(wire(channel), None);
    }
    pins
}

#[test]
fn names_that_people_use() {
    let two_lanes: &[[&str; 6]] = &[
        ["CLKP", "CLKN", "D0P", "D0N", "D1P", "D1N"],
        ["clk_p", "clk_n", "data0_p", "data0_n", "data1_p", "data1_n"],
        ["CP", "CN", "DP0", "DN0", "DP1", "DN1"],
        ["DCK_P", "DCK_N", "D0_P", "D0_N", "D1_P", "D1_N"],
        ["MCP", "MCN", "MDP0", "MDN0", "MDP1", "MDN1"],
        ["CKP", "CKN", "DATA0P", "DATA0N", "DATA1P", "DATA1N"],
        ["CLK+", "CLK-", "D0+", "D0-", "D1+", "D1-"],
        [
            "clk pos",
            "clk neg",
            "lane 0 pos",
            "lane 0 neg",
            "lane 1 pos",
            "lane 1 neg",
        ],
        ["clk_p", "clk_n", "data_p[0]", "data_n[0]", "data_p[1]", "data_n[1]"],
        ["clk_p", "clk_n", "dp[0]", "dn[0]", "dp[1]", "dn[1]"],
        ["clock-p", "clock-n", "rx0-p", "rx0-n", "rx1-p", "rx1-n"],
        [
            "CSI_CLK_P",
            "CSI_CLK_N",
            "CSI_DAT0_P",
            "CSI_DAT0_N",
            "CSI_DAT1_P",
            "CSI_DAT1_N",
        ],
        ["MIPI-CK+", "MIPI-CK-", "MIPI-D0+", "MIPI-D0-", "MIPI-D1+", "MIPI-D1-"],
        ["clk_p_i", "clk_n_i", "d0_p_i", "d0_n_i", "d1_p_i", "d1_n_i"],
        [
            "tb/dut/clk_p",
            "tb/dut/clk_n",
            "tb/dut/d0_p",
            "tb/dut/d0_n",
            "tb/dut/d1_p",
            "tb/dut/d1_n",
        ],
        ["CKP", "CKN", "D1P", "D1N", "D2P", "D2N"],
        ["rx_clk_p", "rx_clk_n", "rx_0_p", "rx_0_n", "rx_1_p", "rx_1_n"],
    ];
    for names in two_lanes {
        assert_eq!(found(names), Ok(pairs(2)), "{names:?}");
        assert_eq!(found(&names[..4]), Ok(pairs(1)), "{names:?}");
    }
}

#[test]
fn single_wires() {
    assert_eq!(found(&["clk", "d0", "d1"]), Ok(singles(2, true)));
    assert_eq!(
        found(&["CLK", "DATA0", "DATA1", "DATA2", "DATA3"]),
        Ok(singles(4, true))
    );
    assert_eq!(found(&["D0", "D1", "D2", "D3"]), Ok(singles(4, false)));
    assert_eq!(found(&["lane0", "lane1", "lane2"]), Ok(singles(3, false)));
    assert_eq!(found(&["clk_p", "d0_p"]), Ok(singles(1, true)));
    assert_eq!(found(&["D1", "D2", "D3", "D4"]), Ok(singles(4, false)));
    let n_only = found(&["CLKP", "D0N"]).unwrap();
    assert_eq!(n_only.lanes[0], lane(not(1), None));
}

#[test]
fn one_lane_without_a_number() {
    assert_eq!(found(&["clk_p", "clk_n", "data_p", "data_n"]), Ok(pairs(1)));
    assert_eq!(found(&["CP", "CN", "DP", "DN"]), Ok(pairs(1)));
    assert!(found(&["D+", "D-"]).is_err(), "these are a USB port");
    assert!(found(&["rx", "tx"]).is_err(), "these are a serial port");
}

#[test]
fn eight_lanes() {
    let names: Vec<String> = (0..8).flat_map(|k| [format!("D{k}P"), format!("D{k}N")]).collect();
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.splice(0..0, ["CLKP", "CLKN"]);
    assert_eq!(found(&names), Ok(pairs(8)));
    names.extend(["D8P", "D8N"]);
    assert!(found(&names).unwrap_err().message.contains("9 data lanes"));
}

#[test]
fn separate_low_power_receivers() {
    let names = [
        "mipi_clk_hs_p",
        "mipi_clk_hs_n",
        "mipi_data_hs_p[0]",
        "mipi_data_hs_n[0]",
        "mipi_data_lp_p[0]",
    ];
    let mut expected = pairs(1);
    expected.lanes[0].lp_p = wire(4);
    expected.lanes[0].lp_n = wire(5);
    let all: Vec<&str> = names.iter().copied().chain(["mipi_data_lp_n[0]"]).collect();
    assert_eq!(found(&all), Ok(expected));
}

#[test]
fn other_channels_do_not_disturb() {
    let link = ["CLKP", "CLKN", "D0P", "D0N"];
    let others = [
        "reset",
        "pclk",
        "i2c_scl",
        "SDA",
        "XSHUTDOWN",
        "vsync",
        "data",
        "sys_clk",
        "clk",
        "mclk",
        "d",
        "probe7",
        "",
        "data[0]",
        "GPIO4",
        "Dolphin",
        "123",
        "ndp0x",
        "phase_p",
    ];
    let names: Vec<&str> = link.iter().chain(&others).copied().collect();
    assert_eq!(found(&names), Ok(pairs(1)));
}

#[test]
fn pairs_win_over_buses() {
    let bus: Vec<String> = (0..32).map(|bit| format!("data[{bit}]")).collect();
    let mut names = vec!["clk_p", "clk_n", "d0_p", "d0_n"];
    names.extend(bus.iter().map(String::as_str));
    assert_eq!(found(&names), Ok(pairs(1)));
    let only_bus: Vec<&str> = bus.iter().map(String::as_str).collect();
    assert!(found(&only_bus).is_err());
}

#[test]
fn what_is_not_clear_is_asked_for() {
    let message = |names: &[&str]| found(names).unwrap_err().message;
    let two_cameras = ["cam0_clk_p", "cam0_d0_p", "cam1_clk_p", "cam1_d0_p"];
    let text = message(&two_cameras);
    assert!(
        text.contains("`cam0`") && text.contains("`cam1`") && text.contains("--map"),
        "{text}"
    );
    let text = message(&["CLKP", "CLKN", "D0P", "d0_p"]);
    assert!(text.contains("`D0P` and `d0_p`") && text.contains("d0.p"), "{text}");
    let text = message(&["CLKP", "D0P", "D2P"]);
    assert!(text.contains("d0 d2 without d1"), "{text}");
    let text = message(&["A", "B"]);
    assert!(text.contains("data lane") && text.contains("0 A, 1 B"), "{text}");
    assert!(message(&[]).contains("no channels"));
    let many: Vec<String> = (0..1000).map(|n| format!("x{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert!(message(&many).contains("and 960 more"));
}

#[test]
fn a_wire_seen_in_several_scopes_is_one_wire() {
    let channel = |name: &str, scopes: &[&str]| Channel {
        name: name.into(),
        paths: scopes.iter().map(|scope| format!("{scope}.{name}")).collect(),
    };
    let both = ["tb", "tb.dut"];
    let names = ["clk_p", "clk_n", "d0_p", "d0_n"];
    let same: Vec<Channel> = names.iter().map(|name| channel(name, &both)).collect();
    assert_eq!(ChannelMap::from_names(&same).map(pins), Ok(pairs(1)));
    let other: Vec<Channel> = both
        .iter()
        .flat_map(|scope| names.iter().map(|name| channel(name, &[*scope])))
        .collect();
    assert!(ChannelMap::from_names(&other).unwrap_err().message.contains("2 links"));
}

#[test]
fn the_map_of_the_command_line() {
    let names = ["CLKP", "CLKN", "D0P", "D0N", "D1P", "D1N"];
    assert_eq!(parsed("clk=CLKP/CLKN,d0=D0P/D0N,d1=D1P/D1N", &names), Ok(pairs(2)));
    assert_eq!(
        parsed(" CLK = clkp / clk_n , D0=d0-p/D0N,d1=4/5,", &names),
        Ok(pairs(2))
    );
    assert_eq!(parsed("clk.p=0,clk.n=1,d0.p=2,d0.n=3", &names), Ok(pairs(1)));
    let inverted = parsed("clk=!CLKN,d0=D0P/!D0N,d1=!D1P", &names).unwrap();
    assert_eq!(inverted.clock, Some(lane(not(1), None)));
    assert_eq!(inverted.lanes[0], lane(wire(2), not(3)));
    assert_eq!(inverted.lanes[1], lane(not(4), None));
    let separate = parsed("d0.hs=A,d0.lp_p=B,d0.lp_n=C", &["A", "B", "C"]).unwrap();
    let expected = LanePins {
        p: wire(0),
        n: None,
        lp_p: wire(1),
        lp_n: wire(2),
    };
    assert_eq!((separate.clock, separate.lanes[0]), (None, expected));
}

#[test]
fn channels_by_name_then_by_index() {
    assert_eq!(parsed("d0=1", &["1", "0"]).unwrap().lanes[0].p, wire(0));
    assert_eq!(parsed("d0=1", &["A", "B"]).unwrap().lanes[0].p, wire(1));
    assert_eq!(
        parsed("d0=tb/d/tb/n", &["tb/d", "tb/n"]).unwrap().lanes[0],
        lane(wire(0), wire(1))
    );
    assert_eq!(
        parsed("d0=tb/d", &["tb/d", "tb", "d"]).unwrap().lanes[0],
        lane(wire(0), None)
    );
    assert_eq!(
        parsed("d0=D0+/D0-", &["D0+", "D0-"]).unwrap().lanes[0],
        lane(wire(0), wire(1))
    );
}

#[test]
fn a_wrong_map_is_refused_with_a_way_out() {
    let names = ["CLKP", "D0P", "D0N"];
    let cases = [
        ("", "no data lane"),
        ("clk=CLKP", "no data lane"),
        ("d0", "has no `=`"),
        ("d0=", "empty channel name"),
        ("d0=NOPE", "no channel `NOPE`; channels: 0 CLKP, 1 D0P"),
        ("d0=D0P/NOPE", "no channel `NOPE`"),
        ("d0=3", "no channel `3`"),
        ("d8=D0P", "no such lane"),
        ("dx=D0P", "no such lane"),
        ("reset=D0P", "there are clk and d0 to d7"),
        ("d0.q=D0P", ".p .n .hs .lp_p .lp_n"),
        ("d0.data=RXDATA0[7:0]", "no channel `RXDATA0`"),
        ("d0.valid=D0P", "d0.data has 0 wires"),
        ("d0.data=D0P,d0=D0N", "a map is of one or the other"),
        ("clk.data=D0P", "the clock is one wire"),
        ("active=D0P", "write d0.active"),
        ("d0=D0P,d0=D0N", "d0.p is given twice"),
        ("d0=D0P/D0P", "this channel is"),
        ("clk=D0P,d0=D0P", "this channel is clk.p already"),
        ("d0=D0P,d2=D0N", "d0 d2 without d1"),
        ("d0.n=D0P/D0N", "no channel `D0P/D0N`"),
    ];
    for (text, expected) in cases {
        let error = parsed(text, &names).unwrap_err();
        assert!(error.message.contains(expected), "{text}: {error}");
    }
    let twice = parsed("d0=d0p", &["D0P", "d0P"]).unwrap_err();
    assert!(twice.message.contains("channel 0 and channel 1"), "{twice}");
}

#[test]
fn restricted_to_the_lanes_in_use() {
    let map = ChannelMap::Pins(pairs(4));
    assert_eq!(map.clone().restrict(2), ChannelMap::Pins(pairs(2)));
    for same in [0, 4, 8] {
        assert_eq!(map.clone().restrict(same), map);
    }
}
