//! What was seen is known, and what is too much goes.

#![allow(clippy::unwrap_used)]
use super::*;

fn page(keys: std::ops::Range<u64>) -> Vec<(u64, Time)> {
    keys.map(|key| (key, Time(i64::try_from(key).unwrap())))
        .collect()
}

#[test]
fn what_was_delivered_is_known_and_survives_being_written_down() {
    let mut seen = Seen::default();
    seen.remember(&page(0..1000));
    seen.begin_walk();
    seen.remember(&page(1000..1500));
    seen.meet_again(7);
    let text = serde_json::to_string(&seen).unwrap();
    let back: Seen = serde_json::from_str(&text).unwrap();
    assert!(back.knows(0) && back.knows(1499) && !back.knows(1500));
    assert!(back.met_in_this_walk(7) && back.met_in_this_walk(1000));
    assert!(!back.met_in_this_walk(8));
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
}

#[test]
fn the_oldest_go_when_they_are_too_many_and_that_is_told() {
    let mut seen = Seen::default();
    for at in 0..70 {
        seen.remember(&page(at * 1000..(at + 1) * 1000));
    }
    assert!(seen.len() <= MOST_SEEN);
    assert!(!seen.knows(0) && seen.knows(69_999));
    assert_eq!(seen.let_go(), Some(Time(4_999)));
}

#[test]
fn newest_first_lets_the_oldest_go_too() {
    let mut seen = Seen::default();
    for at in (0..70).rev() {
        seen.remember(&page(at * 1000..(at + 1) * 1000));
    }
    assert!(seen.knows(69_999) && !seen.knows(0));
}

#[test]
fn what_lies_before_the_overlap_is_forgotten() {
    let mut seen = Seen::default();
    seen.remember(&page(0..10));
    seen.remember(&page(10..20));
    seen.forget_before(Time(10));
    assert!(!seen.knows(9) && seen.knows(10));
    assert_eq!(seen.len(), 10);
}

#[test]
fn a_text_that_is_cut_off_is_an_error() {
    assert!(
        serde_json::from_str::<Seen>(r#"{"pages":[{"from":0,"to":0,"keys":"AAAA"}]}"#).is_err()
    );
}
