//! How a stream has fared, beside its place and never in it: writing this moves nothing.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{PlaceFile, disk};
use crate::error::{Error, Result};
use crate::time::Time;

/// How a stream has fared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// When it last came to an end without an error.
    pub last_success: Option<Time>,
    /// How often it has failed since.
    pub failures_in_a_row: u64,
    /// How it failed last.
    pub last_error: Option<LastError>,
}

/// A failure, and when it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastError {
    /// When.
    pub at: Time,
    /// In words, without secrets.
    pub text: String,
}

impl Health {
    /// After a run that went well.
    pub fn went_well(&mut self, now: Time) {
        self.last_success = Some(now);
        self.failures_in_a_row = 0;
    }

    /// After a run that failed.
    pub fn failed(&mut self, now: Time, text: impl Into<String>) {
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        let text = text.into();
        self.last_error = Some(LastError { at: now, text });
    }
}

/// The file that holds it, beside the place and under its name.
#[derive(Debug, Clone)]
pub struct HealthFile(PathBuf);

impl HealthFile {
    /// The one beside a place.
    #[must_use]
    pub fn beside(place: &PlaceFile) -> Self {
        Self(place.path().with_extension("health.json"))
    }

    /// What was noted last; none where nobody noted it, or not whole.
    pub fn found(&self) -> Result<Option<Health>> {
        let text = disk::text_of(&self.0)?;
        // It is of use to people only, and is noted anew by the next run.
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// What was noted last; nothing is known where it cannot be read.
    #[must_use]
    pub fn read(&self) -> Health {
        self.found().ok().flatten().unwrap_or_default()
    }

    /// Notes it.
    pub fn write(&self, health: &Health) -> Result<()> {
        if let Some(folder) = self.0.parent() {
            disk::make_folder(folder)?;
        }
        let text = serde_json::to_string_pretty(health)
            .map_err(|error| Error::Store(format!("cannot write {}: {error}", self.0.display())))?;
        disk::replace(&self.0, &(text + "\n"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn health_is_kept_beside_the_place_and_a_broken_file_says_nothing() {
        let folder = std::env::temp_dir().join(format!("logwalk-health-{}", std::process::id()));
        let file = HealthFile::beside(&PlaceFile::new(&folder, "a/b", "0123"));
        assert_eq!(file.read(), Health::default());
        let health = Health {
            last_success: Some(Time(7)),
            failures_in_a_row: 2,
            last_error: Some(LastError {
                at: Time(8),
                text: "no".to_owned(),
            }),
        };
        file.write(&health).unwrap();
        assert_eq!(file.read(), health);
        let path = folder.join("a_b-0123.health.json");
        std::fs::write(path, "{\"last").unwrap();
        assert_eq!(file.read(), Health::default());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
