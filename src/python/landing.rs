//! Whether what was sent lands anywhere: without a `logs:` section the Agent drops it in silence.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::fetch::Cancel;

/// The Agent writes the file as soon as it has the first log; this is patience for a busy disk.
const PATIENCE: Duration = Duration::from_secs(2);
/// Short beside a run, long beside a look at a file.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// The file in which the Agent collects what a check sends.
#[derive(Debug, Clone)]
pub(super) struct Landing {
    /// The file; none where there is no Agent.
    pub(super) file: Option<PathBuf>,
    /// The `logs:` entry that makes the Agent write it.
    pub(super) entry: String,
}

impl Landing {
    /// Waits until the file is there; says whether it is, or is cancelled.
    pub(super) fn awaited(&self, cancel: &Cancel) -> Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let begin = Instant::now();
        while !file.exists() {
            if begin.elapsed() >= PATIENCE {
                return Err(Error::config("logs", self.missing(file)));
            }
            if cancel.wait(BETWEEN_LOOKS) {
                return Err(Error::Cancelled);
            }
        }
        Ok(())
    }

    fn missing(&self, file: &std::path::Path) -> String {
        format!(
            "{} is not there although logs were sent, so the Agent has dropped them and the place \
             was not moved; add this section to the check's file in conf.d, beside `instances`, \
             with this one entry, and restart the Agent: logs: [{}]; if it is there, the disk may \
             be too full (the Agent writes no such file on a disk that is more than 80 % full)",
            file.display(),
            self.entry
        )
    }
}

/// The `logs:` entry for a source's logs, as it is written in conf.d.
pub(super) fn entry(source: Option<&str>, service: Option<&str>) -> String {
    let source = source.unwrap_or("logwalk");
    let service = service.unwrap_or(source);
    format!(
        "{{type: integration, source: {source}, service: {service}, start_position: beginning}}"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn landing(file: Option<PathBuf>) -> Landing {
        let entry = entry(Some("okta"), None);
        Landing { file, entry }
    }

    #[test]
    fn nothing_is_awaited_where_there_is_no_agent() {
        landing(None).awaited(&Cancel::default()).unwrap();
    }

    #[test]
    fn a_cancelled_wait_ends_at_once_and_accuses_nobody() {
        let cancel = Cancel::default();
        cancel.raise();
        let begin = Instant::now();
        let waited = landing(Some("/nowhere/at/all.log".into())).awaited(&cancel);
        assert_eq!(waited, Err(Error::Cancelled));
        assert!(begin.elapsed() < PATIENCE / 2);
    }

    #[test]
    fn the_entry_is_what_has_to_be_written() {
        assert_eq!(
            entry(Some("okta"), None),
            "{type: integration, source: okta, service: okta, start_position: beginning}"
        );
    }
}
