//! The check: walks a log by place, sends page after page through the Agent, keeps what it is told.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::{Agent, Chance};
use crate::deliver::ledger::{Look, Moment, Resume};
use crate::deliver::registry::{self, Reading};
use crate::deliver::{Counters, Delivery, Fit, Line, Site, Terms, Watch};
use crate::error::{Error, Result};
use crate::time::Time;

/// What happens beside the check's runs.
#[allow(clippy::struct_excessive_bools)] // Each is a trouble of its own.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::deliver) struct Story {
    pub(in crate::deliver) records: u64,
    pub(in crate::deliver) page: u64,
    pub(in crate::deliver) kills: bool,
    pub(in crate::deliver) power_cuts: bool,
    pub(in crate::deliver) edits: bool,
    pub(in crate::deliver) outages: bool,
    pub(in crate::deliver) refusals: bool,
    pub(in crate::deliver) emptied: bool,
    pub(in crate::deliver) torn_registries: bool,
}

#[derive(Serialize, Deserialize)]
struct Place {
    at: u64,
    seen: Vec<u64>,
}

pub(in crate::deliver) struct Check {
    agent: Rc<RefCell<Agent>>,
    chance: Chance,
    story: Story,
    kept: Option<String>,
    watch: Arc<Mutex<Watch>>,
    edits: u64,
    /// Pages that a kill or a cancelled run may have sent without keeping their place.
    pub(in crate::deliver) cut_off: u64,
    pub(in crate::deliver) resent: u64,
    pub(in crate::deliver) passed: u64,
    /// Places kept before the lines were on the disk.
    pub(in crate::deliver) unsynced: u64,
    trace: Vec<String>,
}

/// The Agent as one run sees it.
struct Seen(Rc<RefCell<Agent>>);

fn line(record: u64) -> Vec<u8> {
    let mut text = format!("{record:06}").into_bytes();
    text.resize(6 + usize::try_from(record * 7 % 40).unwrap_or(0), b'x');
    text
}

/// The record of a line that arrived whole.
fn record(text: &[u8]) -> Option<u64> {
    let number = std::str::from_utf8(text.get(..6)?).ok()?.parse().ok()?;
    let padded = text
        .iter()
        .position(|byte| *byte == b'-')
        .unwrap_or(text.len());
    let text = text.get(..padded)?;
    (line(number) == text).then_some(number)
}

impl Check {
    pub(in crate::deliver) fn new(agent: Agent, story: Story, chance: Chance) -> Self {
        Self {
            agent: Rc::new(RefCell::new(agent)),
            chance,
            story,
            kept: None,
            watch: Arc::default(),
            edits: 0,
            cut_off: 0,
            resent: 0,
            passed: 0,
            unsynced: 0,
            trace: Vec::new(),
        }
    }

    /// Lives through the story, then in peace until everything has arrived or nothing moves any more.
    pub(in crate::deliver) fn live(&mut self) -> std::result::Result<(), String> {
        for _ in 0..self.chance.between(3, 25) {
            self.something_happens();
            self.run();
        }
        self.agent.borrow_mut().dies_in = None;
        self.agent.borrow_mut().pipeline.up = true;
        self.agent.borrow_mut().pipeline.refuses = false;
        let before = self.agent.borrow().now;
        loop {
            self.run();
            let missing = self.missing();
            if missing.is_empty() && self.is_done() {
                return Ok(());
            }
            if self.agent.borrow().now > before + 4_000_000 {
                let trace = self.told();
                return Err(format!(
                    "missing {:?}\n{trace}",
                    missing.iter().take(9).collect::<Vec<_>>()
                ));
            }
        }
    }

    /// What happened, in short.
    pub(in crate::deliver) fn told(&self) -> String {
        let short = |line: &String| line.chars().take(260).collect::<String>();
        let last = self.trace.len().saturating_sub(4).max(60);
        let (first, rest) = self.trace.split_at(self.trace.len().min(60));
        let rest = rest.get(last - 60..).unwrap_or_default();
        let lines: Vec<String> = first.iter().chain(rest).map(short).collect();
        lines.join("\n")
    }

    /// How often records arrived more than once.
    pub(in crate::deliver) fn repeated(&self) -> u64 {
        let mut times: BTreeMap<u64, u64> = BTreeMap::new();
        for text in &self.agent.borrow().pipeline.arrived {
            if let Some(record) = record(text) {
                *times.entry(record).or_default() += 1;
            }
        }
        times.values().map(|times| times - 1).sum()
    }

    /// How many logs the Agent itself sent again after a kill.
    pub(in crate::deliver) fn read_again(&self) -> u64 {
        self.agent.borrow().pipeline.read_again
    }

