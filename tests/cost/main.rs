//! What a record costs, counted and not timed: allocations on the thread that walks and on the one
//! that writes payloads. Each page of a walk takes the room of the one before, so a record needs
//! next to none of its own. Its instructions are counted in `tests/test_cost.py`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// The counts are far below what a double holds.
#![allow(clippy::cast_precision_loss)]

use std::sync::Arc;

use allocation_counter::{AllocationInfo, measure};
use logwalk::deliver::datadog::Writer;
use logwalk::fetch::Reality;
use logwalk::pages::{Budget, Facts, Page, Run, Stream};
use logwalk::sim::{self, Options};
use serde_json::{Value, json};

const PAGE: u64 = 1_000;
/// Pages that fill what is used again afterwards.
const WARM: u64 = 3;
const COUNTED: u64 = 10;

/// A figure may be off by a tenth: more is a change for the worse, and less one to be committed.
const TOLERANCE: f64 = 0.1;

/// Allocations a record, to walk, read and map it.
const WALK: f64 = 1.14;
/// Bytes a record, allocated for the same.
const WALK_BYTES: f64 = 755.0;
/// Allocations a page of a payload's own.
const PAYLOAD: f64 = 13.0;

#[test]
fn a_record_costs_as_many_allocations_as_is_committed() {
    let backlog = (WARM + COUNTED + 1) * PAGE;
    let vendor = sim::serve(Options {
        seed: 7,
        rate: 23.0,
        backlog,
        total: Some(backlog),
        gzip: false,
        ..Options::default()
    })
    .unwrap();
    let instance = json!({
        "source": "agent_handler/tool_calls",
        "base_url": vendor.base_url(sim::Stream::ToolCalls),
        "credentials": {"token": "sim-production-key"},
        "start": "oldest",
    });
    let stream = Stream::read(&instance, &Value::Null, &Facts::default()).unwrap();
    let stream = Arc::new(stream);
    let mut run = Run::new(stream, None, Budget::default(), Reality::default()).unwrap();
    let tray = run.tray();
    // The first page is the place where the walk begins.
    run.next_page().unwrap();
    let (mut walk, mut payload) = (AllocationInfo::default(), AllocationInfo::default());
    for number in 0..WARM + COUNTED {
        let mut page: Option<Page> = None;
        let walked = measure(|| page = run.next_page().unwrap());
        let page = page.unwrap();
        assert_eq!(page.logs.len() as u64, PAGE);
        let writer = Writer::default();
        let written = measure(|| assert_eq!(writer.payloads(&page.logs).len(), 1));
        tray.give_back(page.logs.into_sheet().unwrap());
        if number >= WARM {
            walk += walked;
            payload += written;
        }
    }
    let records = (COUNTED * PAGE) as f64;
    let is = |what: &str, found: f64, committed: f64| {
        println!("{what}: {found:.3}, committed {committed:.3}");
        let within = (found - committed).abs() <= committed * TOLERANCE;
        within.then_some(()).ok_or_else(|| {
            format!("{what}: {found:.3}, where {committed:.3} is committed in tests/cost/main.rs")
        })
    };
    let found = [
        is(
            "allocations a record",
            walk.count_total as f64 / records,
            WALK,
        ),
        is(
            "bytes a record",
            walk.bytes_total as f64 / records,
            WALK_BYTES,
        ),
        is(
            "allocations a payload",
            payload.count_total as f64 / COUNTED as f64,
            PAYLOAD,
        ),
    ];
    let wrong: Vec<String> = found.into_iter().filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
