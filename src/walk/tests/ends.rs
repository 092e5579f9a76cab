//! How a walk ends, whatever the API does.

use super::telling::{NOTHING, NOW, Telling, at, broken, last, more, next, source};
use crate::source::{From, Source};
use crate::walk::model::Style;

fn sticky() -> Source {
    source(Style::Sticky)
}

#[test]
fn more_that_is_false_ends_the_walk_whatever_cursor_stands_beside_it() {
    let mut stream = Telling::of(source(Style::Cursor));
    assert_eq!(
        stream.page(&[at(NOW - 5)], &more(next("a"), false)),
        [NOW - 5]
    );
    assert!(stream.is_caught_up());
    stream.later(10);
    assert_eq!(stream.cursor(), None);
}

#[test]
fn a_page_without_a_next_cursor_is_the_last_and_so_is_one_with_an_empty_text() {
    for lead in [last(), next(""), more(last(), true)] {
        let mut stream = Telling::of(source(Style::Cursor));
        stream.page(&[at(NOW - 5)], &lead);
        assert!(stream.is_caught_up(), "{lead:?}");
    }
}

#[test]
fn an_empty_page_ends_the_walk_unless_it_says_that_there_is_more() {
    let mut silent = Telling::of(source(Style::Cursor));
    silent.page(&[], &next("a"));
    assert!(silent.is_caught_up());

    let mut stream = Telling::of(source(Style::Cursor));
    stream.page(&[], &more(next("a"), true));
    assert_eq!(stream.cursor().as_deref(), Some("a"));
    let committed = stream.place().walk.and_then(|walk| walk.cursor);
    assert_eq!(committed.as_deref(), Some("a"));
}

#[test]
fn an_empty_page_with_a_cursor_that_was_used_is_the_end_and_no_circle() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.page(&[at(NOW - 5)], &next("a"));
    stream.page(&[], &more(next("a"), true));
    assert!(stream.is_caught_up());
}

#[test]
fn an_empty_page_of_a_sticky_source_ends_and_its_cursor_is_polled_with() {
    let mut stream = Telling::of(sticky());
    stream.page(&[at(NOW - 5)], &next("a"));
    stream.page(&[], &more(next("b"), true));
    assert!(stream.is_caught_up());
    stream.later(10);
    assert_eq!(stream.cursor().as_deref(), Some("b"));
}

#[test]
fn a_sticky_source_that_gives_back_the_cursor_it_was_sent_is_at_its_normal_end() {
    let mut stream = Telling::of(sticky());
    stream.page(&[at(NOW - 5)], &next("a"));
    stream.page(&[], &next("a"));
    assert!(stream.is_caught_up());
    stream.later(10);
    assert_eq!(stream.cursor().as_deref(), Some("a"));
    stream.page(&[], &last());
    stream.later(10);
    assert_eq!(stream.cursor().as_deref(), Some("a"), "also without a word");
}

#[test]
fn a_sticky_source_that_serves_records_with_the_cursor_it_was_sent_goes_in_a_circle() {
    let mut stream = Telling::of(sticky());
    stream.page(&[at(NOW - 5)], &next("a"));
    stream.page(&[at(NOW - 4)], &next("a"));
    assert!(stream.is_stuck());
    stream.later(10);
    assert_eq!(stream.cursor(), None, "the next run begins by time");
}

#[test]
fn a_cursor_beside_more_false_is_used_again_only_by_a_sticky_source() {
    let mut stream = Telling::of(sticky());
    stream.page(&[at(NOW - 5)], &more(next("a"), false));
    assert!(stream.is_caught_up());
    stream.later(10);
    assert_eq!(stream.cursor().as_deref(), Some("a"));
}

