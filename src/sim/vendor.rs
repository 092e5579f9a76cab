//! The vendors behind the wire: who is asked what, and what goes wrong with it.

mod mishap;
mod page;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper::body::Bytes;
use parking_lot::{Mutex, RwLock};
use serde::Serialize;

use super::clock::Clock;
use super::cursor::Cursor;
use super::faults::{Plan, rewritten};
use super::http::{Asked, Delivery, Packings, Reply};
use super::intake::{self, Arrived};
use super::ledger::{Ledger, Pace, Place, Span, Timeline};
use super::organisation::{self, Organisation};
use super::quota::Meter;
use super::record::Style;
use super::sample_logs::{self, Subscriptions};
use super::stream::Stream;
use super::{Keys, Options, Prerender, admin, agent_handler, datadog};
use crate::time::Time;
use mishap::Mishap;
pub(crate) use mishap::Twist;
use page::Prerendered;
pub(crate) use page::{Page, Wanted};

/// Older requests are forgotten.
const REQUESTS_REMEMBERED: usize = 100_000;
/// Query parameters whose values are secrets wherever they are met.
const SECRET_PARAMETERS: [&str; 6] = [
    "api_key",
    "application_key",
    "token",
    "access_token",
    "key",
    "secret",
];

/// A request as it is remembered: never with what authorised it.
#[derive(Debug, Clone, Serialize)]
pub struct Request {
    /// When, by the vendor's clock.
    pub at: Time,
    /// `GET` and so on.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query parameters, decoded.
    pub query: Vec<(String, String)>,
    /// How it was answered; 0 where the connection ended without an answer.
    pub status: u16,
}

/// Both vendors, on one address.
#[derive(Debug)]
pub(crate) struct Vendor {
    pub(crate) clock: Clock,
    pub(crate) keys: Keys,
    pub(crate) plan: Plan,
    pub(crate) gzip: bool,
    pub(crate) trusting: bool,
    pub(crate) packings: Packings,
    pub(crate) arrived: Arrived,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) organisation: Organisation,
    pub(crate) agent_handler_meter: Meter,
    pub(crate) datadog_meter: Meter,
    ledgers: Vec<Ledger>,
    prerendered: RwLock<Prerendered>,
    /// Late and pending records change what a page says.
    steady: bool,
    requests: Mutex<VecDeque<Request>>,
    generation: AtomicU64,
    /// How many requests were answered.
    answered: AtomicU64,
    expired_status: AtomicU64,
}

impl Vendor {
    pub(crate) fn new(options: Options) -> Self {
        let clock = Clock::new(options.start);
        let now = clock.now();
        let pace = Pace {
            rate: options.rate,
            backlog: options.backlog,
            total: options.total,
            late_share: options.late_share,
            late_by: options.late_by,
        };
        let style = Style {
            seed: options.seed,
            bytes: options.record_bytes,
            pending_share: options.pending_share,
        };
        let ledger = |stream| {
            let timeline = Timeline::new(options.seed, stream, pace, now);
            Ledger::new(stream, timeline, style.clone())
        };
        let quota = options.quota.unwrap_or_default();
        let vendor = Self {
            clock,
            keys: options.keys,
            plan: Plan::new(options.seed, options.faults),
            gzip: options.gzip,
            trusting: options.trusting,
            packings: Packings::default(),
            arrived: Arrived::default(),
            subscriptions: Subscriptions::default(),
            organisation: Organisation::default(),
            agent_handler_meter: Meter::new(quota, true),
            datadog_meter: Meter::new(quota, false),
            ledgers: Stream::ALL.into_iter().map(ledger).collect(),
            prerendered: RwLock::default(),
            steady: options.late_share <= 0.0 && options.pending_share <= 0.0,
            requests: Mutex::default(),
            generation: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            expired_status: AtomicU64::new(400),
        };
        if let Some(ahead) = options.prerender {
            vendor.prerender(ahead);
        }
        vendor
    }

    /// Writes pages ahead; how many that were, which is none where what they say may change.
    pub(crate) fn prerender(&self, ahead: Prerender) -> usize {
        if !self.steady {
            return 0;
        }
        let written = Prerendered::walked(self, ahead);
        let count = written.len();
        *self.prerendered.write() = written;
        count
    }

    pub(crate) fn ledger(&self, stream: Stream) -> &Ledger {
        let index = usize::try_from(stream.salt() - 1).unwrap_or(0);
        &self.ledgers[index]
    }

