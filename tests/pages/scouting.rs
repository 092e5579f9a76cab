//! The next page is under way while this one is looked at.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use logwalk::fetch::Reality;
use logwalk::pages::{Budget, Facts, Page, Run, Stream as Pages};
use logwalk::sim::{self, Fault, Options, Rule, Running, Stream};
use serde_json::{Value, json};

const RECORDS: u64 = 40;

/// Four pages, the last one of which leads nowhere.
fn vendor() -> Running {
    sim::serve(Options {
        backlog: RECORDS,
        total: Some(RECORDS),
        ..Options::default()
    })
    .unwrap()
}

fn stream(vendor: &Running) -> Arc<Pages> {
    let instance = json!({
        "source": "agent_handler/tool_calls",
        "base_url": vendor.base_url(Stream::ToolCalls),
        "credentials": {"token": "sim-production-key"},
        "start": "oldest",
        "page_size": 10,
    });
    Arc::new(Pages::read(&instance, &Value::Null, &Facts::default()).unwrap())
}

fn run(stream: &Arc<Pages>, bytes: Option<u64>) -> Run<Reality> {
    let budget = Budget { bytes, span: None };
    let stream = Arc::clone(stream);
    let run = Run::new(stream, None, budget, Reality::default()).unwrap();
    let mut run = run.scouting();
    // The first page is the place where the walk begins.
    assert!(page(&mut run).logs.is_empty());
    run
}

fn page(run: &mut Run<Reality>) -> Page {
    run.next_page().unwrap().unwrap()
}

/// Whether something comes to be so within a while.
fn soon(is: impl Fn() -> bool) -> bool {
    let begin = Instant::now();
    while !is() {
        if begin.elapsed() > Duration::from_secs(20) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

#[test]
fn a_page_is_asked_for_while_the_one_before_is_in_hand_and_no_page_twice() {
    let vendor = vendor();
    let stream = stream(&vendor);
    let mut run = run(&stream, None);
    assert_eq!(page(&mut run).logs.len(), 10);
    assert!(
        soon(|| vendor.requests().len() == 2),
        "one more is under way"
    );
    let mut logs = 10;
    while let Some(page) = run.next_page().unwrap() {
        logs += page.logs.len() as u64;
    }
    assert_eq!((logs, vendor.requests().len()), (RECORDS, 4));
}

#[test]
fn where_the_budget_may_end_in_a_page_nothing_is_asked_for_before_that_is_known() {
    let vendor = vendor();
    let stream = stream(&vendor);
    let mut run = run(&stream, Some(3_000));
    let first = page(&mut run);
    assert!((1..10).contains(&first.logs.len()));
    assert!(run.next_page().unwrap().is_none());
    drop(run);
    assert!(soon(|| Arc::strong_count(&stream) == 1));
    assert_eq!(vendor.requests().len(), 1);
}

#[test]
fn a_scout_that_waits_gives_up_when_nobody_wants_its_page_any_more() {
    let vendor = vendor();
    let stream = stream(&vendor);
    let wait = Fault::Status {
        code: 429,
        body: None,
        headers: BTreeMap::from([("Retry-After".to_owned(), "3600".to_owned())]),
    };
    vendor.fault(Rule::next(wait).after(1));
    let mut run = run(&stream, None);
    assert_eq!(page(&mut run).logs.len(), 10);
    assert!(soon(|| vendor.requests().len() == 2), "it was told to wait");
    assert!(Arc::strong_count(&stream) > 2, "and waits");
    drop(run);
    assert!(soon(|| Arc::strong_count(&stream) == 1));
}
