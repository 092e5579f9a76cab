//! Logs that the intake will never take, kept in a file with the reason.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::time::Time;

/// A log that was refused for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buried {
    /// With which status.
    pub status: u16,
    /// The intake's own words.
    pub reason: String,
    /// The log, whole, as JSON.
    pub log: String,
}

#[derive(Serialize)]
struct Letter<'a> {
    at: String,
    stream: &'a str,
    status: u16,
    reason: &'a str,
    log: &'a RawValue,
}

/// A file of JSON lines, one for each refused log.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    path: Option<PathBuf>,
    stream: String,
}

impl DeadLetters {
    /// The file of a stream; nothing is opened before there is something to keep. Without a path
    /// nothing can be kept, which is an error once there is something.
    #[must_use]
    pub fn new(path: Option<PathBuf>, stream: String) -> Self {
        Self { path, stream }
    }

    /// Where they are.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Keeps what was refused, on the disk before this returns.
    pub fn keep(&self, buried: &[Buried], now: Time) -> Result<()> {
        let Some(first) = buried.first() else {
            return Ok(());
        };
        let Some(path) = &self.path else {
            return Err(Error::config(
                "destination.dead_letter",
                format!(
                    "{} of the logs can never be taken ({}), and there is no file to keep them in: \
                     set it to a path; the place did not move",
                    buried.len(),
                    first.reason
                ),
            ));
        };
        let mut lines = String::new();
        for one in buried {
            lines.push_str(&self.line(one, now)?);
            lines.push('\n');
        }
        append(path, &lines).map_err(|error| {
            Error::Store(format!(
                "cannot write refused logs to {}: {error}; free that disk or give that file to the \
                 user that logwalk runs as, or set `destination.dead_letter` to another path",
                path.display()
            ))
        })
    }

    fn line(&self, one: &Buried, now: Time) -> Result<String> {
        let unwritable = |error: serde_json::Error| {
            Error::Store(format!("a refused log cannot be written down: {error}"))
        };
        let log: &RawValue = serde_json::from_str(&one.log).map_err(unwritable)?;
        let letter = Letter {
            at: now.to_string(),
            stream: &self.stream,
            status: one.status,
            reason: &one.reason,
            log,
        };
        serde_json::to_string(&letter).map_err(unwritable)
    }
}

fn append(path: &Path, lines: &str) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.exists()) {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    // A crash in the middle of a line must not swallow the next one.
    let torn = is_torn(&mut file)?;
    let text = if torn {
        format!("\n{lines}")
    } else {
        lines.to_owned()
    };
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn is_torn(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::Value;

    fn letters(name: &str) -> DeadLetters {
        let folder = std::env::temp_dir().join(format!("logwalk-dead-{}", std::process::id()));
        let path = folder.join(name).join("x.jsonl");
        let _ = std::fs::remove_file(&path);
        DeadLetters::new(Some(path), "mine".to_owned())
    }

    fn buried(log: &str) -> Buried {
        Buried {
            status: 400,
            reason: "no \"good\"".to_owned(),
            log: log.to_owned(),
        }
    }

    #[test]
    fn a_letter_says_when_where_and_why_and_holds_the_log_to_the_digit() {
        let letters = letters("whole");
        let log = "{\"n\":12345678901234567890.10}";
        letters.keep(&[buried(log), buried("{}")], Time(0)).unwrap();
        let text = std::fs::read_to_string(letters.path().unwrap()).unwrap();
        let first = "{\"at\":\"1970-01-01T00:00:00.000Z\",\"stream\":\"mine\",\"status\":400,\
                     \"reason\":\"no \\\"good\\\"\",\"log\":{\"n\":12345678901234567890.10}}";
        assert_eq!(text.lines().next(), Some(first));
        assert_eq!(text.lines().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let letters = letters("mode");
        letters.keep(&[buried("{}")], Time(0)).unwrap();
        let path = letters.path().unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
    }

    #[test]
    fn a_torn_line_is_closed_before_the_next() {
        let letters = letters("torn");
        letters.keep(&[buried("{}")], Time(0)).unwrap();
        let path = letters.path().unwrap();
        let mut file = OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(b"{\"at\":\"19").unwrap();
        letters.keep(&[buried("{\"a\":1}")], Time(0)).unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        assert_eq!(last["log"]["a"], 1);
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn without_a_path_nothing_is_lost_in_silence() {
        let letters = DeadLetters::new(None, "mine".to_owned());
        assert_eq!(letters.keep(&[], Time(0)), Ok(()));
        let words = letters
            .keep(&[buried("{}")], Time(0))
            .unwrap_err()
            .to_string();
        assert!(words.contains("destination.dead_letter"), "{words}");
    }
}
