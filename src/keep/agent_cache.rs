//! Where the Agent keeps the entries of its cache, so that they can be looked at and brought to
//! the disk: the Agent itself only writes them.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::{Slots, disk};
use crate::error::{Error, Result};

/// The check's id, as far as it decides where its entries are: `name` and `namespace`, which would
/// come between, are no options of this check.
const CHECK_ID: &str = "logwalk:";

/// The slots of a stream in the Agent's cache, reached past the Agent.
#[derive(Debug)]
pub struct AgentCache {
    files: [PathBuf; 2],
}

impl AgentCache {
    /// The slots below an Agent's `run_path`; nothing is read yet.
    #[must_use]
    pub fn new(run_path: &Path, identity: &str) -> Self {
        let file = |slot| slot_file(run_path, CHECK_ID, identity, slot);
        Self {
            files: [file(0), file(1)],
        }
    }

    /// The file of the first slot.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.files[0]
    }

    fn file(&self, slot: usize) -> &Path {
        &self.files[slot.min(1)]
    }
}

impl Slots for AgentCache {
    fn read(&self, slot: usize) -> Result<Option<String>> {
        let file = self.file(slot);
        match std::fs::read(file) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreachable("read", file, &error)),
        }
    }

    /// In place, as the Agent does it: so the file stays the Agent's user's.
    fn write(&self, slot: usize, text: &str) -> Result<()> {
        let file = self.file(slot);
        if let Some(folder) = file.parent() {
            disk::make_folder(folder)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut open = options
            .open(file)
            .map_err(|error| unreachable("write", file, &error))?;
        open.write_all(text.as_bytes())
            .and_then(|()| open.sync_all())
            .map_err(|error| unreachable("write", file, &error))
    }
}

fn unreachable(verb: &str, file: &Path, error: &io::Error) -> Error {
    Error::Store(format!(
        "cannot {verb} {} in the Agent's cache: {error}; do it as the Agent's user, such as `sudo \
         -u dd-agent logwalk ...`",
        file.display()
    ))
}

/// The name of a slot's entry in the Agent's cache.
#[must_use]
pub fn slot_key(slot: usize) -> String {
    format!("place_{slot}")
}

/// The file of a slot's entry, below the Agent's `run_path`.
///
/// The base package puts the check id without its last part before the identity. Of the whole, the
/// Agent makes a folder up to the first colon and a name of the rest, and leaves out what is
/// neither letter nor digit, `_` nor `-`.
#[must_use]
pub fn slot_file(run_path: &Path, check_id: &str, identity: &str, slot: usize) -> PathBuf {
    let namespace = check_id.rsplit_once(':').map_or("", |(before, _)| before);
    let entry = format!("{namespace}:{identity}_{}", slot_key(slot));
    let (folder, name) = entry.split_once(':').unwrap_or_default();
    run_path.join(kept(folder)).join(kept(name))
}

fn kept(text: &str) -> String {
    let stays = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    text.chars().filter(stays).collect()
}

/// Brings a file that the Agent wrote to the disk; one that is not there was never written.
pub fn sync(file: &Path) -> Result<()> {
    let synced = File::open(file).and_then(|open| {
        open.sync_all()?;
        // A file that is new is not there after a power cut unless its folder was synced too.
        file.parent()
            .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    });
    match synced {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::Store(format!(
            "{} cannot be brought to the disk ({error}): a power cut could take the resume point; \
             check that disk and that the file belongs to the Agent's user",
            file.display()
        ))),
        Ok(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slots_file_is_where_the_agent_puts_it() {
        let file = |check_id| slot_file(Path::new("/run"), check_id, "ab12", 1);
        assert_eq!(file("logwalk:9f"), Path::new("/run/logwalk/ab12_place_1"));
        assert_eq!(
            file("logwalk:my.name:9f"),
            Path::new("/run/logwalk/mynameab12_place_1")
        );
    }

    #[test]
    fn what_is_written_past_the_agent_is_read_as_the_agent_would() {
        let name = format!("logwalk-agent-cache-{}", std::process::id());
        let run_path = std::env::temp_dir().join(name);
        let cache = AgentCache::new(&run_path, "ab12");
        assert_eq!(cache.read(0), Ok(None));
        assert_eq!(cache.write(1, "a longer text"), Ok(()));
        assert_eq!(cache.write(1, "text"), Ok(()));
        assert_eq!(cache.read(1), Ok(Some("text".to_owned())));
        assert!(run_path.join("logwalk/ab12_place_1").is_file());
        let _ = std::fs::remove_dir_all(&run_path);
    }

    #[test]
    fn a_file_that_was_never_written_needs_no_sync() {
        assert_eq!(sync(Path::new("/no such folder/no such file")), Ok(()));
    }
}
