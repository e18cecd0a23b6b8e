//! What was done, for logs.

use alloc::{format, string::String, vec::Vec};
use core::fmt;

use super::Strike;
use crate::fault::{Fault, FaultRow, Parameters, WireLink};
use crate::verdict;
use csi2_dphy::Tick;
use csi2_packet::{PacketHeader, VirtualChannel};

/// What was done.
#[derive(Clone, Debug)]
pub struct FaultRecord {
    /// Number of the fault, from 0.
    pub index: u64,
    /// Kind.
    pub row: &'static FaultRow,
    /// All parameters, as chosen or drawn.
    pub parameters: Parameters,
    /// The seed of this fault alone, to draw it again.
    pub seed: u64,
    /// The packet that was hit, counted from 0 in the stream as it came in.
    pub packet: u64,
    /// Its burst, likewise.
    pub burst: u64,
    /// When that was sent.
    pub at: Option<Tick>,
    /// Header of that packet, as it came in.
    pub header: PacketHeader,
    /// The fault.
    pub fault: Fault,
    /// What was done, in words.
    pub what: String,
    /// What a correct receiver must report of it at first hand, by name.
    pub expect: Vec<&'static str>,
}

impl FaultRecord {
    /// Virtual channel of the packet that was hit.
    pub const fn channel(&self) -> VirtualChannel {
        self.header.channel
    }

    /// Of a packet of this header, in whose place came `after`.
    pub(super) fn new(strike: &Strike, place: &Struck<'_>, after: &[u8]) -> Self {
        let Strike {
            row,
            fault,
            parameters,
            seed,
        } = *strike;
        let header = place.header;
        let packet = match header.data_type.is_short() {
            true => format!("{} {}", header.data_type, header.word),
            false => format!("{} of {} bytes", header.data_type, header.word),
        };
        let (doing, expect): (&dyn fmt::Display, _) = match &strike.fault {
            Fault::Packet(fault) => (fault, verdict::at_first_hand(row.expect, header, after)),
            Fault::Stream(fault) => (fault, verdict::of_the_order(row.expect, header)),
            Fault::Wire(fault) => {
                let arrival = place.link.and_then(|link| fault.received(place.burst, &link));
                let reports = arrival.map_or_else(Vec::new, |arrival| arrival.reports);
                (fault, reports.iter().map(|report| report.code).collect())
            }
        };
        Self {
            index: place.index,
            row,
            parameters,
            seed,
            packet: place.packet_number,
            burst: place.burst_number,
            at: place.at,
            header,
            fault,
            what: format!("{packet}: {doing}"),
            expect,
        }
    }
}

/// The place of a fault.
pub(super) struct Struck<'a> {
    pub(super) index: u64,
    pub(super) header: PacketHeader,
    pub(super) packet_number: u64,
    pub(super) burst_number: u64,
    pub(super) at: Option<Tick>,
    /// As it came in.
    pub(super) burst: &'a [u8],
    pub(super) link: Option<WireLink>,
}
