//! The rules of the ledger, each alone.

// What is looked at may not be there: so it is passed on.
#![allow(clippy::unnecessary_wraps)]

use std::time::Duration;

use crate::deliver::habits::{Habits, Overtaking};
use crate::deliver::ledger::{Landing, Ledger, Opening, Room, Scene, Why};
use crate::deliver::registry::Entry;
use crate::deliver::sent::Line;
use crate::deliver::site::{Look, Moment};
use crate::time::Time;

const FILE: &str = "/run/integrations/logwalk_1f.log";
const CAP: u64 = 1_000;

fn at(seconds: u64) -> Moment {
    Moment {
        tick: Duration::from_secs(seconds),
        wall: Time(i64::try_from(seconds).unwrap() * 1_000),
    }
}

fn file(size: u64) -> Option<Look> {
    Some(Look { size, inode: 7 })
}

/// An entry of something that was read at a moment.
fn entry(offset: u64, seconds: i64) -> Option<Entry> {
    Some(Entry {
        offset,
        taken: seconds * 1_000_000_000,
    })
}

/// Lines of a hundred bytes each, with these keys.
fn lines(keys: std::ops::Range<u64>) -> Vec<Line> {
    keys.map(|key| Line { key, bytes: 100 }).collect()
}

fn place(number: u64) -> String {
    format!("{{\"at\":{number}}}")
}

/// A ledger into whose file so many lines were sent, a place after each fifth.
fn sent(count: u64) -> Ledger {
    let mut ledger = Ledger::new(FILE, "one", Habits::usual(CAP), Some(&place(0)));
    for begin in (0..count).step_by(5) {
        let end = count.min(begin + 5);
        let landed = ledger.landed(file(end * 100), &lines(begin..end), true, at(1));
        assert_eq!(landed, Landing::There);
        ledger.reach(&place(end));
    }
    ledger
}

