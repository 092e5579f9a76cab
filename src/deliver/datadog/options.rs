//! What a person says of the intake.

use std::path::PathBuf;

use super::compression::Compression;
use super::site::Site;
use crate::fetch;

/// Where logs go, and how.
#[derive(Clone)]
pub struct Options {
    /// Where to.
    pub site: Site,
    /// Who sends them.
    pub api_key: String,
    /// How payloads are made small.
    pub compression: Compression,
    /// Where refused logs are kept, if the person says so.
    pub dead_letter: Option<PathBuf>,
    /// How requests are made.
    pub http: fetch::Options,
}

/// Without the key.
impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("site", &self.site)
            .field("compression", &self.compression)
            .field("dead_letter", &self.dead_letter)
            .field("http", &self.http)
            .finish_non_exhaustive()
    }
}

impl Options {
    /// What must not be seen.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets = vec![self.api_key.clone()];
        secrets.extend(self.http.secrets());
        secrets
    }
}