    /// The ids of what can be seen between two moments, both included, oldest first.
    pub(crate) fn ids(&self, stream: Stream, from: Time, to: Time) -> Vec<String> {
        let ledger = self.ledger(stream);
        let span = Span::between(from, to, self.clock.now());
        ledger
            .ascending(span)
            .map(|place| ledger.id(place))
            .collect()
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().iter().cloned().collect()
    }

    pub(crate) fn forget_requests(&self) {
        self.requests.lock().clear();
    }

    /// The answer to a request, and how it is sent.
    pub(crate) fn answer(&self, asked: &Asked) -> (Reply, Delivery) {
        if asked.path.starts_with(admin::PREFIX) {
            return (admin::answer(self, asked), Delivery::default());
        }
        let mishap = Mishap::of(self.plan.faults(asked), asked);
        if let Some(status) = mishap.expire {
            self.expire_cursors(status);
        }
        let mut reply = match mishap.instead {
            Some(reply) => reply,
            None => self.page(asked, &mishap.twist),
        };
        let number = self.answered.fetch_add(1, Ordering::Relaxed);
        for (at, change) in &mishap.rewrites {
            reply.body = rewritten(&reply.body, at, change, number);
        }
        if mishap.garbled {
            reply.body = cut_short(&reply.body);
        }
        if mishap.delivery.filling > 0 {
            reply.body = Vec::new();
        }
        let delivery = mishap.delivery;
        reply = reply.with("date", http_date(self.clock.now(), mishap.skew));
        self.remember(asked, if delivery.hangup { 0 } else { reply.status });
        (reply, delivery)
    }

    fn page(&self, asked: &Asked, twist: &Twist) -> Reply {
        if let Some(reply) = intake::answer(self, asked, twist) {
            return reply;
        }
        if let Some(reply) = sample_logs::answer(self, asked) {
            return reply;
        }
        if let Some(reply) = organisation::answer(self, asked) {
            return reply;
        }
        let stream = Stream::ALL
            .into_iter()
            .find(|stream| stream.path() == asked.path);
        match stream {
            Some(stream @ (Stream::ToolCalls | Stream::ApiCalls)) => {
                agent_handler::logs(self, stream, asked, twist)
            }
            Some(Stream::AuditLog) => agent_handler::audit_log(self, asked, twist),
            Some(stream @ (Stream::DatadogAudit | Stream::DatadogLogs)) => {
                datadog::events(self, stream, asked, twist)
            }
            None => agent_handler::elsewhere(asked),
        }
    }

    /// The cursor to a place, as one hands it out now.
    pub(crate) fn cursor(&self, place: Place) -> Cursor {
        Cursor::at(place, self.generation.load(Ordering::Relaxed))
    }

    /// The cursor of that text, or the status with which it is refused.
    pub(crate) fn accepted(&self, text: &str) -> Result<Cursor, u16> {
        let cursor = Cursor::parse(text).ok_or(400_u16)?;
        if cursor.generation == self.generation.load(Ordering::Relaxed) {
            return Ok(cursor);
        }
        Err(u16::try_from(self.expired_status.load(Ordering::Relaxed)).unwrap_or(400))
    }

    fn expire_cursors(&self, status: u16) {
        self.expired_status
            .store(u64::from(status), Ordering::Relaxed);
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    fn remember(&self, asked: &Asked, status: u16) {
        let hidden = |(name, value): &(String, String)| {
            let secret = SECRET_PARAMETERS.contains(&name.to_lowercase().as_str());
            let shown = if secret { "[redacted]" } else { value };
            (name.clone(), shown.to_owned())
        };
        let mut requests = self.requests.lock();
        if requests.len() >= REQUESTS_REMEMBERED {
            requests.pop_front();
        }
        requests.push_back(Request {
            at: self.clock.now(),
            method: asked.method.clone(),
            path: asked.path.clone(),
            query: asked.query.iter().map(hidden).collect(),
            status,
        });
    }
}

/// Two thirds of a body, which no JSON survives.
fn cut_short(body: &[Bytes]) -> Vec<Bytes> {
    let mut whole = body.concat();
    whole.truncate(whole.len() * 2 / 3);
    vec![Bytes::from(whole)]
}

fn http_date(now: Time, skew: i64) -> String {
    let moment = Time(now.0.saturating_add(skew.saturating_mul(1_000)));
    jiff::Timestamp::from_millisecond(moment.0)
        .map(|moment| moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
        .unwrap_or_default()
}
