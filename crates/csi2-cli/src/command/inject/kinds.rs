//! `--list`: the kinds of faults.

use crate::failure::Failure;
use crate::output::{stdout, stdout_error, styled};
use crate::report::json;
use csi2_generator::{FAULTS, FaultLayer, FaultRow, Parameter};
use serde::Serialize;
use std::io::{self, Write};

/// A kind, for machines.
#[derive(Serialize)]
struct KindLine {
    r#type: &'static str,
    kind: &'static str,
    layer: &'static str,
    summary: &'static str,
    hits: &'static str,
    parameters: Vec<ParameterLine>,
    expect: &'static [&'static str],
}

#[derive(Serialize)]
struct ParameterLine {
    name: &'static str,
    meaning: &'static str,
    least: u64,
    most: u64,
}

pub(super) fn print(for_machines: bool) -> Result<(), Failure> {
    if for_machines {
        let mut out = stdout();
        FAULTS
            .iter()
            .try_for_each(|row| json::line(&mut out, &KindLine::new(row)))?;
        return out.flush().map_err(stdout_error);
    }
    let mut out = styled();
    table(&mut out).and_then(|()| out.flush()).map_err(stdout_error)
}

pub(super) const fn layer(layer: FaultLayer) -> &'static str {
    match layer {
        FaultLayer::Packet => "packets",
        FaultLayer::Lanes => "lanes",
        FaultLayer::LowPower => "low-power",
    }
}

fn table(out: &mut dyn Write) -> io::Result<()> {
    let mut before = None;
    for row in FAULTS {
        if before != Some(row.layer) {
            let parted = if before.is_some() { "\n" } else { "" };
            writeln!(out, "{parted}{}", heading(row.layer))?;
            before = Some(row.layer);
        }
        writeln!(out, "  {:<18} {}", row.name, row.summary)?;
        writeln!(out, "  {:<18} hits {}", "", row.hits)?;
        for Parameter {
            name,
            meaning,
            least,
            most,
        } in row.parameters
        {
            writeln!(out, "  {:<18} {name}={least}..{most}: {meaning}", "")?;
        }
        let expect = if row.expect.is_empty() {
            "no finding".to_owned()
        } else {
            row.expect.join(", ")
        };
        writeln!(out, "  {:<18} -> {expect}", "")?;
    }
    Ok(())
}

const fn heading(layer: FaultLayer) -> &'static str {
    match layer {
        FaultLayer::Packet => "Of packets (shown by captures of every layer)",
        FaultLayer::Lanes => "Of lanes (shown by captures of lanes or wires)",
        FaultLayer::LowPower => "Of low-power states (shown by captures of wires)",
    }
}

impl KindLine {
    fn new(row: &FaultRow) -> Self {
        let parameters = row.parameters.iter().map(|parameter| ParameterLine {
            name: parameter.name,
            meaning: parameter.meaning,
            least: parameter.least,
            most: parameter.most,
        });
        Self {
            r#type: "kind",
            kind: row.name,
            layer: layer(row.layer),
            summary: row.summary,
            hits: row.hits,
            parameters: parameters.collect(),
            expect: row.expect,
        }
    }
}
