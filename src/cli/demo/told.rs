//! The demo in words, for a terminal of 80 columns.

mod sample;

use std::io::Write;

use super::super::stop::Stop;
use super::super::wording::{grouped, span};
use super::book::{Chapter, Ended};
use super::outcome::{Outcome, StreamOutcome};
use super::play::SLOWED;
use super::scene::{BACKLOG, LATE_BY, PAGE, RATE, RUN_BYTES, STREAMS};
use crate::sim::Running;

/// Who plays.
pub(super) fn scene(vendor: &Running, out: &mut dyn Write) -> Result<(), Stop> {
    let backlog = std::time::Duration::from_secs(BACKLOG).div_f64(RATE);
    let records = grouped(usize::try_from(BACKLOG).unwrap_or(usize::MAX));
    writeln!(
        out,
        "\
logwalk, the whole path on this machine: an API with two logs, the check that
walks them, a restart and a kill in the middle, and the comparison.

  The vendor  Merge Agent Handler, simulated on {addr}. Each of its
              two logs, tool_calls and api_calls, holds {records} records of the
              last {backlog} and gets {RATE} more every second. One record in four
              is late: it becomes visible up to {late} after it happened.
  The check   The real one, on the Agent's own base package: pages of {PAGE}
              records, and at most {megabytes} MB an interval.
  The Agent   A stand-in. It runs the check, appends every log to a file and
              keeps the check's place in its cache, as the Agent does. Nothing
              leaves this machine.
",
        addr = vendor.addr(),
        backlog = span(backlog),
        late = span(LATE_BY),
        megabytes = RUN_BYTES / 1_000_000,
    )?;
    out.flush()?;
    Ok(())
}

/// What happened between a start and its end.
pub(super) fn chapter(chapter: &Chapter, out: &mut dyn Write) -> Result<(), Stop> {
    let words = match (chapter.ended, chapter.intervals) {
        (Ended::Killed, _) => format!(
            "\
2. Started again, the check goes on where it stood. In the middle of a page the
   Agent is killed (SIGKILL), so that nothing can be tidied up. Each log takes
   {} ms longer here, so that the kill can be aimed.",
            SLOWED.as_millis()
        ),
        (Ended::Stopped, 1) => "\
1. The first interval begins at the oldest record and ends at its limit. The
   place is kept, and the Agent is stopped as for a restart."
            .to_owned(),
        (Ended::Stopped, intervals) => format!(
            "\
3. Started again, the check goes on from the last place that was kept, and on
   while new and late records become visible: {intervals} intervals, then it is stopped."
        ),
    };
    writeln!(out, "{words}")?;
    for done in &chapter.streams {
        writeln!(
            out,
            "     {:<26}{:>6} logs from {:>3} requests",
            done.source,
            grouped(done.logs),
            done.requests
        )?;
    }
    writeln!(out)?;
    out.flush()?;
    Ok(())
}

/// What came of it.
pub(super) fn account(outcome: &Outcome, out: &mut dyn Write) -> Result<(), Stop> {
    writeln!(out, "One log as it arrived, shortened:\n")?;
    writeln!(out, "{}\n", sample::shortened(&outcome.sample))?;
    let names = STREAMS.map(|stream| stream.name().rsplit('/').next().unwrap_or_default());
    writeln!(out, "The account{:>24}{:>12}", names[0], names[1])?;
    let row = |out: &mut dyn Write, title: &str, value: fn(&StreamOutcome) -> usize| {
        write!(out, "  {title:21}")?;
        for stream in &outcome.streams {
            write!(out, "{:>12}", grouped(value(stream)))?;
        }
        writeln!(out)
    };
    row(out, "held by the vendor", |one| one.account.held)?;
    row(out, "arrived", |one| one.account.arrived)?;
    row(out, "missing", |one| one.account.missing.len())?;
    row(out, "late, and still found", |one| one.late)?;
    row(out, "came a second time", |one| {
        one.account.repeated + one.account.unexplained.len()
    })?;
    row(out, "  not by the kill", |one| {
        one.account.unexplained.len()
    })?;
    writeln!(out, "\n{}", verdict(outcome))?;
    writeln!(out, "\nThis took {:.0} seconds.", outcome.seconds)?;
    Ok(())
}

fn verdict(outcome: &Outcome) -> String {
    if !outcome.is_good() {
        return "This is not as promised; what is wrong follows, record by record.".to_owned();
    }
    let repeated: usize = outcome.streams.iter().map(|one| one.account.repeated).sum();
    if repeated == 0 {
        return "Nothing is missing, and nothing came twice.".to_owned();
    }
    format!(
        "\
Nothing is missing. The restart repeated nothing. The kill made {repeated} logs come
twice: a page's place is kept once its last log is out, so a crash sends the
interrupted page again, never more, rather than lose any of it. Both copies
carry the same logwalk.id."
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::book::Done;
    use super::super::folder::Folder;
    use super::super::outcome::tests::outcome;
    use super::*;

    fn text(tell: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut text = Vec::new();
        tell(&mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn everything_fits_80_columns() {
        let folder = Folder::made(None).unwrap();
        let vendor = super::super::scene::set(folder.path()).unwrap();
        let all = text(|out| {
            scene(&vendor, out).unwrap();
            for (ended, intervals) in [
                (Ended::Stopped, 1),
                (Ended::Killed, 0),
                (Ended::Stopped, 15),
            ] {
                let done = Done {
                    source: "agent_handler/tool_calls",
                    logs: 123_456,
                    requests: 999,
                };
                let told = Chapter {
                    ended,
                    intervals,
                    streams: vec![done],
                };
                chapter(&told, out).unwrap();
            }
            account(&outcome("1 2 3", ["1 2", "2 3"]), out).unwrap();
        });
        let wide: Vec<&str> = all
            .lines()
            .filter(|line| line.chars().count() > 80)
            .collect();
        assert_eq!(wide, Vec::<&str>::new());
    }

    #[test]
    fn what_a_kill_repeats_is_explained_and_nothing_else_is_praised() {
        let said = |held, lives| verdict(&outcome(held, lives));
        assert!(said("1 2", ["1", "1 2"]).contains("The kill made 2 logs come\ntwice"));
        assert!(said("1 2", ["1", "2"]).ends_with("nothing came twice."));
        assert!(said("1 2 3", ["1", "2"]).starts_with("This is not as promised"));
    }
}
