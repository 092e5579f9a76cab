//! The Agent's own files, as far as they are looked at, with the real clocks.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use once_cell::sync::Lazy;

use super::counters::{self, Counters};
use super::registry::{self, Reading};
use super::site::{Look, Moment, Site};
use crate::error::{Error, Result};
use crate::fetch::{Reality, Surroundings};

/// A registry names every file and container that the Agent reads; one of this size names too many.
const MOST_REGISTRY: u64 = 64 << 20;

/// The files of the Agent around us.
pub struct AgentFiles {
    registry: PathBuf,
    expvar_port: u16,
}

impl AgentFiles {
    /// The files below the Agent's run path; nothing is opened yet.
    #[must_use]
    pub fn new(run_path: &Path, expvar_port: u16) -> Self {
        Self {
            registry: run_path.join("registry.json"),
            expvar_port,
        }
    }
}

/// This process, as no other is: not even one that has its number again.
#[must_use]
pub fn process() -> &'static str {
    static PROCESS: Lazy<String> = Lazy::new(|| {
        let born = crate::time::Time::now();
        format!("{:x}-{:x}", std::process::id(), born.0)
    });
    &PROCESS
}

/// The files of an Agent, with the real clocks.
#[derive(Clone)]
pub struct Ground {
    /// The files.
    pub files: Arc<AgentFiles>,
    /// The clocks, and the wish to stop.
    pub reality: Reality,
}

impl Site for Ground {
    fn look(&self, file: &str) -> Result<Option<Look>> {
        match std::fs::metadata(file) {
            Ok(found) => Ok(Some(Look {
                size: found.len(),
                inode: inode(&found),
            })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unusable("looked at", file, &error)),
        }
    }

    fn is_torn(&self, file: &str) -> Result<bool> {
        let mut last = [b'\n'];
        let mut read = || -> std::io::Result<bool> {
            let mut file = File::open(file)?;
            if file.seek(SeekFrom::End(0))? > 0 {
                file.seek(SeekFrom::End(-1))?;
                file.read_exact(&mut last)?;
            }
            Ok(last != [b'\n'])
        };
        match read() {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            other => other.map_err(|error| unusable("read", file, &error)),
        }
    }

    fn sync(&self, file: &str) -> Result<()> {
        let synced = File::open(file).and_then(|file| file.sync_all());
        synced.map_err(|error| unusable("synced", file, &error))
    }

    fn registry(&self, file: &str) -> Option<Reading> {
        let mut text = Vec::new();
        let opened = File::open(&self.files.registry).ok()?;
        opened.take(MOST_REGISTRY).read_to_end(&mut text).ok()?;
        registry::read(&text, file)
    }

    fn counters(&self) -> Option<Counters> {
        counters::served_at(self.files.expvar_port)
    }

    fn now(&self) -> Moment {
        Moment {
            tick: self.reality.tick(),
            wall: self.reality.now(),
        }
    }

    fn pause(&self, span: Duration) -> Result<()> {
        self.reality.pause(span)
    }

    fn nap(&self, span: Duration) {
        std::thread::sleep(span);
    }
}

#[cfg(unix)]
fn inode(found: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(found)
}

/// Elsewhere a file that was made anew is told by its length alone.
#[cfg(not(unix))]
fn inode(_: &std::fs::Metadata) -> u64 {
    0
}

fn unusable(done: &str, file: &str, error: &std::io::Error) -> Error {
    Error::Store(format!(
        "the file from which the Agent sends, {file}, cannot be {done} ({error}): the place was not \
         moved; give it back to the Agent's user, or look after its disk"
    ))
}
