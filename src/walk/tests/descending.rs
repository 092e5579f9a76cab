//! Newest first: the frozen window, and where it ends.

use super::telling::{NOTHING, NOW, START, Telling, at, broken, last, more, next, source, undated};
use crate::source::Source;
use crate::walk::model::Style;

/// Takes bounds.
fn bounded() -> Telling {
    Telling::of(source(Style::NewestFirstWindow))
}

/// Takes none: the walk itself has to notice where it is.
fn unbounded() -> Telling {
    Telling::of(source(Style::NewestFirstByPage))
}

#[test]
fn the_window_is_frozen_and_the_next_one_starts_at_the_newest_time_of_its_first_page() {
    let mut stream = bounded();
    assert_eq!((stream.since(), stream.until()), (START, NOW));
    stream.page(&[at(NOW - 100), at(NOW - 5_000)], &next("a"));
    stream.later(30_000);
    assert_eq!((stream.since(), stream.until()), (START, NOW));
    stream.page(&[at(NOW - 6_000), at(NOW - 7_000)], &last());
    assert_eq!(stream.bound(), Some(NOW - 100));
    assert_eq!(stream.since(), NOW - 1_100);
    assert_eq!(stream.until(), NOW + 30_000);
}

#[test]
fn the_bound_does_not_move_before_the_window_is_done() {
    let mut stream = bounded();
    stream.page(&[at(NOW - 100)], &next("a"));
    stream.later(10);
    stream.page(&[at(NOW - 200)], &next("b"));
    assert_eq!(stream.bound(), None);
}

#[test]
fn a_cursor_that_vanishes_or_repeats_leaves_the_bound_where_it_was() {
    for lead in [more(last(), true), next("a")] {
        let mut stream = bounded();
        stream.page(&[at(NOW - 100)], &next("a"));
        stream.page(&[at(NOW - 200)], &lead);
        assert!(stream.is_stuck(), "{lead:?}");
        assert_eq!(stream.bound(), None);
        stream.later(10);
        assert_eq!(stream.since(), START, "the same span is read again");
        assert_eq!(
            stream.page(&[at(NOW - 100), at(NOW - 200), at(NOW - 300)], &last()),
            [NOW - 300]
        );
    }
}

#[test]
fn a_refused_cursor_reads_the_frozen_window_again_and_keeps_its_top() {
    let mut stream = bounded();
    stream.page(&[at(NOW - 100), at(NOW - 200)], &next("a"));
    stream.later(5_000);
    stream.refused().unwrap();
    assert_eq!((stream.since(), stream.until()), (START, NOW));
    let again = [at(NOW - 100), at(NOW - 200), at(NOW - 300)];
    assert_eq!(stream.page(&again, &last()), [NOW - 300]);
    assert_eq!(stream.bound(), Some(NOW - 100));
}

#[test]
fn without_bounds_it_ends_at_the_first_page_with_nothing_newer_than_start() {
    let mut stream = unbounded();
    stream.page(&[at(NOW - 10), at(START + 5)], &last());
    assert_eq!(stream.page(&[at(START), at(START - 1)], &last()), [START]);
    assert_eq!(stream.walk.ending(), None, "that page still held something");
    assert_eq!(
        stream.page(&[at(START - 2), at(START - 3)], &last()),
        NOTHING,
        "older records are not delivered"
    );
    assert!(stream.is_caught_up());
    assert_eq!(stream.bound(), Some(NOW - 10));
}

#[test]
fn without_bounds_it_ends_where_the_overlap_of_the_last_walk_begins() {
    let mut stream = unbounded();
    stream.page(&[at(NOW - 100), at(NOW - 900)], &last());
    stream.page(&[], &last());
    stream.later(500);
    let page = [at(NOW + 300), at(NOW - 100), at(NOW - 500), at(NOW - 900)];
    assert_eq!(stream.page(&page, &last()), [NOW + 300, NOW - 500]);
    assert_eq!(stream.page(&[at(NOW - 1_101)], &last()), NOTHING);
    assert!(stream.is_caught_up());
}

#[test]
fn what_is_inserted_while_pages_are_counted_is_neither_lost_nor_repeated() {
    let mut stream = unbounded();
    let (a, b, c, d) = (at(NOW - 4), at(NOW - 3), at(NOW - 2), at(NOW + 5));
    assert_eq!(stream.page(&[c, b], &last()).len(), 2);
    stream.later(10);
    assert_eq!(stream.cursor().as_deref(), Some("2"));
    // A new record has pushed one to the second page.
    assert_eq!(stream.page(&[b, a], &last()), [NOW - 4]);
    stream.page(&[], &last());
    stream.later(10);
    assert_eq!(stream.cursor(), None);
    assert_eq!(stream.page(&[d, c, b, a], &last()), [NOW + 5]);
}

#[test]
fn a_broken_first_page_is_read_again_from_its_top() {
    let mut stream = bounded();
    stream.page(&[at(NOW - 300)], &broken(last()));
    // The older half is read first, then what was left of the window.
    assert_eq!((stream.since(), stream.until()), (START, NOW - 10_000));
    stream.page(&[], &last());
    assert_eq!((stream.since(), stream.until()), (NOW - 10_000, NOW));
    assert_eq!(
        stream.page(&[at(NOW - 200), at(NOW - 300)], &last()),
        [NOW - 200]
    );
    assert_eq!(stream.bound(), Some(NOW - 200));
}

#[test]
fn settle_leaves_the_newest_for_a_later_window_where_the_api_takes_no_bound() {
    let mut stream = Telling::of(Source {
        settle: super::telling::millis(700),
        ..source(Style::NewestFirstByPage)
    });
    let page = [at(NOW - 100), at(NOW - 800)];
    assert_eq!(stream.page(&page, &last()), [NOW - 800]);
    stream.page(&[], &last());
    assert_eq!(stream.bound(), Some(NOW - 800));
    stream.later(700);
    assert_eq!(stream.page(&page, &last()), [NOW - 100]);
}

#[test]
fn a_record_without_a_time_is_as_old_as_the_one_before_it() {
    let mut stream = unbounded();
    let page = [at(START + 5), undated(1), at(START - 5), undated(2)];
    assert_eq!(stream.page(&page, &last()), [START + 5, 1]);
}
