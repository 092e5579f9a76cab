//! Walks over a range: all of it, nothing beside it, in windows that meet.

use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::telling::*;
use crate::source::{Source, TimeFormat};
use crate::time::Time;
use crate::walk::model::{Api, Event, Fault, OVERLAP, Poll, STYLES, Stream, Style};
use crate::walk::{Ending, Range, undivided};

const FROM: i64 = NOW - 100_000;
const TO: i64 = NOW - 50_000;

fn bounded() -> Source {
    Source {
        window: None,
        ..source(Style::Windows)
    }
}

#[test]
fn what_is_asked_for_reaches_further_by_the_overlap_and_what_is_delivered_does_not() {
    let mut stream = Telling::over(bounded(), FROM, TO);
    assert_eq!((stream.since(), stream.until()), (FROM - 1_000, TO + 1_000));
    let page = [FROM - 1, FROM, TO - 1, TO, TO + 1].map(at);
    assert_eq!(stream.page(&page, &last()), [FROM, TO - 1]);
    assert!(stream.is_caught_up());
}

#[test]
fn a_finished_range_is_finished_whatever_the_time() {
    let mut stream = Telling::over(bounded(), FROM, TO);
    stream.page(&[at(FROM)], &next("a"));
    stream.later(500);
    assert_eq!(stream.cursor().as_deref(), Some("a"));
    assert_eq!(stream.page(&[at(TO - 1)], &last()), [TO - 1]);
    assert!(stream.is_caught_up(), "begun by an earlier run or not");
    assert!(stream.place().seen.is_empty());
    stream.later(86_400_000);
    assert!(stream.is_caught_up() && stream.walk.ask().is_none());
}

#[test]
fn without_an_upper_bound_the_walk_ends_at_the_first_page_that_lies_beyond_the_overlap() {
    let mut stream = Telling::over(source(Style::Cursor), FROM, TO);
    assert_eq!(stream.asked().until, None);
    let disorder = [at(TO + 10), at(TO + 999)];
    assert_eq!(stream.page(&disorder, &next("a")), NOTHING);
    assert_eq!(
        stream.page(&[at(TO - 1), at(TO + 2_000)], &next("b")),
        [TO - 1]
    );
    assert_eq!(stream.page(&[at(TO + 1_000)], &next("c")), NOTHING);
    assert!(stream.is_caught_up());
}

#[test]
fn newest_first_what_is_newer_than_the_range_is_passed_over() {
    let mut stream = Telling::over(source(Style::NewestFirstByPage), FROM, TO);
    assert_eq!(
        stream.page(&[at(NOW - 10), at(TO)], &more(last(), true)),
        NOTHING
    );
    assert_eq!(
        stream.page(&[at(TO - 1), at(FROM)], &more(last(), true)),
        [TO - 1, FROM]
    );
    let margin = [at(FROM - 1), at(FROM - 999)];
    assert_eq!(stream.page(&margin, &more(last(), true)), NOTHING);
    assert!(!stream.is_caught_up(), "disorder may still bring one");
    assert_eq!(
        stream.page(&[at(FROM - 1_001)], &more(last(), true)),
        NOTHING
    );
    assert!(stream.is_caught_up());
}

#[test]
fn a_record_without_a_time_is_where_the_one_before_it_is_and_rather_twice_than_nowhere() {
    let page = [undated(1), at(TO - 1), undated(2), at(TO), undated(3)];
    let mut first = Telling::over(bounded(), FROM, TO);
    assert_eq!(first.page(&page, &last()), [1, TO - 1, 2]);
    let mut second = Telling::over(bounded(), TO, TO + 1_000);
    assert_eq!(second.page(&page, &last()), [1, TO, 3]);
}

#[test]
fn how_far_it_came_is_told_and_newest_first_only_at_the_end() {
    let reached = |stream: &Telling| stream.standing().reached.map(|time| time.0);
    let mut up = Telling::over(bounded(), FROM, TO);
    assert_eq!(reached(&up), Some(FROM));
    up.page(&[at(FROM + 7)], &next("a"));
    assert_eq!(reached(&up), Some(FROM + 7));
    up.page(&[], &last());
    assert_eq!(reached(&up), Some(TO));
    let mut down = Telling::over(source(Style::NewestFirstWindow), FROM, TO);
    down.page(&[at(TO - 1)], &next("a"));
    assert_eq!(reached(&down), Some(FROM));
    down.page(&[], &last());
    assert_eq!(reached(&down), Some(TO));
}

