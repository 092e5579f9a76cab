//! How far behind a stream is, and what has aged out.

use super::telling::{NOW, START, Telling, at, last, millis, next, source};
use crate::source::Source;
use crate::time::Time;
use crate::walk::model::Style;

const KEPT: i64 = 60_000;

fn forgetful(style: Style) -> Source {
    Source {
        retention: Some(millis(KEPT.unsigned_abs())),
        ..source(style)
    }
}

#[test]
fn caught_up_there_is_no_lag_and_the_whole_retention_is_left() {
    let mut stream = Telling::of(forgetful(Style::Cursor));
    stream.page(&[at(NOW - 5_000)], &last());
    let standing = stream.standing();
    assert!(!standing.behind);
    assert_eq!(standing.lag, millis(0));
    assert_eq!(standing.retention_left, Some(millis(60_000)));
}

#[test]
fn behind_the_newest_delivered_record_is_the_lag_and_what_is_left_counts_from_it() {
    let mut stream = Telling::of(forgetful(Style::Cursor));
    stream.page(&[at(NOW - 15_000)], &next("a"));
    let standing = stream.standing();
    assert!(standing.behind);
    assert_eq!(standing.lag, millis(15_000));
    assert_eq!(standing.retention_left, Some(millis(45_000)));
}

#[test]
fn newest_first_what_ages_out_next_lies_at_the_other_end() {
    let mut stream = Telling::of(forgetful(Style::NewestFirstWindow));
    stream.page(&[at(NOW - 10)], &next("a"));
    let left = (START + KEPT - NOW).unsigned_abs();
    assert_eq!(stream.standing().retention_left, Some(millis(left)));
}

#[test]
fn where_what_was_delivered_is_on_its_way_what_is_left_counts_from_before_it() {
    let source = forgetful(Style::Cursor);
    let mut stream = Telling::of(source.clone());
    stream.page(&[at(NOW - 50_000)], &last());
    let base = stream.place().clone();
    // It was asked last at NOW, however old its newest record is.
    stream.later(9_000);
    stream.page(&[at(NOW + 2_000)], &last());
    let now = Time(NOW + 9_000);
    let standing = stream.standing();
    let on_its_way = standing.back_at(&base, &source, false, now);
    assert_eq!((on_its_way.behind, on_its_way.lag), (false, millis(0)));
    assert_eq!(on_its_way.retention_left, Some(millis(51_000)));
    let lost = standing.back_at(&base, &source, true, now);
    assert_eq!((lost.behind, lost.lag), (true, millis(9_000)));
    assert_eq!(lost.retention_left, Some(millis(51_000)));
}

#[test]
fn the_next_poll_asks_for_nothing_older_than_the_api_keeps_and_says_what_is_gone() {
    let mut stream = Telling::of(forgetful(Style::Cursor));
    stream.page(&[at(NOW - 5_000)], &last());
    // Checked last at NOW; a record of just after then would have aged out.
    stream.later(KEPT + 7_000);
    assert_eq!(stream.since(), NOW + 7_000);
    assert_eq!(stream.standing().gap, millis(7_000));
    stream.page(&[], &last());
    stream.later(10);
    assert_eq!(stream.standing().gap, millis(0));
}

#[test]
fn a_quiet_log_has_no_gap_however_old_its_newest_record_is() {
    let mut stream = Telling::of(forgetful(Style::Cursor));
    stream.page(&[at(NOW - 5_000)], &last());
    for _ in 0..10 {
        stream.later(KEPT / 2);
        stream.page(&[], &last());
        assert_eq!(stream.standing().gap, millis(0));
    }
    stream.later(1);
    assert_eq!(stream.since(), stream.now - KEPT);
}

#[test]
fn a_walk_that_was_left_too_long_says_what_is_gone() {
    let mut stream = Telling::of(forgetful(Style::Cursor));
    stream.page(&[at(NOW - 15_000)], &next("a"));
    stream.later(KEPT);
    assert_eq!(stream.standing().gap, millis(15_000));
    let mut stream = Telling::of(forgetful(Style::NewestFirstWindow));
    stream.page(&[at(NOW - 10)], &next("a"));
    stream.later(KEPT);
    assert_eq!(
        stream.standing().gap,
        millis(20_000),
        "down to where it was to go"
    );
}

#[test]
fn records_that_age_out_beneath_a_count_shift_it_so_what_is_left_is_asked_for_by_time() {
    for style in [Style::Offset, Style::Page] {
        let mut stream = Telling::of(forgetful(style));
        stream.page(&[at(START), at(START + 9_000)], &last());
        stream.later(KEPT - 20_000);
        assert!(stream.cursor().is_some(), "nothing has aged out yet");
        stream.later(5_000);
        assert_eq!(stream.cursor(), None, "{style:?}");
        assert_eq!(stream.since(), START + 8_000);
        // It also happens while a run lasts.
        stream.page(&[at(START + 9_000), at(START + 19_000)], &last());
        assert!(stream.cursor().is_some());
        stream.now += 5_000;
        stream.page(&[at(START + 19_500)], &last());
        assert_eq!(stream.cursor(), None, "{style:?}");
        assert_eq!(stream.since(), START + 18_500);
    }
}

#[test]
fn the_age_of_the_cursor_counts_from_when_it_moved() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.page(&[at(NOW - 5)], &last());
    stream.later(4_000);
    stream.page(&[], &last());
    assert_eq!(stream.standing().cursor_age, millis(4_000));
}
