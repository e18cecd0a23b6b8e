//! Two links in step: for scripts, and for people.

use super::json::FindingRow;
use super::text;
use super::timing::Timing;
use csi2_analyzer::{Align, FindingCode, Pairing, Severity, Side};
use serde::Serialize;

/// A link of a pair: a capture, and which of its channels.
pub(crate) struct End {
    /// Of the capture, and of the link where that was asked for.
    pub(crate) name: String,
    /// Channel whose frames are paired; `None` where there are none.
    pub(crate) channel: Option<u8>,
}

/// `check A B`: the object after those of the two.
#[derive(Serialize)]
pub(crate) struct Pairs {
    r#type: &'static str,
    pub(crate) verdict: &'static str,
    a: String,
    b: String,
    vc_a: Option<u8>,
    vc_b: Option<u8>,
    align: &'static str,
    pairs: u64,
    /// Start of B's frames after A's.
    skew_ns: Option<Timing>,
    /// B's frame period longer than A's.
    drift_ppm: Option<f64>,
    drift_ns_per_frame: Option<f64>,
    locked: Option<bool>,
    period_a_ns: Option<f64>,
    period_b_ns: Option<f64>,
    /// The first of them.
    unpaired: Vec<AloneRow>,
    unpaired_a: u64,
    unpaired_b: u64,
    outside_a: u64,
    outside_b: u64,
    findings: Vec<FindingRow>,
    #[serde(skip)]
    advice: Option<&'static str>,
}

/// A frame without a partner.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct AloneRow {
    /// `a` or `b`.
    of: &'static str,
    index: u64,
    time_ns: Option<f64>,
}

/// Which registers make one sensor follow another, of sensors that are known to have them.
///
/// Ref: framosimaging/framos-jetson-drivers fr_imx412, raspberrypi/linux drivers/media/i2c/imx477.c
const FOLLOWING: &[(&str, &str)] = &[
    (
        "imx412",
        "registers 0x3041 (1 master, 0 slave) and 0x3040 (XVS: 1 output, 0 input) of both sensors",
    ),
    (
        "imx477",
        "registers 0x3041 (1 master, 0 slave) and 0x3040 (XVS: 1 output, 0 input) of both sensors",
    ),
];

impl Pairs {
    /// `times`: of a tick of either capture, nanoseconds from the start of that capture.
    pub(crate) fn new(
        [a, b]: [End; 2],
        align: Align,
        pairing: &Pairing,
        sensor: Option<&str>,
        time: impl Fn(Side, u64) -> Option<f64>,
    ) -> Self {
        let unpaired = pairing.unpaired.iter().map(|of| AloneRow {
            of: match of.side {
                Side::A => "a",
                Side::B => "b",
            },
            index: of.index,
            time_ns: time(of.side, of.at),
        });
        let unpaired: Vec<AloneRow> = unpaired.collect();
        let following = FOLLOWING.iter().find(|(name, _)| sensor == Some(name));
        let findings = rows(pairing, &unpaired);
        Self {
            r#type: "pairs",
            verdict: if findings.is_empty() { "clean" } else { "warnings" },
            a: a.name,
            b: b.name,
            vc_a: a.channel,
            vc_b: b.channel,
            align: match align {
                Align::Time => "time",
                Align::First => "first",
            },
            pairs: pairing.pairs,
            skew_ns: pairing.skew.map(|skew| Timing {
                min: skew.min,
                mean: skew.mean,
                max: skew.max,
            }),
            drift_ppm: pairing.drift.map(|drift| drift.ppm),
            drift_ns_per_frame: pairing.drift.map(|drift| drift.per_frame),
            locked: pairing.drift.map(|drift| drift.locked),
            period_a_ns: pairing.periods[0],
            period_b_ns: pairing.periods[1],
            unpaired,
            unpaired_a: pairing.unpaired_count[0],
            unpaired_b: pairing.unpaired_count[1],
            outside_a: pairing.outside[0],
            outside_b: pairing.outside[1],
            findings,
            advice: following.map(|(_, registers)| *registers),
        }
    }

