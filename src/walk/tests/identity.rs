//! What makes two records one.

use super::telling::{NOTHING, NOW, Telling, at, dated, equal, last, next, source, undated};
use crate::time::Time;
use crate::walk::Verdict;
use crate::walk::model::Style;

fn stream() -> Telling {
    Telling::of(source(Style::Cursor))
}

#[test]
fn an_id_is_delivered_once_also_within_its_page() {
    let mut stream = stream();
    let twice = [dated(1, NOW - 9), dated(1, NOW - 9)];
    assert_eq!(stream.page(&twice, &next("a")), [1]);
    assert_eq!(stream.page(&[dated(1, NOW - 8)], &last()), NOTHING);
    stream.later(10);
    assert_eq!(stream.page(&twice, &last()), NOTHING);
}

#[test]
fn another_version_of_an_id_is_a_new_log() {
    // The mapping makes one number of id and version; the walk has to tell the numbers apart.
    let mut stream = stream();
    stream.page(&[dated(1, NOW - 9)], &last());
    stream.later(10);
    assert_eq!(
        stream.page(&[dated(1, NOW - 9), dated(2, NOW - 9)], &last()),
        [2]
    );
}

#[test]
fn two_equal_events_stay_two_on_one_page_and_on_two() {
    let mut stream = stream();
    let time = NOW - 9;
    assert_eq!(
        stream.page(&[equal(time), equal(time)], &next("a")).len(),
        2
    );
    assert_eq!(stream.page(&[equal(time)], &last()).len(), 1);
    stream.later(10);
    let three = [equal(time); 3];
    assert_eq!(stream.page(&three, &last()), NOTHING, "all three are known");
    stream.later(10);
    assert_eq!(stream.page(&[equal(time); 4], &last()).len(), 1);
}

#[test]
fn equal_events_have_numbers_from_one() {
    let mut stream = stream();
    let ordinals = |verdicts: Vec<Verdict>| -> Vec<u32> {
        let ordinal = |verdict| match verdict {
            Verdict::Deliver { ordinal, .. } => ordinal,
            Verdict::Known | Verdict::Outside | Verdict::Beyond | Verdict::NotYet => 0,
        };
        verdicts.into_iter().map(ordinal).collect()
    };
    let page = [equal(NOW - 9), equal(NOW - 8), equal(NOW - 9)];
    let verdicts = stream.walk.read(&page, Time(NOW));
    assert_eq!(ordinals(verdicts), [1, 1, 2]);
    stream.walk.turn(&next("a"), 3, Time(NOW));
    let verdicts = stream.walk.read(&page[..1], Time(NOW));
    assert_eq!(ordinals(verdicts), [3]);
}

#[test]
fn equal_events_cut_apart_by_a_budget_are_counted_on() {
    let mut stream = stream();
    let page = [equal(NOW - 9); 3];
    stream.page(&[at(NOW - 20)], &next("a"));
    assert_eq!(stream.cut(&page, &next("b"), 1).len(), 1);
    stream.later(10);
    assert_eq!(stream.cut(&page, &next("b"), 2).len(), 1);
    stream.later(10);
    assert_eq!(stream.page(&page, &next("b")).len(), 1);
    assert_eq!(stream.page(&[equal(NOW - 9)], &last()).len(), 1);
}

#[test]
fn a_crash_repeats_the_page_in_flight_and_nothing_else() {
    let mut stream = stream();
    let page = [equal(NOW - 9), equal(NOW - 9)];
    stream.page(&page, &next("a"));
    stream.lost_in_a_crash(&page, &next("b"), 2);
    stream.later(10);
    assert_eq!(stream.cursor().as_deref(), Some("a"));
    assert_eq!(stream.page(&page, &next("b")).len(), 2);
    stream.page(&[], &last());
    stream.later(10);
    assert_eq!(stream.page(&[equal(NOW - 9); 4], &last()), NOTHING);
}

#[test]
fn a_record_without_a_time_has_that_of_the_record_before_it_or_of_receipt() {
    let mut stream = stream();
    let page = [undated(1), dated(2, NOW - 500), undated(3)];
    let times: Vec<i64> = stream
        .walk
        .read(&page, Time(NOW))
        .into_iter()
        .filter_map(|verdict| match verdict {
            Verdict::Deliver { time, .. } => Some(time.0),
            Verdict::Known | Verdict::Outside | Verdict::Beyond | Verdict::NotYet => None,
        })
        .collect();
    assert_eq!(times, [NOW, NOW - 500, NOW - 500]);
    stream.walk.turn(&last(), 3, Time(NOW));
    stream.kept = stream.walk.written().unwrap();
    assert_eq!(
        stream.bound(),
        Some(NOW - 500),
        "only a time of its own counts"
    );
    stream.later(10);
    assert_eq!(stream.page(&page, &last()), NOTHING);
}
