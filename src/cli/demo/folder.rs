//! Where the demo writes: a folder that goes with it, or one to keep.

use std::fs::{self, DirBuilder};
use std::path::{Path, PathBuf};
use std::process;
use std::time::SystemTime;

use super::super::stop::Stop;

/// A folder that is removed when this is dropped, unless it is to be kept.
pub(super) struct Folder {
    path: PathBuf,
    kept: bool,
}

impl Folder {
    /// A new folder among the temporary ones, or the one to keep: new, or there and empty.
    pub(super) fn made(keep: Option<&Path>) -> Result<Self, Stop> {
        let path = keep.map_or_else(temporary, Path::to_path_buf);
        let cannot = |error| Stop::usage(format!("{}: {error}", path.display()));
        if keep.is_some() && is_empty(&path) {
            return Ok(Self { path, kept: true });
        }
        private().create(&path).map_err(cannot)?;
        Ok(Self {
            path,
            kept: keep.is_some(),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

fn is_empty(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

fn temporary() -> PathBuf {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let name = format!("logwalk-demo-{}-{}", process::id(), now.as_nanos());
    std::env::temp_dir().join(name)
}

#[cfg(unix)]
fn private() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(not(unix))]
fn private() -> DirBuilder {
    DirBuilder::new()
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed lies among the temporary files.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_temporary_folder_goes_and_one_to_keep_stays() {
        let temporary = Folder::made(None).unwrap();
        let path = temporary.path().to_owned();
        fs::write(path.join("file"), "text").unwrap();
        let inside = path.join("kept");
        drop(Folder::made(Some(&inside)).unwrap());
        assert!(inside.is_dir());
        drop(Folder::made(Some(&inside)).unwrap());
        assert!(inside.is_dir());
        drop(temporary);
        assert!(!path.exists());
    }

    #[test]
    fn a_folder_with_something_in_it_is_refused() {
        let folder = Folder::made(None).unwrap();
        fs::write(folder.path().join("file"), "text").unwrap();
        assert!(matches!(
            Folder::made(Some(folder.path())),
            Err(Stop::Usage(_))
        ));
    }
}