fn scene(process: &'static str, look: Option<Look>, entry: Option<Entry>) -> Scene<'static> {
    Scene {
        file: FILE,
        process,
        look,
        entry,
        from_its_beginning: false,
        failing: false,
        age: Duration::from_mins(10),
        waited: Duration::ZERO,
        now: at(600),
    }
}

/// Written down and read again, as by whoever comes next.
fn kept(ledger: &Ledger) -> Ledger {
    Ledger::read(&ledger.text().unwrap(), FILE, "one", Habits::usual(CAP)).unwrap()
}

fn room(ledger: &Ledger, seconds: u64) -> Room {
    ledger.room(&[100; 20], 500, false, at(seconds))
}

#[test]
fn lines_have_landed_when_the_file_is_exactly_as_long_as_counted() {
    let mut ledger = sent(5);
    for size in [500, 699, 701] {
        assert_eq!(
            ledger.landed(file(size), &lines(5..7), true, at(2)),
            Landing::NotYet
        );
    }
    assert_eq!(
        ledger.landed(file(700), &lines(5..7), true, at(2)),
        Landing::There
    );
}

#[test]
fn a_length_that_never_comes_is_missing() {
    let mut ledger = sent(5);
    assert_eq!(
        ledger.landed(file(650), &lines(5..7), false, at(9)),
        Landing::Missing
    );
    assert_eq!(
        ledger.landed(None, &lines(5..7), false, at(9)),
        Landing::Missing
    );
    assert_eq!(ledger.unconfirmed(), 5);
}

#[test]
fn what_is_not_acknowledged_is_remembered_until_its_line_is_passed() {
    let mut ledger = sent(10);
    assert!(ledger.observe(entry(649, 2), at(2)));
    assert_eq!((ledger.unconfirmed(), ledger.unconfirmed_bytes()), (4, 400));
    assert!(ledger.observe(entry(1_000, 3), at(3)));
    assert_eq!(ledger.text().unwrap(), place(10));
}

#[test]
fn what_is_kept_is_read_as_it_was() {
    let mut ledger = sent(10);
    ledger.observe(entry(600, 2), at(2));
    let again = kept(&ledger);
    assert_eq!(again.text(), ledger.text());
    assert_eq!(again.resume(), ledger.resume());
    assert_eq!(again.resume().place.unwrap(), place(10));
}

#[test]
fn a_place_alone_is_a_ledger_of_which_nothing_is_remembered() {
    let ledger = Ledger::read(&place(3), FILE, "one", Habits::usual(CAP)).unwrap();
    assert_eq!(ledger.text().unwrap(), place(3));
    assert_eq!(ledger.resume().delivered, [0_u64; 0]);
}

#[test]
fn half_a_page_is_the_place_before_it_and_what_was_sent_of_it() {
    let mut ledger = sent(5);
    ledger.landed(file(700), &lines(5..7), true, at(2));
    let resume = kept(&ledger).resume();
    assert_eq!(resume.place.unwrap(), place(5));
    assert_eq!(resume.delivered, [5, 6]);
}

#[test]
fn before_the_file_is_emptied_every_byte_is_acknowledged() {
    let mut ledger = sent(5);
    assert_eq!(room(&ledger, 2), Room::Lines(5, 0));
    ledger.landed(file(1_000), &lines(5..10), true, at(2));
    assert_eq!(room(&ledger, 2), Room::Wait(Why::Full));
    ledger.observe(entry(999, 2), at(3));
    assert_eq!(room(&ledger, 3), Room::Wait(Why::Full));
    ledger.observe(entry(1_000, 3), at(4));
    assert!(matches!(room(&ledger, 4), Room::Lines(_, 0)));
}

/// A file of ten lines, all acknowledged, was emptied, and holds nine new ones.
fn emptied(inode: u64) -> Ledger {
    let mut ledger = sent(10);
    ledger.observe(entry(1_000, 3), at(4));
    let Room::Lines(count, _) = room(&ledger, 4) else {
        panic!("no room");
    };
    assert_eq!(count, 9);
    let look = Some(Look { size: 900, inode });
    assert_eq!(
        ledger.landed(look, &lines(10..19), true, at(5)),
        Landing::There
    );
    ledger
}

#[test]
fn after_that_the_file_stays_shorter_than_the_old_offset_until_the_registry_has_moved_on() {
    let mut ledger = emptied(8);
    assert_eq!(room(&ledger, 6), Room::Wait(Why::Unnoticed));
    ledger.observe(entry(1_000, 3), at(6));
    assert_eq!(room(&ledger, 60), Room::Wait(Why::Unnoticed));
    ledger.observe(entry(300, 7), at(7));
    assert_eq!(room(&ledger, 7), Room::Lines(1, 0));
}

#[test]
fn where_a_file_is_emptied_in_place_the_next_one_stays_shorter_and_its_last_line_is_made_longer() {
    let mut ledger = emptied(7);
    ledger.observe(entry(900, 7), at(7));
    assert_eq!(room(&ledger, 8), Room::Lines(8, 1));
    assert_eq!(room(&ledger, 200), Room::Lines(1, 0));
}

#[test]
fn what_was_read_at_the_same_moment_was_read_of_the_same_file() {
    let mut ledger = emptied(8);
    // Requests that overtook each other: the offset falls, and nothing new was read.
    assert!(!ledger.observe(entry(700, 3), at(6)));
    assert_eq!(ledger.unconfirmed(), 9);
    assert!(ledger.observe(entry(300, 7), at(7)));
}

#[test]
fn an_offset_larger_than_the_file_confirms_nothing() {
    let mut ledger = emptied(8);
    assert!(!ledger.observe(entry(1_000, 3), at(6)));
    assert_eq!(ledger.unconfirmed(), 9);
}

#[test]
fn an_entry_that_went_back_in_time_confirms_nothing_while_the_agent_runs() {
    let mut ledger = sent(10);
    ledger.observe(entry(500, 5), at(5));
    assert!(!ledger.observe(entry(900, 4), at(6)));
    assert_eq!(ledger.unconfirmed(), 5);
}

#[test]
fn a_registry_from_before_a_power_cut_says_where_the_agent_reads_on() {
    let mut ledger = sent(10);
    ledger.observe(entry(500, 5), at(5));
    // It had confirmed half, and now says that it reads on behind the seventh.
    let opening = kept(&ledger).open(&scene("two", file(1_000), entry(700, 4)));
    assert_eq!(opening, Opening::Ready(2));
}

#[test]
fn without_an_entry_a_new_agent_is_given_time_and_then_everything_again() {
    let ledger = sent(10);
    let mut young = scene("two", file(1_000), None);
    young.age = Duration::from_secs(5);
    assert_eq!(kept(&ledger).open(&young), Opening::Wait(Why::Entry));
    let mut again = kept(&ledger);
    assert_eq!(
        again.open(&scene("two", file(1_000), None)),
        Opening::Ready(10)
    );
    assert_eq!(again.resume().place.unwrap(), place(0));
}

#[test]
fn what_was_in_a_file_that_is_shorter_or_another_is_sent_again_and_nothing_else() {
    for look in [
        None,
        file(300),
        Some(Look {
            size: 1_000,
            inode: 8,
        }),
    ] {
        let mut ledger = sent(10);
        ledger.observe(entry(600, 2), at(2));
        let mut ledger = kept(&ledger);
        assert_eq!(
            ledger.open(&scene("one", look, entry(600, 2))),
            Opening::Ready(4),
            "{look:?}"
        );
        let resume = ledger.resume();
        assert_eq!(resume.place.unwrap(), place(5));
        assert_eq!(resume.delivered, [5], "{look:?}");
    }
}

#[test]
fn what_a_new_agent_read_from_the_beginning_is_not_taken_for_what_a_dead_one_had_overtaken() {
    let overtaking = Habits {
        overtaking: Some(Overtaking::default()),
        ..Habits::usual(CAP)
    };
    let mut ledger = sent(10);
    ledger.observe(entry(200, 8), at(8));
    ledger.habits = overtaking;
    let known = scene("two", file(1_000), entry(600, 9));
    assert_eq!(ledger.clone().open(&known), Opening::Ready(4));
    // Its clock may be behind that of the one before.
    let from_its_beginning = Scene {
        from_its_beginning: true,
        ..scene("two", file(1_000), entry(600, 7))
    };
    assert_eq!(ledger.open(&from_its_beginning), Opening::Ready(0));
    assert_eq!(ledger.unconfirmed(), 8);
    assert!(ledger.observe(entry(600, 7), at(601)));
    assert_eq!(ledger.unconfirmed(), 4);
}

#[test]
fn an_agent_that_reaches_no_intake_is_given_time_for_its_first_entry() {
    let ledger = sent(10);
    let silent = |failing, minutes| Scene {
        failing,
        age: Duration::from_mins(minutes),
        ..scene("two", file(1_000), None)
    };
    let opened = |failing, minutes| kept(&ledger).open(&silent(failing, minutes));
    assert_eq!(opened(false, 1), Opening::Wait(Why::Entry));
    assert_eq!(opened(false, 2), Opening::Ready(10));
    assert_eq!(opened(true, 59), Opening::Wait(Why::Entry));
    assert_eq!(opened(true, 60), Opening::Ready(10));
}

#[test]
fn another_check_id_waits_for_the_old_files_receipts_and_a_new_agent_sends_again() {
    let ledger = sent(10);
    let edited = |process| Scene {
        file: "/run/integrations/logwalk_2e.log",
        ..scene(process, file(1_000), entry(600, 2))
    };
    assert_eq!(
        kept(&ledger).open(&edited("one")),
        Opening::Wait(Why::OldFile)
    );
    assert_eq!(kept(&ledger).open(&edited("two")), Opening::Ready(4));
}

#[test]
fn what_is_passed_by_is_counted_and_the_walk_goes_on() {
    let mut ledger = sent(10);
    ledger.observe(entry(600, 2), at(2));
    assert_eq!(ledger.pass_by(), 4);
    assert_eq!(ledger.text().unwrap(), place(10));
}

#[test]
fn what_the_intake_refused_is_lost_and_what_is_still_to_come_is_not() {
    let mut ledger = sent(10);
    ledger.observe(entry(200, 2), at(2));
    assert_eq!(ledger.acknowledged_by(entry(600, 3)), 4);
    assert_eq!(ledger.refuse(entry(600, 3).unwrap()), 4);
    assert_eq!(ledger.unconfirmed(), 4);
    assert_eq!(ledger.resume().place.unwrap(), place(0));
}

#[test]
fn after_a_refusal_one_page_is_tried_at_a_time() {
    let ledger = sent(5);
    let tried = ledger.room(&[100; 2], 500, true, at(2));
    assert_eq!(tried, Room::Wait(Why::Refused));
}

#[test]
fn what_is_no_ledger_and_no_place_is_not_read() {
    for text in ["7", r#"{"sent":[]}"#, r#"{"sent":[[0,"!"]],"base":{}}"#] {
        assert!(
            Ledger::read(text, FILE, "one", Habits::usual(CAP)).is_none(),
            "{text}"
        );
    }
}

#[test]
fn after_a_surprise_only_what_was_read_later_is_believed() {
    let mut ledger = sent(10);
    let other = |size| Some(Look { size, inode: 8 });
    let scene = scene("one", other(400), entry(300, 2));
    assert_eq!(ledger.open(&scene), Opening::Ready(10));
    ledger.adopt(FILE, other(400), scene.entry, scene.now);
    assert_eq!(room(&ledger, 629), Room::Wait(Why::Unnoticed));
    assert_eq!(room(&ledger, 631), Room::Lines(6, 0));
    let landed = ledger.landed(other(900), &lines(0..5), true, at(631));
    assert_eq!(landed, Landing::There);
    // Of the old file, on its way until now.
    assert!(!ledger.observe(entry(250, 609), at(632)));
    assert!(ledger.observe(entry(800, 633), at(640)));
    assert_eq!(ledger.unconfirmed(), 1);
}

#[test]
fn the_entry_of_what_was_emptied_confirms_nothing_although_it_is_from_the_future() {
    let mut ledger = sent(10);
    assert!(ledger.observe(entry(1_000, 4_000), at(2)));
    let cut = ledger.landed(file(200), &lines(10..12), true, at(3));
    assert_eq!(cut, Landing::There);
    for (keys, size) in [(12..17, 700), (17..20, 1_000)] {
        let landed = ledger.landed(file(size), &lines(keys), true, at(400));
        assert_eq!(landed, Landing::There);
    }
    assert!(!ledger.observe(entry(1_000, 4_000), at(401)));
    assert_eq!(ledger.unconfirmed(), 10);
}

#[test]
fn an_agent_that_looks_more_often_has_noticed_and_closed_sooner() {
    let quick = Habits {
        scan: Duration::from_secs(1),
        close: Duration::from_secs(5),
        ..Habits::usual(CAP)
    };
    let mut ledger = Ledger::new(FILE, "one", quick, Some(&place(0)));
    ledger.landed(file(1_000), &lines(0..10), true, at(1));
    let other = |size| Some(Look { size, inode: 8 });
    let scene = scene("one", other(400), entry(300, 2));
    assert_eq!(ledger.open(&scene), Opening::Ready(10));
    ledger.adopt(FILE, other(400), scene.entry, scene.now);
    assert_eq!(room(&ledger, 602), Room::Wait(Why::Unnoticed));
    assert_eq!(room(&ledger, 603), Room::Lines(6, 0));

    let mut ledger = Ledger::new(FILE, "one", quick, Some(&place(0)));
    ledger.landed(file(1_000), &lines(0..10), true, at(1));
    ledger.observe(entry(1_000, 3), at(4));
    ledger.landed(file(900), &lines(10..19), true, at(5));
    ledger.observe(entry(900, 7), at(7));
    assert_eq!(room(&ledger, 12), Room::Lines(8, 1));
    assert_eq!(room(&ledger, 13), Room::Lines(1, 0));
}
