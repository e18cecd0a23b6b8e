//! Which channel is which port.

use csi2_capture::{Channel, ChannelMap, Layer, MapError};
use csi2_dphy::{LanePorts, PortMap, Ports, StreamPorts};

/// Channels of signals with a width each, as a value change dump gives them.
fn channels(signals: &[(&str, usize)]) -> Vec<Channel> {
    let bits = |(name, width): &(&str, usize)| -> Vec<String> {
        match width {
            1 => vec![(*name).into()],
            width => (0..*width).map(|bit| format!("{name}[{bit}]")).collect(),
        }
    };
    signals.iter().flat_map(bits).map(Channel::new).collect()
}

fn found(signals: &[(&str, usize)]) -> Result<ChannelMap, MapError> {
    ChannelMap::from_names(&channels(signals))
}

fn parsed(text: &str, signals: &[(&str, usize)]) -> Result<ChannelMap, MapError> {
    ChannelMap::parse(text, &channels(signals))
}

fn lanes(map: &ChannelMap) -> Vec<LanePorts> {
    match map.ports() {
        Some(PortMap {
            ports: Ports::Lanes { lanes, count },
            ..
        }) => lanes[..*count].to_vec(),
        other => panic!("no lanes: {other:?}"),
    }
}

fn stream(map: &ChannelMap) -> StreamPorts {
    match map.ports() {
        Some(PortMap {
            ports: Ports::Stream(stream),
            ..
        }) => *stream,
        other => panic!("no stream: {other:?}"),
    }
}

/// Channels of a lane: data, valid, active, sync.
fn of(lane: &LanePorts) -> (Vec<u16>, Vec<u16>, Option<u16>, Option<u16>) {
    (
        lane.data.channels().to_vec(),
        lane.valid.channels().to_vec(),
        lane.active.map(|wire| wire.channel),
        lane.sync.map(|wire| wire.channel),
    )
}

