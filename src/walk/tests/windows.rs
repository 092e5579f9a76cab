//! Upper bounds, and windows that follow each other.

use super::telling::{NOTHING, NOW, START, Telling, at, equal, last, millis, more, next, source};
use crate::source::Source;
use crate::walk::model::Style;

fn windows() -> Telling {
    Telling::of(source(Style::Windows))
}

#[test]
fn windows_are_as_wide_as_the_api_takes_and_meet() {
    let mut stream = windows();
    let mut met = START;
    while stream.until() < NOW {
        assert_eq!((stream.since(), stream.until()), (met, met + 3_000));
        met += 3_000;
        stream.page(&[], &last());
        assert_eq!(stream.bound(), Some(met), "each is kept");
    }
    assert_eq!((stream.since(), stream.until()), (met, NOW));
    stream.page(&[], &last());
    assert!(stream.is_caught_up());
}

#[test]
fn a_record_where_two_windows_meet_is_delivered_once() {
    for record in [at(START + 3_000), equal(START + 3_000)] {
        let mut stream = windows();
        assert_eq!(stream.page(&[record], &last()).len(), 1);
        assert_eq!(stream.page(&[record], &last()), NOTHING);
    }
}

#[test]
fn windows_go_on_after_a_restart_where_they_were() {
    let mut stream = windows();
    stream.page(&[], &last());
    stream.later(86_400_000);
    assert_eq!(
        (stream.since(), stream.until()),
        (START + 3_000, START + 6_000)
    );
}

#[test]
fn after_the_last_window_the_walk_reads_again_from_the_moment_it_began() {
    let mut stream = windows();
    stream.page(&[], &last());
    stream.later(7_000);
    while stream.until() < stream.now {
        stream.page(&[], &last());
    }
    stream.page(&[at(NOW + 6_500)], &last());
    assert_eq!(stream.bound(), Some(NOW), "seven seconds ago it began");
    stream.later(10);
    assert_eq!(stream.since(), NOW - 1_000);
}

#[test]
fn an_upper_bound_is_sent_only_where_it_is_required_or_freezes_something() {
    let optional = |source: Source| {
        let until = source.until.clone().map(|until| crate::source::Bound {
            required: false,
            ..until
        });
        Source {
            until,
            window: None,
            ..source
        }
    };
    let plain = Telling::of(optional(source(Style::Windows)));
    assert_eq!(plain.asked().until, None);
    let settled = Telling::of(Source {
        settle: millis(700),
        ..optional(source(Style::Windows))
    });
    assert_eq!(settled.until(), NOW - 700);
    let required = Telling::of(Source {
        window: None,
        ..source(Style::Windows)
    });
    assert_eq!(required.until(), NOW);
}

#[test]
fn nothing_is_asked_for_while_all_lies_within_settle() {
    let mut stream = Telling::of(Source {
        settle: millis(30_000),
        ..source(Style::Windows)
    });
    assert!(stream.is_caught_up());
    stream.later(30_000);
    assert_eq!((stream.since(), stream.until()), (START, START + 3_000));
}

#[test]
fn settle_holds_a_page_back_where_the_api_takes_no_bound_and_reads_it_again() {
    let mut stream = Telling::of(Source {
        settle: millis(700),
        ..source(Style::Cursor)
    });
    let page = [at(NOW - 900), at(NOW - 100)];
    assert_eq!(
        stream.page(&page, &next("a")),
        [NOW - 900],
        "the second is too fresh"
    );
    assert!(stream.is_caught_up());
    stream.later(700);
    assert_eq!(stream.cursor(), None, "the page has not been passed");
    assert_eq!(stream.page(&page, &last()), [NOW - 100]);
}

#[test]
fn a_window_begun_by_an_earlier_run_is_not_the_end_of_the_log() {
    let required = Source {
        window: None,
        ..source(Style::Windows)
    };
    for source in [
        required,
        source(Style::NewestFirstWindow),
        source(Style::NewestFirstByPage),
    ] {
        let mut stream = Telling::of(source);
        stream.page(&[at(NOW - 100)], &next("a"));
        stream.later(500);
        stream.page(&[], &more(last(), false));
        assert_eq!(stream.cursor(), None, "{:?}", stream.walk);
        stream.page(&[at(NOW + 400)], &more(last(), false));
        assert!(stream.is_caught_up(), "{:?}", stream.walk);
    }
}

#[test]
fn settle_never_keeps_a_busy_log_in_one_walk_so_late_records_are_found() {
    let mut stream = Telling::of(Source {
        settle: millis(700),
        ..source(Style::Cursor)
    });
    stream.page(&[at(NOW - 2_000)], &next("a"));
    stream.page(&[at(NOW - 900), at(NOW - 100)], &next("b"));
    assert!(stream.is_caught_up());
    stream.later(500);
    assert_eq!((stream.cursor(), stream.since()), (None, NOW - 3_000));
    assert_eq!(stream.page(&[at(NOW - 2_500)], &last()), [NOW - 2_500]);
}

#[test]
fn settle_does_not_wait_for_a_record_of_the_future() {
    let mut stream = Telling::of(Source {
        settle: millis(700),
        ..source(Style::Cursor)
    });
    let future = NOW + 100_000_000;
    assert_eq!(stream.page(&[at(future)], &last()), [future]);
}
