//! What a run keeps: the place after what is delivered, and what is on its way through the Agent.

use std::sync::Arc;

use parking_lot::Mutex;

use super::emitting::Around;
use super::metrics::Passage;
use crate::deliver::{Delivery, Ground, Lane, Line, Resume, Terms, Watch};
use crate::error::Result;
use crate::keep::Keep;
use crate::pages::{Page, Stream, Tally};
use crate::time::Time;
use crate::walk::Standing;

/// How logs go through the Agent: its files, this run's terms, and what earlier runs saw.
pub(super) type Way = (Ground, Terms, Arc<Mutex<Watch>>);

/// What a run has delivered, and keeps.
pub(super) struct Keeping {
    keep: Box<dyn Keep + Send>,
    sequence: u64,
    delivery: Option<Delivery<Ground>>,
    lane: Option<Lane>,
    pub(super) tally: Tally,
    /// How the stream stands by what was kept: the reader is ahead, and what it read may be lost.
    pub(super) standing: Option<Standing>,
    /// The reader came to its end and all it read was kept: its word on the stream is the last.
    pub(super) ended: bool,
}

impl Keeping {
    pub(super) fn new(
        keep: Box<dyn Keep + Send>,
        sequence: u64,
        delivery: Option<Delivery<Ground>>,
    ) -> Self {
        Self {
            keep,
            sequence,
            delivery,
            lane: None,
            tally: Tally::default(),
            standing: None,
            ended: false,
        }
    }

    /// Begins to deliver through the Agent: where to walk on, and whether anything may be sent.
    pub(super) fn open(
        &mut self,
        kept: Option<&str>,
        (site, terms, watch): Way,
        around: &Around,
    ) -> Result<(Option<Resume>, bool)> {
        self.lane = Some(Lane::take(&terms.file, &site, terms.until)?);
        let opened = Delivery::open(site, terms, kept, watch)?;
        self.delivery = Some(opened.delivery);
        if let Some(text) = opened.text {
            self.save(&text, around)?;
        }
        Ok((Some(opened.resume), opened.ready))
    }

    /// Whether the Agent says what has become of what it was sent.
    pub(super) fn has_receipts(&self) -> bool {
        self.delivery.as_ref().is_some_and(Delivery::has_receipts)
    }

    /// Whether a line has to be ended before anything is sent.
    pub(super) fn line_is_open(&self) -> bool {
        self.delivery.as_ref().is_some_and(Delivery::is_torn)
    }

    /// How many of a page's logs may go out now; none is the end of the run.
    pub(super) fn room(&mut self, page: &mut Page, around: &Around) -> Result<Option<usize>> {
        let Some(delivery) = &mut self.delivery else {
            return Ok(Some(page.logs.len()));
        };
        if delivery.has_lost() {
            return Ok(None);
        }
        if page.logs.is_empty() {
            return Ok(Some(0));
        }
        let fit = delivery.room(&page.lengths())?;
        if let Some(text) = fit.text {
            self.save(&text, around)?;
        }
        page.pad(fit.padding);
        Ok(Some(fit.lines).filter(|lines| *lines > 0))
    }

    /// Keeps the place behind logs that are out, once they are where they should be.
    pub(super) fn delivered(
        &mut self,
        lines: &[Line],
        place: Option<String>,
        around: &Around,
    ) -> Result<()> {
        if !around.keeps {
            return Ok(());
        }
        let text = match &mut self.delivery {
            None => place,
            Some(delivery) => delivery.landed(lines, place.as_deref())?.text,
        };
        match text {
            Some(text) => self.save(&text, around),
            None => Ok(()),
        }
    }

    /// What is on its way, and what was lost on it.
    pub(super) fn passage(&self) -> Option<Passage> {
        self.delivery.as_ref().map(|delivery| Passage {
            unconfirmed_bytes: delivery
                .has_receipts()
                .then(|| delivery.unconfirmed_bytes()),
            resent: delivery.resent,
            passed: delivery.passed,
        })
    }

    /// How the stream stands by what is acknowledged: what is on its way may be lost, or is.
    pub(super) fn stands(&self, stream: &Stream, standing: Standing, now: Time) -> Standing {
        let Some(delivery) = &self.delivery else {
            return standing;
        };
        let lost = delivery.has_lost();
        let on_its_way = delivery.unconfirmed_bytes() > 0;
        match delivery.base().filter(|_| lost || on_its_way) {
            Some(base) => stream.back_at(standing, base, lost, now),
            None => standing,
        }
    }

    /// What a person should know about the way through the Agent.
    pub(super) fn said(&self) -> &[String] {
        self.delivery
            .as_ref()
            .map_or(&[], |delivery| &delivery.said)
    }

    fn save(&mut self, text: &str, around: &Around) -> Result<()> {
        around.live.may_keep()?;
        let sequence = self.sequence + 1;
        self.keep.save(sequence, text)?;
        self.sequence = sequence;
        Ok(())
    }
}