    /// How many pieces of lines arrived.
    pub(in crate::deliver) fn pieces(&self) -> usize {
        let agent = self.agent.borrow();
        let whole = |text: &&Vec<u8>| record(text).is_none();
        agent.pipeline.arrived.iter().filter(whole).count()
    }

    fn missing(&self) -> BTreeSet<u64> {
        let agent = self.agent.borrow();
        let arrived: BTreeSet<u64> = agent
            .pipeline
            .arrived
            .iter()
            .filter_map(|text| record(text))
            .collect();
        (0..self.story.records)
            .filter(|record| !arrived.contains(record))
            .collect()
    }

    fn is_done(&self) -> bool {
        let place: Option<Place> = self
            .kept
            .as_ref()
            .and_then(|text| serde_json::from_str(text).ok());
        place.is_some_and(|place| place.at == self.story.records)
    }

    fn something_happens(&mut self) {
        let (story, chance) = (self.story, &mut self.chance);
        let mut agent = self.agent.borrow_mut();
        if story.kills && chance.one_in(3) {
            agent.dies_in = Some(chance.between(1, 150));
        }
        agent.pipeline.up = !(story.outages && chance.one_in(3));
        agent.torn_looks = story.torn_registries.then(|| chance.between(2, 9));
        agent.pipeline.refuses = story.refusals && chance.one_in(4);
        if story.edits && chance.one_in(6) {
            self.edits += 1;
            self.watch = Arc::default();
            self.trace.push(format!("{} edited", agent.now));
        }
        if story.emptied && chance.one_in(6) {
            let name = format!("/run/{}.log", self.edits);
            agent.empty(&name);
            self.trace.push(format!("{} emptied", agent.now));
        }
    }

    fn run(&mut self) {
        let file = format!("/run/{}.log", self.edits);
        let shared = Rc::clone(&self.agent);
        let mut agent = shared.borrow_mut();
        if !agent.pipeline.served.contains(&file) {
            agent.pipeline.served.push(file.clone());
        }
        let process = agent.born.to_string();
        let until = agent.now - agent.born + 12_000;
        let terms = Terms {
            file,
            process,
            cap: agent.cap as u64,
            longest: agent.cap as u64 / 2,
            until: Some(Duration::from_millis(until)),
            entry: String::new(),
        };
        let began = agent.now;
        let kept = self.kept.as_deref().unwrap_or_default();
        let kept = kept
            .split(",\"sent\"")
            .next()
            .unwrap_or_default()
            .replace("\"seen\":[],", "");
        let (file, registry) = (
            agent.files.get(&terms.file),
            String::from_utf8_lossy(&agent.registry),
        );
        let size = file.map_or(0, |file| file.bytes.len());
        self.trace.push(format!(
            "{began} up {} size {size} {registry:.90} {kept}",
            agent.pipeline.up
        ));
        drop(agent);
        let ended = self.walk(&terms);
        if let Err(error) = &ended {
            self.trace.push(format!("{} {error}", shared.borrow().now));
        }
        let mut agent = shared.borrow_mut();
        if agent.dead {
            self.cut_off += 1;
            self.watch = Arc::default();
            if self.story.power_cuts && self.chance.one_in(2) {
                agent.power_cut(&mut self.chance);
                self.trace.push(format!("{} power cut", agent.now));
            } else {
                agent.kill();
                self.trace.push(format!("{} killed", agent.now));
            }
        } else {
            let left = (began + 15_000).saturating_sub(agent.now);
            agent.pass(left);
        }
    }

    fn walk(&mut self, terms: &Terms) -> Result<()> {
        let site = Seen(Rc::clone(&self.agent));
        let opened = Delivery::open(
            site,
            terms.clone(),
            self.kept.as_deref(),
            Arc::clone(&self.watch),
        )?;
        let mut delivery = opened.delivery;
        let walked = self.walk_on(
            terms,
            &mut delivery,
            opened.resume,
            opened.ready,
            opened.text,
        );
        self.resent += delivery.resent;
        self.passed += delivery.passed;
        self.trace.extend(delivery.said);
        walked
    }

