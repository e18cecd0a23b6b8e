//! The incremental receiver and the lanes.

use csi2_packet::{Bytewise, Depacketizer, Framing, Missing, PacketEvent, ReceiverSettings, VcExtension};

use super::*;

/// An event of either side, with its bytes.
#[derive(Debug, PartialEq)]
struct Told {
    kind: EventKind,
    header: Option<Received>,
    bytes: Vec<u8>,
    checksum: Option<bool>,
    missing: (MissingPart, u64),
    offset: u64,
}

fn of_rust(event: PacketEvent<'_>, offset: u64) -> Told {
    let mut told = Told {
        kind: 0,
        header: None,
        bytes: Vec::new(),
        checksum: None,
        missing: (0, 0),
        offset,
    };
    match event {
        PacketEvent::Short(header) => (told.kind, told.header) = (1, Some(header.into())),
        PacketEvent::LongStart(header) => (told.kind, told.header) = (2, Some(header.into())),
        PacketEvent::Payload(bytes) => (told.kind, told.bytes) = (3, bytes.to_vec()),
        PacketEvent::LongEnd(verdict) => (told.kind, told.checksum) = (4, Some(verdict == ChecksumVerdict::Match)),
        PacketEvent::Truncated(Missing::Header { have }) => (told.kind, told.missing) = (5, (1, have.into())),
        PacketEvent::Truncated(Missing::Payload { bytes }) => (told.kind, told.missing) = (5, (2, bytes.into())),
        PacketEvent::Truncated(Missing::Footer { have }) => (told.kind, told.missing) = (5, (3, have.into())),
        PacketEvent::Unusable(header) => (told.kind, told.header) = (6, Some(header.into())),
        PacketEvent::Skipped(bytes) => (told.kind, told.bytes) = (7, bytes.to_vec()),
        PacketEvent::Resync { skipped } => (told.kind, told.missing) = (8, (0, skipped)),
        PacketEvent::Trailing(bytes) => (told.kind, told.bytes) = (9, bytes.to_vec()),
    }
    told
}

fn of_c(event: &Event) -> Told {
    let bytes = unsafe { raw::slice(event.bytes, event.length) }.expect("bytes");
    let has_header = [CSI2_EVENT_SHORT, CSI2_EVENT_LONG_START, CSI2_EVENT_UNUSABLE].contains(&event.kind);
    Told {
        kind: event.kind,
        header: has_header.then_some(event.received),
        bytes: bytes.to_vec(),
        checksum: (event.kind == CSI2_EVENT_LONG_END).then_some(event.checksum.matches),
        missing: (event.missing, event.count),
        offset: event.offset,
    }
}

/// Packets, good and bad, one after another.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let packet = (
        any::<u8>(),
        any::<u8>(),
        prop::collection::vec(any::<u8>(), 0..12),
        0..6_u8,
    );
    prop::collection::vec(packet, 0..6).prop_map(|packets| {
        let mut bytes = Vec::new();
        for (data_type, channel, payload, harm) in packets {
            let header = Header {
                word: 1,
                data_type: data_type & 0x3F,
                channel: channel & 3,
            };
            let mut room = [0; 32];
            let written = out(|written| unsafe {
                if header.data_type < 0x10 {
                    csi2_short_packet_encode(Some(&header), room.as_mut_ptr(), room.len(), written)
                } else {
                    let sum: ChecksumFunction = Some(csi2_checksum_bytewise);
                    let (from, length) = (payload.as_ptr(), payload.len());
                    csi2_long_packet_encode(Some(&header), from, length, sum, room.as_mut_ptr(), room.len(), written)
                }
            });
            match harm {
                0 => room[0] ^= 0x03,
                1 => room[1] ^= 0x01,
                2 => room[4] ^= 0x01,
                _ => {}
            }
            bytes.extend_from_slice(&room[..written.expect("room enough")]);
        }
        bytes
    })
}

fn receiver(framing: FramingCode, trail_lanes: u8) -> DepacketizerStorage {
    let settings = Settings {
        vcx: CSI2_VCX_EXTENDED,
        framing,
        trail_lanes,
    };
    out(|storage| csi2_depacketizer_init(storage, Some(&settings), Some(csi2_checksum_bitwise))).expect("settings")
}

#[test]
fn storage_that_has_no_receiver_is_refused() {
    let mut zeros: DepacketizerStorage = unsafe { core::mem::zeroed() };
    let pushed = out::<Event>(|event| unsafe {
        csi2_depacketizer_push(
            Some(&mut zeros),
            [0].as_ptr(),
            1,
            Some(&mut MaybeUninit::uninit()),
            event,
        )
    });
    assert_eq!(pushed.err(), Some(CSI2_ERROR_STATE));
    let ended = out::<Event>(|event| csi2_depacketizer_end_of_burst(Some(&mut zeros), event));
    assert_eq!(ended.err(), Some(CSI2_ERROR_STATE));
    let mut zeros: MergerStorage = unsafe { core::mem::zeroed() };
    assert_eq!(csi2_merger_restart(Some(&mut zeros)), CSI2_ERROR_STATE);
    assert_eq!(unsafe { csi2_merger_push(Some(&mut zeros), 0, [0].as_ptr(), 1) }, 0);
}

