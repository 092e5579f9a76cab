//! The words a mapping says again and again: its names, its statuses, what its maps mean.

use std::collections::BTreeSet;

use parking_lot::Mutex;

/// A word that stays for as long as the process.
///
/// Logs are made on one thread and dropped on another: counting who still holds a word would have
/// the two fight over the counter, a dozen times a log.
pub type Word = &'static str;

static WORDS: Mutex<BTreeSet<Word>> = Mutex::new(BTreeSet::new());

/// The word that a text is; mappings hold few, and the same ones when they are read again.
pub(super) fn word(text: &str) -> Word {
    let mut words = WORDS.lock();
    if let Some(known) = words.get(text) {
        return known;
    }
    let new: Word = Box::leak(text.into());
    words.insert(new);
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_kept_once_however_often_it_is_said() {
        let said = String::from("a word of this test");
        assert!(std::ptr::eq(word(&said), word(&said.clone())));
        assert_eq!(word("another"), "another");
    }
}
