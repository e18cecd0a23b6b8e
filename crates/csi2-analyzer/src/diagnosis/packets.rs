//! Packets: bits that are wrong in them, and packets that are too short or too long.

use super::clue::{Clue, Seen};
use super::words::{count, list, short, times};
use super::{Evidence, Match, Symptom};
use crate::Detail;
use alloc::format;
use alloc::string::String;
use csi2_dphy::Lane;

pub(super) const HEADER_BITS: Symptom = Symptom {
    number: 8,
    name: "header-bits",
    title: "Single bits of headers are wrong",
    shows: "headers that the error code corrects, now and then; checksums fail at a similar rate",
    weight: 50,
    explains: &[],
    causes: &[
        "signal quality: connector, cable, termination, supply noise",
        "a bit rate near the limit of the path",
        "settle time or skew at the edge of what works",
    ],
    advice: &[
        "a corrected header does no harm by itself: look whether checksums fail as well, for pixels have no correction",
        "lower the bit rate to see whether the errors go away; then compare lanes, cables and connectors",
    ],
    source: "NVIDIA camrtc-capture.h (PH ECC single bit)",
    rule: header_bits,
};

pub(super) const PAYLOAD_BITS: Symptom = Symptom {
    number: 9,
    name: "payload-bits",
    title: "Bits of payloads are wrong",
    shows: "checksums fail; lengths and headers are right",
    weight: 48,
    explains: &[],
    causes: &[
        "bit errors on the lanes: signal quality, rate, skew",
        "a FIFO or memory behind the receiver, or a retimer before it, that drops or repeats words",
        "in every row: bytes in another order, or a transmitter that sends no checksum",
    ],
    advice: &[
        "send a test pattern: the positions of the wrong bits tell the lane",
        "errors that keep to one lane or one bit position are of the wires; whole wrong words are of a FIFO",
    ],
    source: "NVIDIA camrtc-capture.h (PD CRC); Xilinx PG232",
    rule: payload_bits,
};

pub(super) const PACKET_SHORT: Symptom = Symptom {
    number: 10,
    name: "packet-short",
    title: "Packets end before their word count",
    shows: "bursts that end inside a payload",
    weight: 60,
    explains: &["frame-end-lost", "rows-missing"],
    causes: &[
        "the transmitter stopped inside a row: standby was written while it was streaming",
        "the receiver was reset inside a packet",
        "a FIFO ran empty or over",
    ],
    advice: &[
        "look for a standby or mode register that is written during a row; write it in the vertical blanking",
        "compare the pixel rate of the sensor with what the lanes can carry",
    ],
    source: "NVIDIA camrtc-capture.h (PD WC short); raspberrypi/linux issue 5821",
    rule: packet_short,
};

pub(super) const PACKET_LONG: Symptom = Symptom {
    number: 11,
    name: "packet-long",
    title: "Bytes follow packets that are neither trail nor another packet",
    shows: "data behind the checksum",
    weight: 58,
    explains: &["payload-bits", "row-length"],
    causes: &[
        "the word count is too small for what is sent",
        "the trail of the lanes was taken for data by whatever recorded the bytes",
    ],
    advice: &[
        "compare the sensor's output width with its word count; some count pixels, or leave out padding",
        "a trail is all zeros or all ones on each lane, the opposite of the lane's last bit: such bytes are no data",
    ],
    source: "Xilinx PG232 (word count corruption)",
    rule: packet_long,
};

pub(super) const DAMAGE_PERIODIC: Symptom = Symptom {
    number: 20,
    name: "damage-periodic",
    title: "Payloads are damaged at a constant distance: pictures are torn",
    shows: "checksum errors every so many packets on a link whose clock does not stop",
    weight: 74,
    explains: &["payload-bits", "frame-end-lost", "rows-missing"],
    causes: &[
        "the sensor's clock is continuous and the receiver is set to a clock that stops",
        "something periodic beside the link: a switching regulator, another link, a display",
        "a buffer of the receiver that runs over at the same place",
    ],
    advice: &[
        "set the clock mode alike at both ends (`clock-noncontinuous` of a device tree)",
        "compare the distance with the length of a frame, and its time with what else switches on the board",
    ],
    source: "NVIDIA developer forum, continuous clock with a discontinuous receiver setting",
    rule: damage_periodic,
};

