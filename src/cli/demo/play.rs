//! The story: three starts of the stand-in, a restart and a kill in between, then the comparison.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use super::super::patience::End;
use super::super::stop::Stop;
use super::account::{Account, Life, account};
use super::aim::Aim;
use super::arrived::{self, Arrived};
use super::scene::{self, PAGE, STREAMS};
use super::stand_in::StandIn;
use super::told;
use crate::sim::{Running, Stream};

/// Far shorter than an Agent's, so that nobody has to wait.
const INTERVAL: Duration = Duration::from_millis(500);
/// What the kill is aimed at is slowed down, so that it can be aimed.
pub(super) const SLOWED: Duration = Duration::from_millis(2);
/// What has not arrived after so many intervals is missing.
const PATIENCE: u32 = 12;

/// Logs and pages of one stream in one life of the stand-in.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Done {
    pub(super) logs: usize,
    pub(super) pages_asked: usize,
}

/// From a start of the stand-in to its end.
#[derive(Debug, Serialize)]
pub(super) struct Chapter {
    /// `stopped` or `killed`.
    pub(super) ended: &'static str,
    /// Intervals that came to their end.
    pub(super) intervals: u32,
    pub(super) streams: BTreeMap<&'static str, Done>,
}

/// How a stream came out.
#[derive(Debug, Serialize)]
pub(super) struct StreamOutcome {
    pub(super) source: &'static str,
    #[serde(flatten)]
    pub(super) account: Account,
    /// Records that came behind newer ones.
    pub(super) late: usize,
    /// Pieces of lines that the kill left; their records came whole.
    pub(super) torn: usize,
}

/// How all of it came out.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    pub(super) chapters: Vec<Chapter>,
    pub(super) streams: Vec<StreamOutcome>,
    /// A log as it arrived.
    pub(super) sample: Value,
    pub(super) seconds: f64,
}

impl Outcome {
    pub(super) fn is_good(&self) -> bool {
        self.streams.iter().all(|one| one.account.is_good())
    }

    /// What is not as promised, in words.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for StreamOutcome {
            source, account, ..
        } in &self.streams
        {
            for (ids, what) in [
                (&account.missing, "did not arrive"),
                (&account.unknown, "arrived, and the vendor does not know it"),
                (&account.unexplained, "came again, and no kill explains it"),
            ] {
                problems.extend(ids.iter().map(|id| format!("{source}: {id} {what}")));
            }
        }
        problems
    }
}

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
    told::chapter(book.close("stopped", 1)?, out)?;

    let mut aim = Aim::at(&folder.join("run"));
    let mut second = start(SLOWED)?;
    second.until(end, || aim.is_right())?;
    second.kill()?;
    told::chapter(book.close("killed", 0)?, out)?;

    let mut third = start(Duration::ZERO)?;
    let mut intervals = 0;
    let held = loop {
        // Whatever can be seen now, the interval after this moment has to find.
        let held = STREAMS.map(|stream| scene::held(&vendor, stream));
        third.finish_interval(end)?;
        intervals += 1;
        if intervals == PATIENCE || (intervals > 2 && book.has_all(&held)) {
            break held;
        }
    };
    third.stop(end)?;
    told::chapter(book.close("stopped", intervals)?, out)?;
    Ok(book.outcome(&held, begun.elapsed()))
}

/// What is noted of each life of the stand-in.
struct Book<'a> {
    run_path: std::path::PathBuf,
    vendor: &'a Running,
    chapters: Vec<Chapter>,
}

impl<'a> Book<'a> {
    fn new(folder: &Path, vendor: &'a Running) -> Self {
        Self {
            run_path: folder.join("run"),
            vendor,
            chapters: Vec::new(),
        }
    }

    /// Notes what the life that just ended has done.
    fn close(&mut self, ended: &'static str, intervals: u32) -> Result<&Chapter, Stop> {
        let streams = STREAMS
            .into_iter()
            .map(|stream| {
                let before = self.so_far(stream);
                let logs = self.arrived(stream).arrivals.len();
                let pages_asked = scene::pages_asked(self.vendor, stream);
                let done = Done {
                    logs: logs.saturating_sub(before.logs),
                    pages_asked: pages_asked.saturating_sub(before.pages_asked),
                };
                (stream.name(), done)
            })
            .collect();
        self.chapters.push(Chapter {
            ended,
            intervals,
            streams,
        });
        let chapter = self.chapters.last();
        chapter.ok_or_else(|| Stop::short("nothing was noted"))
    }

    fn so_far(&self, stream: Stream) -> Done {
        let mut sum = Done::default();
        for chapter in &self.chapters {
            let done = chapter.streams.get(stream.name());
            let done = done.copied().unwrap_or_default();
            sum.logs += done.logs;
            sum.pages_asked += done.pages_asked;
        }
        sum
    }

    fn arrived(&self, stream: Stream) -> Arrived {
        let files = arrived::files(&self.run_path);
        files
            .iter()
            // A line is UTF-8 unless it is torn, and then it is no log.
            .map(|file| String::from_utf8_lossy(&fs::read(file).unwrap_or_default()).into_owned())
            .map(|text| arrived::read(&text))
            .find(|arrived| arrived.source == stream.name())
            .unwrap_or_default()
    }

    fn has_all(&self, held: &[Vec<String>]) -> bool {
        STREAMS.into_iter().zip(held).all(|(stream, ids)| {
            let arrived = self.arrived(stream);
            account(ids, ids, &[life(&arrived.arrivals, false)], 0)
                .missing
                .is_empty()
        })
    }

    fn outcome(self, held: &[Vec<String>], took: Duration) -> Outcome {
        let mut sample = Value::Null;
        let mut streams = Vec::new();
        for (stream, held) in STREAMS.into_iter().zip(held) {
            let arrived = self.arrived(stream);
            let known = scene::held(self.vendor, stream);
            let lives = self.lives(stream, &arrived);
            streams.push(StreamOutcome {
                source: stream.name(),
                account: account(held, &known, &lives, PAGE),
                late: arrived::late(&arrived.arrivals),
                torn: arrived.torn,
            });
            if sample.is_null() {
                sample = arrived.sample;
            }
        }
        Outcome {
            chapters: self.chapters,
            streams,
            sample,
            seconds: took.as_secs_f64(),
        }
    }

    fn lives(&self, stream: Stream, arrived: &Arrived) -> Vec<Life> {
        let mut rest = arrived.arrivals.as_slice();
        let mut lives = Vec::new();
        for chapter in &self.chapters {
            let logs = chapter
                .streams
                .get(stream.name())
                .map_or(0, |done| done.logs);
            let (own, later) = rest.split_at(logs.min(rest.len()));
            lives.push(life(own, chapter.ended == "killed"));
            rest = later;
        }
        lives
    }
}

fn life(arrivals: &[arrived::Arrival], killed: bool) -> Life {
    Life {
        ids: arrivals.iter().map(|arrival| arrival.id.clone()).collect(),
        killed,
    }
}
