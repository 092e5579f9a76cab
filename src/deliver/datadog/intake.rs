//! The intake over the network.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use serde_json::Value;

use super::compression::{Compression, Presses};
use super::flight::Parcel;
use super::options::Options;
use super::outbox::Stopped;
use super::verdict::{self, Fix, Verdict};
use crate::error::Result;
use crate::fetch::{Counts, Errand, Hidden, Mends, Surroundings, Trouble, Verb, Wire};

const LOGS: &str = "/api/v2/logs";
const VALIDATE: &str = "/api/v1/validate";
const KEY_HEADER: &str = "dd-api-key";

const MENDS: Mends = Mends {
    url: "destination.url",
    authority: "name its authority in `destination.tls_ca_cert`",
    proxy: "put user name and password into its URL in `destination.proxy`",
};

/// Application keys have so many characters; API keys are shorter.
const APPLICATION_KEY: usize = 40;

/// Whoever was refused is refused again until somebody has changed something.
const PROBE: Duration = Duration::from_secs(30);

/// One person's way to the intake; may be kept for as long as the stream lives.
#[derive(Debug)]
pub struct Intake {
    logs: Wire,
    api: Wire,
    compression: Compression,
    fix: Fix,
    refused: Mutex<Option<(Duration, Stopped)>>,
}

impl Intake {
    /// Nothing is opened yet.
    pub fn new(options: &Options) -> Result<Self> {
        let key = options.api_key.trim();
        let wire = |base: &str| {
            let secrets = Hidden(options.secrets());
            let keys = [(KEY_HEADER, key, "destination.api_key")];
            Wire::new(&options.http, base, &keys, secrets, MENDS)
        };
        let looks = if key.len() == APPLICATION_KEY {
            "; this one is as long as an application key"
        } else {
            ""
        };
        Ok(Self {
            logs: wire(&options.site.intake)?,
            api: wire(&options.site.api)?,
            compression: options.compression,
            fix: Fix {
                key: format!(
                    "`destination.api_key` must be an API key, which an application key is not, of \
                     an organisation at {}{looks}; check both",
                    options.site.told
                ),
                place: format!("check {}", options.site.told),
            },
            refused: Mutex::new(None),
        })
    }

    /// Reads the files that the connection needs.
    pub fn prepare(&self) -> Result<()> {
        self.logs.prepare()
    }

    /// What makes payloads small in the way that it wants them.
    #[must_use]
    pub fn presses(&self) -> Presses {
        Presses::new(self.compression)
    }

    /// Posts a parcel; none where nobody waits for its answer any more.
    pub fn post(
        &self,
        parcel: &Parcel,
        presses: &Presses,
        around: &dyn Surroundings,
    ) -> Option<Verdict> {
        self.send(parcel.small(presses), around)
    }

    /// Posts one log made by hand, to see whether it is taken.
    pub fn try_log(&self, log: &Value, around: &dyn Surroundings) -> Option<Verdict> {
        self.send(self.presses().pressed(&format!("[{log}]")), around)
    }

    fn send(&self, body: io::Result<Bytes>, around: &dyn Surroundings) -> Option<Verdict> {
        let body = match body {
            Ok(body) => body,
            Err(error) => {
                let why = format!("the logs could not be compressed: {error}");
                return Some(Verdict::Again { after: None, why });
            }
        };
        let mut headers = vec![
            ("content-type", "application/json"),
            ("accept", "application/json"),
            ("dd-evp-origin", "logwalk"),
            ("dd-evp-origin-version", env!("CARGO_PKG_VERSION")),
        ];
        let encoding = self.compression.encoding();
        headers.extend(encoding.map(|name| ("content-encoding", name)));
        let errand = Errand {
            verb: Verb::Post(body),
            path: LOGS,
            headers: &headers,
            ..Errand::default()
        };
        self.verdict(&self.logs, self.logs.send(errand, around), around)
    }

    /// Asks whether the key is one; none where nobody waits for the answer any more.
    pub fn validate(&self, around: &dyn Surroundings) -> Option<Verdict> {
        let errand = Errand {
            path: VALIDATE,
            headers: &[("accept", "application/json")],
            ..Errand::default()
        };
        self.verdict(&self.api, self.api.send(errand, around), around)
    }

    fn verdict(
        &self,
        wire: &Wire,
        asked: std::result::Result<crate::source::Reply, Trouble>,
        around: &dyn Surroundings,
    ) -> Option<Verdict> {
        Some(match asked {
            Ok(reply) => {
                let wait = Wire::wait(&reply, around);
                verdict::judge(&reply, wire.stated(&reply), wait, &self.fix)
            }
            Err(Trouble::Cancelled) => return None,
            Err(Trouble::Passing(why)) => Verdict::Again { after: None, why },
            Err(Trouble::Slow(why)) => Verdict::Slow(why),
            Err(Trouble::Lasting(why)) => Verdict::Refused(why),
        })
    }

    /// Remembers a refusal, so that it is not asked for again at once.
    pub fn refused(&self, stopped: &Stopped, tick: Duration) {
        *self.refused.lock() = Some((tick.saturating_add(PROBE), stopped.clone()));
    }

    /// The refusal that is still fresh, and until when it is.
    #[must_use]
    pub fn still_refused(&self, tick: Duration) -> Option<(Duration, Stopped)> {
        let mut refused = self.refused.lock();
        if refused.as_ref().is_some_and(|(until, _)| tick >= *until) {
            *refused = None;
        }
        refused.clone()
    }

    /// What was posted since the last time, for the metrics.
    #[must_use]
    pub fn take_counts(&self) -> Counts {
        self.logs.take_counts()
    }
}
