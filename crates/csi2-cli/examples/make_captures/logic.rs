//! Links seen as logic, and captures that our writers do not make, as text.

use std::fmt::Write as _;

/// What a lane's ports show at one clock.
#[derive(Clone, Copy, Default)]
struct Port {
    data: u8,
    valid: bool,
    active: bool,
    sync: bool,
}

/// The receiver's side of a protocol interface, clock by clock: the sync strobe, the bytes of a packet with a byte of trail,
/// and three clocks at rest. Byte `i` of a packet is on lane `i` modulo the number of lanes.
fn clocks(packets: &[Vec<u8>], lanes: usize) -> Vec<Vec<Port>> {
    let rest = vec![Port::default(); lanes];
    let mut clocks = vec![rest.clone(); 3];
    for packet in packets {
        let started = Port {
            active: true,
            sync: true,
            ..Port::default()
        };
        clocks.push(vec![started; lanes]);
        let split: Vec<Vec<u8>> = (0..lanes)
            .map(|lane| packet.iter().copied().skip(lane).step_by(lanes).collect())
            .collect();
        for row in 0..packet.len().div_ceil(lanes) + 1 {
            let port = |own: &Vec<u8>| {
                // The trail is the inverse of the last bit.
                let trail = own.last().map_or(0, |last| if last & 0x80 == 0 { 0xFF } else { 0 });
                Port {
                    data: own.get(row).copied().unwrap_or(trail),
                    valid: true,
                    active: true,
                    sync: false,
                }
            };
            clocks.push(split.iter().map(port).collect());
        }
        clocks.extend([rest.clone(), rest.clone(), rest.clone()]);
    }
    clocks
}

/// A VCD of the protocol interface, as a simulator writes it: buses, and registers that change with the clock's edge.
/// In the clocks of `unknown`, the first lane's data is `x`.
pub(crate) fn interface_vcd(packets: &[Vec<u8>], lanes: usize, unknown: std::ops::Range<usize>) -> String {
    let mut text = String::from("$timescale 1ns $end\n$scope module tb $end\n$scope module rx $end\n");
    text.push_str("$var wire 1 ! rxbyteclkhs $end\n");
    let id = |lane: usize, port: usize| char::from(b'A' + (4 * lane + port) as u8);
    for lane in 0..lanes {
        let _ = writeln!(
            text,
            "$var reg 8 {} dl{lane}_rxdatahs [7:0] $end\n$var reg 1 {} dl{lane}_rxvalidhs $end\n\
             $var reg 1 {} dl{lane}_rxactivehs $end\n$var reg 1 {} dl{lane}_rxsynchs $end",
            id(lane, 0),
            id(lane, 1),
            id(lane, 2),
            id(lane, 3)
        );
    }
    text.push_str("$upscope $end\n$upscope $end\n$enddefinitions $end\n#0\n0!\n");
    let mut last: Vec<Option<[String; 4]>> = vec![None; lanes];
    for (clock, ports) in clocks(packets, lanes).into_iter().enumerate() {
        // 10 ns are eight bits at 800 Mb/s.
        let _ = writeln!(text, "#{}\n1!", 10 * clock + 5);
        for (lane, (port, last)) in ports.into_iter().zip(&mut last).enumerate() {
            let data = if lane == 0 && unknown.contains(&clock) {
                "bx".into()
            } else {
                format!("b{:b}", port.data)
            };
            let strobe = |level: bool| u8::from(level).to_string();
            let now = [data + " ", strobe(port.valid), strobe(port.active), strobe(port.sync)];
            for (index, value) in now.iter().enumerate() {
                if last.as_ref().is_none_or(|last| last.get(index) != Some(value)) {
                    let _ = writeln!(text, "{value}{}", id(lane, index));
                }
            }
            *last = Some(now);
        }
        let _ = writeln!(text, "#{}\n0!", 10 * clock + 10);
    }
    text
}

/// An AXI4-Stream of merged bytes, four a clock, as an embedded logic analyzer exports it. The receiver is not ready at
/// every seventh clock, and there is nothing to send at every fifth. `split`: packets that end twice.
pub(crate) fn stream_csv(packets: &[Vec<u8>], split: &[usize]) -> String {
    let mut text = String::from(
        "Sample in Buffer,Sample in Window,TRIGGER,rx/m_axis_tdata[31:0],rx/m_axis_tkeep[3:0],rx/m_axis_tvalid,\
         rx/m_axis_tready,rx/m_axis_tlast\nRadix - UNSIGNED,UNSIGNED,UNSIGNED,HEX,HEX,HEX,HEX,HEX\n",
    );
    let mut row = 0;
    let mut put = |data: u32, keep: u8, valid: u8, ready: u8, last: bool| {
        let _ = writeln!(
            text,
            "{row},{row},{},{data:08x},{keep:x},{valid},{ready},{}",
            u8::from(row == 0),
            u8::from(last)
        );
        row += 1;
        row
    };
    put(0, 0, 0, 1, false);
    let mut clock = 1;
    for (number, packet) in packets.iter().enumerate() {
        let beats = packet.len().div_ceil(4);
        for (beat, bytes) in packet.chunks(4).enumerate() {
            let data = bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
            let keep = (1 << bytes.len()) - 1;
            let last = beat + 1 == beats || split.contains(&number) && beat + 1 == beats / 2;
            if clock % 5 == 0 {
                clock = put(0xDEAD_BEEF, 0xF, 0, 1, true);
            }
            while clock % 7 == 0 {
                clock = put(data, keep, 1, 0, last);
            }
            clock = put(data, keep, 1, 1, last);
        }
    }
    put(0, 0, 0, 1, false);
    text
}

/// Samples of one byte, eight wires at most, as an OpenBench Logic Sniffer capture.
pub(crate) fn ols(samples: &[u8], hertz: u64, channels: usize) -> String {
    let mut text = format!(
        ";Rate: {hertz}\n;Channels: {channels}\n;EnabledChannels: -1\n;Compressed: true\n;AbsoluteLength: {}\n\
         ;CursorEnabled: false\n",
        samples.len()
    );
    let mut last = None;
    for (index, sample) in samples.iter().enumerate() {
        if last != Some(sample) || index + 1 == samples.len() {
            let _ = writeln!(text, "{sample:08x}@{index}");
        }
        last = Some(sample);
    }
    text
}
