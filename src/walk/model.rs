//! A model of a log API that inserts at the head and late, has ties, expires and repeats cursors,
//! answers in part and fails; and a runner that polls it, is cut short and crashes.

mod stream;
mod style;

use super::{Fact, Lead};
use crate::source::Ask;
use crate::time::Time;

pub(super) use stream::{Poll, Stream};
pub(super) use style::{STYLES, Style};

pub(super) const OVERLAP: u64 = 1_000;

#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) name: u64,
    pub(super) time: i64,
    pub(super) visible: i64,
    /// What its record says of its time; none where it says nothing.
    pub(super) dated: Option<i64>,
}

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    Refuse,
    RepeatCursor,
    Partial,
    TooLarge,
    Wait,
    Fail,
}

pub(super) struct Api {
    pub(super) style: Style,
    pub(super) by_content: bool,
    pub(super) retention: Option<i64>,
    /// The step of the lower bound's format.
    pub(super) unit: i64,
    pub(super) events: Vec<Event>,
}

pub(super) enum Answered {
    Page(Vec<(usize, Fact)>, Lead),
    Refused,
    TooLarge,
    Wait,
    Failed,
}

impl Api {
    pub(super) fn answer(&self, ask: &Ask, fault: Fault, now: i64) -> Answered {
        match fault {
            Fault::Refuse if ask.cursor.is_some() => return Answered::Refused,
            Fault::TooLarge if ask.page_size.is_some_and(|size| size > 1) => {
                return Answered::TooLarge;
            }
            Fault::Wait => return Answered::Wait,
            Fault::Fail => return Answered::Failed,
            _ => {}
        }
        let mut visible: Vec<usize> = (0..self.events.len())
            .filter(|at| self.events[*at].visible <= now)
            .filter(|at| !self.has_aged_out(*at, now))
            .filter(|at| {
                ask.since.is_none_or(|since| {
                    self.events[*at].time >= since.0.div_euclid(self.unit) * self.unit
                })
            })
            .filter(|at| {
                ask.until
                    .is_none_or(|until| self.events[*at].time <= until.0)
            })
            .collect();
        match self.style {
            Style::Sticky => visible.sort_by_key(|at| (self.events[*at].visible, *at)),
            _ => visible.sort_by_key(|at| (self.events[*at].time, *at)),
        }
        if self.style.descending() {
            visible.reverse();
        }
        let size = ask.page_size.map_or(usize::MAX, |size| size as usize);
        let from = self.position(ask, &visible, size);
        let page: Vec<usize> = visible.iter().copied().skip(from).take(size).collect();
        let is_last = from + page.len() >= visible.len();
        let mut lead = Lead::default();
        match self.style {
            Style::Offset | Style::Page | Style::NewestFirstByPage | Style::OneWindow => {}
            Style::Sticky | Style::LastId => {
                lead.next = page
                    .last()
                    .map(ToString::to_string)
                    .or_else(|| ask.cursor.clone());
                if self.style == Style::LastId {
                    lead.next = page.last().map(ToString::to_string);
                }
            }
            _ if is_last => lead.more = Some(false),
            _ => lead.next = page.last().map(ToString::to_string),
        }
        let sent = ask.cursor.is_some() && lead.next.is_some();
        if fault == Fault::RepeatCursor && sent && !page.is_empty() {
            lead.next.clone_from(&ask.cursor);
        }
        if fault == Fault::Partial {
            lead.partial = Some("timeout".into());
        }
        let drop_some = usize::from(fault == Fault::Partial && page.len() > 1);
        let keep = page.len() - drop_some;
        let facts = page
            .into_iter()
            .take(keep)
            .map(|at| (at, self.fact(at)))
            .collect();
        Answered::Page(facts, lead)
    }

    /// Whether the API keeps a record no more.
    pub(super) fn has_aged_out(&self, at: usize, now: i64) -> bool {
        self.retention
            .is_some_and(|kept| self.events[at].time < now - kept)
    }

    /// A cursor names an event; the page goes on behind it in the order of the walk.
    fn position(&self, ask: &Ask, visible: &[usize], size: usize) -> usize {
        let Some(cursor) = ask
            .cursor
            .as_ref()
            .and_then(|cursor| cursor.parse::<usize>().ok())
        else {
            return 0;
        };
        match self.style {
            Style::Offset => cursor,
            Style::Page | Style::NewestFirstByPage => (cursor - 1).saturating_mul(size),
            _ => visible
                .iter()
                .position(|at| self.is_behind(cursor, *at))
                .unwrap_or(visible.len()),
        }
    }

    /// Whether a record comes after the one that a cursor names, be that still there or not.
    fn is_behind(&self, cursor: usize, at: usize) -> bool {
        let place = |at: usize| {
            let event = &self.events[at];
            let by = match self.style {
                Style::Sticky => event.visible,
                _ => event.time,
            };
            (by, at)
        };
        if self.style.descending() {
            place(at) < place(cursor)
        } else {
            place(at) > place(cursor)
        }
    }

    fn fact(&self, at: usize) -> Fact {
        let event = &self.events[at];
        let known_as = if self.by_content {
            event.name.wrapping_mul(0x1234_5678_9ABC_DEF1) ^ event.time.cast_unsigned()
        } else {
            (at as u64 + 1).wrapping_mul(0x9876_5432_1FED_CBA1)
        };
        Fact {
            known_as,
            by_content: self.by_content,
            time: event.dated.map(Time),
        }
    }

    /// What a record counts as: itself, or any of its equals.
    pub(super) fn counts_as(&self, at: usize) -> u64 {
        self.fact(at).known_as
    }
}
