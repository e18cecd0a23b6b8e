//! What is known of a link, for the diagnosis.

use crate::command::judge::{Clues, Judge};
use crate::failure::Failure;
use crate::read_args::ReadArgs;
use crate::report::diagnosis::DiagnosisRow;
use crate::session::{Session, Wiring};
use csi2_analyzer::diagnosis::{Evidence, Facts, ReceiverWord, Wires, diagnose, receiver_words};
use csi2_analyzer::{BitErrors, TimingReport};
use csi2_sensors::Mode;
use std::path::Path;

/// What the command line says beside the capture.
pub(super) struct Told {
    rate: Option<u64>,
    lanes: Option<usize>,
    mode: Option<&'static Mode>,
    receiver: Vec<ReceiverWord>,
}

impl Told {
    /// `mode`: what the sensor should send; `log`: what a receiver complained of.
    pub(super) fn new(args: &ReadArgs, mode: Option<&'static Mode>, log: Option<&Path>) -> Result<Self, Failure> {
        let receiver = match log {
            Some(path) => {
                let name = path.display().to_string();
                let bytes = std::fs::read(path).map_err(|error| Failure::io(&name, error))?;
                receiver_words(&String::from_utf8_lossy(&bytes))
            }
            None => Vec::new(),
        };
        Ok(Self {
            rate: args.rate,
            lanes: args.lanes,
            mode,
            receiver,
        })
    }
}

/// What is probably wrong.
pub(super) fn rows(
    (judge, bits): (&Judge<Clues>, &BitErrors),
    session: &Session,
    timing: Option<&TimingReport>,
    told: &Told,
) -> Vec<DiagnosisRow> {
    let otherwise = session.otherwise();
    let wires = match otherwise {
        Some(otherwise) => Some(wires(&otherwise.wiring, false)),
        None => session
            .wiring()
            .filter(|wiring| wiring.named)
            .map(|wiring| wires(wiring, true)),
    };
    let evidence = Evidence::new(
        judge.beside().witness(),
        Facts {
            timing,
            timebase: session.clock().timebase,
            wires,
            told_rate: told.rate,
            seen_rate: otherwise
                .and_then(|otherwise| otherwise.rate)
                .or_else(|| session.clock().rate()),
            told_lanes: told.lanes.or(session.lanes()),
            clock_pauses: session.clock_mode().map(|mode| mode == "gated"),
            mode: told.mode,
            bits: Some(bits),
            receiver: &told.receiver,
            ..Facts::new(judge.statistics())
        },
    );
    let found = diagnose(&evidence);
    found.iter().map(|of| DiagnosisRow::new(of, session.clock())).collect()
}

fn wires(wiring: &Wiring, applied: bool) -> Wires<'_> {
    Wires {
        lane_order: &wiring.lane_order,
        inverted: &wiring.inverted,
        clock_inverted: wiring.clock_inverted,
        applied,
        headers: wiring.evidence.headers,
        checksums: wiring.evidence.checksums,
    }
}
