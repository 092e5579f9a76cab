//! The moment for a kill: the walk is under way, and every stream is in the middle of a page.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::arrived;

/// So many bytes of logs after the last place kept, about a dozen of them, are the middle of a page.
const INTO_THE_PAGE: u64 = 20_000;
/// So often a place must have been kept before.
const PLACES: u32 = 4;

/// Watches what a stand-in writes.
pub(super) struct Aim {
    run_path: PathBuf,
    places: Vec<(PathBuf, u64, Option<SystemTime>)>,
    kept: u32,
    /// How long each log file was when a place was last kept.
    sizes: Vec<u64>,
}

impl Aim {
    /// At a stand-in that is about to start.
    pub(super) fn at(run_path: &Path) -> Self {
        Self {
            run_path: run_path.to_path_buf(),
            places: places(run_path),
            kept: 0,
            sizes: sizes(run_path),
        }
    }

    /// Whether this is the moment; to be asked again and again.
    pub(super) fn is_right(&mut self) -> bool {
        let (places, sizes) = (places(&self.run_path), sizes(&self.run_path));
        if places != self.places || sizes.len() != self.sizes.len() {
            self.places = places;
            self.sizes = sizes;
            self.kept += 1;
            return false;
        }
        let mut grown = sizes.iter().zip(&self.sizes);
        self.kept >= PLACES && grown.all(|(now, then)| *now >= then + INTO_THE_PAGE)
    }
}

fn sizes(run_path: &Path) -> Vec<u64> {
    let files = arrived::files(run_path);
    files
        .iter()
        .map(|file| fs::metadata(file).map_or(0, |facts| facts.len()))
        .collect()
}

fn places(run_path: &Path) -> Vec<(PathBuf, u64, Option<SystemTime>)> {
    let Ok(entries) = fs::read_dir(run_path.join("logwalk")) else {
        return Vec::new();
    };
    let mut places: Vec<_> = entries
        .flatten()
        .map(|entry| {
            let facts = entry.metadata().ok();
            let changed = facts.as_ref().and_then(|facts| facts.modified().ok());
            (
                entry.path(),
                facts.as_ref().map_or(0, Metadata::len),
                changed,
            )
        })
        .collect();
    places.sort();
    places
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::folder::Folder;
    use super::*;

    #[test]
    fn the_moment_comes_after_several_places_and_well_into_the_page_of_every_stream() {
        let folder = Folder::made(None).unwrap();
        let run_path = folder.path();
        fs::create_dir(run_path.join("logwalk")).unwrap();
        fs::create_dir(run_path.join("integrations")).unwrap();
        let file = |name: &str| run_path.join("integrations").join(name);
        let page = vec![b'x'; 30_000];
        let mut aim = Aim::at(run_path);
        for kept in 1..=PLACES {
            assert!(!aim.is_right());
            fs::write(file("a"), &page).unwrap();
            fs::write(file("b"), &page).unwrap();
            fs::write(run_path.join("logwalk/place"), vec![b'x'; kept as usize]).unwrap();
            assert!(!aim.is_right(), "a place was just kept");
        }
        assert!(!aim.is_right(), "nothing of the next page is there");
        fs::write(file("a"), page.repeat(2)).unwrap();
        assert!(!aim.is_right(), "one stream is between pages");
        fs::write(file("b"), page.repeat(2)).unwrap();
        assert!(aim.is_right());
    }
}
