//! The incremental receiver, in storage of the caller's.
#![allow(unsafe_code)]

use core::mem::MaybeUninit;
use core::ptr;

use csi2_packet::{Depacketizer, Framing, Missing, PacketEvent, PayloadChecksum, Piece, ReceiverSettings};

use crate::checksum::Called;
use crate::header::extension;
use crate::raw::{Words, slice, store, stored};
use crate::{
    CSI2_ERROR_POINTER, CSI2_ERROR_STATE, CSI2_ERROR_VALUE, CSI2_OK, Checksum, ChecksumFunction, Received, Status, Vcx,
};

/// What separates packets: one of CSI2_FRAMING_*.
pub type FramingCode = u8;
/// Bursts end where the caller says. After a packet, what is left of a burst is lane trail, another packet, or trailing data. An
/// unusable header spoils the rest of the burst.
pub const CSI2_FRAMING_BURSTS: FramingCode = 0;
/// One endless row of packets. An unusable header starts a search for the next one that was seen before.
pub const CSI2_FRAMING_ENDLESS: FramingCode = 1;

/// What happened: one of CSI2_EVENT_*.
pub type EventKind = u8;
/// Nothing: all bytes are taken, or the burst has been told to its end.
pub const CSI2_EVENT_NONE: EventKind = 0;
/// A short packet: `received`.
pub const CSI2_EVENT_SHORT: EventKind = 1;
/// A long packet begins: `received`.
pub const CSI2_EVENT_LONG_START: EventKind = 2;
/// A piece of its payload: `bytes`, `length`.
pub const CSI2_EVENT_PAYLOAD: EventKind = 3;
/// Its footer came: `checksum`.
pub const CSI2_EVENT_LONG_END: EventKind = 4;
/// The burst ended inside the packet: `missing`, `count`.
pub const CSI2_EVENT_TRUNCATED: EventKind = 5;
/// A header that cannot be used: `received`. What follows comes as CSI2_EVENT_SKIPPED.
pub const CSI2_EVENT_UNUSABLE: EventKind = 6;
/// Bytes that belong to no packet, since the header before them is unusable: `bytes`, `length`.
pub const CSI2_EVENT_SKIPPED: EventKind = 7;
/// The unusable stretch is over: `count` bytes were skipped after the header.
pub const CSI2_EVENT_RESYNC: EventKind = 8;
/// Bytes after a packet that are neither trail nor header: `bytes`, `length`.
pub const CSI2_EVENT_TRAILING: EventKind = 9;

/// What a burst ended inside of: one of CSI2_MISSING_*.
pub type MissingPart = u8;
/// Nothing.
pub const CSI2_MISSING_NOTHING: MissingPart = 0;
/// The header: `count` of its 4 bytes came.
pub const CSI2_MISSING_HEADER: MissingPart = 1;
/// The payload: `count` of its bytes did not come, nor did the footer.
pub const CSI2_MISSING_PAYLOAD: MissingPart = 2;
/// The footer: `count` of its 2 bytes came.
pub const CSI2_MISSING_FOOTER: MissingPart = 3;

/// Parameters of a receiver.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Header code: one of CSI2_VCX_*.
    pub vcx: Vcx,
    /// What separates packets: one of CSI2_FRAMING_*.
    pub framing: FramingCode,
    /// Lanes (to 8) the bytes were merged from, so that trail bytes (each lane's inverted last bit) can be told from data; 0: no
    /// trail. Of no meaning in an endless row.
    pub trail_lanes: u8,
}

/// One event. Fields that an event does not have are 0.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// What happened: one of CSI2_EVENT_*.
    pub kind: EventKind,
    /// What the burst ended inside of: one of CSI2_MISSING_*.
    pub missing: MissingPart,
    /// The header as received.
    pub received: Received,
    /// What the checksum says.
    pub checksum: Checksum,
    /// Bytes: in the buffer that was pushed, or in the receiver's own storage until its next call. NULL without any.
    pub bytes: *const u8,
    /// How many.
    pub length: usize,
    /// Bytes counted, by the kind of event.
    pub count: u64,
    /// Bytes of the burst before the packet's first.
    pub offset: u64,
}

