//! How a stream fares, kept beside its resume point for whoever asks later; it never moves the place.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{PlaceFile, disk};
use crate::error::{Error, Result};
use crate::time::Time;

/// How a stream fares.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    /// When it last came to the end of its run without an error.
    #[serde(with = "moment")]
    pub last_success: Option<Time>,
    /// Runs that failed since.
    pub failures_in_a_row: u64,
    /// What the last of them said.
    pub last_error: Option<String>,
}

/// Moments as a person reads them.
mod moment {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::time::Time;

    #[allow(clippy::ref_option)] // the form that serde asks for
    pub(super) fn serialize<S: Serializer>(time: &Option<Time>, to: S) -> Result<S::Ok, S::Error> {
        time.map(|time| time.to_string()).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Time>, D::Error> {
        let text: Option<String> = Option::deserialize(from)?;
        Ok(text.as_deref().and_then(Time::parse))
    }
}

/// The file that holds it: in `health/` in the folder of the places, under the place's own name.
#[derive(Debug, Clone)]
pub struct HealthFile(Option<PathBuf>);

impl HealthFile {
    /// The one beside a place.
    #[must_use]
    pub fn beside(place: &PlaceFile) -> Self {
        let (folder, name) = (place.path().parent(), place.path().file_name());
        Self(
            folder
                .zip(name)
                .map(|(folder, name)| folder.join("health").join(name)),
        )
    }

    /// What was written last; nothing is known where it cannot be read.
    #[must_use]
    pub fn read(&self) -> Health {
        let text = self.0.as_deref().map(disk::text_of);
        let text = text.and_then(Result::ok).flatten().unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Writes it down.
    pub fn write(&self, health: &Health) -> Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        let text = serde_json::to_string_pretty(health).map_err(|error| {
            Error::Store(format!("a stream's health cannot be written: {error}"))
        })?;
        if let Some(folder) = path.parent() {
            disk::make_folder(folder)?;
        }
        disk::replace(path, &text)
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
            last_error: Some("no".to_owned()),
        };
        file.write(&health).unwrap();
        assert_eq!(file.read(), health);
        let path = folder.join("health").join("a_b-0123.json");
        std::fs::write(path, "{\"last").unwrap();
        assert_eq!(file.read(), Health::default());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