#[test]
fn names_of_a_protocol_interface() {
    type Names = [&'static str; 8];
    let cases: [Names; 8] = [
        [
            "RxDataHS0",
            "RxValidHS0",
            "RxActiveHS0",
            "RxSyncHS0",
            "RxDataHS1",
            "RxValidHS1",
            "RxActiveHS1",
            "RxSyncHS1",
        ],
        [
            "rxdatahs_0",
            "rxvalidhs_0",
            "rxactivehs_0",
            "rxsynchs_0",
            "rxdatahs_1",
            "rxvalidhs_1",
            "rxactivehs_1",
            "rxsynchs_1",
        ],
        [
            "dl0_rxdatahs",
            "dl0_rxvalidhs",
            "dl0_rxactivehs",
            "dl0_rxsynchs",
            "dl1_rxdatahs",
            "dl1_rxvalidhs",
            "dl1_rxactivehs",
            "dl1_rxsynchs",
        ],
        [
            "D0_RX_DATA_HS",
            "D0_RX_VALID_HS",
            "D0_RX_ACTIVE_HS",
            "D0_RX_SYNC_HS",
            "D1_RX_DATA_HS",
            "D1_RX_VALID_HS",
            "D1_RX_ACTIVE_HS",
            "D1_RX_SYNC_HS",
        ],
        [
            "rxdatahs[0]",
            "rxvalidhs[0]",
            "rxactivehs[0]",
            "rxsynchs[0]",
            "rxdatahs[1]",
            "rxvalidhs[1]",
            "rxactivehs[1]",
            "rxsynchs[1]",
        ],
        [
            "tb.lane[0].u.rxdatahs",
            "tb.lane[0].u.rxvalidhs",
            "tb.lane[0].u.rxactivehs",
            "tb.lane[0].u.rxsynchs",
            "tb.lane[1].u.rxdatahs",
            "tb.lane[1].u.rxvalidhs",
            "tb.lane[1].u.rxactivehs",
            "tb.lane[1].u.rxsynchs",
        ],
        [
            "u2_RxDataHS0_o",
            "u2_RxValidHS0_o",
            "u2_RxActiveHS0_o",
            "u2_RxSyncHS0_o",
            "u2_RxDataHS1_o",
            "u2_RxValidHS1_o",
            "u2_RxActiveHS1_o",
            "u2_RxSyncHS1_o",
        ],
        [
            "ppi_dl1_rxdatahs",
            "ppi_dl1_rxvalidhs",
            "ppi_dl1_rxactivehs",
            "ppi_dl1_rxsynchs",
            "ppi_dl2_rxdatahs",
            "ppi_dl2_rxvalidhs",
            "ppi_dl2_rxactivehs",
            "ppi_dl2_rxsynchs",
        ],
    ];
    for names in cases {
        let widths = [8, 1, 1, 1, 8, 1, 1, 1];
        let mut signals: Vec<(&str, usize)> = names.into_iter().zip(widths).collect();
        signals.extend([("stopstate", 1), ("errsoths", 1), ("d_unrelated", 12)]);
        let map = found(&signals).unwrap_or_else(|error| panic!("{names:?}: {error}"));
        assert_eq!((map.layer(), map.lanes()), (Layer::Lanes, 2), "{names:?}");
        let lanes = lanes(&map);
        assert_eq!(
            of(&lanes[0]),
            ((0..8).collect(), vec![8], Some(9), Some(10)),
            "{names:?}"
        );
        assert_eq!(
            of(&lanes[1]),
            ((11..19).collect(), vec![19], Some(20), Some(21)),
            "{names:?}"
        );
        assert_eq!(map.ports().unwrap().clock, None);
    }
}

#[test]
fn lanes_in_common_buses_and_strobes_in_common() {
    let map = found(&[("rxdatahs", 32), ("rxvalidhs", 4), ("rxsynchs", 4), ("rxbyteclkhs", 1)]).unwrap();
    let four = lanes(&map);
    assert_eq!(four.len(), 4);
    assert_eq!(of(&four[2]), ((16..24).collect(), vec![34], None, Some(38)));
    assert_eq!(map.ports().unwrap().clock.unwrap().channel, 40);

    // One lane of 32 bits with one strobe.
    let map = found(&[("rxdatahs", 32), ("rxvalidhs", 1)]).unwrap();
    assert_eq!(of(&lanes(&map)[0]), ((0..32).collect(), vec![32], None, None));

    // Strobes of all lanes, and a bit for each.
    let map = found(&[("rxdatahs0", 8), ("rxdatahs1", 8), ("rxvalidhs", 1), ("rxsynchs", 2)]).unwrap();
    let two = lanes(&map);
    assert_eq!((of(&two[0]).1, of(&two[1]).1), (vec![16], vec![16]));
    assert_eq!((of(&two[0]).3, of(&two[1]).3), (Some(17), Some(18)));

    // A wide lane with a strobe for each byte.
    let map = found(&[("rxdatahs0", 16), ("rxvalidhs0", 2)]).unwrap();
    assert_eq!(of(&lanes(&map)[0]).1, [16, 17]);
}

#[test]
fn names_of_a_stream() {
    let signals = [
        ("s_axis_tdata", 32),
        ("s_axis_tkeep", 4),
        ("s_axis_tvalid", 1),
        ("s_axis_tready", 1),
        ("s_axis_tlast", 1),
        ("s_axis_tuser", 1),
        ("s_axis_aclk", 1),
    ];
    let map = found(&signals).unwrap();
    assert_eq!((map.layer(), map.lanes()), (Layer::Packets, 0));
    let ports = stream(&map);
    assert_eq!((ports.data.width(), ports.keep.channels()), (32, &[32, 33, 34, 35][..]));
    let wires = [ports.valid, ports.ready, ports.last].map(|wire| wire.unwrap().channel);
    assert_eq!((wires, map.ports().unwrap().clock.unwrap().channel), ([36, 37, 38], 40));
    assert_eq!(map.role(31), Some("data[31]".into()));
    assert_eq!(
        [36, 33, 39].map(|channel| map.role(channel)),
        [Some("valid".into()), Some("keep[1]".into()), None]
    );

    let two = found(&[("a_tdata", 8), ("a_tvalid", 1), ("b_tdata", 8), ("b_tvalid", 1)]).unwrap_err();
    assert!(
        two.message.contains("2 links") && two.message.contains("`a`, `b`"),
        "{two}"
    );
    assert!(two.message.contains("a_tdata[7:0]"), "{two}");
    let alone = found(&[("tdata", 8)]).unwrap_err();
    assert!(alone.message.contains("add valid=NAME"), "{alone}");
}

#[test]
fn which_interface_wins() {
    let pairs = [("clk_p", 1), ("clk_n", 1), ("d0_p", 1), ("d0_n", 1)];
    let ports = [("rxdatahs0", 8), ("rxvalidhs0", 1)];
    let both: Vec<_> = pairs.iter().chain(&ports).copied().collect();
    assert_eq!(found(&both).unwrap().layer(), Layer::Pins);
    let single: Vec<_> = [("clk", 1), ("d0", 1)].iter().chain(&ports).copied().collect();
    assert_eq!(found(&single).unwrap().layer(), Layer::Lanes);
    let bare = found(&[("rxdatahs0", 8), ("other", 1)]).unwrap_err();
    assert!(bare.message.contains("add d0.valid=NAME"), "{bare}");
    // The bits of a lane's bus are no lanes.
    assert_eq!(
        found(&[("rx_data_hs_0", 8), ("rx_valid_hs_0", 1)]).unwrap().layer(),
        Layer::Lanes
    );
}

#[test]
fn the_map_of_the_command_line() {
    let signals = [
        ("RXDATA0", 8),
        ("RXDATA1", 8),
        ("V0", 1),
        ("V1", 1),
        ("ACT", 1),
        ("S", 2),
        ("BCLK", 1),
    ];
    let text = "clk=BCLK,d0.data=RXDATA0[7:0],d0.valid=V0,d0.active=ACT,d0.sync=S[0],d1.data=rxdata1,d1.valid=!V1,d1.sync=S[1]";
    let map = parsed(text, &signals).unwrap();
    let two = lanes(&map);
    assert_eq!(of(&two[0]), ((0..8).collect(), vec![16], Some(18), Some(19)));
    assert_eq!(of(&two[1]), ((8..16).collect(), vec![17], None, Some(20)));
    assert!(two[1].valid.is_inverted() && !two[0].valid.is_inverted());
    assert_eq!(map.ports().unwrap().clock.unwrap().channel, 21);
    assert_eq!(
        [3, 12, 17, 20, 21].map(|channel| map.role(channel).unwrap()),
        ["d0.data[3]", "d1.data[4]", "!d1.valid", "d1.sync", "clk"]
    );
    assert_eq!(map.clone().restrict(1).lanes(), 1);

    // Parts of a bus, the right end lowest; bits that are channels of their own; strobes of the first lane for all.
    let part = parsed("d0.data=W[15:8],d1.data=W[0:7],d0.valid=V", &[("W", 16), ("V", 1)]).unwrap();
    assert_eq!(of(&lanes(&part)[0]).0, (8..16).collect::<Vec<u16>>());
    assert_eq!(of(&lanes(&part)[1]), ((0..8).rev().collect(), vec![16], None, None));
    let apart: Vec<(String, usize)> = (0..8).map(|bit| (format!("D{bit}"), 1)).collect();
    let mut apart: Vec<(&str, usize)> = apart.iter().map(|(name, width)| (name.as_str(), *width)).collect();
    apart.push(("V", 1));
    assert_eq!(
        of(&lanes(&parsed("d0.data=D[7:0],d0.valid=8", &apart).unwrap())[0]).0,
        (0..8).collect::<Vec<u16>>()
    );

    let text = "data=tdata[31:0],valid=tvalid,ready=tready,last=tlast,keep=tkeep";
    let axi = [("tdata", 32), ("tvalid", 1), ("tready", 1), ("tlast", 1), ("tkeep", 4)];
    assert_eq!(stream(&parsed(text, &axi).unwrap()).keep.channels(), [35, 36, 37, 38]);
}

#[test]
fn a_wrong_map_says_what_would_be_right() {
    let signals = [("D", 8), ("W", 12), ("V", 1), ("K", 3)];
    for (text, expected) in [
        ("d0.data=D", "add d0.valid=NAME"),
        (
            "d0.data=W,d0.valid=V",
            "d0.data has 12 wires: a lane's data has 8, 16 or 32",
        ),
        ("d0.data=D,d0.valid=K", "d0.valid has 3 wires for 1 bytes"),
        (
            "d0.data=D[9:2],d0.valid=V",
            "8 bits, but only 6 of them are channels; channels: 0 D[7:0]",
        ),
        ("d0.data=D[7:x],d0.valid=V", "NAME[7:0]"),
        ("d0.data=NOPE,d0.valid=V", "no channel `NOPE`"),
        ("d0.data=D,d0.valid=V,d2.data=D,d2.valid=V", "d0 d2 without d1"),
        ("d0.data=D,d0.data=W", "this role is given twice"),
        ("d0.data=D,d0.active=W", "12 bits, 1 at most"),
        ("d0.data=D,d0.valid=V,valid=V", "one or the other"),
        ("data=W,valid=V", "whole bytes"),
        ("data=D", "add valid=NAME"),
        ("data=D,valid=V,keep=K", "keep has 3 wires for 1 bytes"),
        ("d0.ready=V", "no wire `.ready`"),
        ("sync=V", "write d0.sync"),
        ("d9.data=D", "d0 to d7"),
    ] {
        let error = parsed(text, &signals).unwrap_err();
        assert!(error.message.contains(expected), "{text}: {error}");
    }
    let twice = vec![
        Channel {
            name: "a.d[0]".into(),
            paths: vec!["a.d[0]".into()],
        },
        Channel {
            name: "b.d[0]".into(),
            paths: vec!["b.d[0]".into()],
        },
    ];
    let error = ChannelMap::parse("d0.data=d[7:0],d0.valid=d", &twice).unwrap_err();
    assert!(
        error.message.contains("channel 0 and channel 1; give the whole path"),
        "{error}"
    );
}
