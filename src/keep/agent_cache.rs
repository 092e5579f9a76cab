//! Where the Agent keeps the entries of its cache, so that they can be looked at and brought to
//! the disk: the Agent itself only writes them.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

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
    fn a_file_that_was_never_written_needs_no_sync() {
        assert_eq!(sync(Path::new("/no such folder/no such file")), Ok(()));
    }
}
