//! How values that several commands show are written for a person.

use std::io::{self, Write};
use std::time::Duration;

use crate::config::{Start, Store};
use crate::time::Time;

/// So many digits of an identity are enough to tell streams apart by eye.
const SHORT: usize = 12;

/// A span as a configuration would write it, in its two largest units: `1d12h`, `5m`, `0s`.
pub(crate) fn span(span: Duration) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let mut rest = span.as_secs();
    let mut parts = Vec::new();
    for (seconds, name) in UNITS {
        let number = rest / seconds;
        rest %= seconds;
        if number > 0 {
            parts.push(format!("{number}{name}"));
        }
        if parts.len() == 2 {
            break;
        }
    }
    if parts.is_empty() {
        return "0s".to_owned();
    }
    parts.concat()
}

/// A moment as a person writes it.
pub(crate) fn moment(text: &str) -> Result<Time, String> {
    Time::parse(text).ok_or_else(|| "expected a time such as 2026-11-20T09:30:00Z".to_owned())
}

/// Where a first run begins.
pub(crate) fn start(start: Start) -> String {
    match start {
        Start::Ago(Duration::ZERO) => "now".to_owned(),
        Start::Ago(ago) => format!("{} ago", span(ago)),
        Start::At(time) => time.to_string(),
        Start::Oldest => "the oldest record".to_owned(),
    }
}

/// Where a resume point lives.
pub(crate) fn store(store: &Store) -> String {
    match store {
        Store::Agent => "the Agent's cache".to_owned(),
        Store::File(folder) => folder.display().to_string(),
    }
}

/// An identity as far as a person reads it.
pub(crate) fn short(identity: &str) -> String {
    identity.chars().take(SHORT).collect()
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A text without what would move a terminal's own cursor.
pub(crate) fn visible(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// Rows below their heads, each column as wide as its widest cell.
pub(crate) fn table<const COLUMNS: usize>(
    heads: &[String; COLUMNS],
    rows: &[[String; COLUMNS]],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut widths = [0; COLUMNS];
    for row in rows.iter().chain([heads]) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for row in [heads].into_iter().chain(rows) {
        let padded = row.iter().zip(widths);
        let padded: Vec<String> = padded
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        writeln!(out, "{}", padded.join("  ").trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_as_a_configuration_writes_them() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (300, "5m"),
            (18 * 3600, "18h"),
            (36 * 3600 + 61, "1d12h"),
            (90_061, "1d1h"),
        ] {
            assert_eq!(span(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(
            [0, 999, 1000, 65_536, 1_234_567].map(grouped),
            ["0", "999", "1 000", "65 536", "1 234 567"]
        );
    }
}
