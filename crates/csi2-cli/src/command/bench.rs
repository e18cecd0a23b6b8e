//! `csi2 bench`: decode rates of this machine.

use crate::console::Console;
use crate::failure::Failure;
use crate::output::{stdout, stdout_error, styled};
use crate::report::json;
use case::{Case, Variant};
use clap::Args;
use csi2_kernels::Backend;
use inputs::Scale;
use measure::{Patience, Times};
use report::{Report, RowReport};
use rows::{ROWS, Row};
use std::io::Write;
use std::time::Duration;

mod buffer;
mod case;
mod cases;
mod inputs;
mod machine;
mod measure;
mod references;
mod report;
mod rows;

/// Measures decode rates of this machine: each kernel and the whole path
///
/// Every row checks its answer first. Then all ways to do its work have their turn, round after round: the kernels of each
/// backend of this CPU and, in the same run, what they are compared with: the plain safe loop (scalar), copies that move the
/// same bytes through and past the caches (memcpy, nt_copy), a pass that only reads (read), the crates crc and crc-fast, and the
/// whole path made of plain crates (plain). Ratios mean something on a busy machine, bytes per second do not.
///
/// l1 is one line of 4056 pixels, l3 one frame of 4056x3040 again and again, dram a ring of frames larger than the caches. Bytes
/// are packed ones, and samples of wires have one byte each.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  csi2 bench unpack/raw10 path --backend avx2
  csi2 bench --json | jq -r '.rows[] | [.id, .backend, .bytes_per_s, .vs.memcpy] | @tsv'")]
pub(crate) struct BenchArgs {
    /// Rows whose id contains one of these; all when absent
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    /// Only the kernels of one backend: portable, or what this CPU has of avx512, avx2, sse4.2, neon
    #[arg(long, value_name = "NAME")]
    backend: Option<String>,
    /// Rounds, in each of which every way has its turn
    #[arg(long, value_name = "N", default_value = "15", value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Print for machines: one JSON object
    #[arg(long)]
    json: bool,
    /// Small frames and short turns: rates mean nothing
    #[arg(long, hide = true)]
    quick: bool,
}

impl BenchArgs {
    fn rows(&self) -> Result<Vec<&'static Row>, Failure> {
        let known = |filter: &String| ROWS.iter().any(|row| row.id.contains(filter.as_str()));
        if let Some(unknown) = self.filters.iter().find(|filter| !known(filter)) {
            let ids: Vec<&str> = ROWS.iter().map(|row| row.id).collect();
            return Err(Failure::usage(format!(
                "no row is called {unknown}; rows are {}",
                ids.join(" ")
            )));
        }
        let chosen =
            |row: &&Row| self.filters.is_empty() || self.filters.iter().any(|part| row.id.contains(part.as_str()));
        Ok(ROWS.iter().filter(chosen).collect())
    }

    fn backends(&self) -> Result<Vec<Backend>, Failure> {
        let Some(name) = &self.backend else {
            return Ok(Backend::available().collect());
        };
        match Backend::available().find(|backend| backend.name() == name) {
            Some(backend) => Ok(vec![backend]),
            None => {
                let names: Vec<&str> = Backend::available().map(Backend::name).collect();
                Err(Failure::usage(format!(
                    "this CPU has no backend {name}; it has {}",
                    names.join(" ")
                )))
            }
        }
    }

    fn patience(&self) -> Patience {
        Patience {
            rounds: self.rounds.into(),
            turn: if self.quick {
                Duration::from_micros(20)
            } else {
                Duration::from_micros(500)
            },
        }
    }

    /// As large as the memory of this machine allows.
    fn scale(&self, console: &Console) -> Scale {
        const HEIGHT: usize = 3040;
        const RING: usize = 1 << 30;
        if self.quick {
            return Scale {
                height: 16,
                ring: 1 << 20,
            };
        }
        let ring = machine::free_memory().map_or(RING, |free| RING.min(free / 3));
        if ring < RING {
            console.warning(&format!(
                "memory is short: dram rows walk through {} MiB instead of {}, which caches may hold in part",
                ring >> 20,
                RING >> 20
            ));
        }
        Scale { height: HEIGHT, ring }
    }
}

pub(crate) fn run(args: &BenchArgs, console: &Console) -> Result<(), Failure> {
    let (rows, backends) = (args.rows()?, args.backends()?);
    let (scale, patience) = (args.scale(console), args.patience());
    let turns = |row: &&Row| (backends.len() + row.references.len()) * patience.rounds;
    console.progress_steps(rows.iter().map(turns).sum::<usize>() as u64);
    let mut done = 0;
    let mut measured = Vec::new();
    for row in rows {
        let mut case = (row.case)(scale);
        measured.extend(measure(row, case.as_mut(), &backends, patience, &mut || {
            done += 1;
            console.progress(done);
        })?);
    }
    console.progress_done();
    let report = Report {
        r#type: "bench",
        cpu: machine::cpu(),
        backend: backends.first().map_or("", |backend| backend.name()),
        rounds: patience.rounds,
        rows: measured,
    };
    if args.json {
        let mut out = stdout();
        json::line(&mut out, &report)?;
        return out.flush().map_err(stdout_error);
    }
    let mut out = styled();
    report.print(&mut out).and_then(|()| out.flush()).map_err(stdout_error)
}

/// A row with the kernels of each backend, its answers checked first.
fn measure(
    row: &Row,
    case: &mut dyn Case,
    backends: &[Backend],
    patience: Patience,
    turned: &mut dyn FnMut(),
) -> Result<Vec<RowReport>, Failure> {
    let kernels = backends.iter().copied().map(Variant::Kernel);
    let references = row.references.iter().copied().map(Variant::Reference);
    let variants: Vec<Variant> = kernels.chain(references).collect();
    for &variant in &variants {
        if !case.check(variant) {
            let name = match variant {
                Variant::Kernel(backend) => backend.name(),
                Variant::Reference(reference) => reference.name(),
            };
            return Err(Failure::file(
                row.id,
                format!("the answer of {name} is wrong: please report this"),
            ));
        }
    }
    // A frame takes longer than a line, and leaves more behind in the caches.
    let patience = match case.bytes() {
        1_000_000.. => Patience {
            turn: 16 * patience.turn,
            ..patience
        },
        _ => patience,
    };
    let times = Times::take(case, &variants, patience, turned);
    let reports = backends.iter().enumerate().map(|(at, backend)| RowReport {
        id: row.id,
        backend: backend.name(),
        bytes_per_s: case.bytes() as f64 * times.rate(at),
        vs: row
            .references
            .iter()
            .enumerate()
            .map(|(index, reference)| (reference.name(), times.ratio(at, backends.len() + index)))
            .collect(),
    });
    Ok(reports.collect())
}