/// Words of eight bytes within a csi2_depacketizer_t.
pub const CSI2_DEPACKETIZER_WORDS: usize = 32;

/// An incremental receiver, of which C knows the size only. Static, on the stack or in an object of the caller's: no function
/// frees or allocates one. All zeros is a receiver that is not initialised; calls refuse it. It may be copied as a whole.
#[repr(C)]
#[derive(Debug)]
pub struct DepacketizerStorage {
    /// Of no meaning to the caller.
    pub state: u64,
    /// Of no meaning to the caller.
    pub words: [MaybeUninit<u64>; CSI2_DEPACKETIZER_WORDS],
}

// As csi2.h asserts of what C's compiler makes of it.
const _: () = assert!(size_of::<DepacketizerStorage>() == 8 + 8 * CSI2_DEPACKETIZER_WORDS);

/// In `state` when the words have a receiver.
const READY: u64 = 0x6373_6932_6465_7061;

/// What the words have.
#[derive(Clone, Debug)]
struct Receiver {
    depacketizer: Depacketizer<Called>,
    /// The bytes of the last event, if they are in no buffer of the caller's.
    kept: [u8; KEPT],
}

/// A piece that is not lent has at most so many bytes.
const KEPT: usize = 8;

/// Makes `receiver` one at the start of a burst. CSI2_ERROR_VALUE where a setting has a value it cannot have.
#[unsafe(no_mangle)]
pub extern "C" fn csi2_depacketizer_init(
    receiver: Option<&mut MaybeUninit<DepacketizerStorage>>,
    settings: Option<&Settings>,
    update: ChecksumFunction,
) -> Status {
    let (Some(storage), Some(settings), Some(sum)) = (receiver, settings, Called::by(update)) else {
        return CSI2_ERROR_POINTER;
    };
    let framing = match settings.framing {
        CSI2_FRAMING_BURSTS => Framing::Bursts,
        CSI2_FRAMING_ENDLESS => Framing::Endless,
        _ => return CSI2_ERROR_VALUE,
    };
    let (Some(vcx), 0..=8) = (extension(settings.vcx), settings.trail_lanes) else {
        return CSI2_ERROR_VALUE;
    };
    let settings = ReceiverSettings {
        vcx,
        framing,
        trail_lanes: settings.trail_lanes,
    };
    let storage = storage.write(DepacketizerStorage {
        state: READY,
        words: [MaybeUninit::uninit(); CSI2_DEPACKETIZER_WORDS],
    });
    let receiver = Receiver {
        depacketizer: Depacketizer::with_checksum(settings, sum),
        kept: [0; KEPT],
    };
    store(&mut storage.words, receiver);
    CSI2_OK
}

/// Takes bytes: tells the next event, and in `consumed` how many bytes led to it. Push the rest again: each call says something or
/// takes all. The same bytes give the same events however they are cut, except that payload, skipped and trailing bytes may come in
/// other pieces.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn csi2_depacketizer_push(
    receiver: Option<&mut DepacketizerStorage>,
    bytes: *const u8,
    length: usize,
    consumed: Option<&mut MaybeUninit<usize>>,
    event: Option<&mut MaybeUninit<Event>>,
) -> Status {
    // SAFETY: the caller's contract.
    let bytes = unsafe { slice(bytes, length) };
    let (Some(storage), Some(bytes), Some(consumed), Some(event)) = (receiver, bytes, consumed, event) else {
        return CSI2_ERROR_POINTER;
    };
    let Some(receiver) = storage.receiver() else {
        return CSI2_ERROR_STATE;
    };
    let step = receiver.depacketizer.push(bytes);
    consumed.write(step.consumed);
    receiver.tell(step.event, event);
    CSI2_OK
}

