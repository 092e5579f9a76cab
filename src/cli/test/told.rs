//! Findings for a person and for a script.

use std::io::{self, IsTerminal, Write};

use serde_json::{Value, json};

use super::finding::several;
use super::{Finding, Verdict};
use crate::cli::stop::Stop;

const CHECK_WIDTH: usize = 12;

pub(super) fn as_json(label: &str, findings: &[Finding]) -> Value {
    json!({
        "stream": label,
        "ok": failed(findings).is_empty(),
        "checks": findings.iter().map(Finding::as_json).collect::<Value>(),
    })
}

pub(super) fn print(
    label: &str,
    findings: &[Finding],
    not_first: bool,
    out: &mut dyn Write,
) -> Result<(), Stop> {
    let coloured = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    if not_first {
        writeln!(out)?;
    }
    writeln!(out, "{label}")?;
    for finding in findings {
        let Finding {
            check, words, fix, ..
        } = finding;
        let sign = sign(finding.verdict, coloured);
        writeln!(out, "  {sign} {check:<CHECK_WIDTH$} {words}")?;
        if !fix.is_empty() {
            let room = 2 + "not tried".len() + 1 + CHECK_WIDTH + 1;
            writeln!(out, "{:room$}fix: {fix}", "")?;
        }
    }
    Ok(())
}

/// What fell short with a stream, in a line; none where nothing did.
pub(super) fn short(label: &str, findings: &[Finding]) -> Option<String> {
    let failed = failed(findings);
    if failed.is_empty() {
        return None;
    }
    let tried = findings
        .iter()
        .filter(|finding| finding.verdict != Verdict::Untried);
    Some(format!(
        "{label}: {} of {} failed: {}",
        failed.len(),
        several(tried.count(), "check"),
        failed.join(", ")
    ))
}

fn failed(findings: &[Finding]) -> Vec<&'static str> {
    let bad = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Bad);
    bad.map(|finding| finding.check).collect()
}

/// A verdict at the begin of a line, always as wide.
fn sign(verdict: Verdict, coloured: bool) -> String {
    let colour = match verdict {
        Verdict::Good => "32",
        Verdict::Note => "33",
        Verdict::Bad => "31",
        Verdict::Untried => "2",
    };
    let word = format!("{:<9}", verdict.word());
    if coloured {
        return format!("\u{1b}[{colour}m{word}\u{1b}[0m");
    }
    word
}
