//! How the next poll begins.

use super::telling::{NOTHING, NOW, START, Telling, at, last, next, source};
use crate::error::Error;
use crate::source::Source;
use crate::time::Time;
use crate::walk::model::Style;

#[test]
fn a_walk_left_in_the_middle_goes_on_with_its_cursor_and_its_bounds() {
    let mut stream = Telling::of(source(Style::NewestFirstWindow));
    let first = stream.asked();
    stream.page(&[at(NOW - 5), at(NOW - 6)], &next("a"));
    stream.later(3_600_000);
    let then = stream.asked();
    assert_eq!(then.cursor.as_deref(), Some("a"));
    assert_eq!((then.since, then.until), (first.since, first.until));
}

#[test]
fn a_cursor_that_goes_stale_is_used_but_never_written_down() {
    let mut stream = Telling::of(source(Style::Fleeting));
    stream.page(&[at(NOW - 5_000)], &next("secretly-short-lived"));
    assert_eq!(stream.cursor().as_deref(), Some("secretly-short-lived"));
    assert!(!stream.kept.contains("short-lived"), "{}", stream.kept);
    stream.later(10);
    assert_eq!(stream.cursor(), None);
    assert_eq!(stream.since(), NOW - 6_000, "by time, less the overlap");
    assert_eq!(
        stream.page(&[at(NOW - 5_000), at(NOW - 4_000)], &last()),
        [NOW - 4_000]
    );
}

#[test]
fn at_the_end_the_next_poll_reads_from_the_newest_record_less_the_overlap() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.page(&[at(NOW - 5_000), at(NOW - 2_000)], &last());
    stream.later(60_000);
    assert_eq!(stream.cursor(), None);
    assert_eq!(stream.since(), NOW - 3_000);
    let again = [at(NOW - 2_500), at(NOW - 2_000), at(NOW + 40_000)];
    assert_eq!(stream.page(&again, &last()), [NOW - 2_500, NOW + 40_000]);
}

#[test]
fn the_bound_is_never_later_than_the_moment_the_walk_began() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.page(&[at(NOW - 5_000)], &next("a"));
    stream.later(60_000);
    // While the walk lasted, a record came behind its cursor and one before it.
    stream.page(&[at(NOW + 50_000)], &last());
    assert_eq!(stream.bound(), Some(NOW));
    stream.later(10);
    assert_eq!(stream.since(), NOW - 1_000);
    let page = [at(NOW - 300), at(NOW + 50_000)];
    assert_eq!(stream.page(&page, &last()), [NOW - 300]);
}

#[test]
fn a_source_whose_records_have_no_time_is_bounded_by_the_moment_the_walk_began() {
    let mut source = source(Style::Cursor);
    source.record.time = None;
    let mut stream = Telling::of(source);
    stream.page(&[super::telling::undated(1)], &last());
    stream.later(5_000);
    assert_eq!(stream.since(), NOW - 1_000);
}

#[test]
fn a_refused_cursor_falls_back_to_time_once_and_then_fails_in_the_apis_words() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.page(&[at(NOW - 5_000)], &next("a"));
    stream.refused().unwrap();
    assert_eq!((stream.cursor(), stream.since()), (None, NOW - 6_000));
    assert_eq!(
        stream.page(&[at(NOW - 5_000), at(NOW - 4_500)], &next("b")),
        [NOW - 4_500]
    );
    assert_eq!(stream.refused(), Err(Error::Refused("410: gone".into())));
    // The next run may fall back again.
    stream.later(10);
    assert_eq!(stream.cursor().as_deref(), Some("b"));
    stream.refused().unwrap();
}

#[test]
fn a_request_without_a_cursor_that_is_refused_fails_at_once() {
    let mut stream = Telling::of(source(Style::Cursor));
    assert_eq!(stream.refused(), Err(Error::Refused("410: gone".into())));
}

#[test]
fn a_resting_cursor_that_is_refused_is_dropped_and_the_bound_is_gone_by() {
    let mut stream = Telling::of(Source {
        since: source(Style::Cursor).since,
        ..source(Style::Sticky)
    });
    stream.page(&[at(NOW - 5_000)], &next("a"));
    stream.page(&[], &next("a"));
    stream.later(10);
    assert_eq!(stream.cursor().as_deref(), Some("a"));
    stream.refused().unwrap();
    assert_eq!((stream.cursor(), stream.since()), (None, NOW - 6_000));
    assert!(!stream.kept.contains("resting"));
    assert_eq!(stream.page(&[at(NOW - 5_000)], &last()), NOTHING);
}

#[test]
fn the_walk_falls_back_to_what_this_walk_has_reached_not_to_where_it_began() {
    let mut stream = Telling::of(source(Style::Cursor));
    for page in 0..10 {
        let time = START + page * 1_500;
        stream.page(&[at(time)], &next(&page.to_string()));
    }
    stream.refused().unwrap();
    assert_eq!(stream.since(), START + 9 * 1_500 - 1_000);
}

#[test]
fn start_is_fixed_by_the_first_run_though_nothing_came() {
    let mut stream = Telling::of(source(Style::Cursor));
    assert_eq!(stream.place().start, Some(Time(START)));
    assert_eq!(stream.since(), START);
    stream.page(&[], &last());
    stream.later(86_400_000);
    assert_eq!(stream.since(), START);
}

#[test]
fn the_overlap_never_reaches_before_start() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.page(&[at(START + 400)], &last());
    stream.later(10);
    assert_eq!(stream.since(), START);
}

#[test]
fn the_oldest_record_is_where_a_walk_begins_that_has_no_start() {
    let mut stream = Telling::from(source(Style::Cursor), None);
    assert_eq!(stream.asked().since, None);
    stream.page(&[at(5)], &last());
    stream.later(10);
    assert_eq!(stream.since(), -995);
}

#[test]
fn a_coarse_lower_bound_brings_older_records_that_are_known_or_left_out() {
    use crate::source::TimeFormat;
    let second = |format, inclusive| {
        let mut source = source(Style::Cursor);
        if let Some(since) = &mut source.since {
            since.format = format;
            since.inclusive = inclusive;
        }
        source
    };
    // Asked from 996 s on: what it brings again beyond the overlap has to be known.
    let mut stream = Telling::of(second(TimeFormat::EpochS, true));
    let page = [at(NOW - 3_900), at(NOW - 3_200), at(NOW - 2_500)];
    stream.page(&page, &last());
    stream.later(10);
    assert_eq!(stream.since(), NOW - 3_500);
    assert_eq!(stream.page(&page, &last()), NOTHING);
    // Left out exclusively, it is asked for a second earlier.
    let mut stream = Telling::of(second(TimeFormat::EpochS, false));
    let page = [at(NOW - 4_900), at(NOW - 2_500)];
    stream.page(&page[..1], &next("a"));
    stream.page(&page[1..], &last());
    stream.later(10);
    assert_eq!(stream.page(&page, &last()), NOTHING);
    // A date reaches back so far that the walk itself cuts.
    let mut stream = Telling::of(second(TimeFormat::Date, true));
    let page = [at(START - 10), at(START), at(NOW - 10)];
    assert_eq!(stream.page(&page, &last()), [START, NOW - 10]);
}