#[test]
fn a_cursor_used_before_is_never_used_again_and_what_came_is_kept() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.page(&[at(NOW - 5_000)], &next("a"));
    stream.page(&[at(NOW - 4_000)], &next("b"));
    assert_eq!(stream.page(&[at(NOW - 3_000)], &next("a")), [NOW - 3_000]);
    assert!(stream.is_stuck());
    stream.later(10);
    assert_eq!(stream.cursor(), None);
    assert_eq!(
        stream.since(),
        NOW - 4_000,
        "what was read bounds the next run"
    );
    assert_eq!(stream.page(&[at(NOW - 3_000)], &last()), NOTHING);
}

#[test]
fn a_circle_is_noticed_across_a_restart() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.page(&[at(NOW - 5)], &next("a"));
    stream.page(&[at(NOW - 4)], &next("b"));
    stream.later(10);
    stream.page(&[at(NOW - 3)], &next("a"));
    assert!(stream.is_stuck());
}

#[test]
fn a_counted_source_that_serves_one_page_for_ever_is_stopped() {
    for style in [Style::Page, Style::Offset] {
        let mut stream = Telling::of(source(style));
        let page = [at(NOW - 5), at(NOW - 4)];
        for _ in 0..2 {
            stream.page(&page, &last());
            assert_eq!(stream.walk.ending(), None, "pages may shift: {style:?}");
        }
        stream.page(&page, &last());
        assert!(stream.is_stuck(), "{style:?}");
    }
}

#[test]
fn a_source_without_next_has_one_page() {
    let mut stream = Telling::of(Source {
        next: None,
        ..source(Style::Cursor)
    });
    stream.page(&[at(NOW - 5)], &more(next("a"), true));
    assert!(stream.is_caught_up());
}

#[test]
fn the_runs_budget_ends_a_walk_inside_a_page_which_is_asked_for_again() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.page(&[at(NOW - 9)], &next("a"));
    let page = [at(NOW - 8), at(NOW - 7), at(NOW - 6)];
    assert_eq!(stream.cut(&page, &next("b"), 1), [NOW - 8]);
    assert_eq!(
        stream.walk.ending(),
        Some(&crate::walk::Ending::OutOfBudget)
    );
    assert!(stream.standing().behind);
    stream.later(10);
    assert_eq!(stream.cursor().as_deref(), Some("a"));
    assert_eq!(stream.page(&page, &last()), [NOW - 7, NOW - 6]);
}

#[test]
fn pages_are_counted_from_one_and_records_from_none_unless_start_says_otherwise() {
    for (from, second) in [
        (From::Page { start: 1 }, "2"),
        (From::Page { start: 0 }, "1"),
        (From::Offset { start: 0 }, "3"),
        (From::Offset { start: 1 }, "4"),
    ] {
        let mut source = source(Style::Page);
        if let Some(style) = &mut source.next {
            style.from = from.clone();
        }
        let mut stream = Telling::of(source);
        stream.page(&[at(NOW - 9), at(NOW - 8), at(NOW - 7)], &last());
        assert_eq!(stream.cursor().as_deref(), Some(second), "{from:?}");
        stream.page(&[], &last());
        assert!(stream.is_caught_up());
    }
}

#[test]
fn a_poll_that_finds_nothing_new_costs_one_request() {
    for style in [Style::Cursor, Style::Sticky, Style::NewestFirstByPage] {
        let mut stream = Telling::of(source(style));
        let mut page = [at(NOW - 2_500), at(NOW - 600), at(NOW - 500)];
        if style.descending() {
            page.reverse();
        }
        stream.page(&page, &more(next("a"), false));
        stream.later(1_000);
        let again = match style {
            Style::Cursor => stream.page(&page[1..], &more(last(), false)),
            Style::Sticky => stream.page(&[], &next("a")),
            _ => stream.page(&page, &last()),
        };
        assert_eq!(again, NOTHING, "{style:?}");
        assert!(stream.is_caught_up(), "{style:?}");
    }
}

#[test]
fn a_partial_answer_without_a_cursor_is_no_end() {
    let mut stream = Telling::of(source(Style::Cursor));
    stream.page(&[at(NOW - 5)], &broken(last()));
    assert!(!stream.is_caught_up());
    assert_eq!(stream.cursor(), None);
}
