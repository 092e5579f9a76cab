//! Over any schedule nothing is lost and next to nothing repeated.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use crate::source::{Source, TimeFormat};
use crate::time::Time;
use crate::walk::Ending;
use crate::walk::model::{Api, Event, Fault, Poll, STYLES, Stream, Style};

/// What a record says of its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dated {
    Rightly,
    NotAtAll,
    YearsAhead,
}

/// What kind of log it is.
#[derive(Debug, Clone)]
struct Kind {
    style: Style,
    by_content: bool,
    settle: u64,
    page_size: u32,
    retention: Option<i64>,
    format: TimeFormat,
    /// Our clock is not the API's.
    skewed: bool,
}

#[derive(Debug, Clone)]
enum Happening {
    Insert {
        name: u64,
        ago: i64,
        late: i64,
        dated: Dated,
    },
    Wait(i64),
    Skew(i64),
    Poll(Poll),
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        6 => Just(Fault::None),
        1 => Just(Fault::Refuse),
        1 => Just(Fault::RepeatCursor),
        1 => Just(Fault::Partial),
        1 => Just(Fault::TooLarge),
        1 => Just(Fault::Wait),
        1 => Just(Fault::Fail),
    ]
}

fn poll() -> impl Strategy<Value = Poll> {
    (
        prop_oneof![Just(1_usize), 2..6_usize, Just(usize::MAX)],
        proptest::option::weighted(0.4, 1..9_usize),
        proptest::option::weighted(0.3, (0..4_usize, 0..5_usize)),
        proptest::collection::hash_map(0..5_usize, fault(), 0..4),
    )
        .prop_map(|(pages, cut_after, crash_at, faults)| Poll {
            pages,
            cut_after,
            crash_at,
            faults,
        })
}

fn dated() -> impl Strategy<Value = Dated> {
    prop_oneof![
        8 => Just(Dated::Rightly),
        1 => Just(Dated::NotAtAll),
        1 => Just(Dated::YearsAhead),
    ]
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        5 => (0..3_u64, 0..40_i64, 0..700_i64, dated()).prop_map(|(name, ago, late, dated)| {
            Happening::Insert { name, ago: ago.min(late), late, dated }
        }),
        3 => (0..3_u64).prop_map(|name| Happening::Insert {
            name,
            ago: 0,
            late: 0,
            dated: Dated::Rightly,
        }),
        2 => prop_oneof![0..20_i64, 0..3_000_i64, Just(9_000)].prop_map(Happening::Wait),
        1 => (-3_000..300_i64).prop_map(Happening::Skew),
        3 => poll().prop_map(Happening::Poll),
    ]
}

fn kind() -> impl Strategy<Value = Kind> {
    let formats = [TimeFormat::EpochMs, TimeFormat::EpochS, TimeFormat::Date];
    (
        proptest::sample::select(&STYLES[..]),
        any::<bool>(),
        prop_oneof![3 => Just(0_u64), 1 => Just(700)],
        1..6_u32,
        proptest::option::weighted(0.3, 6_000..20_000_i64),
        proptest::sample::select(formats.to_vec()),
        any::<bool>(),
    )
        .prop_map(
            |(style, by_content, settle, page_size, retention, format, skewed)| Kind {
                style,
                // Counted pages shift when records are inserted: without an id, a record shown again
                // cannot be told from its equal, and is rather sent twice than lost.
                by_content: by_content && !style.counts(),
                settle,
                page_size,
                retention,
                format,
                skewed,
            },
        )
}

impl Kind {
    fn source(&self) -> Source {
        let mut source = self.style.source(self.by_content, self.settle);
        if let Some(size) = source
            .next
            .as_mut()
            .and_then(|next| next.page_size.as_mut())
        {
            size.default = self.page_size;
            size.max = self.page_size;
        }
        if let Some(since) = &mut source.since {
            since.format = self.format;
        }
        let kept = self.retention.and_then(|kept| u64::try_from(kept).ok());
        source.retention = kept.map(Duration::from_millis);
        source
    }

    fn unit(&self) -> i64 {
        match self.format {
            TimeFormat::EpochS => 1_000,
            TimeFormat::Date => 86_400_000,
            _ => 1,
        }
    }

    /// What can be said of a record's time in this log without hiding it from any reader.
    fn allowed(&self, dated: Dated) -> Dated {
        let source = self.source();
        match dated {
            // An API does not show what lies behind an upper bound.
            Dated::YearsAhead if source.until.is_some() => Dated::Rightly,
            // Newest first, or without bounds, only a record's own time says that it is old.
            Dated::NotAtAll if self.style.descending() || source.since.is_none() => Dated::Rightly,
            // Only our clock can say how old it may be.
            Dated::NotAtAll if self.skewed => Dated::Rightly,
            // It has no id, and stands under another time than its equal.
            _ if self.by_content => Dated::Rightly,
            _ => dated,
        }
    }
}

const YEARS: i64 = 100_000_000_000;

fn run(kind: &Kind, happenings: &[Happening]) {
    let mut now = 1_000_000;
    let mut skew = 0;
    let mut api = Api {
        style: kind.style,
        by_content: kind.by_content,
        retention: kind.retention,
        unit: kind.unit(),
        events: Vec::new(),
    };
    let mut stream = Stream {
        source: Arc::new(kind.source()),
        start: Some(Time(now - 20_000)),
        kept: None,
        sent: HashMap::new(),
        excused: HashMap::new(),
        requests: 0,
    };
    for happening in happenings {
        match happening {
            // An event is never dated after it becomes visible, nor visible later than the overlap,
            // less what our clock may be ahead.
            Happening::Insert {
                name,
                ago,
                late,
                dated,
            } => {
                let dated = kind.allowed(*dated);
                let ahead = if dated == Dated::YearsAhead { YEARS } else { 0 };
                let time = now - ago;
                api.events.push(Event {
                    name: *name,
                    time: time + ahead,
                    visible: now.max(time + late),
                    dated: (dated != Dated::NotAtAll).then_some(time + ahead),
                });
            }
            Happening::Wait(span) => now += span,
            Happening::Skew(span) if kind.skewed => skew = *span,
            Happening::Skew(_) => {}
            Happening::Poll(poll) => {
                stream.poll(&api, poll, now, now + skew);
            }
        }
    }
    let quiet = Poll {
        pages: usize::MAX,
        cut_after: None,
        crash_at: None,
        faults: HashMap::new(),
    };
    for _ in 0..3 {
        now += 5_000;
        let ending = stream.poll(&api, &quiet, now, now + skew);
        assert_eq!(ending, Some(Ending::CaughtUp));
    }
    stream.settle_accounts(&api, now);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn over_any_schedule_nothing_is_lost_and_only_a_page_in_flight_is_repeated(
        kind in kind(),
        happenings in proptest::collection::vec(happening(), 0..60),
    ) {
        run(&kind, &happenings);
    }
}
