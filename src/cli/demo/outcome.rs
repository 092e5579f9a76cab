//! How all of it came out.

use serde::Serialize;
use serde_json::Value;

use super::account::Account;
use super::book::Chapter;

/// A kill leaves a piece of a line at most.
const TORN_BY_THE_KILL: usize = 1;

/// How a stream came out.
#[derive(Debug, Serialize)]
pub(super) struct StreamOutcome {
    pub(super) source: &'static str,
    #[serde(flatten)]
    pub(super) account: Account,
    /// Records that came behind newer ones.
    pub(super) late: usize,
    /// Pieces of lines that the kill left; their records came whole.
    pub(super) torn: usize,
}

/// How all of it came out.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    pub(super) chapters: Vec<Chapter>,
    pub(super) streams: Vec<StreamOutcome>,
    /// A log as it arrived.
    pub(super) sample: Value,
    pub(super) seconds: f64,
}

impl Outcome {
    pub(super) fn is_good(&self) -> bool {
        let good = |one: &StreamOutcome| one.account.is_good() && one.torn <= TORN_BY_THE_KILL;
        self.streams.iter().all(good)
    }

    /// What is not as promised, in words.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for one in &self.streams {
            let (source, account) = (one.source, &one.account);
            if one.torn > TORN_BY_THE_KILL {
                problems.push(format!("{source}: {} lines are no logs", one.torn));
            }
            for (ids, what) in [
                (&account.missing, "did not arrive"),
                (&account.unknown, "arrived, and the vendor does not know it"),
                (&account.unexplained, "came again, and no kill explains it"),
            ] {
                problems.extend(ids.iter().map(|id| format!("{source}: {id} {what}")));
            }
        }
        problems
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::account::{Life, account};
    use super::super::arrived;
    use super::*;

    /// Two streams, of which the second is of two lives, the first killed.
    pub(in super::super) fn outcome(held: &str, lives: [&str; 2]) -> Outcome {
        let ids = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let held: Vec<String> = ids(held);
        let lives = [(lives[0], true), (lives[1], false)].map(|(text, killed)| Life {
            ids: ids(text),
            killed,
        });
        let stream = |source| StreamOutcome {
            source,
            account: account(&held, &held, &lives, 2),
            late: 0,
            torn: 0,
        };
        Outcome {
            chapters: Vec::new(),
            streams: vec![stream("a/one"), stream("a/two")],
            sample: Value::Null,
            seconds: 9.0,
        }
    }

    #[test]
    fn what_came_whole_has_no_problems() {
        let outcome = outcome("1 2 3", ["1 2", "2 3"]);
        assert!(outcome.is_good());
        assert_eq!(outcome.problems(), Vec::<String>::new());
    }

    #[test]
    fn every_problem_names_its_stream_and_its_record() {
        let outcome = outcome("1 2 3", ["1 1 9", ""]);
        assert!(!outcome.is_good());
        assert_eq!(
            outcome.problems()[..4],
            [
                "a/one: 2 did not arrive",
                "a/one: 3 did not arrive",
                "a/one: 9 arrived, and the vendor does not know it",
                "a/one: 1 came again, and no kill explains it",
            ]
        );
    }

    #[test]
    fn more_pieces_of_lines_than_kills_are_a_problem() {
        let mut outcome = outcome("1", ["1", ""]);
        outcome.streams[1].torn = 1;
        assert!(outcome.is_good());
        outcome.streams[1].torn = 2;
        assert!(!outcome.is_good());
        assert_eq!(outcome.problems(), ["a/two: 2 lines are no logs"]);
    }

    #[test]
    fn a_line_taken_out_of_a_file_is_missed() {
        let held: Vec<String> = (0..50).map(|number| format!("id-{number}")).collect();
        let lines: Vec<String> = held
            .iter()
            .map(|id| format!(r#"{{"logwalk":{{"id":"{id}","source":"s","event_time":"t"}}}}"#))
            .collect();
        let missing = |lines: &[String]| {
            let read = arrived::read(&lines.join("\n"));
            let ids = read.arrivals.into_iter().map(|arrival| arrival.id);
            let life = Life {
                ids: ids.collect(),
                killed: false,
            };
            account(&held, &held, &[life], 2).missing
        };
        assert_eq!(missing(&lines), Vec::<String>::new());
        let without: Vec<String> = [&lines[..31], &lines[32..]].concat();
        assert_eq!(missing(&without), ["id-31"]);
    }
}
