//! A model of a log API that inserts at the head and late, has ties, expires and repeats cursors,
//! answers in part and fails; and a runner that polls it, is cut short and crashes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::{Ending, Fact, Lead, Place, Verdict, Walk};
use crate::source::{
    Ask, Auth, Bound, Format, From, Next, Pace, PageSize, Path, Paths, RecordPaths, Source,
    Template, TimeFormat, To,
};
use crate::time::Time;

pub(super) const OVERLAP: u64 = 1_000;

#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) name: u64,
    pub(super) time: i64,
    pub(super) visible: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Cursor,
    Fleeting,
    Sticky,
    Offset,
    Page,
    NewestFirstByPage,
    NewestFirstByCursor,
    NewestFirstWindow,
    OneWindow,
    Windows,
    LastId,
}

pub(super) const STYLES: [Style; 11] = [
    Style::Cursor,
    Style::Fleeting,
    Style::Sticky,
    Style::Offset,
    Style::Page,
    Style::NewestFirstByPage,
    Style::NewestFirstByCursor,
    Style::NewestFirstWindow,
    Style::OneWindow,
    Style::Windows,
    Style::LastId,
];

impl Style {
    fn takes_bounds(self) -> bool {
        !matches!(
            self,
            Self::Sticky | Self::NewestFirstByPage | Self::NewestFirstByCursor
        )
    }

    pub(super) fn counts(self) -> bool {
        matches!(self, Self::Offset | Self::Page | Self::NewestFirstByPage)
    }

    pub(super) fn descending(self) -> bool {
        matches!(
            self,
            Self::NewestFirstByPage | Self::NewestFirstByCursor | Self::NewestFirstWindow
        )
    }

    pub(super) fn source(self, by_content: bool, settle: u64) -> Source {
        let bound = |required| Bound {
            to: To::Query("t".into()),
            format: TimeFormat::EpochMs,
            template: None,
            inclusive: true,
            required,
        };
        let from = match self {
            Self::Offset => From::Offset { start: 0 },
            Self::Page | Self::NewestFirstByPage => From::Page { start: 1 },
            Self::LastId => From::Last(Path(vec!["id".into()])),
            _ => From::Body(Path(vec!["next".into()])),
        };
        let next = Next {
            from,
            to: To::Query("cursor".into()),
            more: None,
            sticky: self == Self::Sticky,
            durable: self != Self::Fleeting,
            first_only: Vec::new(),
            page_size: Some(PageSize {
                to: To::Query("n".into()),
                default: 4,
                max: 4,
            }),
        };
        let until_required = matches!(self, Self::Windows | Self::OneWindow);
        let takes_until = until_required || self == Self::NewestFirstWindow;
        let id = Paths(vec![Path(vec!["id".into()])]);
        Source {
            name: "model/events".into(),
            title: String::new(),
            docs: None,
            base_url: "http://127.0.0.1".into(),
            settings: Default::default(),
            credentials: Default::default(),
            request: Template {
                post: false,
                path: "/".into(),
                headers: Default::default(),
                query: Default::default(),
                body: serde_json::Value::Null,
            },
            auth: Auth::Headers,
            records: Path::default(),
            records_may_be_missing: false,
            format: Format::Json,
            descending: self.descending(),
            next: (self != Self::OneWindow).then_some(next),
            since: self.takes_bounds().then(|| bound(true)),
            until: takes_until.then(|| bound(until_required)),
            window: matches!(self, Self::Windows | Self::OneWindow)
                .then(|| Duration::from_millis(3_000)),
            retention: None,
            overlap: Duration::from_millis(OVERLAP),
            settle: Duration::from_millis(settle),
            record: RecordPaths {
                id: (!by_content).then(|| id.clone()),
                version: Vec::new(),
                time: Some(id),
                time_format: None,
            },
            partial: Vec::new(),
            warnings: Vec::new(),
            pace: Pace::default(),
            rate_limit: None,
            hints: Default::default(),
            log: serde_json::Value::Null,
        }
    }
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
            .filter(|at| {
                ask.since
                    .is_none_or(|since| self.events[*at].time >= since.0)
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
                    .map(|at| at.to_string())
                    .or_else(|| ask.cursor.clone());
                if self.style == Style::LastId {
                    lead.next = page.last().map(|at| at.to_string());
                }
            }
            _ if is_last => lead.more = Some(false),
            _ => lead.next = page.last().map(|at| at.to_string()),
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
                .position(|at| *at == cursor)
                .map_or(0, |at| at + 1),
        }
    }

    fn fact(&self, at: usize) -> Fact {
        let event = &self.events[at];
        let known_as = if self.by_content {
            event.name.wrapping_mul(0x1234_5678_9ABC_DEF1) ^ (event.time as u64)
        } else {
            (at as u64 + 1).wrapping_mul(0x9876_5432_1FED_CBA1)
        };
        Fact {
            known_as,
            by_content: self.by_content,
            time: Some(Time(event.time)),
        }
    }

    /// What a record counts as: itself, or any of its equals.
    fn counts_as(&self, at: usize) -> u64 {
        self.fact(at).known_as
    }
}

