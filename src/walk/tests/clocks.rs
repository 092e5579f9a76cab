//! Clocks that are wrong: the API's, a record's, and our own.

use super::telling::{NOTHING, NOW, Telling, at, dated, last, millis, next, source};
use crate::source::Source;
use crate::time::Time;
use crate::walk::Ending;
use crate::walk::model::Style;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

#[test]
fn a_record_of_the_future_is_delivered_and_moves_no_bound() {
    let mut stream = Telling::of(source(Style::Cursor));
    let page = [at(NOW - 2_000), at(NOW + 5 * MINUTE + 1)];
    assert_eq!(stream.page(&page, &last()).len(), 2);
    assert_eq!(stream.place().newest, Some(Time(NOW - 2_000)));
    stream.later(10);
    assert_eq!(stream.since(), NOW - 3_000);
    assert_eq!(stream.page(&page, &last()), NOTHING);
}

#[test]
fn a_record_five_minutes_ahead_is_only_a_clock_that_runs_fast() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.page(&[at(NOW + 5 * MINUTE)], &last());
    assert_eq!(stream.place().newest, Some(Time(NOW + 5 * MINUTE)));
    assert_eq!(stream.bound(), Some(NOW), "but the walk began before it");
}

#[test]
fn a_record_of_the_future_is_known_until_its_time_has_come_and_its_page_is_not() {
    let mut stream = Telling::of(source(Style::Cursor));
    let future = dated(7, NOW + 1_000 * HOUR);
    let mut page: Vec<_> = (0..50).map(|id| at(NOW - 100 + id)).collect();
    page.push(future);
    stream.page(&page, &last());
    stream.later(HOUR);
    stream.page(&[at(NOW + MINUTE), future], &last());
    assert_eq!(
        stream.place().seen.len(),
        2,
        "the future one and the newest"
    );
    stream.later(HOUR);
    assert_eq!(stream.page(&[future], &last()), NOTHING);
}

#[test]
fn a_wait_that_the_api_asked_for_survives_a_restart_and_no_request_is_made_before_it() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.page(&[at(NOW - 5)], &next("a"));
    let until = Time(NOW + HOUR);
    stream.walk.told_to_wait(until, Time(NOW));
    stream.kept = stream.walk.written().unwrap();
    assert_eq!(stream.walk.ask(), None);
    stream.later(HOUR - 1);
    assert_eq!(stream.walk.ask(), None);
    assert_eq!(stream.walk.ending(), Some(&Ending::Waiting(until)));
    assert_eq!(stream.place().not_before, Some(until));
    stream.later(1);
    assert_eq!(stream.cursor().as_deref(), Some("a"));
    stream.page(&[], &last());
    assert_eq!(stream.place().not_before, None);
}

#[test]
fn a_wait_of_years_is_cut_to_a_day() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.walk.told_to_wait(Time(i64::MAX), Time(NOW));
    stream.kept = stream.walk.written().unwrap();
    assert_eq!(stream.place().not_before, Some(Time(NOW + 24 * HOUR)));
}

#[test]
fn a_wait_set_by_a_clock_that_stood_in_the_future_is_forgotten() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.walk.told_to_wait(Time(NOW + HOUR), Time(NOW));
    stream.kept = stream.walk.written().unwrap();
    stream.later(-24 * HOUR);
    assert!(stream.walk.ask().is_some());
}

fn windows() -> Telling {
    Telling::of(Source {
        window: Some(millis(HOUR.unsigned_abs())),
        ..source(Style::Windows)
    })
}

#[test]
fn a_clock_that_comes_back_from_the_future_leaves_no_silence_until_then() {
    let mut stream = windows();
    stream.page(&[at(NOW - 2_000)], &last());
    stream.later(30 * HOUR);
    while stream.walk.ask().is_some() {
        stream.page(&[], &last());
    }
    assert!(stream.bound() > Some(NOW + 28 * HOUR));
    stream.later(-29 * HOUR);
    assert_eq!(stream.since(), NOW - 3_000, "from the newest record on");
    assert_eq!(stream.page(&[at(NOW + MINUTE)], &last()), [NOW + MINUTE]);
}

#[test]
fn a_clock_that_begins_in_the_past_moves_nothing_back() {
    let mut stream = windows();
    stream.page(&[at(NOW - 2_000)], &last());
    let bound = stream.bound();
    stream.later(-900 * HOUR);
    assert!(stream.is_caught_up(), "nothing can be asked for yet");
    assert_eq!(stream.bound(), bound);
    stream.later(900 * HOUR);
    assert_eq!(stream.since(), NOW - 3_000);

    // Where no upper bound is sent, the walk just goes on.
    let mut stream = Telling::of(source(Style::Cursor));
    stream.page(&[at(NOW - 2_000)], &next("a"));
    stream.later(-900 * HOUR);
    stream.page(&[at(NOW - 1_900)], &last());
    stream.later(900 * HOUR);
    assert!(stream.since() <= NOW - 2_900);
}

#[test]
fn a_place_at_the_far_ends_of_time_breaks_nothing() {
    for style in [Style::Cursor, Style::Windows, Style::NewestFirstWindow] {
        for end in [i64::MIN, i64::MAX] {
            let mut stream = Telling::of(source(style));
            stream.page(&[at(end), at(NOW - 2_000)], &last());
            let mut place = stream.place();
            place.bound = Some(Time(end));
            place.newest = Some(Time(end));
            place.moved = Time(end);
            stream.kept = serde_json::to_string(&place).unwrap();
            stream.later(10);
            let _ = (stream.walk.ask(), stream.standing());
        }
    }
}