#[test]
fn nothing_is_asked_for_that_the_api_does_not_keep_any_more() {
    let source = Source {
        retention: Some(millis(100_500)),
        ..bounded()
    };
    assert_eq!(Telling::over(source, FROM, TO).since(), NOW - 100_500);
    let gone = Source {
        retention: Some(millis(10_000)),
        ..bounded()
    };
    let mut stream = Telling::over(gone, FROM, TO);
    assert_eq!((stream.since(), stream.until()), (TO, TO + 1_000));
    stream.page(&[], &last());
    assert!(stream.is_caught_up() && stream.place().is_finished());
}

fn range(from: i64, to: i64) -> Range {
    Range {
        from: Time(from),
        to: Time(to),
    }
}

#[test]
fn windows_meet_and_are_the_whole_range() {
    for (source, span, number) in [
        (bounded(), 500, 1),
        (bounded(), 119_999, 1),
        (bounded(), 120_000, 2),
        (bounded(), 86_400_000, 64),
        (bounded(), i64::MAX / 2, 64),
        (source(Style::NewestFirstWindow), 86_400_000, 64),
        (source(Style::Cursor), 86_400_000, 64),
        (source(Style::Sticky), 86_400_000, 1),
        (source(Style::NewestFirstByPage), 86_400_000, 1),
    ] {
        let windows = range(7, 7 + span).windows(&source).unwrap();
        assert_eq!(windows.len(), number, "{:?} {span}", source.next);
        assert_eq!(windows.first().map(|window| window.from), Some(Time(7)));
        assert_eq!(windows.last().map(|window| window.to), Some(Time(7 + span)));
        assert!(windows.windows(2).all(|pair| pair[0].to == pair[1].from));
        assert!(windows.iter().all(|window| window.from < window.to));
    }
}

#[test]
fn a_window_is_worth_its_overlaps_and_its_days() {
    let slow = Source {
        overlap: millis(3_600_000),
        ..bounded()
    };
    let day = range(0, 86_400_000);
    assert_eq!(day.windows(&slow).unwrap().len(), 6);
    let mut dates = bounded();
    dates.since.as_mut().unwrap().format = TimeFormat::Date;
    assert_eq!(range(0, 8 * 86_400_000).windows(&dates).unwrap().len(), 2);
}

#[test]
fn records_without_a_known_time_have_no_range() {
    let mut timeless = bounded();
    timeless.record.time = None;
    let words = range(0, 1_000).windows(&timeless).unwrap_err().to_string();
    assert!(words.contains("add `record: {time: ...}`"), "{words}");
}

#[test]
fn why_a_log_is_read_in_one_piece_is_said() {
    let said = |style| undivided(&source(style)).unwrap_or_default();
    assert_eq!(said(Style::Windows), "");
    assert_eq!(said(Style::Cursor), "");
    assert_eq!(said(Style::NewestFirstWindow), "");
    assert!(said(Style::Sticky).contains("oldest record up to --to"));
    assert!(said(Style::NewestFirstByPage).contains("from now back to --from"));
    let mut no_until = source(Style::NewestFirstWindow);
    no_until.until = None;
    assert!(undivided(&no_until).is_some());
}

/// A log that lies in the past, and a range of it that is walked in windows.
#[derive(Debug, Clone)]
struct Case {
    style: Style,
    by_content: bool,
    page_size: u32,
    /// Name, time, and by how much the record's own time is another than the API's.
    events: Vec<(u64, i64, i64)>,
    edges: Vec<i64>,
    polls: Vec<Poll>,
}

fn poll(faults: bool) -> impl Strategy<Value = Poll> {
    let fault = prop_oneof![
        6 => Just(Fault::None),
        1 => Just(Fault::Refuse),
        1 => Just(Fault::RepeatCursor),
        1 => Just(Fault::Partial),
        1 => Just(Fault::TooLarge),
        1 => Just(Fault::Wait),
        1 => Just(Fault::Fail),
    ];
    let most = if faults { 4 } else { 1 };
    (
        prop_oneof![Just(1_usize), 2..6_usize, Just(usize::MAX)],
        proptest::option::weighted(0.3, 1..9_usize),
        proptest::option::weighted(0.4, (0..4_usize, 0..5_usize)),
        proptest::collection::hash_map(0..5_usize, fault, 0..most),
    )
        .prop_map(|(pages, cut_after, crash_at, faults)| Poll {
            pages,
            cut_after,
            crash_at,
            faults,
        })
}