/// Corrected headers among good ones.
fn header_bits(evidence: &Evidence<'_>) -> Option<Match> {
    let (seen, headers) = (evidence.of(Clue::HeaderBit), &evidence.witness.headers);
    if seen.count == 0 || headers.corrected > headers.clean {
        return None;
    }
    let statistics = evidence.facts.statistics;
    let mut text = format!(
        "{} of {} corrected, {} of {} fail",
        seen.count,
        count(headers.all(), "header"),
        statistics.checksum_errors,
        count(statistics.long, "checksum"),
    );
    let odd = list(
        headers
            .odd_types()
            .map(|(channel, of)| format!("{of} on vc {}", channel.number())),
    );
    if !odd.is_empty() {
        text.push_str(&format!(
            "; only corrected headers have {odd}, so more of their bits were wrong"
        ));
    }
    Some(placed(seen.matched(text), evidence))
}

/// With what is known of the places of wrong bits.
fn placed(matched: Match, evidence: &Evidence<'_>) -> Match {
    let Some(bits) = evidence.facts.bits.filter(|bits| bits.wrong_bits > 0) else {
        return matched;
    };
    let rate = match bits.rate.value {
        rate if rate > 0.0 => format!("1 bit in {:.0} is wrong; ", 1.0 / rate),
        _ => String::new(),
    };
    Match {
        lane: bits.blamed_lane().map(Lane::Data),
        evidence: format!("{}; {rate}{bits}", matched.evidence),
        ..matched
    }
}

fn payload_bits(evidence: &Evidence<'_>) -> Option<Match> {
    let seen = evidence.of(Clue::Checksum);
    let Detail::Checksum { bytes, .. } = seen.first?.detail else {
        return None;
    };
    let statistics = evidence.facts.statistics;
    let mut text = format!(
        "{} of {} fail, the first over {bytes} bytes; lengths are right",
        seen.count,
        count(statistics.long, "checksum")
    );
    let all = statistics.long >= 3 && seen.count == statistics.long;
    if all {
        text.push_str("; every one fails, so it is no bit error");
    }
    let hint = all.then(|| "look at the order of bytes, and whether the transmitter computes a checksum at all".into());
    Some(placed(
        Match {
            hint,
            ..seen.matched(text)
        },
        evidence,
    ))
}

fn packet_short(evidence: &Evidence<'_>) -> Option<Match> {
    let seen = evidence.of(Clue::PacketCut);
    let first = seen.first?;
    let packets = evidence.facts.statistics.packets;
    // The recording was stopped: no fault.
    if seen.count == 1 && first.span.packet + 1 >= packets {
        return None;
    }
    let missing = match first.detail {
        Detail::PayloadCut { word, came, .. } => format!("of {word} bytes {came} came"),
        Detail::FooterCut { have, .. } => format!("of the 2 checksum bytes {have} came"),
        _ => return None,
    };
    let long = evidence.facts.statistics.long;
    let text = format!(
        "{} of {} cut short; in the first, {missing}",
        seen.count,
        count(long, "packet")
    );
    Some(seen.matched(text))
}

fn packet_long(evidence: &Evidence<'_>) -> Option<Match> {
    let seen = evidence.of(Clue::Trailing);
    let Detail::Trailing { bytes } = seen.first?.detail else {
        return None;
    };
    let sums = evidence.facts.statistics.checksum_errors;
    let sums = if sums > 0 {
        format!(
            "{} fail, as they do when the word count is too small",
            count(sums, "checksum")
        )
    } else {
        "all checksums are right, so the word counts are".into()
    };
    let text = format!("{}, {} the first time; {sums}", times(seen.count), count(bytes, "byte"));
    Some(seen.matched(text))
}

/// Three may be at one distance by chance.
const LEAST_PERIODS: u64 = 4;

fn damage_periodic(evidence: &Evidence<'_>) -> Option<Match> {
    if evidence.facts.clock_pauses == Some(true) {
        return None;
    }
    let seen = evidence.of(Clue::Checksum);
    let is_even = |seen: &&Seen| {
        let even = seen.spacing.is_some_and(|(least, most)| least == most && least > 1);
        even && seen.count >= LEAST_PERIODS
    };
    let (distance, _) = Some(seen).filter(is_even)?.spacing?;
    let clock = match evidence.facts.clock_pauses {
        Some(false) => "the clock does not stop",
        _ => "the capture does not show the clock",
    };
    let mut text = format!(
        "{} fail, {distance} packets apart each time; {clock}",
        count(seen.count, "checksum")
    );
    let span = seen.first?.span.at.zip(seen.last?.span.at);
    if let (Some((first, last)), Some(timebase)) = (span, evidence.facts.timebase) {
        let period = timebase.nanoseconds(last.saturating_sub(first)) / (seen.count - 1) as f64;
        text.push_str(&format!(", {} us from one to the next", short(period / 1e3)));
    }
    Some(seen.matched(text))
}
