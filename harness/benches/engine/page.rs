//! Where the docs show the result: tables in a page, every single run in a file beside it.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::client::Bench;
use crate::closed::Closed;
use crate::open::Open;
use crate::stall::{self, Told};

const BEGIN: &str = "<!-- measured by `make measure`: begin -->\n";
const END: &str = "<!-- measured by `make measure`: end -->";

/// Puts the tables into the page and writes the raw numbers.
pub(crate) fn write(
    bench: &Bench,
    closed: &[Closed],
    open: &Open,
    stall: &[Told],
) -> io::Result<PathBuf> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let page = docs.join("how-we-measure.md");
    let text = fs::read_to_string(&page)?;
    let (before, rest) = text.split_once(BEGIN).ok_or_else(|| no_place(&page))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| no_place(&page))?;
    let tables = format!(
        "\n{}.\n\n{}\n\n{}\n\n{}\n\n",
        bench.describe(),
        stall::table(stall),
        closed
            .iter()
            .map(Closed::table)
            .collect::<Vec<_>>()
            .join("\n\n"),
        open.table()
    );
    fs::write(&page, format!("{before}{BEGIN}{tables}{END}{after}"))?;
    let raw = docs.join("measurements");
    fs::create_dir_all(&raw)?;
    fs::write(raw.join("engine-closed.csv"), closed_csv(closed))?;
    fs::write(raw.join("engine-open.csv"), open_csv(open))?;
    Ok(page)
}

fn no_place(page: &Path) -> io::Error {
    io::Error::other(format!(
        "{} has no place for the tables between `{}` and `{END}`",
        page.display(),
        BEGIN.trim()
    ))
}

fn closed_csv(closed: &[Closed]) -> String {
    let mut csv =
        "server,round,tool,requests_per_second,cpu_us_per_request,peak_mib,server_cores\n"
            .to_owned();
    let runs = closed
        .iter()
        .flat_map(|closed| closed.runs.iter().map(|run| (closed.manner, run)));
    for (manner, run) in runs {
        let _ = writeln!(
            csv,
            "{},{},{},{:.0},{:.3},{},{:.2}",
            manner.trim_start_matches("--serve-"),
            run.round,
            run.kind.name(),
            run.per_second,
            run.cpu_us,
            known(run.peak_mib),
            run.server_busy
        );
    }
    csv
}

fn open_csv(open: &Open) -> String {
    let mut csv =
        "round,tool,offered_per_second,achieved_share,delay_p50_us,delay_p99_us,cores,peak_mib,told_invalid\n"
            .to_owned();
    for run in &open.runs {
        let _ = writeln!(
            csv,
            "{},{},{},{:.5},{},{},{:.3},{},{}",
            run.round,
            run.kind.name(),
            run.rate,
            run.achieved,
            known(run.delay_us.map(|(p50, _)| p50)),
            known(run.delay_us.map(|(_, p99)| p99)),
            run.cores,
            known(run.peak_mib),
            run.invalid
        );
    }
    csv
}

/// Empty where nobody told.
fn known(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| format!("{value:.1}"))
}
