//! The whole backlog arrives once, however it is cut.

use std::collections::HashMap;

use logwalk::keep::{Keep, PlaceFile};
use logwalk::pages::Tally;
use logwalk::sim::{Options, Stream};
use serde_json::json;

use super::stand::{Course, Stand, small};

#[test]
fn the_whole_backlog_of_every_source_arrives_once() {
    for which in Stream::ALL {
        let mut stand = Stand::new(which, 7, small());
        let came = stand.run();
        assert_eq!((came.error, came.logs), (None, 250), "{which:?}");
        stand.settle_accounts();
    }
}

#[test]
fn a_budget_cuts_inside_pages_and_runs_go_on_where_they_were_cut() {
    for which in Stream::ALL {
        let mut stand = Stand::new(which, 20, small());
        let mut runs = 0;
        while stand.sent.len() < 250 {
            let came = stand.go(Course {
                bytes: Some(9_000),
                crash: None,
            });
            assert_eq!(came.error, None);
            assert!(came.tally.bytes <= 9_000, "{:?}", came.tally);
            runs += 1;
            assert!(runs < 200, "{which:?} does not get on");
        }
        assert!(runs > 10, "{runs}");
        stand.run();
        stand.settle_accounts();
    }
}

#[test]
fn a_budget_smaller_than_any_log_still_lets_one_through() {
    let mut stand = Stand::new(Stream::ToolCalls, 20, small());
    let one = Course {
        bytes: Some(1),
        crash: None,
    };
    for run in 1..=5 {
        assert_eq!(stand.go(one).logs, 1);
        assert_eq!(stand.sent.len(), run);
    }
}

#[test]
fn pages_of_another_size_after_an_edit_repeat_and_lose_nothing() {
    for which in Stream::ALL {
        let mut stand = Stand::new(which, 20, small());
        for size in [20, 7, 50, 3, 100] {
            stand.edited(json!({"page_size": size}));
            stand.go(Course {
                bytes: Some(20_000),
                crash: None,
            });
        }
        stand.catch_up();
        stand.settle_accounts();
    }
}

#[test]
fn a_place_kept_in_a_file_after_each_page_survives_a_crash_on_any_of_them() {
    let folder = std::env::temp_dir().join(format!("logwalk-pages-{}", std::process::id()));
    let mut stand = Stand::new(Stream::ToolCalls, 25, small());
    for crash in 0..12 {
        let mut file = PlaceFile::new(&folder, "agent_handler/tool_calls", "0123456789abcdef");
        let kept = file.load().unwrap();
        assert_eq!(kept.sequence, crash);
        stand.kept = kept.place;
        // One page is kept, the next is lost with the process.
        stand.go(Course {
            bytes: None,
            crash: Some((1, 25)),
        });
        let place = stand.kept.clone().unwrap();
        file.save(kept.sequence + 1, &place).unwrap();
    }
    std::fs::remove_dir_all(&folder).unwrap();
    stand.catch_up();
    stand.settle_accounts();
}

#[test]
fn what_changes_comes_again_under_the_same_id_and_only_then() {
    let options = Options {
        pending_share: 0.3,
        ..small()
    };
    let mut stand = Stand::new(Stream::ToolCalls, 50, options);
    stand.catch_up();
    assert!(stand.sent.values().all(|times| *times == 1));
    stand.advance(120);
    stand.catch_up();
    let changed: HashMap<_, _> = stand
        .sent
        .iter()
        .filter(|(_, times)| **times == 2)
        .collect();
    assert!(changed.len() > 10, "{}", changed.len());
    assert_eq!(stand.sent.len(), 250);
    stand.advance(10);
    let came = stand.run();
    assert_eq!((came.logs, came.tally.logs), (0, Tally::default().logs));
}