    fn walk_on(
        &mut self,
        terms: &Terms,
        delivery: &mut Delivery<Seen>,
        resume: Resume,
        ready: bool,
        text: Option<String>,
    ) -> Result<()> {
        let keep = |kept: &mut Option<String>, text: Option<String>| {
            self.agent.borrow_mut().step();
            if let (Some(text), false) = (text, self.agent.borrow().dead) {
                *kept = Some(text);
            }
        };
        keep(&mut self.kept, text);
        let mut place: Place = match resume.place.as_deref().map(serde_json::from_str) {
            Some(Ok(place)) => place,
            _ => Place {
                at: 0,
                seen: Vec::new(),
            },
        };
        place.seen.extend(resume.delivered);
        if delivery.is_torn() {
            self.agent.borrow_mut().send(&terms.file, b"{}");
        }
        if resume.place.is_none() {
            // Where a first run begins is kept before anything is sent.
            let landed = delivery.landed(&[], Some(&text_of(&place)))?;
            keep(&mut self.kept, landed.text);
        }
        if ready {
            loop {
                let end = (place.at + self.story.page).min(self.story.records);
                let mut records: Vec<u64> = (place.at..end)
                    .filter(|record| !place.seen.contains(record))
                    .collect();
                place.at = end;
                place.seen.retain(|record| *record >= end);
                let text = text_of(&place);
                loop {
                    let lines: Vec<Line> = records.iter().map(|record| sized(*record)).collect();
                    let lengths: Vec<u32> = lines.iter().map(|line| line.bytes).collect();
                    let fit = if lines.is_empty() {
                        Fit::default()
                    } else {
                        delivery.room(&lengths)?
                    };
                    if fit.text.is_some() {
                        keep(&mut self.kept, fit.text);
                    }
                    if fit.lines == 0 && !lines.is_empty() {
                        break;
                    }
                    let mut out: Vec<Line> = Vec::new();
                    for record in records.drain(..fit.lines) {
                        let mut text = line(record);
                        if out.is_empty() && fit.padding > 0 {
                            text.resize(
                                text.len() + usize::try_from(fit.padding).unwrap_or(0),
                                b'-',
                            );
                        }
                        let bytes = u32::try_from(text.len() + 1).unwrap_or(u32::MAX);
                        out.push(Line { key: record, bytes });
                        self.agent.borrow_mut().send(&terms.file, &text);
                    }
                    let last = records.is_empty();
                    let landed = delivery.landed(&out, last.then_some(text.as_str()))?;
                    self.unsynced += u64::from(!self.agent.borrow().is_synced(&terms.file));
                    keep(&mut self.kept, landed.text);
                    if landed.lost || last {
                        break;
                    }
                }
                let over = self.agent.borrow().now - self.agent.borrow().born
                    >= terms.until.map_or(u64::MAX, millis);
                let pause = self.chance.between(0, 2) * self.chance.between(0, 700);
                self.agent.borrow_mut().pass(pause);
                if !records.is_empty()
                    || delivery.has_lost()
                    || over
                    || end == self.story.records
                    || self.agent.borrow().dead
                {
                    break;
                }
            }
        }
        Ok(())
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn text_of(place: &Place) -> String {
    serde_json::to_string(place).unwrap_or_default()
}

fn sized(record: u64) -> Line {
    Line {
        key: record,
        bytes: u32::try_from(line(record).len() + 1).unwrap_or(u32::MAX),
    }
}

impl Seen {
    fn alive(&self) -> Result<()> {
        let mut agent = self.0.borrow_mut();
        agent.step();
        if agent.dead {
            return Err(Error::Cancelled);
        }
        Ok(())
    }
}

impl Site for Seen {
    fn look(&self, file: &str) -> Result<Option<Look>> {
        self.alive()?;
        let agent = self.0.borrow();
        Ok(agent.files.get(file).map(|file| Look {
            size: file.bytes.len() as u64,
            inode: file.inode,
        }))
    }

    fn is_torn(&self, file: &str) -> Result<bool> {
        self.alive()?;
        let agent = self.0.borrow();
        let last = agent.files.get(file).and_then(|file| file.bytes.last());
        Ok(last.is_some_and(|last| *last != b'\n'))
    }

    fn sync(&self, file: &str) -> Result<()> {
        self.alive()?;
        self.0.borrow_mut().sync(file);
        Ok(())
    }

    fn registry(&self, file: &str) -> Option<Reading> {
        registry::read(self.0.borrow_mut().seen_registry(), file)
    }

    fn counters(&self) -> Option<Counters> {
        Some(Counters {
            dropped: self.0.borrow().pipeline.dropped,
            errors: self.0.borrow().pipeline.errors,
        })
    }

    fn now(&self) -> Moment {
        let agent = self.0.borrow();
        Moment {
            tick: Duration::from_millis(agent.now - agent.born),
            wall: Time(i64::try_from(agent.now).unwrap_or(i64::MAX)),
        }
    }

    fn pause(&self, span: Duration) -> Result<()> {
        self.alive()?;
        self.0.borrow_mut().pass(millis(span));
        self.alive()
    }

    fn nap(&self, span: Duration) {
        self.0.borrow_mut().pass(millis(span));
    }
}
