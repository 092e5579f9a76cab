//! The simulated vendors over a real socket: each fact of the vendors' documentation that they keep.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod agent_handler;
mod audit_trail;
mod datadog;
mod faults;
mod intake;
mod records;
mod sample_logs;
mod simulator;
mod wire;

use std::time::Duration;

use logwalk::sim::{Options, Running, serve};
use logwalk::time::Time;

/// 2026-11-20T09:30:00Z, where the vendors' clock stands in these tests.
const NOW: Time = Time(1_795_167_000_000);

/// A small log: 250 records in 25 seconds, and nothing after.
fn small() -> Options {
    Options {
        seed: 7,
        rate: 10.0,
        backlog: 250,
        total: Some(250),
        start: Some(NOW),
        gzip: false,
        ..Options::default()
    }
}

fn vendor() -> Running {
    serve(small()).unwrap()
}

const MINUTE: Duration = Duration::from_mins(1);