#[test]
fn settings_are_looked_at() {
    for (vcx, framing, trail_lanes, expected) in [
        (CSI2_VCX_CLASSIC, CSI2_FRAMING_ENDLESS, 8, CSI2_OK),
        (3, CSI2_FRAMING_BURSTS, 1, CSI2_ERROR_VALUE),
        (CSI2_VCX_CLASSIC, 2, 1, CSI2_ERROR_VALUE),
        (CSI2_VCX_CLASSIC, CSI2_FRAMING_BURSTS, 9, CSI2_ERROR_VALUE),
    ] {
        let settings = Settings {
            vcx,
            framing,
            trail_lanes,
        };
        let made =
            out::<DepacketizerStorage>(|out| csi2_depacketizer_init(out, Some(&settings), Some(csi2_checksum_bitwise)));
        assert_eq!(made.err().unwrap_or_default(), expected, "{settings:?}");
    }
    assert_eq!(
        out::<MergerStorage>(|out| csi2_merger_init(out, 0)).err(),
        Some(CSI2_ERROR_VALUE)
    );
    assert_eq!(
        out::<MergerStorage>(|out| csi2_merger_init(out, 9)).err(),
        Some(CSI2_ERROR_VALUE)
    );
    let no_lanes = unsafe { csi2_distribute([0].as_ptr(), 1, null(), 0, 1) };
    assert_eq!(no_lanes, CSI2_ERROR_VALUE);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn events_are_those_of_the_depacketizer(
        bursts in prop::collection::vec(stream(), 1..4), endless: bool, lanes in 0..9_u8, step in 1..9_usize, moves: bool,
    ) {
        let framing = if endless { Framing::Endless } else { Framing::Bursts };
        let settings = ReceiverSettings { vcx: VcExtension::Extended, framing, trail_lanes: lanes };
        let mut rust: Depacketizer<Bytewise> = Depacketizer::new(settings);
        let mut c = receiver(endless.into(), lanes);
        for burst in &bursts {
            for piece in burst.chunks(step) {
                let mut at = 0;
                while at < piece.len() {
                    let rest = &piece[at..];
                    let step = rust.push(rest);
                    let expected = step.event.map(|event| of_rust(event, rust.packet_start()));
                    if moves {
                        // As C may, as long as it goes on with the copy.
                        c = unsafe { core::ptr::read(&c) };
                    }
                    let mut consumed = MaybeUninit::new(0);
                    let event = out(|event| unsafe {
                        csi2_depacketizer_push(Some(&mut c), rest.as_ptr(), rest.len(), Some(&mut consumed), event)
                    }).expect("a receiver");
                    let told = (event.kind != CSI2_EVENT_NONE).then(|| of_c(&event));
                    prop_assert_eq!(told, expected);
                    prop_assert_eq!(unsafe { consumed.assume_init() }, step.consumed);
                    at += step.consumed;
                }
            }
            loop {
                let ended = rust.end_of_burst();
                let expected = ended.map(|event| of_rust(event, rust.packet_start()));
                let event = out(|event| csi2_depacketizer_end_of_burst(Some(&mut c), event)).expect("a receiver");
                let told = (event.kind != CSI2_EVENT_NONE).then(|| of_c(&event));
                let over = expected.is_none();
                prop_assert_eq!(told, expected);
                if over {
                    break;
                }
            }
        }
    }

    #[test]
    fn lanes_go_there_and_back(burst: Vec<u8>, count in 1..9_usize, first in 0..8_usize) {
        let room = csi2_lane_length(burst.len(), count, 0);
        let mut lanes = std::vec![std::vec![0_u8; room]; count];
        let pointers: Vec<*mut u8> = lanes.iter_mut().map(|lane| lane.as_mut_ptr()).collect();
        let status = unsafe { csi2_distribute(burst.as_ptr(), burst.len(), pointers.as_ptr(), count, room) };
        prop_assert_eq!(status, CSI2_OK);
        // Byte i goes to lane i mod count.
        for (index, &byte) in burst.iter().enumerate() {
            prop_assert_eq!(lanes[index % count][index / count], byte);
        }
        if let Some(less) = room.checked_sub(1) {
            let status = unsafe { csi2_distribute(burst.as_ptr(), burst.len(), pointers.as_ptr(), count, less) };
            prop_assert_eq!(status, CSI2_ERROR_SPACE);
        }
        let mut merger: MergerStorage = out(|merger| csi2_merger_init(merger, count)).expect("lanes");
        let mut taken = std::vec![0; count];
        let mut merged = std::vec![0_u8; burst.len()];
        let mut done = 0;
        let mut idle = 0;
        while done < burst.len() && idle < 2 {
            let before = done;
            for lane in (0..count).map(|lane| (lane + first) % count) {
                let rest = &lanes[lane][taken[lane]..csi2_lane_length(burst.len(), count, lane)];
                taken[lane] += unsafe { csi2_merger_push(Some(&mut merger), lane, rest.as_ptr(), rest.len()) };
            }
            let rest = &mut merged[done..];
            done += unsafe { csi2_merger_drain(Some(&mut merger), rest.as_mut_ptr(), rest.len()) };
            idle = if done == before { idle + 1 } else { 0 };
        }
        prop_assert_eq!(merged, burst);
    }
}
