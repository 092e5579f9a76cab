//! What a run came to, as metrics.

use crate::pages::{Report, Tally};
use crate::ship::Account;
use crate::walk::Standing;

/// Kind, name without the namespace, value and further tags.
pub(super) type Metric = (&'static str, String, f64, Vec<String>);

/// What is on its way through the Agent, and what was lost on it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Passage {
    /// None where nothing is acknowledged, ever.
    pub(super) unconfirmed_bytes: Option<u64>,
    pub(super) resent: u64,
    pub(super) passed: u64,
}

/// The metrics of one run; `standing` and `tally` are of what was delivered and kept.
#[allow(clippy::cast_precision_loss)]
pub(super) fn of(
    report: &Report,
    standing: Option<Standing>,
    tally: &Tally,
    passage: Option<Passage>,
) -> Vec<Metric> {
    let mut metrics = vec![
        count("records.sent", tally.logs),
        count("records.duplicate", tally.duplicate),
        count("records.truncated", tally.truncated),
        count("records.too_old", tally.too_old),
        count("records.future", tally.future),
        count("bytes.sent", tally.bytes),
        count(
            "records.resent",
            passage.map_or(0, |passage| passage.resent),
        ),
        count(
            "records.unconfirmed",
            passage.map_or(0, |passage| passage.passed),
        ),
        // `send_log` refuses nothing: the series is there for dashboards that are shared with other
        // destinations.
        count("records.rejected", 0),
    ];
    if let Some(bytes) = passage.and_then(|passage| passage.unconfirmed_bytes) {
        metrics.push(gauge("bytes.unconfirmed", bytes as f64));
    }
    metrics.push(count("pages.read", report.pages));
    for (class, requests) in &report.requests.requests {
        let tags = vec![format!("status:{class}")];
        metrics.push(("count", "requests".to_owned(), *requests as f64, tags));
    }
    metrics.push(count("retries", report.requests.retries));
    if !report.requests.requests.is_empty() {
        metrics.push(gauge(
            "api.can_connect",
            f64::from(u8::from(report.requests.connected())),
        ));
    }
    metrics.push(gauge(
        "throttled_seconds",
        report.requests.throttled.as_secs_f64(),
    ));
    metrics.push(gauge("run.duration_seconds", report.lasted.as_secs_f64()));
    if let Some(standing) = standing {
        metrics.push(gauge("behind", f64::from(u8::from(standing.behind))));
        metrics.push(gauge("lag_seconds", standing.lag.as_secs_f64()));
        metrics.push(gauge("gap_seconds", standing.gap.as_secs_f64()));
        metrics.push(gauge(
            "cursor.age_seconds",
            standing.cursor_age.as_secs_f64(),
        ));
        if let Some(left) = standing.retention_left {
            metrics.push(gauge("retention_left_seconds", left.as_secs_f64()));
        }
    }
    metrics
}

/// The metrics of one run that delivered its logs itself.
pub(super) fn of_direct(account: &Account) -> Vec<Metric> {
    let Some(report) = &account.report else {
        return Vec::new();
    };
    let mut metrics = of(report, account.stands(), &account.tally, None);
    metrics.retain(|(_, name, ..)| name != "records.rejected");
    metrics.push(count("records.rejected", account.rejected));
    metrics
}

#[allow(clippy::cast_precision_loss)]
fn count(name: &str, value: u64) -> Metric {
    ("count", name.to_owned(), value as f64, Vec::new())
}

fn gauge(name: &str, value: f64) -> Metric {
    ("gauge", name.to_owned(), value, Vec::new())
}
