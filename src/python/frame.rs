//! What logs of the same names have in common, as Python has it.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::words::Words;
use crate::log::{Line, Member, Value, Word};

/// A log has an error or none, a user or none: of more kinds than this the oldest is forgotten.
const MOST_FRAMES: usize = 8;

/// The frames of the logs that came, the last one's first.
#[derive(Default)]
pub(super) struct Frames(Vec<Frame>);

impl Frames {
    /// The frame of a log's kind.
    pub(super) fn of(
        &mut self,
        py: Python<'_>,
        line: Line<'_>,
        words: &mut Words,
    ) -> PyResult<&Frame> {
        let known = self.0.iter().position(|frame| frame.is_of(line));
        if let Some(at) = known {
            self.0.swap(0, at);
        } else {
            self.0.insert(0, Frame::of(py, line, words)?);
            self.0.truncate(MOST_FRAMES);
        }
        Ok(&self.0[0])
    }
}

/// A dict with the names of the logs of one kind, and the words of the first of them.
///
/// A dict that grows name by name makes room for itself three times, and the words of a log are
/// mostly those of any other: its source, its service, its tags.
pub(super) struct Frame {
    dict: Py<PyDict>,
    places: Vec<Place>,
}

/// A name, and what the frame's dict holds under it.
pub(super) struct Place {
    word: Word,
    name: Py<PyString>,
    held: Held,
}

enum Held {
    Nothing,
    Word(Word),
    Tags(String),
}

impl Held {
    fn of(member: &Member<'_>) -> Self {
        match member {
            Member::Tags(tags) => Self::Tags((*tags).to_owned()),
            Member::Field(field, _) => match field.value {
                Value::Word(word) => Self::Word(word),
                _ => Self::Nothing,
            },
            Member::Time(_) | Member::Record(_) => Self::Nothing,
        }
    }
}

impl Frame {
    fn of(py: Python<'_>, line: Line<'_>, words: &mut Words) -> PyResult<Self> {
        let dict = PyDict::new(py);
        let mut places = Vec::new();
        for (word, member) in line.members() {
            let (name, held) = (words.get(py, word), Held::of(&member));
            match &held {
                Held::Nothing => dict.set_item(&name, py.None())?,
                Held::Word(word) => dict.set_item(&name, words.get(py, *word))?,
                Held::Tags(tags) => dict.set_item(&name, tags)?,
            }
            let name = name.unbind();
            places.push(Place { word, name, held });
        }
        let dict = dict.unbind();
        Ok(Self { dict, places })
    }

    fn is_of(&self, line: Line<'_>) -> bool {
        let names = line.members().map(|(name, _)| name);
        names.eq(self.places.iter().map(|place| place.word))
    }

    /// A log to fill, and the places in it, in the order of the log's members.
    pub(super) fn begin<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyDict>, impl Iterator<Item = &Place>)> {
        Ok((self.dict.bind(py).copy()?, self.places.iter()))
    }
}

impl Place {
    /// Whether this word is here already.
    pub(super) fn has_word(&self, word: Word) -> bool {
        matches!(self.held, Held::Word(held) if held == word)
    }

    /// Whether these tags are here already.
    pub(super) fn has_tags(&self, tags: &str) -> bool {
        matches!(&self.held, Held::Tags(held) if held == tags)
    }

    /// Puts a value here.
    pub(super) fn put<'py>(
        &self,
        log: &Bound<'py, PyDict>,
        value: impl IntoPyObject<'py>,
    ) -> PyResult<()> {
        log.set_item(self.name.bind(log.py()), value)
    }
}
