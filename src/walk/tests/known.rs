//! The ids that a place holds, and their bound.

use super::telling::{NOTHING, NOW, Telling, at, dated, last, millis, next, source, undated};
use crate::source::Source;
use crate::walk::model::Style;
use crate::walk::{Fact, MOST_SEEN};

const PAGE: i64 = 1_000;

fn long_overlap() -> Telling {
    Telling::of(Source {
        overlap: millis(15_000),
        ..source(Style::Cursor)
    })
}

/// Seventy thousand records, a thousand at each of seventy moments, 100 ms apart.
fn page(number: i64) -> Vec<Fact> {
    let time = NOW - 10_000 + number * 100;
    (0..PAGE)
        .map(|id| dated(number * PAGE + id, time))
        .collect()
}

fn crowded() -> Telling {
    let mut stream = long_overlap();
    for number in 0..70 {
        let lead = if number == 69 {
            last()
        } else {
            next(&number.to_string())
        };
        stream.page(&page(number), &lead);
    }
    stream
}

#[test]
fn no_more_ids_are_kept_than_the_bound_and_the_oldest_go() {
    let stream = crowded();
    let seen = stream.place().seen;
    assert!(seen.len() <= MOST_SEEN && seen.len() > MOST_SEEN - 1_000);
    assert!(!seen.knows(4_999) && seen.knows(5_000));
}

#[test]
fn where_ids_had_to_go_the_next_poll_reaches_back_no_further_than_they_do_and_says_so() {
    let mut stream = crowded();
    let newest = NOW - 10_000 + 6_900;
    let gone = NOW - 10_000 + 400;
    let shrunk = stream.standing().overlap_shrunk_to;
    assert_eq!(shrunk, Some(millis((newest - gone).unsigned_abs())));
    stream.later(10);
    assert_eq!(stream.since(), gone + 1);
    assert_eq!(stream.page(&page(5), &last()), NOTHING);
}

#[test]
fn in_the_middle_of_a_walk_a_fall_back_to_time_repeats_nothing_either() {
    let mut stream = long_overlap();
    for number in 0..70 {
        stream.page(&page(number), &next(&number.to_string()));
    }
    stream.refused().unwrap();
    assert_eq!(stream.since(), NOW - 10_000 + 401);
}

#[test]
fn once_the_crowd_is_past_the_overlap_is_whole_again() {
    let mut stream = crowded();
    stream.later(60_000);
    stream.page(&[at(NOW + 50_000)], &last());
    assert_eq!(stream.standing().overlap_shrunk_to, None);
    stream.later(10);
    assert_eq!(stream.since(), NOW + 35_000);
}

#[test]
fn ids_older_than_the_overlap_are_forgotten_at_the_end_of_a_walk() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.page(&[at(NOW - 9_000)], &next("a"));
    stream.page(&[at(NOW - 100)], &last());
    assert_eq!(stream.place().seen.len(), 1);
}

#[test]
fn in_the_middle_of_a_walk_only_ids_that_can_come_again_are_kept() {
    for style in [Style::Fleeting, Style::Cursor] {
        let mut stream = Telling::of(source(style));
        stream.page(&[at(NOW - 9_000)], &next("a"));
        stream.page(&[at(NOW - 100)], &next("b"));
        assert_eq!(stream.place().seen.len(), 1, "{style:?}");
    }
    let mut counted = Telling::of(source(Style::Page));
    counted.page(&[at(NOW - 9_000)], &next(""));
    counted.page(&[at(NOW - 100)], &next(""));
    assert_eq!(counted.place().seen.len(), 2);
}

#[test]
fn a_record_without_a_time_is_known_for_as_long_as_it_may_come_again() {
    let mut stream = Telling::of(source(Style::Cursor));
    // It may be as new as the second page's.
    stream.page(&[at(NOW - 9_000), undated(1)], &next("a"));
    stream.page(&[at(NOW - 100)], &last());
    stream.later(10);
    assert_eq!(stream.page(&[undated(1), at(NOW - 100)], &last()), NOTHING);
}
