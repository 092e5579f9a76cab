//! What is noted of each life of the stand-in.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::super::stop::Stop;
use super::account::{Life, account};
use super::arrived::{self, Arrival, Arrived};
use super::outcome::{Outcome, StreamOutcome};
use super::scene::{self, PAGE, STREAMS};
use crate::sim::{Running, Stream};

/// How a life ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ended {
    Stopped,
    Killed,
}

/// Logs and pages of one stream in one life.
#[derive(Debug, Serialize)]
pub(super) struct Done {
    pub(super) source: &'static str,
    pub(super) logs: usize,
    pub(super) requests: usize,
}

/// From a start of the stand-in to its end.
#[derive(Debug, Serialize)]
pub(super) struct Chapter {
    pub(super) ended: Ended,
    /// Intervals that came to their end.
    pub(super) intervals: u32,
    pub(super) streams: Vec<Done>,
}

impl Chapter {
    fn of(&self, stream: Stream) -> Option<&Done> {
        let name = stream.name();
        self.streams.iter().find(|done| done.source == name)
    }
}

/// The chapters so far.
pub(super) struct Book<'a> {
    run_path: PathBuf,
    vendor: &'a Running,
    chapters: Vec<Chapter>,
}

impl<'a> Book<'a> {
    /// An empty one.
    pub(super) fn new(folder: &Path, vendor: &'a Running) -> Self {
        Self {
            run_path: folder.join("run"),
            vendor,
            chapters: Vec::new(),
        }
    }

    /// Notes what the life that just ended has done.
    pub(super) fn close(&mut self, ended: Ended, intervals: u32) -> Result<&Chapter, Stop> {
        let streams = STREAMS.map(|stream| {
            let logs = self.arrived(stream).arrivals.len();
            let requests = scene::requests(self.vendor, stream);
            Done {
                source: stream.name(),
                logs: logs.saturating_sub(self.sum(stream, |done| done.logs)),
                requests: requests.saturating_sub(self.sum(stream, |done| done.requests)),
            }
        });
        self.chapters.push(Chapter {
            ended,
            intervals,
            streams: streams.into(),
        });
        let chapter = self.chapters.last();
        chapter.ok_or_else(|| Stop::short("nothing was noted"))
    }

    fn sum(&self, stream: Stream, number: fn(&Done) -> usize) -> usize {
        let chapters = self.chapters.iter();
        chapters
            .map(|chapter| chapter.of(stream).map_or(0, number))
            .sum()
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

    /// Whether all of these ids have arrived.
    pub(super) fn has_all(&self, held: &[Vec<String>]) -> bool {
        STREAMS.into_iter().zip(held).all(|(stream, ids)| {
            let arrived = self.arrived(stream);
            account(ids, ids, &[life(&arrived.arrivals, false)], 0)
                .missing
                .is_empty()
        })
    }

    /// The comparison: of what had to arrive with what did.
    pub(super) fn outcome(self, held: &[Vec<String>], took: Duration) -> Outcome {
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
            let logs = chapter.of(stream).map_or(0, |done| done.logs);
            let (own, later) = rest.split_at(logs.min(rest.len()));
            lives.push(life(own, chapter.ended == Ended::Killed));
            rest = later;
        }
        lives
    }
}

fn life(arrivals: &[Arrival], killed: bool) -> Life {
    Life {
        ids: arrivals.iter().map(|arrival| arrival.id.clone()).collect(),
        killed,
    }
}