/// The burst is over. Call until CSI2_EVENT_NONE: the receiver is then at the start of the next burst.
#[unsafe(no_mangle)]
pub extern "C" fn csi2_depacketizer_end_of_burst(
    receiver: Option<&mut DepacketizerStorage>,
    event: Option<&mut MaybeUninit<Event>>,
) -> Status {
    let (Some(storage), Some(event)) = (receiver, event) else {
        return CSI2_ERROR_POINTER;
    };
    let Some(receiver) = storage.receiver() else {
        return CSI2_ERROR_STATE;
    };
    let ended = receiver.depacketizer.end_of_burst();
    receiver.tell(ended, event);
    CSI2_OK
}

impl DepacketizerStorage {
    fn receiver(&mut self) -> Option<&mut Receiver> {
        let words: &mut Words<CSI2_DEPACKETIZER_WORDS> = &mut self.words;
        // SAFETY: `state` says that csi2_depacketizer_init put a receiver there.
        (self.state == READY).then(|| unsafe { stored(words) })
    }
}

impl Receiver {
    /// In place: it is copied no further.
    fn tell(&mut self, event: Option<PacketEvent<'_>>, out: &mut MaybeUninit<Event>) {
        let told = out.write(Event {
            kind: CSI2_EVENT_NONE,
            missing: CSI2_MISSING_NOTHING,
            received: Received::default(),
            checksum: Checksum::default(),
            bytes: ptr::null(),
            length: 0,
            count: 0,
            offset: self.depacketizer.packet_start(),
        });
        match event {
            None => {}
            Some(PacketEvent::Short(received)) => (told.kind, told.received) = (CSI2_EVENT_SHORT, received.into()),
            Some(PacketEvent::LongStart(received)) => {
                (told.kind, told.received) = (CSI2_EVENT_LONG_START, received.into());
            }
            Some(PacketEvent::Payload(bytes)) => {
                (told.kind, told.bytes, told.length) = (CSI2_EVENT_PAYLOAD, bytes.as_ptr(), bytes.len());
            }
            Some(PacketEvent::LongEnd(verdict)) => {
                let computed = self.depacketizer.checksum().value();
                (told.kind, told.checksum) = (CSI2_EVENT_LONG_END, Checksum::of(verdict, computed));
            }
            Some(PacketEvent::Truncated(missing)) => {
                told.kind = CSI2_EVENT_TRUNCATED;
                (told.missing, told.count) = match missing {
                    Missing::Header { have } => (CSI2_MISSING_HEADER, have.into()),
                    Missing::Payload { bytes } => (CSI2_MISSING_PAYLOAD, bytes.into()),
                    Missing::Footer { have } => (CSI2_MISSING_FOOTER, have.into()),
                };
            }
            Some(PacketEvent::Unusable(received)) => {
                (told.kind, told.received) = (CSI2_EVENT_UNUSABLE, received.into())
            }
            Some(PacketEvent::Skipped(piece)) => {
                told.kind = CSI2_EVENT_SKIPPED;
                (told.bytes, told.length) = self.lend(&piece);
            }
            Some(PacketEvent::Resync { skipped }) => (told.kind, told.count) = (CSI2_EVENT_RESYNC, skipped),
            Some(PacketEvent::Trailing(piece)) => {
                told.kind = CSI2_EVENT_TRAILING;
                (told.bytes, told.length) = self.lend(&piece);
            }
        }
    }

    /// A piece where it stays: in the caller's buffer, or here.
    fn lend(&mut self, piece: &Piece<'_>) -> (*const u8, usize) {
        if let Some(bytes) = piece.lent() {
            return (bytes.as_ptr(), bytes.len());
        }
        let length = self.kept.iter_mut().zip(&**piece).map(|(to, &byte)| *to = byte).count();
        (self.kept.as_ptr(), length)
    }
}
