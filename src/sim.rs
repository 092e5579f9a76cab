//! Simulated vendors: Agent Handler and Datadog, its log intake included, over HTTP, true to their documented behaviour, with seeded data and faults on demand.
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
mod intake;
mod ledger;
mod options;
mod organisation;
mod quota;
mod record;
mod sample_logs;
mod stream;
mod vendor;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

use crate::error::{Error, Result};
use crate::time::Time;

pub use clock::Clock;
pub use faults::{Change, Fault, Rule};
pub use ledger::HandMade;
pub use options::{Keys, Options, Prerender};
pub use quota::Quota;
pub use stream::Stream;
pub use vendor::Request;
use vendor::Vendor;

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
    options.checked(addr)?;
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

    /// The logs that came to the intake, as JSON, in the order in which they were taken; of very many
    /// the last ones.
    #[must_use]
    pub fn arrived(&self) -> Vec<String> {
        self.vendor.arrived.logs()
    }

    /// How many logs came to the intake.
    #[must_use]
    pub fn arrivals(&self) -> u64 {
        self.vendor.arrived.count()
    }

    /// Forgets the logs that came.
    pub fn forget_arrived(&self) {
        self.vendor.arrived.forget();
    }

    /// Where the intake and everything else of Datadog's answer.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
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
