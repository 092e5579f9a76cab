//! Simulated vendors: Agent Handler and Datadog over HTTP, true to their documented behaviour, with seeded data and faults on demand.
//!
//! Both answer on one loopback address, beside the simulator's own endpoints under `/sim/`.

mod admin;
mod agent_handler;
mod chance;
mod clock;
mod cursor;
mod datadog;
mod faults;
mod http;
mod ledger;
mod quota;
mod record;
mod stream;
mod vendor;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::error::{Error, Result};
use crate::time::Time;

pub use clock::Clock;
pub use faults::{Fault, Rule};
pub use ledger::HandMade;
pub use quota::Quota;
pub use stream::Stream;
pub use vendor::Request;
use vendor::Vendor;

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
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            production: "sim-production-key".to_owned(),
            test: "sim-test-key".to_owned(),
            without_plan: "sim-key-without-plan".to_owned(),
            datadog_api: "sim-api-key".to_owned(),
            datadog_application: "sim-application-key".to_owned(),
        }
    }
}

/// Pages to write ahead, for benchmarks.
#[derive(Debug, Clone, Copy)]
pub struct Prerender {
    /// Of which log.
    pub stream: Stream,
    /// How many, from its oldest record on.
    pub pages: u64,
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
            late_by: Duration::from_secs(180),
            pending_share: 0.0,
            record_bytes: 1_000,
            start: None,
            keys: Keys::default(),
            quota: None,
            gzip: true,
            prerender: None,
            faults: Vec::new(),
        }
    }
}

/// Vendors that answer until this is dropped.
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    vendor: Arc<Vendor>,
    runtime: Option<Runtime>,
}

/// Starts the vendors on the address of the options.
pub fn serve(options: Options) -> Result<Running> {
    let listen = options.listen;
    let listener = TcpListener::bind(listen).map_err(|problem| {
        Error::config("listen", format!("cannot listen on {listen}: {problem}"))
    })?;
    serve_on(listener, options)
}

/// Starts the vendors on a socket of the caller's.
pub fn serve_on(listener: TcpListener, options: Options) -> Result<Running> {
    let broken = |problem: std::io::Error| {
        Error::Unavailable(format!("the simulator cannot start: {problem}"))
    };
    let addr = listener.local_addr().map_err(broken)?;
    checked(&options, addr)?;
    let vendor = Arc::new(Vendor::new(options));
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("sim")
        .enable_all()
        .build()
        .map_err(broken)?;
    listener.set_nonblocking(true).map_err(broken)?;
    let entered = runtime.enter();
    let listener = tokio::net::TcpListener::from_std(listener).map_err(broken)?;
    runtime.spawn(http::accept(listener, Arc::clone(&vendor)));
    drop(entered);
    Ok(Running {
        addr,
        vendor,
        runtime: Some(runtime),
    })
}

fn checked(options: &Options, addr: SocketAddr) -> Result<()> {
    if !addr.ip().is_loopback() {
        let problem = format!(
            "{addr} can be reached from elsewhere; use a loopback address such as 127.0.0.1:8080"
        );
        return Err(Error::config("listen", problem));
    }
    if !(options.rate.is_finite() && options.rate > 0.0) {
        return Err(Error::config(
            "rate",
            "expected a number of records per second above zero",
        ));
    }
    for (name, share) in [
        ("late_share", options.late_share),
        ("pending_share", options.pending_share),
    ] {
        if !(0.0..=1.0).contains(&share) {
            return Err(Error::config(
                name,
                format!("expected a share from 0 to 1, found {share}"),
            ));
        }
    }
    if options.prerender.is_some() && (options.late_share > 0.0 || options.pending_share > 0.0) {
        let problem = "pages cannot be written ahead where records are late or change; leave out late_share and pending_share";
        return Err(Error::config("prerender", problem));
    }
    Ok(())
}

impl Running {
    /// Where the vendors answer.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What to configure as a source's `base_url`: Agent Handler's ends with `/api/v1`, Datadog's with the port.
    #[must_use]
    pub fn base_url(&self, stream: Stream) -> String {
        match stream {
            Stream::ToolCalls | Stream::ApiCalls | Stream::AuditLog => {
                format!("http://{}/api/v1", self.addr)
            }
            Stream::DatadogAudit | Stream::DatadogLogs => format!("http://{}", self.addr),
        }
    }

    /// The vendors' clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.vendor.clock
    }

    /// Makes something go wrong, after what was ordered before.
    pub fn fault(&self, rule: Rule) {
        self.vendor.plan.add(vec![rule]);
    }

    /// Lets all go well again.
    pub fn clear_faults(&self) {
        self.vendor.plan.clear();
    }

    /// The ids of the records that can be seen between two moments, both included, oldest first: what should have arrived.
    #[must_use]
    pub fn ids(&self, stream: Stream, from: Time, to: Time) -> Vec<String> {
        self.vendor.ids(stream, from, to)
    }

    /// Puts a record of one's own into a log.
    pub fn insert(&self, stream: Stream, record: HandMade) {
        self.vendor.ledger(stream).insert(record);
    }

    /// What the vendors were asked, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.vendor.requests()
    }

    /// Forgets what the vendors were asked.
    pub fn forget_requests(&self) {
        self.vendor.forget_requests();
    }

    /// Stops; open connections end where they are.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
