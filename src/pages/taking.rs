//! A page that came: read, judged, and mapped.

use std::sync::Arc;

use super::reader::Reader;
use super::{Page, Run, Tally};
use crate::error::Result;
use crate::fetch::Surroundings;
use crate::log::{Mapped, Moment, Reading, Sheet};
use crate::source::{Answer, Ask, Reply};
use crate::time::Time;
use crate::walk::{self, Fact, Lead, Verdict};

/// A page's logs have fewer bytes than so many times its body: within that of a run's budget it is
/// looked where the budget ends, and what follows the page is known only then.
const FAR: u64 = 4;

impl<S: Surroundings> Run<S> {
    pub(super) fn take(&mut self, reply: Reply, ask: &Ask) -> Result<Page> {
        let now = self.around.now();
        let stream = Arc::clone(&self.stream);
        let text = reply.text();
        let mut reader = Reader::new(&stream.mapping, self.tray.sheet(text.len()));
        let answer = stream.source.answer(&text, &reply, &mut reader)?;
        self.report.read_page(&answer);
        let (readings, mut sheet) = reader.read();
        let facts: Vec<Fact> = readings
            .iter()
            .map(|reading| Fact {
                known_as: reading.known_as,
                by_content: reading.by_content,
                time: reading.time,
            })
            .collect();
        let oldest = facts.iter().filter_map(|fact| fact.time).min();
        let is_past = |enough| oldest.is_some_and(|oldest| oldest > enough);
        self.report.enough |= self.enough.is_some_and(is_past) && !stream.source.descending;
        let verdicts = self.walk.read(&facts, now);
        let Answer {
            next,
            more,
            partial,
            ..
        } = answer;
        let most = self.budget.bytes.filter(|most| {
            let far = (text.len() as u64).saturating_mul(FAR);
            self.bytes.saturating_add(far) > *most
        });
        // What was read of the body is on the sheet.
        drop(text);
        self.stream.fetch.reuse(reply.body);
        if let Some(why) = &partial {
            self.report.say(format!(
                "{} gave a partial answer ({why}): what came was delivered, and the span is asked \
                 for again{}",
                stream.source.name,
                if ask.until.is_some() {
                    " in smaller pieces"
                } else {
                    ""
                }
            ));
        }
        let lead = Lead {
            next,
            more,
            partial,
        };
        if most.is_none() {
            // All of it is taken: what follows is known, and asked for before this page is mapped.
            self.walk.turn(&lead, readings.len(), now);
            self.look_ahead();
        }
        let (keys, tally, taken) = self.map(&readings, &verdicts, now, most, &mut sheet);
        if most.is_some() {
            self.walk.turn(&lead, taken, now);
        }
        self.tray.written(&mut sheet);
        self.page(sheet, keys, tally)
    }

    fn look_ahead(&mut self) {
        let is_last = self.report.enough || self.is_spent() || self.around.cancelled();
        let Some(scout) = self.scout.as_mut().filter(|_| !is_last) else {
            return;
        };
        if let Some(ask) = self.walk.ask() {
            scout.send(&self.stream, ask, self.deadline);
        }
    }

    /// Maps what is to be delivered, up to so many bytes in all; says how many records that takes in.
    fn map(
        &mut self,
        readings: &[Reading],
        verdicts: &[Verdict],
        now: Time,
        most: Option<u64>,
        sheet: &mut Sheet,
    ) -> (Vec<u64>, Tally, usize) {
        let all = readings.len();
        let mut keys = Vec::with_capacity(all);
        let mut tally = Tally::default();
        for (at, (reading, verdict)) in readings.iter().zip(verdicts).enumerate() {
            let (ordinal, event) = match verdict {
                Verdict::Deliver { ordinal, time } => (*ordinal, *time),
                Verdict::Known => {
                    tally.duplicate += 1;
                    continue;
                }
                Verdict::Outside | Verdict::Beyond | Verdict::NotYet => continue,
            };
            let moment = Moment {
                event,
                now,
                ordinal,
            };
            let mapped = self.stream.mapping.log(reading, moment, sheet);
            let Some(line) = sheet.last().filter(|_| mapped == Mapped::Log) else {
                tally.too_old += 1;
                continue;
            };
            // The first log of a run always goes, or a small budget never gets past a large one.
            let spent = self.bytes + tally.bytes;
            let bytes = line.bytes() as u64;
            if spent > 0 && most.is_some_and(|most| spent + bytes > most) {
                sheet.take_back();
                self.bytes += tally.bytes;
                return (keys, tally, at);
            }
            tally.count(line);
            keys.push(walk::key(reading.known_as, ordinal));
        }
        self.bytes += tally.bytes;
        (keys, tally, all)
    }
}