    /// The worst finding.
    pub(crate) fn worst(&self) -> Option<Severity> {
        (!self.findings.is_empty()).then_some(Severity::Warning)
    }

    /// What was found, as printed after the lines of [`Pairs::lines`].
    pub(crate) fn findings(&self) -> &[FindingRow] {
        &self.findings
    }

    /// What the sensor's own registers have to do with a finding.
    pub(crate) fn sensor_advice(&self, code: &str) -> Option<&'static str> {
        self.advice.filter(|_| code == FindingCode::FrameDrift.name())
    }

    /// What is aligned and how, as labels and values.
    pub(crate) fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = Vec::new();
        let aligned = match self.align {
            "first" => "by their first frames",
            _ => "by the time of the captures",
        };
        let pairs = text::count(self.pairs, "pair");
        lines.push(("frames", format!("{pairs} {aligned}{}", self.alone())));
        if let Some(skew) = &self.skew_ns {
            lines.push(("skew", describe(skew)));
        }
        if let (Some(ppm), Some(ns)) = (self.drift_ppm, self.drift_ns_per_frame) {
            let locked = match self.locked {
                Some(true) => "in step",
                _ => "not locked",
            };
            lines.push(("drift", format!("{} a frame, {ppm:+.3} ppm: {locked}", text::time(ns))));
        }
        lines
    }

    fn alone(&self) -> String {
        let part = |count: u64, what: &str| match count {
            0 => String::new(),
            count => format!("; {} {what}", text::count(count, "frame")),
        };
        [
            part(self.unpaired_a, "of A without a partner"),
            part(self.unpaired_b, "of B without a partner"),
            part(self.outside_a, "of A while B was not recorded"),
            part(self.outside_b, "of B while A was not recorded"),
        ]
        .concat()
    }
}

/// `B starts 1.2 us to 1.3 us after A, mean 1.25 us`.
fn describe(skew: &Timing) -> String {
    let (least, most, side) = match skew.max <= 0.0 && skew.min < 0.0 {
        true => (-skew.max, -skew.min, "before"),
        false => (skew.min, skew.max, "after"),
    };
    let (least, most) = (text::time(least), text::time(most));
    if least == most {
        return format!("B starts {least} {side} A");
    }
    let mean = text::time(if side == "before" { -skew.mean } else { skew.mean });
    format!("B starts {least} to {most} {side} A, mean {mean}")
}

/// Findings of one code of one link together.
fn rows(pairing: &Pairing, unpaired: &[AloneRow]) -> Vec<FindingRow> {
    let mut rows: Vec<(Option<&'static str>, FindingRow)> = Vec::new();
    let mut alone = unpaired.iter();
    for finding in pairing.findings() {
        let place = match finding.code {
            FindingCode::FrameUnpaired => alone.next(),
            _ => None,
        };
        let of = place.map(|place| place.of);
        if rows
            .iter()
            .any(|(known, row)| *known == of && row.code == finding.code.name())
        {
            continue;
        }
        let count = match of {
            Some("a") => pairing.unpaired_count[0],
            Some(_) => pairing.unpaired_count[1],
            None => 1,
        };
        let time = place.and_then(|place| place.time_ns);
        rows.push((of, FindingRow::of_pair(&finding, count, time)));
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skews() {
        let text = |min, mean, max| describe(&Timing { min, mean, max });
        assert_eq!(text(0.0, 0.0, 0.0), "B starts 0 ns after A");
        assert_eq!(
            text(1200.0, 1250.0, 1300.0),
            "B starts 1.2 us to 1.3 us after A, mean 1.25 us"
        );
        assert_eq!(
            text(-1300.0, -1250.0, -1200.0),
            "B starts 1.2 us to 1.3 us before A, mean 1.25 us"
        );
        assert_eq!(
            text(-500.0, -100.0, 300.0),
            "B starts -500 ns to 300 ns after A, mean -100 ns"
        );
    }
}
