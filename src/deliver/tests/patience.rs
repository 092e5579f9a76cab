//! How long is waited for what may never come, and for whom.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::stage::{FILE, Stage};
use crate::deliver::{Entry, Lane, Watch, unconfirmed_of};
use crate::error::Error;

/// Run after run, a minute apart, until the ten are passed by: after how many minutes that is.
fn passed_by_after(stage: &Stage, most: Duration) -> Option<Duration> {
    let watch: Arc<Mutex<Watch>> = Arc::default();
    let mut kept = stage.ten_are_sent("one", &watch);
    let begun = stage.0.now.get();
    while stage.0.now.get() < begun + most {
        stage.later(Duration::from_secs(50));
        let opened = stage.opened("one", Some(&kept), &watch);
        assert!(opened.ready);
        let mut delivery = opened.delivery;
        let fit = delivery.room(&[100]).unwrap();
        if let Some(text) = fit.text {
            kept = text;
        }
        if delivery.passed > 0 {
            assert_eq!((delivery.passed, fit.lines), (10, 1));
            assert_eq!(kept, r#"{"at":10}"#);
            assert!(
                delivery
                    .said
                    .iter()
                    .any(|words| words.contains("passed by"))
            );
            return Some(stage.0.now.get().saturating_sub(begun));
        }
        assert_eq!(fit.lines, 0);
    }
    None
}

const MINUTE: Duration = Duration::from_mins(1);

#[test]
fn while_other_logs_arrive_five_minutes_without_a_receipt_are_enough() {
    let stage = Stage::default();
    stage.0.others_arrive.set(true);
    stage.0.requests_fail.set(Some(true));
    let after = passed_by_after(&stage, MINUTE * 20).unwrap();
    assert!((MINUTE * 5..MINUTE * 6).contains(&after), "{after:?}");
}

#[test]
fn so_they_are_where_no_request_fails() {
    let stage = Stage::default();
    stage.0.requests_fail.set(Some(false));
    let after = passed_by_after(&stage, MINUTE * 20).unwrap();
    assert!((MINUTE * 5..MINUTE * 7).contains(&after), "{after:?}");
}

#[test]
fn through_an_outage_a_day_is_waited() {
    for known in [None, Some(true)] {
        let stage = Stage::default();
        stage.0.requests_fail.set(known);
        let after = passed_by_after(&stage, MINUTE * 60 * 30).unwrap();
        let day = MINUTE * 60 * 24;
        assert!((day..day + MINUTE).contains(&after), "{after:?}");
    }
}

fn read(offset: u64, taken: i64) -> Entry {
    Entry { offset, taken }
}

#[test]
fn what_a_restart_means_is_judged_once() {
    for (offset, lost) in [(700, 7), (0, 0)] {
        let stage = Stage::default();
        stage.0.entry.set(Some(read(0, 5)));
        let kept = stage.ten_are_sent("one", &Arc::default());
        stage.later(MINUTE * 10);
        // The registry of before a power cut: the new Agent reads on from there.
        stage.0.entry.set(Some(read(offset, 1)));
        let restarted = stage.opened("two", Some(&kept), &Arc::default());
        assert_eq!(restarted.delivery.resent, lost);
        // Whoever comes next, by an edit or in another run, reads that it was.
        let kept = restarted.text.unwrap();
        stage.0.entry.set(Some(read(offset + 200, 2)));
        let again = stage.opened("two", Some(&kept), &Arc::default());
        assert_eq!(again.delivery.resent, 0);
        assert_eq!(again.delivery.unconfirmed_bytes(), 800 - offset);
    }
}

#[test]
fn a_receipt_that_comes_while_a_run_begins_is_judged_before_it_counts() {
    let stage = Stage::default();
    stage.0.entry.set(Some(read(0, 5)));
    let kept = stage.ten_are_sent("one", &Arc::default());
    // One look is made to find the registry, the next to find out what became of the past.
    stage.0.entry.set(Some(read(500, 6)));
    stage.0.then.set(Some((2, read(1_000, 7))));
    let opened = stage.opened("one", Some(&kept), &Arc::default());
    // What is known is kept, and what comes after is left to whoever looks for refusals too: a site
    // without a registry says what was kept alone.
    assert_eq!(
        unconfirmed_of(&opened.text.unwrap(), &Stage::default()),
        500
    );
    assert_eq!(opened.delivery.unconfirmed_bytes(), 500);
}

#[test]
fn two_that_send_into_one_file_do_so_one_after_the_other() {
    let stage = Stage::default();
    let until = Some(Duration::from_secs(1));
    let first = Lane::take(FILE, &stage, until).unwrap();
    let other = Lane::take("/run/integrations/logwalk_2e.log", &stage, until);
    assert!(other.is_ok());
    assert!(stage.0.now.get().is_zero());
    match Lane::take(FILE, &stage, until) {
        Err(Error::Unavailable(words)) => assert!(words.contains(FILE), "{words}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(stage.0.now.get(), Duration::from_secs(1));

    // Who waits long enough comes next.
    stage.0.let_go.replace(Some(Box::new(first)));
    let second = Lane::take(FILE, &stage, Some(Duration::from_secs(9))).unwrap();
    assert!(stage.0.now.get() > Duration::from_secs(2));
    drop(second);
    assert!(Lane::take(FILE, &stage, None).is_ok());
}
