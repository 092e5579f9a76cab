//! What is simulated.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::faults::Rule;
use super::quota::Quota;
use super::stream::Stream;
use crate::error::{Error, Result};
use crate::time::Time;

/// One record in two weeks, and as many as no vendor has: beyond them times are no calendar's.
const RATES: RangeInclusive<f64> = 0.000_001..=1_000_000.0;
/// A page of a thousand of them still fits into memory.
const MOST_RECORD_BYTES: usize = 1 << 20;

/// The keys that the vendors know; they are no secrets.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Agent Handler's production key.
    pub production: String,
    /// A test key: its environment has none of these logs, which is a 404.
    pub test: String,
    /// The key of an organisation whose plan has no log endpoints, which is a 403.
    pub without_plan: String,
    /// Datadog's API key.
    pub datadog_api: String,
    /// Datadog's application key.
    pub datadog_application: String,
    /// The same of a user who may not set sample logs up.
    pub datadog_without_permission: String,
    /// The same of an organisation without a trial of Cloud SIEM.
    pub datadog_without_trial: String,
    /// The same of one whose pricing knows no sample logs.
    pub datadog_legacy_pricing: String,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            production: "sim-production-key".to_owned(),
            test: "sim-test-key".to_owned(),
            without_plan: "sim-key-without-plan".to_owned(),
            datadog_api: "sim-api-key".to_owned(),
            datadog_application: "sim-application-key".to_owned(),
            datadog_without_permission: "sim-application-key-without-permission".to_owned(),
            datadog_without_trial: "sim-application-key-without-trial".to_owned(),
            datadog_legacy_pricing: "sim-application-key-on-legacy-pricing".to_owned(),
        }
    }
}

/// Pages to write ahead, for benchmarks.
#[derive(Debug, Clone, Copy)]
pub struct Prerender {
    /// Of which log.
    pub stream: Stream,
    /// How many, from its oldest record on.
    pub pages: usize,
    /// With how many records each.
    pub page_size: usize,
}

/// What is simulated.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen: a loopback address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Decides every record, lateness and random fault.
    pub seed: u64,
    /// Records per second, in each log.
    pub rate: f64,
    /// How many records each log has at the beginning, at the same rate.
    pub backlog: u64,
    /// No log gets more records than this.
    pub total: Option<u64>,
    /// The share of records that can be seen only some time after they happened.
    pub late_share: f64,
    /// By how much at most.
    pub late_by: Duration,
    /// The share of tool calls that are pending at first and change a minute later.
    pub pending_share: f64,
    /// The size of a record, about.
    pub record_bytes: usize,
    /// Where the vendor's clock stands; without it, it is the real one.
    pub start: Option<Time>,
    /// The keys that are known.
    pub keys: Keys,
    /// How often each vendor may be asked.
    pub quota: Option<Quota>,
    /// Whether replies are compressed for those who take that.
    pub gzip: bool,
    /// The intake takes whatever comes with its key, and looks into it only when asked what arrived:
    /// for benchmarks, where its own work would be measured with the sender's.
    pub trusting: bool,
    /// Pages to write ahead; only where no record is late or pending.
    pub prerender: Option<Prerender>,
    /// What goes wrong.
    pub faults: Vec<Rule>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            seed: 1,
            rate: 10.0,
            backlog: 5_000,
            total: None,
            late_share: 0.0,
            late_by: Duration::from_mins(3),
            pending_share: 0.0,
            record_bytes: 1_000,
            start: None,
            keys: Keys::default(),
            quota: None,
            gzip: true,
            trusting: false,
            prerender: None,
            faults: Vec::new(),
        }
    }
}

impl Options {
    /// Refuses what cannot be, by the option's name.
    pub(super) fn checked(&self, addr: SocketAddr) -> Result<()> {
        if !addr.ip().is_loopback() {
            let problem = format!(
                "{addr} can be reached from elsewhere; use a loopback address such as 127.0.0.1:8080"
            );
            return Err(Error::config("listen", problem));
        }
        if !RATES.contains(&self.rate) {
            let problem = format!(
                "expected records per second, from {} to {}, found {}",
                RATES.start(),
                RATES.end(),
                self.rate
            );
            return Err(Error::config("rate", problem));
        }
        if self.record_bytes > MOST_RECORD_BYTES {
            let problem = format!(
                "expected at most {MOST_RECORD_BYTES}, found {}",
                self.record_bytes
            );
            return Err(Error::config("record_bytes", problem));
        }
        for (name, share) in [
            ("late_share", self.late_share),
            ("pending_share", self.pending_share),
        ] {
            if !(0.0..=1.0).contains(&share) {
                return Err(Error::config(
                    name,
                    format!("expected a share from 0 to 1, found {share}"),
                ));
            }
        }
        if self.prerender.is_some() && (self.late_share > 0.0 || self.pending_share > 0.0) {
            let problem = "pages cannot be written ahead where records are late or change; leave out late_share and pending_share";
            return Err(Error::config("prerender", problem));
        }
        Ok(())
    }
}
