//! A stream tried out: it asks, saves, goes on, and notes down what came.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::around;
use super::delivered;
use super::facts::{AgentSide, Facts, Leg, Reached, Taken};
use super::heard::Listener;
use super::reach;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::fetch::Reality;
use crate::keep::{Keep, PlaceFile};
use crate::log::Line;
use crate::pages::{self, Budget, Run, Stream};
use crate::time::Time;

/// More pages prove no more, and the vendor counts them.
const MOST_PAGES: usize = 3;

/// Small, so that a quiet log fills several pages too.
const PAGE_SIZE: u32 = 20;

/// The first number of a place.
const FIRST: u64 = 1;

/// Tries a stream; with the facts comes what takes its secrets out of a text.
pub(super) fn tried(
    config: &Config,
    agent: &AgentSide,
    patience: Duration,
) -> (Facts, impl Fn(&str) -> String + use<>) {
    let began = Time::now();
    let secrets = config.secrets();
    let mut facts = Facts {
        began,
        reached: Reached {
            host: String::new(),
            proxied: false,
            named: Err(String::new()),
            linked: None,
        },
        walk: Leg::default(),
        resumed: None,
        delivered: delivered::tried(config, began, patience),
        around: around::seen(config, agent),
    };
    let listener = Arc::new(Listener::default());
    let stream = match ready(config.clone(), &listener) {
        Ok(stream) => Some(Arc::new(stream)),
        Err(error) => {
            facts.walk.failed = Some(error);
            None
        }
    };
    match config.source.base(&config.filling) {
        Ok(base) => facts.reached = reach::reached(config, &base, patience),
        Err(error) => facts.walk.failed = Some(error),
    }
    let connected = matches!(facts.reached.linked, Some(Ok(_)));
    if let Some(stream) = stream.as_ref().filter(|_| connected) {
        let (walk, place) = leg(stream, &listener, None, MOST_PAGES, patience);
        facts.walk = walk;
        facts.resumed = place.map(|place| resumed(stream, &listener, &place, patience));
    }
    let scrub = move |text: &str| match &stream {
        Some(stream) => stream.scrub(text),
        // A stream that was never made has said nothing but its configuration's mistake.
        None => secrets
            .iter()
            .filter(|secret| !secret.is_empty())
            .fold(text.to_owned(), |text, secret| {
                text.replace(secret, "[secret]")
            }),
    };
    (facts, scrub)
}

fn ready(mut config: Config, listener: &Arc<Listener>) -> Result<Stream> {
    config.page_size = asked_for(&config);
    let stream = Stream::new(config, &pages::Facts::default())?;
    let between = Arc::clone(listener);
    Ok(stream.with_between(between))
}

/// How many records are asked for on a page; none where the API cannot be asked.
pub(super) fn asked_for(config: &Config) -> Option<u32> {
    let sizes = config.source.next.as_ref()?.page_size.as_ref()?;
    Some(PAGE_SIZE.min(config.page_size.unwrap_or(sizes.default)))
}

/// Reads some pages; with them comes the place after the first.
fn leg(
    stream: &Arc<Stream>,
    listener: &Listener,
    place: Option<&str>,
    most: usize,
    patience: Duration,
) -> (Leg, Option<String>) {
    let mut leg = Leg::default();
    let mut after_first = None;
    let budget = Budget {
        bytes: None,
        span: Some(patience),
    };
    let mut run = match Run::new(Arc::clone(stream), place, budget, Reality::default()) {
        Ok(run) => run,
        Err(error) => {
            leg.failed = Some(error);
            return (leg, None);
        }
    };
    while leg.pages.len() < most {
        let page = run.next_page();
        let heard = listener.take();
        let brought = heard.last().is_some_and(|heard| heard.good().is_some());
        leg.heard.extend(heard);
        match page {
            // Where a first run begins, or that it has to wait: no page that was read.
            Ok(Some(_)) if !brought => {}
            Ok(Some(page)) => {
                let lines = page.logs.lines().map(Line::to_json);
                leg.pages.push(Taken {
                    request: leg.heard.len() - 1,
                    logs: lines
                        .map(|line| serde_json::from_str(&line).unwrap_or_default())
                        .collect(),
                });
                after_first = after_first.or(page.place);
            }
            Ok(None) => break,
            Err(error) => {
                leg.failed = Some(error);
                break;
            }
        }
    }
    let report = run.report();
    leg.said = report.said;
    leg.counts = report.requests;
    (leg, after_first)
}

/// Saves a place, reads it back, and reads one page from there.
fn resumed(stream: &Arc<Stream>, listener: &Listener, place: &str, patience: Duration) -> Leg {
    let failed = |error| Leg {
        failed: Some(error),
        ..Leg::default()
    };
    let folder = match Folder::new() {
        Ok(folder) => folder,
        Err(error) => return failed(error),
    };
    let config = &stream.config;
    let mut file = PlaceFile::new(&folder.0, &config.label(), &config.identity());
    let kept = file.save(FIRST, place).and_then(|()| file.load());
    match kept {
        Ok(kept) => leg(stream, listener, kept.place.as_deref(), 1, patience).0,
        Err(error) => failed(error),
    }
}

/// A folder of our own, gone when the trial is over.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        let name = format!("logwalk-test-{}-{}", std::process::id(), Time::now().0);
        let path = std::env::temp_dir().join(name);
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        // Not one that somebody else has made.
        builder.create(&path).map_err(|error| {
            Error::Store(format!(
                "cannot create {}: {error}; set TMPDIR to a folder that can be written",
                path.display()
            ))
        })?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
