//! What the demo is played on: a simulated vendor with a backlog, and a conf.d file that reads it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::super::stop::Stop;
use crate::sim::{Options, Running, Stream, serve};

/// The logs that are walked.
pub(super) const STREAMS: [Stream; 2] = [Stream::ToolCalls, Stream::ApiCalls];
/// What each of them holds at the beginning: dozens of pages.
pub(super) const BACKLOG: u64 = 4_000;
/// Records a second: half an hour of backlog, and new ones while the demo runs.
pub(super) const RATE: f64 = 2.0;
/// One record in four is late: some become visible behind the place while the demo runs.
const LATE_SHARE: f64 = 0.25;
pub(super) const LATE_BY: Duration = Duration::from_secs(30);
/// Small pages, so that there are many to be interrupted.
pub(super) const PAGE: usize = 100;
/// A first interval that does not reach the end, so that the walk is under way when it is disturbed.
pub(super) const RUN_BYTES: u64 = 2_000_000;

/// Starts the vendor and writes the configuration into the folder.
pub(super) fn set(folder: &Path) -> Result<Running, Stop> {
    let options = Options {
        backlog: BACKLOG,
        rate: RATE,
        late_share: LATE_SHARE,
        late_by: LATE_BY,
        ..Options::default()
    };
    let key = options.keys.production.clone();
    let vendor = serve(options)?;
    fs::write(folder.join("logwalk.yaml"), conf(&vendor, &key))?;
    Ok(vendor)
}

fn conf(vendor: &Running, key: &str) -> String {
    let instances = STREAMS.map(|stream| {
        format!(
            "  - source: {}
    base_url: {}
    credentials:
      token: {key}
    # The vendor is on this machine.
    skip_proxy: true
    page_size: {PAGE}
    limits:
      run_bytes: {RUN_BYTES}
",
            stream.name(),
            vendor.base_url(stream)
        )
    });
    format!(
        "init_config:
instances:
{}logs:
  - type: integration
    source: agent_handler
    start_position: beginning
",
        instances.concat()
    )
}

/// The ids of all that can be seen in a log now.
pub(super) fn held(vendor: &Running, stream: Stream) -> Vec<String> {
    let now = vendor.clock().now();
    vendor.ids(stream, now.before(stream.retention()), now)
}

/// How often a log was asked for a page so far.
pub(super) fn requests(vendor: &Running, stream: Stream) -> usize {
    let requests = vendor.requests();
    requests
        .iter()
        .filter(|request| request.path == stream.path())
        .count()
}
