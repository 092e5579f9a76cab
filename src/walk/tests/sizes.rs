//! Page sizes, and what a counted cursor means when they change.

use std::sync::Arc;

use super::telling::{NOW, Telling, at, last, next, source};
use crate::error::Error;
use crate::time::Time;
use crate::walk::model::Style;
use crate::walk::{Place, Walk};

fn asks_for(wanted: Option<u32>) -> Option<u32> {
    let source = Arc::new(source(Style::Cursor));
    let walk = Walk::resume(source, wanted, None, None, Time(NOW));
    walk.ask().and_then(|ask| ask.page_size)
}

#[test]
fn the_users_size_goes_before_the_sources_and_never_over_the_most() {
    assert_eq!(asks_for(None), Some(4));
    assert_eq!(asks_for(Some(3)), Some(3));
    assert_eq!(asks_for(Some(99)), Some(4));
}

#[test]
fn a_page_that_is_too_large_is_asked_for_at_half_the_size_also_after_a_restart() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.walk.too_large("slow").unwrap();
    assert_eq!(stream.asked().page_size, Some(2));
    stream.walk.too_large("slow").unwrap();
    stream.kept = stream.walk.written().unwrap();
    stream.later(10);
    assert_eq!(stream.asked().page_size, Some(1));
    assert_eq!(
        stream.walk.too_large("slow"),
        Err(Error::TooLarge("slow".into()))
    );
}

#[test]
fn a_size_that_was_turned_down_is_doubled_after_eight_good_pages() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.walk.too_large("slow").unwrap();
    for page in 0..8 {
        assert_eq!(stream.asked().page_size, Some(2), "page {page}");
        stream.page(&[at(NOW - 100 + page)], &next(&page.to_string()));
    }
    assert_eq!(stream.asked().page_size, Some(4));
    assert_eq!(stream.place().page_size, None);
}

#[test]
fn a_counted_page_means_the_same_records_in_another_size() {
    let mut stream = Telling::of(source(Style::Page));
    for page in 0..3 {
        let first = NOW - 100 + page * 4;
        let records: Vec<_> = (first..first + 4).map(at).collect();
        stream.page(&records, &last());
    }
    assert_eq!(stream.cursor().as_deref(), Some("4"), "twelve were read");
    stream.walk.too_large("slow").unwrap();
    assert_eq!(stream.cursor().as_deref(), Some("7"));
}

#[test]
fn a_counted_page_reads_a_few_again_rather_than_leave_any_out() {
    let stored = {
        let mut stream = Telling::of(source(Style::Page));
        stream.page(
            &[at(NOW - 9), at(NOW - 8), at(NOW - 7), at(NOW - 6)],
            &last(),
        );
        stream.kept
    };
    // Somebody has configured pages of three: the fifth record is on the second.
    let place: Place = serde_json::from_str(&stored).unwrap();
    let source = Arc::new(source(Style::Page));
    let walk = Walk::resume(source, Some(3), Some(place), None, Time(NOW));
    assert_eq!(walk.ask().unwrap().cursor.as_deref(), Some("2"));
}

#[test]
fn counted_records_mean_the_same_in_any_size() {
    let mut stream = Telling::of(source(Style::Offset));
    stream.page(&[at(NOW - 9), at(NOW - 8), at(NOW - 7)], &last());
    stream.walk.too_large("slow").unwrap();
    assert_eq!(stream.cursor().as_deref(), Some("3"));
}