fn case(faults: bool) -> impl Strategy<Value = Case> {
    let apart = if faults { 0 } else { OVERLAP.cast_signed() / 2 };
    (
        proptest::sample::select(&STYLES[..]),
        any::<bool>(),
        1..6_u32,
        proptest::collection::vec((0..3_u64, 0..6_000_i64, -apart..=apart), 0..60),
        proptest::collection::btree_set(0..6_000_i64, 2..6),
        proptest::collection::vec(poll(faults), 0..8),
    )
        .prop_map(
            move |(style, by_content, page_size, mut events, edges, polls)| {
                let edges: Vec<i64> = edges.into_iter().collect();
                // Some of them right where windows meet.
                for (at, event) in events.iter_mut().enumerate().filter(|(at, _)| at % 3 == 0) {
                    event.1 = edges[at % edges.len()];
                }
                Case {
                    style,
                    by_content: by_content && faults && !style.counts(),
                    page_size,
                    events,
                    edges,
                    polls,
                }
            },
        )
}

fn walk(case: &Case) {
    let mut source = case.style.source(case.by_content, 0);
    if let Some(size) = source
        .next
        .as_mut()
        .and_then(|next| next.page_size.as_mut())
    {
        (size.default, size.max) = (case.page_size, case.page_size);
    }
    let source = Arc::new(source);
    let begin = NOW - 100_000;
    let event = |(name, time, apart): &(u64, i64, i64)| Event {
        name: *name,
        time: begin + time,
        visible: begin + time,
        dated: Some(begin + time + apart),
    };
    let api = Api {
        style: case.style,
        by_content: case.by_content,
        retention: None,
        unit: 1,
        events: case.events.iter().map(event).collect(),
    };
    let (mut sent, mut excused) = (HashMap::new(), HashMap::new());
    for edges in case.edges.windows(2) {
        let window = range(begin + edges[0], begin + edges[1]);
        let mut stream = Stream {
            source: Arc::clone(&source),
            start: None,
            kept: Some(window.first_place(Time(NOW)).unwrap()),
            sent,
            excused,
            requests: 0,
        };
        let mut now = NOW;
        for poll in &case.polls {
            now += 10;
            stream.poll(&api, poll, now, now);
        }
        let quiet = Poll {
            pages: usize::MAX,
            cut_after: None,
            crash_at: None,
            faults: HashMap::new(),
        };
        assert_eq!(
            stream.poll(&api, &quiet, now + 10, now + 10),
            Some(Ending::CaughtUp)
        );
        let again = stream.poll(&api, &quiet, now + 20, now + 20);
        assert_eq!((again, stream.requests), (Some(Ending::CaughtUp), 0));
        (sent, excused) = (stream.sent, stream.excused);
    }
    // By their own times: what is not in the range was never due.
    let (from, to) = (case.edges[0], case.edges[case.edges.len() - 1]);
    let mut due: HashMap<u64, u32> = HashMap::new();
    for (at, event) in api.events.iter().enumerate() {
        let dated = event.dated.unwrap_or_default() - begin;
        *due.entry(api.counts_as(at)).or_default() += u32::from((from..to).contains(&dated));
    }
    for (name, due) in due {
        let sent = sent.get(&name).copied().unwrap_or(0);
        let most = due + excused.get(&name).copied().unwrap_or(0);
        assert!(
            (due..=most).contains(&sent),
            "{sent} sent of {due} to {most}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn over_any_schedule_a_range_comes_once_in_windows_that_meet(case in case(true)) {
        walk(&case);
    }

    #[test]
    fn an_api_that_bounds_by_another_time_than_the_records_loses_and_repeats_none(case in case(false)) {
        // Where it goes on by time after a crash, ids are known as far as the records' own times say.
        prop_assume!(case.style != Style::Fleeting);
        walk(&case);
    }
}
