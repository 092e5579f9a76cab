//! The resume point as it is written down.

use super::telling::{NOW, Telling, at, last, next, source};
use crate::time::Time;
use crate::walk::Place;
use crate::walk::model::Style;

#[test]
fn a_place_reads_back_as_it_was_written_from_any_point_of_any_walk() {
    for style in [
        Style::Cursor,
        Style::Sticky,
        Style::Page,
        Style::NewestFirstWindow,
    ] {
        let mut stream = Telling::of(source(style));
        for lead in [next("a"), next("b"), last()] {
            let again = serde_json::to_string(&stream.place()).unwrap();
            assert_eq!(again, stream.kept, "{style:?}");
            stream.page(&[at(NOW - 9)], &lead);
            stream.later(1);
        }
    }
}

#[test]
fn a_place_with_a_key_that_this_version_does_not_know_is_refused() {
    let stream = Telling::of(source(Style::Cursor));
    let text = stream.kept.replacen('{', r#"{"later":1,"#, 1);
    assert!(serde_json::from_str::<Place>(&text).is_err());
}

#[test]
fn writing_a_place_down_takes_nothing_from_the_walk() {
    let mut stream = Telling::of(source(Style::Fleeting));
    stream.page(&[at(NOW - 9)], &next("a"));
    let once = stream.walk.written().unwrap();
    assert_eq!(stream.walk.written().unwrap(), once);
    assert_eq!(stream.cursor().as_deref(), Some("a"));
}

#[test]
fn a_resume_point_has_moved_when_something_was_delivered_or_passed() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.later(500);
    stream.page(&[], &last());
    assert_eq!(stream.place().moved, Time(NOW), "nothing came");
    stream.later(500);
    stream.page(&[at(NOW)], &last());
    assert_eq!(stream.place().moved, Time(NOW + 1_000));
    stream.later(500);
    stream.page(&[at(NOW)], &last());
    assert_eq!(stream.place().moved, Time(NOW + 1_000));
}
