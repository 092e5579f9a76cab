//! The words a mapping says again and again: its names, its statuses, what its maps mean.

use std::collections::BTreeMap;

use parking_lot::Mutex;

use super::text;

/// A word that stays for as long as the process; as small as can be, for a log has two dozen.
#[derive(Clone, Copy)]
pub struct Word(&'static Said);

/// What is asked of a word for every log is known once.
struct Said {
    text: &'static str,
    /// The same as JSON, quotes included.
    quoted: &'static str,
    /// What stands before a value of that name: a comma, the quoted name, a colon.
    named: &'static str,
    /// By which its counterpart in Python is found.
    number: usize,
}

/// The first numbers are those of the names below.
const FIRST_NUMBER: usize = 16;

pub(super) const STATUS: Word = Word(&Said::own(",\"status\":", 0));
pub(super) const SERVICE: Word = Word(&Said::own(",\"service\":", 1));
pub(super) const DDSOURCE: Word = Word(&Said::own(",\"ddsource\":", 2));
pub(super) const MESSAGE: Word = Word(&Said::own(",\"message\":", 3));
/// The name of what logwalk says of a log.
pub const LOGWALK: Word = Word(&Said::own(",\"logwalk\":", 4));
pub(super) const ID: Word = Word(&Said::own(",\"id\":", 5));
pub(super) const SOURCE: Word = Word(&Said::own(",\"source\":", 6));
pub(super) const EVENT_TIME: Word = Word(&Said::own(",\"event_time\":", 7));
pub(super) const ERROR: Word = Word(&Said::own(",\"error\":", 8));
pub(super) const TRUNCATED: Word = Word(&Said::own(",\"truncated\":", 9));
pub(super) const TIMESTAMP: Word = Word(&Said::own(",\"timestamp\":", 10));
pub(super) const DDTAGS: Word = Word(&Said::own(",\"ddtags\":", 11));

static WORDS: Mutex<BTreeMap<&'static str, Word>> = Mutex::new(BTreeMap::new());

impl Said {
    /// A name of logwalk's own, in which nothing is escaped.
    const fn own(named: &'static str, number: usize) -> Self {
        let quoted = inside(named);
        Self {
            text: inside(quoted),
            quoted,
            named,
            number,
        }
    }
}

/// A text without its first byte and its last.
const fn inside(text: &'static str) -> &'static str {
    let (_, behind) = text.split_at(1);
    let (inside, _) = behind.split_at(behind.len() - 1);
    inside
}

impl Word {
    /// As it is read.
    #[must_use]
    pub fn text(self) -> &'static str {
        self.0.text
    }

    /// As a JSON string, quotes included.
    pub(super) fn quoted(self) -> &'static str {
        self.0.quoted
    }

    /// What stands before a value of that name behind another one: `,"name":`.
    pub(super) fn named(self) -> &'static str {
        self.0.named
    }

    /// How many bytes it takes as a JSON string, quotes included.
    pub(super) fn quoted_len(self) -> usize {
        self.0.quoted.len()
    }

    /// Its number; no two words have the same.
    #[must_use]
    pub fn number(self) -> usize {
        self.0.number
    }
}

impl std::fmt::Debug for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text().fmt(f)
    }
}

/// Words are the same if they read the same.
impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.number() == other.number() || self.text() == other.text()
    }
}

impl Eq for Word {}

/// The word that a text is; mappings hold few, and the same ones when they are read again.
pub(super) fn word(text: &str) -> Word {
    let mut words = WORDS.lock();
    if let Some(known) = words.get(text) {
        return *known;
    }
    let number = FIRST_NUMBER + words.len();
    let named: &'static str = Box::leak(format!(",{}:", text::quoted(text)).into());
    let new = Word(Box::leak(Box::new(Said {
        text: Box::leak(text.into()),
        quoted: inside(named),
        named,
        number,
    })));
    words.insert(new.text(), new);
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_kept_once_however_often_it_is_said() {
        let said = String::from("a word of this test");
        let (once, twice) = (word(&said), word(&said.clone()));
        assert!(std::ptr::eq(once.0, twice.0));
        assert_ne!(word("another"), word("a third"));
        assert!(word("another").number() >= FIRST_NUMBER);
    }

    #[test]
    fn a_word_knows_what_it_is_as_json() {
        for said in ["plain", "with \"quotes\"", "with\na break"] {
            assert_eq!(word(said).quoted(), text::quoted(said));
            assert_eq!(word(said).quoted_len(), text::quoted(said).len());
            assert_eq!(word(said).named(), format!(",{}:", text::quoted(said)));
        }
        assert_eq!(STATUS.quoted(), text::quoted("status"));
        assert_eq!(STATUS.text(), "status");
    }

    #[test]
    fn names_of_our_own_read_like_any_other() {
        assert_eq!(word("status"), STATUS);
    }
}
