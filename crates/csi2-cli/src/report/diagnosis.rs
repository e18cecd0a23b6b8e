//! What is probably wrong, and what to try.

use super::lane::LaneName;
use super::place::Place;
use super::text;
use crate::console::{HEADING, WARNING};
use crate::session::Clock;
use csi2_analyzer::diagnosis::{Diagnosis, SYMPTOMS, WORDS};
use serde::Serialize;
use std::io::{self, Write};

/// `check`: a diagnosis.
#[derive(Serialize)]
pub(crate) struct DiagnosisRow {
    symptom: &'static str,
    title: &'static str,
    vc: Option<u8>,
    lane: Option<LaneName>,
    count: u64,
    first: Option<Place>,
    evidence: String,
    causes: &'static [&'static str],
    r#try: Vec<String>,
}

impl DiagnosisRow {
    pub(crate) fn new(of: &Diagnosis, clock: &Clock) -> Self {
        let advice = of.symptom.advice.iter().map(|advice| (*advice).to_owned());
        Self {
            symptom: of.symptom.name,
            title: of.symptom.title,
            vc: of.channel.map(|channel| channel.number()),
            lane: of.lane.map(LaneName::from),
            count: of.count,
            first: of.first.map(|span| Place::of_span(&span, !of.of_wires, clock)),
            evidence: of.evidence.clone(),
            causes: of.symptom.causes,
            r#try: of.hint.clone().into_iter().chain(advice).collect(),
        }
    }

    /// Where, and how often: `lane 2, first in packet 3 at 1.5 us, offset 6290, 4 times`.
    fn place(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.vc.map(|vc| format!("vc {vc}")));
        parts.extend(self.lane.map(|lane| lane.to_string()));
        if let Some(first) = &self.first {
            let often = if self.count > 1 { "first " } else { "" };
            parts.push(format!("{often}{}", first.describe()));
        }
        if self.count > 1 {
            parts.push(text::count(self.count, "time"));
        }
        parts.join(", ")
    }
}

/// The rows for people, what explains most first.
pub(crate) fn print(rows: &[DiagnosisRow], out: &mut dyn Write) -> io::Result<()> {
    for row in rows {
        writeln!(
            out,
            "\n{WARNING}diagnosis:{WARNING:#} {HEADING}{}{HEADING:#} ({})",
            row.title, row.symptom
        )?;
        let mut line = |label: &str, text: &str| writeln!(out, "  {label:<7} {text}");
        let place = row.place();
        if !place.is_empty() {
            line("where", &place)?;
        }
        line("shows", &row.evidence)?;
        let mut label = "likely";
        for (number, cause) in (1..).zip(row.causes) {
            line(std::mem::take(&mut label), &format!("{number}. {cause}"))?;
        }
        let mut label = "try";
        for advice in &row.r#try {
            line(std::mem::take(&mut label), &format!("- {advice}"))?;
        }
    }
    Ok(())
}

/// `check --symptoms`, for machines.
#[derive(Serialize)]
pub(crate) struct SymptomLine {
    r#type: &'static str,
    number: u8,
    symptom: &'static str,
    title: &'static str,
    shows: &'static str,
    causes: &'static [&'static str],
    r#try: &'static [&'static str],
    /// What receivers say of it.
    words: Vec<&'static str>,
    source: &'static str,
}

impl SymptomLine {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        SYMPTOMS.iter().map(|of| Self {
            r#type: "symptom",
            number: of.number,
            symptom: of.name,
            title: of.title,
            shows: of.shows,
            causes: of.causes,
            r#try: of.advice,
            words: words(of.name).collect(),
            source: of.source,
        })
    }
}

fn words(symptom: &'static str) -> impl Iterator<Item = &'static str> {
    WORDS
        .iter()
        .filter(move |word| word.symptom == symptom)
        .map(|word| word.text)
}

/// The same for people.
pub(crate) fn table(out: &mut dyn Write) -> io::Result<()> {
    for of in SYMPTOMS {
        writeln!(out, "{HEADING}{}{HEADING:#}: {}", of.name, of.title)?;
        writeln!(out, "  shows   {}", of.shows)?;
        for (number, cause) in (1..).zip(of.causes) {
            writeln!(
                out,
                "  {:<7} {number}. {cause}",
                if number == 1 { "likely" } else { "" }
            )?;
        }
        let words: Vec<&str> = words(of.name).collect();
        if !words.is_empty() {
            writeln!(out, "  words   {}", words.join(", "))?;
        }
        writeln!(out, "  source  {}", of.source)?;
    }
    Ok(())
}

/// `lane 2`, `clock lane`.
impl std::fmt::Display for LaneName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Data(lane) => write!(f, "lane {lane}"),
            Self::Clock(_) => f.write_str("clock lane"),
        }
    }
}
