//! The words that logs repeat, as Python has them.

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::log::Word;

/// A mapping has a few dozen words; of more than this the rest are made anew for each log.
const MOST_WORDS: usize = 4_096;

/// Words that were made before, by their numbers.
#[derive(Default)]
pub(super) struct Words(Vec<Option<Py<PyString>>>);

impl Words {
    /// A word as Python has it.
    pub(super) fn get<'py>(&mut self, py: Python<'py>, word: Word) -> Bound<'py, PyString> {
        if let Some(Some(known)) = self.0.get(word.number()) {
            return known.bind(py).clone();
        }
        let new = PyString::intern(py, word.text());
        if word.number() < MOST_WORDS {
            if self.0.len() <= word.number() {
                self.0.resize_with(word.number() + 1, || None);
            }
            self.0[word.number()] = Some(new.clone().unbind());
        }
        new
    }
}
