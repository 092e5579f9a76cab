//! Answers that are not whole.

use super::telling::{NOW, START, Telling, at, broken, equal, last, next, source};
use crate::source::Source;
use crate::walk::Ending;
use crate::walk::model::Style;

fn windowed() -> Telling {
    Telling::of(Source {
        window: None,
        ..source(Style::Windows)
    })
}

#[test]
fn what_came_is_delivered_and_the_place_does_not_pass_it() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.page(&[at(NOW - 9)], &next("a"));
    assert_eq!(stream.page(&[at(NOW - 8)], &broken(next("b"))), [NOW - 8]);
    assert_eq!(stream.cursor().as_deref(), Some("a"));
    assert_eq!(
        stream.page(&[at(NOW - 8), at(NOW - 7)], &next("b")),
        [NOW - 7]
    );
}

#[test]
fn it_is_asked_for_again_with_half_the_window_and_then_the_rest() {
    let mut stream = windowed();
    assert_eq!((stream.since(), stream.until()), (START, NOW));
    stream.page(&[], &broken(last()));
    assert_eq!((stream.since(), stream.until()), (START, NOW - 10_000));
    stream.page(&[], &broken(last()));
    assert_eq!((stream.since(), stream.until()), (START, NOW - 15_000));
    stream.page(&[], &last());
    assert_eq!((stream.since(), stream.until()), (NOW - 15_000, NOW));
    stream.page(&[], &last());
    assert!(stream.is_caught_up());
}

#[test]
fn it_is_asked_for_again_three_times_in_a_run_and_then_the_run_ends_and_says_why() {
    let mut stream = windowed();
    for _ in 0..3 {
        stream.page(&[], &broken(last()));
        assert_eq!(stream.walk.ending(), None);
    }
    stream.page(&[], &broken(last()));
    let why = Ending::Partial("timeout".to_owned());
    assert_eq!(stream.walk.ending(), Some(&why));
    stream.later(10);
    stream.page(&[], &broken(last()));
    assert_eq!(stream.walk.ending(), None, "the next run tries again");
}

#[test]
fn deep_in_a_walk_only_what_is_left_of_it_is_read_again() {
    let mut stream = windowed();
    for page in 0..10 {
        stream.page(&[at(START + page * 1_000)], &next(&page.to_string()));
    }
    stream.page(&[], &broken(next("x")));
    // Reached: nine seconds after START; the overlap is one.
    assert_eq!(
        (stream.since(), stream.until()),
        (START + 8_000, NOW - 6_000)
    );
}

#[test]
fn equal_records_of_a_broken_answer_stay_as_many_as_they_are() {
    let mut stream = windowed();
    let two = [equal(NOW - 15_000), equal(NOW - 15_000)];
    assert_eq!(stream.page(&two, &broken(last())).len(), 2);
    let three = [two[0], two[0], two[0]];
    assert_eq!(stream.page(&three, &last()).len(), 1);
}

#[test]
fn a_window_of_a_millisecond_is_not_halved_for_ever() {
    let mut stream = windowed();
    for run in 0..20 {
        stream.later(1);
        for _ in 0..4 {
            stream.page(&[], &broken(last()));
            let ask = stream.walk.ask();
            let width = ask.map(|ask| ask.until.unwrap().0 - ask.since.unwrap().0);
            assert!(width.is_none_or(|width| width > 0), "run {run}: {width:?}");
        }
    }
}
