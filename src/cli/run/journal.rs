//! What happens, as lines of JSON on standard error.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::time::Time;

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Info,
    Warning,
    Error,
}

/// Writes lines of JSON, whole ones, from any thread.
#[derive(Debug)]
pub(super) struct Journal;

impl Journal {
    /// One line: when, how grave, which stream, what.
    #[allow(clippy::unused_self)]
    pub(super) fn say(&self, level: Level, stream: Option<&str>, words: &str) {
        self.tell(level, stream, words, Map::new());
    }

    /// The same with numbers.
    #[allow(clippy::unused_self)]
    pub(super) fn tell(
        &self,
        level: Level,
        stream: Option<&str>,
        words: &str,
        facts: Map<String, Value>,
    ) {
        let mut line = Map::new();
        line.insert("at".to_owned(), json!(Time::now().to_string()));
        let level = match level {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        };
        line.insert("level".to_owned(), json!(level));
        if let Some(stream) = stream {
            line.insert("stream".to_owned(), json!(stream));
        }
        line.insert("message".to_owned(), json!(words));
        line.extend(facts);
        // Where standard error is closed nobody wants to know.
        let _ = writeln!(io::stderr().lock(), "{}", Value::Object(line));
    }
}
