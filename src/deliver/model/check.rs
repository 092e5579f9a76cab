//! The check's life: what happens to it, run after run, and what has arrived in the end.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use parking_lot::Mutex;

use super::story::{Place, Story, record};
use super::{Agent, Chance};
use crate::deliver::Watch;

pub(in crate::deliver) struct Check {
    pub(super) agent: Rc<RefCell<Agent>>,
    pub(super) chance: Chance,
    pub(super) story: Story,
    pub(super) kept: Option<String>,
    pub(super) watch: Arc<Mutex<Watch>>,
    pub(super) edits: u64,
    /// Pages that a kill or a cancelled run may have sent without keeping their place.
    pub(in crate::deliver) cut_off: u64,
    pub(in crate::deliver) resent: u64,
    pub(in crate::deliver) passed: u64,
    /// Places kept before the lines were on the disk.
    pub(in crate::deliver) unsynced: u64,
    pub(super) trace: Vec<String>,
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
}
