//! What the vendor holds beside what arrived: nothing may be missing, and a repeat needs a reason.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

/// What a stand-in wrote of one stream between its start and its end.
#[derive(Debug, Clone, Default)]
pub(super) struct Life {
    /// The record ids of its lines, in order.
    pub(super) ids: Vec<String>,
    /// Whether it was killed rather than stopped.
    pub(super) killed: bool,
}

/// How one stream came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Account {
    /// Records that the vendor held at the moment of the comparison.
    pub(super) held: usize,
    /// Of those, how many arrived.
    pub(super) arrived: usize,
    /// The ids of those that did not.
    pub(super) missing: Vec<String>,
    /// Ids that arrived and that the vendor does not know.
    pub(super) unknown: Vec<String>,
    /// Lines whose record had arrived before, in the page that a kill interrupted.
    pub(super) repeated: usize,
    /// The ids of lines that came again without that reason.
    pub(super) unexplained: Vec<String>,
}

impl Account {
    /// Whether every promise was kept.
    pub(super) fn is_good(&self) -> bool {
        self.missing.is_empty() && self.unknown.is_empty() && self.unexplained.is_empty()
    }
}

/// Compares what had to arrive, and what the vendor knows at all, with the lines of each life.
///
/// A crash may send again the one page that it interrupted: no more than the last `page` lines of a
/// killed life, in the life right after it.
pub(super) fn account(held: &[String], known: &[String], lives: &[Life], page: usize) -> Account {
    let mut last_seen: HashMap<&str, (usize, usize)> = HashMap::new();
    let (mut repeated, mut unexplained) = (0, Vec::new());
    for (number, life) in lives.iter().enumerate() {
        for (line, id) in life.ids.iter().enumerate() {
            let Some((earlier, its_line)) = last_seen.insert(id, (number, line)) else {
                continue;
            };
            let interrupted = lives.get(earlier).is_some_and(|life| {
                earlier + 1 == number && life.killed && its_line + page >= life.ids.len()
            });
            if interrupted {
                repeated += 1;
            } else {
                unexplained.push(id.clone());
            }
        }
    }
    let missing: Vec<String> = held
        .iter()
        .filter(|id| !last_seen.contains_key(id.as_str()))
        .cloned()
        .collect();
    let known: HashSet<&str> = known.iter().map(String::as_str).collect();
    let mut unknown: Vec<String> = last_seen
        .keys()
        .filter(|id| !known.contains(*id))
        .map(|id| (*id).to_owned())
        .collect();
    unknown.sort();
    Account {
        held: held.len(),
        arrived: held.len() - missing.len(),
        missing,
        unknown,
        repeated,
        unexplained,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn stopped(text: &str) -> Life {
        Life {
            ids: ids(text),
            killed: false,
        }
    }

    fn killed(text: &str) -> Life {
        Life {
            ids: ids(text),
            killed: true,
        }
    }

    fn of(held: &str, lives: &[Life]) -> Account {
        account(&ids(held), &ids(held), lives, 2)
    }

    #[test]
    fn all_that_is_held_and_came_once_is_good() {
        let account = of("a b c d", &[stopped("a b"), stopped("c d")]);
        assert!(account.is_good());
        assert_eq!((account.held, account.arrived, account.repeated), (4, 4, 0));
    }

    #[test]
    fn a_record_that_never_came_is_missing() {
        let account = of("a b c", &[stopped("a c")]);
        assert_eq!((account.arrived, account.missing.clone()), (2, ids("b")));
        assert!(!account.is_good());
    }

    #[test]
    fn a_record_that_came_and_that_nobody_holds_is_unknown() {
        let account = of("a", &[stopped("a z")]);
        assert_eq!(account.unknown, ids("z"));
        assert!(!account.is_good());
    }

    #[test]
    fn a_record_that_came_into_being_after_the_comparison_is_neither() {
        let account = account(&ids("a"), &ids("a b"), &[stopped("a b")], 2);
        assert!(account.is_good());
        assert_eq!(account.held, 1);
    }

    #[test]
    fn the_page_that_a_kill_interrupted_may_come_again() {
        let account = of("a b c d", &[killed("a b c"), stopped("b c d")]);
        assert!(account.is_good());
        assert_eq!(account.repeated, 2);
    }

    #[test]
    fn more_than_one_page_is_not_explained_by_a_kill() {
        let account = of("a b c d", &[killed("a b c"), stopped("a b c d")]);
        assert_eq!(
            (account.repeated, account.unexplained.clone()),
            (2, ids("a"))
        );
        assert!(!account.is_good());
    }

    #[test]
    fn a_restart_explains_no_repeat() {
        let account = of("a b", &[stopped("a b"), stopped("b")]);
        assert_eq!(account.unexplained, ids("b"));
        assert!(!account.is_good());
    }

    #[test]
    fn a_kill_explains_no_repeat_within_a_life_nor_a_later_one() {
        let twice = of("a", &[killed("a a")]);
        assert_eq!(twice.unexplained, ids("a"));
        let later = of("a b", &[killed("a"), stopped("b"), stopped("a")]);
        assert_eq!(later.unexplained, ids("a"));
        let thrice = of("a", &[killed("a"), stopped("a a")]);
        assert_eq!((thrice.repeated, thrice.unexplained), (1, ids("a")));
    }
}