/// One run of the check.
#[derive(Debug, Clone)]
pub(super) struct Poll {
    pub(super) pages: usize,
    pub(super) cut_after: Option<usize>,
    pub(super) crash_at: Option<(usize, usize)>,
    pub(super) faults: HashMap<usize, Fault>,
}

/// The whole of what happened to a stream: what was sent, and what is kept.
pub(super) struct Stream {
    pub(super) source: Arc<Source>,
    pub(super) start: Option<Time>,
    pub(super) kept: Option<String>,
    pub(super) sent: HashMap<u64, u32>,
    pub(super) excused: HashMap<u64, u32>,
    pub(super) requests: usize,
}

impl Stream {
    pub(super) fn poll(&mut self, api: &Api, poll: &Poll, now: i64) -> Option<Ending> {
        let place: Option<Place> = self
            .kept
            .as_ref()
            .map(|text| serde_json::from_str(text).expect("a place reads back"));
        let mut walk = Walk::resume(self.source.clone(), None, place, self.start, Time(now));
        self.kept = Some(walk.written().expect("a place is written"));
        self.requests = 0;
        let mut room = poll.cut_after;
        for page in 0.. {
            let Some(ask) = walk.ask().filter(|_| page < poll.pages) else {
                break;
            };
            self.requests += 1;
            assert!(self.requests < 3_000, "the walk does not end: {ask:?}");
            let fault = poll.faults.get(&page).copied().unwrap_or(Fault::None);
            match api.answer(&ask, fault, now) {
                Answered::Refused => {
                    if walk.refused("410", Time(now)).is_err() {
                        return None;
                    }
                }
                Answered::TooLarge => walk.too_large("slow").expect("larger than one"),
                Answered::Wait => walk.told_to_wait(Time(now + 5), Time(now)),
                Answered::Failed => return None,
                Answered::Page(records, lead) => {
                    let crash = poll
                        .crash_at
                        .filter(|(at, _)| *at == page)
                        .map(|(_, after)| after);
                    if !self.deliver(api, &mut walk, &records, &lead, &mut room, crash, now) {
                        return None;
                    }
                }
            }
            self.kept = Some(walk.written().expect("a place is written"));
        }
        walk.ending().cloned()
    }

    #[allow(clippy::too_many_arguments)]
    fn deliver(
        &mut self,
        api: &Api,
        walk: &mut Walk,
        records: &[(usize, Fact)],
        lead: &Lead,
        room: &mut Option<usize>,
        crash: Option<usize>,
        now: i64,
    ) -> bool {
        let facts: Vec<Fact> = records.iter().map(|(_, fact)| *fact).collect();
        let verdicts = walk.read(&facts, Time(now));
        let mut taken = 0;
        let mut delivered = Vec::new();
        for ((at, _), verdict) in records.iter().zip(&verdicts) {
            if matches!(verdict, Verdict::Deliver { .. }) {
                if *room == Some(0) {
                    break;
                }
                *room = room.map(|room| room - 1);
                delivered.push(api.counts_as(*at));
            }
            taken += 1;
        }
        for (sent, name) in delivered.iter().enumerate() {
            if crash.is_some_and(|after| sent >= after) {
                break;
            }
            *self.sent.entry(*name).or_default() += 1;
            if crash.is_some() {
                *self.excused.entry(*name).or_default() += 1;
            }
        }
        walk.turn(lead, taken, Time(now));
        crash.is_none()
    }

    /// Panics unless everything was sent, and nothing twice but what a crash explains.
    pub(super) fn settle_accounts(&self, api: &Api) {
        let mut due: HashMap<u64, u32> = HashMap::new();
        for at in 0..api.events.len() {
            *due.entry(api.counts_as(at)).or_default() += 1;
        }
        for (at, event) in api.events.iter().enumerate() {
            let name = api.counts_as(at);
            let sent = self.sent.get(&name).copied().unwrap_or(0);
            let excused = self.excused.get(&name).copied().unwrap_or(0);
            assert!(
                sent >= due[&name],
                "lost: {event:?} sent {sent} of {}",
                due[&name]
            );
            assert!(
                sent <= due[&name] + excused,
                "repeated: {event:?} sent {sent} of {} with {excused} excused",
                due[&name]
            );
        }
    }
}
