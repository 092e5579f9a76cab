//! Files written so that a crash leaves the old text or the new, and errors a person can act on.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use crate::error::{Error, Result};

/// A save holds the lock for a few milliseconds; whoever holds it longer is a process that walks.
const LOCK_TRIES: u32 = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// The bytes of a file as text, what is not UTF-8 replaced; none where there is no file.
pub(super) fn text_of(path: &Path) -> Result<Option<String>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(problem("read", path, &error)),
    }
}

/// Makes the folder, for its owner alone.
pub(super) fn make_folder(folder: &Path) -> Result<()> {
    create_folder(folder).map_err(|error| problem("create", folder, &error))
}

fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// As much as a place rarely has; a disk that is full to the brim is seen by it.
const PROOF_BYTES: usize = 64 * 1024;

/// Proves that files can be kept in a folder, which need not be there yet; leaves nothing behind.
pub fn proven(folder: &Path) -> io::Result<()> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let missing: Vec<&Path> = folder.ancestors().take_while(is_missing).collect();
    let proof = folder.join(format!(".logwalk-proof-{}", std::process::id()));
    let written = create_folder(folder).and_then(|()| {
        let mut file = private().create_new(true).open(&proof)?;
        file.write_all(&vec![b'\n'; PROOF_BYTES])?;
        file.sync_all()
    });
    // What cannot be taken away again is somebody else's by now, or was never there.
    let _ = std::fs::remove_file(&proof);
    for folder in missing {
        let _ = std::fs::remove_dir(folder);
    }
    written
}

/// An error where there is a file that may not be written.
pub(super) fn may_write(path: &Path) -> Result<()> {
    match private().open(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(problem("open", path, &error)),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Replaces a file's text, whole and on the disk before this returns.
pub(super) fn replace(path: &Path, text: &str) -> Result<()> {
    let beside = path.with_extension("tmp");
    replace_by(path, &beside, text).map_err(|error| {
        // Half a text beside the file helps nobody and holds space that may be short.
        let _ = std::fs::remove_file(&beside);
        problem("write", path, &error)
    })
}

fn replace_by(path: &Path, beside: &Path, text: &str) -> io::Result<()> {
    match std::fs::remove_file(beside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = private().create_new(true).open(beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    drop(file);
    std::fs::rename(beside, path)?;
    // Without this a power cut can undo the rename after the records behind it were let go.
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A lock on a file of its own; it ends with the process that holds it, however that ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits a moment for whoever is saving, not for whoever walks.
    pub(super) fn on(path: &Path) -> Result<Self> {
        let file = private()
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|error| problem("open", path, &error))?;
        for _ in 0..LOCK_TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => sleep(LOCK_PAUSE),
                Err(TryLockError::Error(error)) => return Err(problem("lock", path, &error)),
            }
        }
        Err(Error::Store(format!(
            "the resume point is in use: another process holds {}; wait for it to end, or stop it",
            path.display()
        )))
    }
}

/// Whether a process holds the lock; nothing is made where there is none.
pub(super) fn is_locked(path: &Path) -> Result<bool> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(problem("open", path, &error)),
    };
    // Shared, so that two who look do not take each other for a holder.
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(problem("lock", path, &error)),
    }
}

/// The files of a folder with an ending; none where there is no folder.
pub fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let unreadable = |error: io::Error| problem("read", folder, &error);
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|found| found == ending) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

pub(super) fn problem(verb: &str, path: &Path, error: &io::Error) -> Error {
    let fix = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free space on that disk, or set `store.path` to a folder on another one"
        }
        ErrorKind::PermissionDenied => {
            "give that folder and its files to the user that logwalk runs as, or set `store.path` to another folder"
        }
        ErrorKind::ReadOnlyFilesystem => "set `store.path` to a folder that can be written",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists | ErrorKind::IsADirectory => {
            "something else is in the way: move it, or set `store.path` to another folder"
        }
        ErrorKind::Unsupported => {
            "this file system has no locks: set `store.path` to a folder on a local disk"
        }
        _ => "check that disk, or set `store.path` to another folder",
    };
    Error::Store(format!("cannot {verb} {}: {error}; {fix}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_disk_names_the_path_and_the_fix() {
        for (kind, fix) in [
            (ErrorKind::StorageFull, "free space"),
            (ErrorKind::QuotaExceeded, "free space"),
            (ErrorKind::PermissionDenied, "user that logwalk runs as"),
            (ErrorKind::ReadOnlyFilesystem, "can be written"),
            (ErrorKind::NotADirectory, "in the way"),
            (ErrorKind::Unsupported, "local disk"),
            (ErrorKind::Other, "check that disk"),
        ] {
            let words = problem("write", Path::new("/var/x.json"), &kind.into()).to_string();
            assert!(words.contains("cannot write /var/x.json: "), "{words}");
            assert!(words.contains(fix), "{words}");
        }
    }
}
