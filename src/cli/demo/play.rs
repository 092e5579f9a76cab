//! The story: three starts of the stand-in, a restart and a kill in between, then the comparison.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use super::super::patience::End;
use super::super::stop::Stop;
use super::aim::Aim;
use super::book::{Book, Ended};
use super::outcome::Outcome;
use super::scene::{self, STREAMS};
use super::stand_in::StandIn;
use super::told;

/// Far shorter than an Agent's, so that nobody has to wait.
const INTERVAL: Duration = Duration::from_secs(1);
/// What the kill is aimed at is slowed down, so that it can be aimed.
pub(super) const SLOWED: Duration = Duration::from_millis(2);
/// The last start goes on for so long at least: some records become visible meanwhile.
const INTERVALS: u32 = 5;
/// What has not arrived after so many intervals is missing.
const PATIENCE: u32 = 15;

/// Plays it, and tells each part when it is over.
pub(super) fn play(
    python: &str,
    folder: &Path,
    end: &End,
    out: &mut dyn Write,
) -> Result<Outcome, Stop> {
    let begun = Instant::now();
    let vendor = scene::set(folder)?;
    told::scene(&vendor, out)?;
    let mut book = Book::new(folder, &vendor);
    let start = |pace| StandIn::started(python, folder, INTERVAL, pace);

    let mut first = start(Duration::ZERO)?;
    first.finish_interval(end)?;
    first.stop(end)?;
    told::chapter(book.close(Ended::Stopped, 1)?, out)?;

    let mut aim = Aim::at(&folder.join("run"));
    let mut second = start(SLOWED)?;
    second.until(end, || aim.is_right())?;
    second.kill()?;
    told::chapter(book.close(Ended::Killed, 0)?, out)?;

    let mut third = start(Duration::ZERO)?;
    let mut intervals = 0;
    let held = loop {
        // Whatever can be seen now, the interval after this moment has to find.
        let held = STREAMS.map(|stream| scene::held(&vendor, stream));
        third.finish_interval(end)?;
        intervals += 1;
        if intervals == PATIENCE || (intervals >= INTERVALS && book.has_all(&held)) {
            break held;
        }
    };
    third.stop(end)?;
    told::chapter(book.close(Ended::Stopped, intervals)?, out)?;
    Ok(book.outcome(&held, begun.elapsed()))
}
