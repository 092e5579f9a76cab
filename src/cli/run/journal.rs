//! What happens, as lines of JSON on standard error, or as whoever watches wants it.

use std::fmt;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::time::Time;

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Info,
    Warning,
    Error,
}

impl Level {
    /// Its name.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing that happened.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) level: Level,
    pub(crate) stream: Option<&'a str>,
    pub(crate) words: &'a str,
    pub(crate) facts: Map<String, Value>,
}

/// Where it is told what happens, from any thread.
pub(crate) struct Journal(Box<dyn Fn(Entry<'_>) + Send + Sync>);

/// Lines of JSON on standard error, whole ones.
impl Default for Journal {
    fn default() -> Self {
        Self::told_by(|entry| {
            // Where standard error is closed nobody wants to know.
            let _ = writeln!(io::stderr().lock(), "{}", entry.line());
        })
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Journal")
    }
}

impl Journal {
    /// Tells it in another way.
    pub(crate) fn told_by(tell: impl Fn(Entry<'_>) + Send + Sync + 'static) -> Self {
        Self(Box::new(tell))
    }

    /// One line: when, how grave, which stream, what.
    pub(crate) fn say(&self, level: Level, stream: Option<&str>, words: &str) {
        self.tell(level, stream, words, Map::new());
    }

    /// The same with numbers.
    pub(crate) fn tell(
        &self,
        level: Level,
        stream: Option<&str>,
        words: &str,
        facts: Map<String, Value>,
    ) {
        (self.0)(Entry {
            level,
            stream,
            words,
            facts,
        });
    }
}

impl Entry<'_> {
    /// It as JSON, with the moment.
    pub(crate) fn line(self) -> Value {
        let mut line = Map::new();
        line.insert("at".to_owned(), json!(Time::now().to_string()));
        line.insert("level".to_owned(), json!(self.level.word()));
        if let Some(stream) = self.stream {
            line.insert("stream".to_owned(), json!(stream));
        }
        line.insert("message".to_owned(), json!(self.words));
        line.extend(self.facts);
        Value::Object(line)
    }
}
