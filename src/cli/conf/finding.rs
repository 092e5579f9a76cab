//! Something to be said about a place in a configuration file.

use std::fmt;

use serde_json::{Value, json};

/// What was found, and where; in order of the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// The file.
    pub(crate) file: String,
    /// Line and column, where the text could be read so far.
    pub(crate) spot: Option<(u64, u64)>,
    /// The path of the value, where it is one.
    pub(crate) path: Option<String>,
    /// What about it.
    pub(crate) words: String,
}

impl Finding {
    /// About a file as a whole.
    pub(crate) fn of_file(file: &str, words: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            spot: None,
            path: None,
            words: words.into(),
        }
    }

    /// `FILE:LINE:COL: path`.
    pub(crate) fn place(&self) -> String {
        let spot = self.spot.map(|(line, column)| format!(":{line}:{column}"));
        let path = self.path.as_ref().map(|path| format!(": {path}"));
        let rest = spot.unwrap_or_default() + &path.unwrap_or_default();
        format!("{}{rest}", self.file)
    }

    /// The same for a script.
    pub(crate) fn as_json(&self) -> Value {
        let (line, column) = self.spot.unzip();
        json!({
            "file": self.file,
            "line": line,
            "column": column,
            "path": self.path,
            "text": self.words,
        })
    }
}

/// `FILE:LINE:COL: path: words`, as editors and people find it again.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.words)
    }
}
