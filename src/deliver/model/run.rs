//! One run: walks a log by place, sends page after page through the Agent, keeps what it is told.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::check::Check;
use super::seen::{Seen, millis};
use super::story::{Place, line, sized, text_of};
use crate::deliver::ledger::Resume;
use crate::deliver::{Delivery, Fit, Habits, Line, Terms};
use crate::error::Result;

impl Check {
    pub(super) fn run(&mut self) {
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
            habits: Habits::usual(agent.cap as u64),
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
