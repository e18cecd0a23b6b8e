//! A stream beside the profile of its sensor: for scripts, and as a table for people.

use super::text::{self, Side};
use crate::sensor_arg::Chosen;
use csi2_analyzer::{Aspect, Conformance, ConformanceRow, Quantity};
use serde::Serialize;

/// `check --sensor`.
#[derive(Serialize)]
pub(crate) struct SensorRow {
    name: &'static str,
    /// `null`: no mode of the sensor is known.
    mode: Option<&'static str>,
    /// The command line says which.
    named: bool,
    /// Other modes that fit as well, where it does not.
    alike: Vec<&'static str>,
    /// Nothing contradicts the profile; `null` without a mode or without images.
    fits: Option<bool>,
    vc: Option<u8>,
    rows: Vec<AspectRow>,
    /// `4056x3040`, as people read it: name, profile, capture, verdict.
    #[serde(skip)]
    table: Vec<Vec<String>>,
    #[serde(skip)]
    off: Vec<&'static str>,
}

/// A row of a profile.
#[derive(Serialize)]
struct AspectRow {
    what: &'static str,
    expected: Option<ValueCell>,
    measured: Option<ValueCell>,
    unit: Option<&'static str>,
    verdict: &'static str,
}

/// A number or a word.
#[derive(Serialize)]
#[serde(untagged)]
enum ValueCell {
    Number(f64),
    Text(String),
}

impl SensorRow {
    /// `judged`: `None` where the profile has no modes.
    pub(crate) fn new(chosen: Chosen, judged: Option<&Conformance<'static>>) -> Self {
        let rows = || judged.into_iter().flat_map(|judged| &judged.rows);
        let cells = |row: &ConformanceRow| {
            let cell = |quantity: Option<Quantity>| match quantity {
                Some(quantity) => row.aspect.show(quantity).to_string(),
                None => "-".into(),
            };
            let (expected, measured) = (cell(row.expected), cell(row.measured));
            vec![
                row.aspect.name().to_owned(),
                expected,
                measured,
                row.verdict.name().to_owned(),
            ]
        };
        Self {
            name: chosen.profile.name,
            mode: judged.map(|judged| judged.mode.name),
            named: chosen.mode.is_some(),
            alike: judged.map_or(Vec::new(), |judged| judged.alike.iter().map(|mode| mode.name).collect()),
            fits: judged.filter(|judged| judged.channel.is_some()).map(Conformance::fits),
            vc: judged.and_then(|judged| judged.channel).map(|channel| channel.number()),
            rows: rows().map(AspectRow::new).collect(),
            table: rows().map(cells).collect(),
            off: judged.map_or(Vec::new(), |judged| judged.contradicted().map(Aspect::name).collect()),
        }
    }

    /// On one line: the mode, and how it fits.
    pub(crate) fn describe(&self) -> String {
        let Self { name, .. } = self;
        let Some(mode) = self.mode else {
            return format!("{name}: no mode of it is known, so nothing was compared");
        };
        if self.vc.is_none() {
            return format!("{name}:{mode}: no image was seen that could be compared");
        }
        if !self.off.is_empty() {
            let differs = self.off.join(", ");
            return match self.named {
                true => format!("{name}:{mode} does not fit: {differs}"),
                false => format!("{name}: none of its modes fits; nearest is {mode}, but for {differs}"),
            };
        }
        match self.alike.as_slice() {
            [] => format!("{name}:{mode} fits"),
            alike => format!("{name}:{mode} fits, and so do {}", alike.join(", ")),
        }
    }

    /// A row per aspect; nothing without a mode.
    pub(crate) fn table(&self) -> String {
        if self.table.is_empty() {
            return String::new();
        }
        use Side::{Left, Right};
        let heading = ["", "profile", "capture", ""].map(str::to_owned).to_vec();
        let rows: Vec<Vec<String>> = std::iter::once(heading).chain(self.table.iter().cloned()).collect();
        format!("\n{}", text::table("  ", &[Left, Right, Right, Left], &rows))
    }
}

impl AspectRow {
    fn new(row: &ConformanceRow) -> Self {
        let cell = |quantity: Quantity| match quantity {
            Quantity::Number(number) => ValueCell::Number(number),
            other => ValueCell::Text(row.aspect.show(other).to_string()),
        };
        Self {
            what: row.aspect.name(),
            expected: row.expected.map(cell),
            measured: row.measured.map(cell),
            unit: row.aspect.unit(),
            verdict: row.verdict.name(),
        }
    }
}
