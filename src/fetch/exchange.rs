//! One request on the wire and its whole reply, bounded in size, silence and time, and given up at once when cancelled.
//!
//! It runs on its client's own thread, beside the others of that client, and tells the caller once:
//! when the whole reply is there. The caller waits in short steps and keeps the time; whoever waits
//! no longer ends the exchange, and its connection with it.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use reqwest::{Client, Request, Response};

use super::client::Shared;
use super::driver::Driver;
use crate::source::Reply;

/// How often the caller looks up from its wait; a cancelled call returns within this.
const LOOK_UP: Duration = Duration::from_millis(50);

/// A reply that trickles longer than this is too slow whatever else is allowed.
pub(super) const LONGEST_REPLY: Duration = Duration::from_mins(5);

/// Room is made beforehand for what a reply promises, up to this; beyond it as the pieces come.
const MOST_PROMISED: usize = 4 * 1024 * 1024;

/// What an exchange may cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) connect_timeout: Duration,
    pub(super) read_timeout: Duration,
    pub(super) body_bytes: u64,
    pub(super) longest: Duration,
    /// What is left of the run.
    pub(super) left: Option<Duration>,
}

/// Why there is no reply.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Cancelled,
    /// The body is larger than allowed; so large, where the other side says that beforehand.
    TooLarge(Option<u64>),
    /// Connected, but nothing came for too long.
    Slow(String),
    /// The run is over; part of the reply may have come.
    Late {
        begun: bool,
    },
    /// The other side's certificate is not one that is trusted.
    Untrusted(String),
    /// The proxy wants to know who asks.
    Proxy,
    /// Anything else between here and there.
    Network(String),
}

/// Asks, and waits for the whole reply, whose body takes the room that a former one had.
pub(super) fn exchange(
    client: &Shared,
    request: Request,
    room: Vec<u8>,
    bounds: Bounds,
    cancelled: &dyn Fn() -> bool,
) -> Result<Reply, Failure> {
    let Some((client, driver)) = client.made() else {
        return Err(Failure::Network("the client was never made".to_owned()));
    };
    let heard = Arc::new(AtomicU64::new(0));
    let asking = Asking {
        client: client.clone(),
        heard: Arc::clone(&heard),
        bounds,
    };
    told(driver, asking.ask(request, room), &heard, bounds, cancelled)
}

/// What an exchange ends with, unless it is given up before.
fn told(
    driver: &Driver,
    asking: impl Future<Output = Result<Reply, Failure>> + Send + 'static,
    heard: &AtomicU64,
    bounds: Bounds,
    cancelled: &dyn Fn() -> bool,
) -> Result<Reply, Failure> {
    let (done, result) = channel();
    let _running = driver.run(async move {
        // Nobody listens to a reply that was given up.
        let _ = done.send(asking.await);
    });
    wait(&result, heard, bounds, cancelled)
}

fn wait(
    result: &Receiver<Result<Reply, Failure>>,
    heard: &AtomicU64,
    bounds: Bounds,
    cancelled: &dyn Fn() -> bool,
) -> Result<Reply, Failure> {
    let begin = Instant::now();
    let mut last_heard = (begin, 0);
    loop {
        match result.recv_timeout(LOOK_UP) {
            Ok(reply) => return reply,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Failure::Network("the request broke off".to_owned()));
            }
        }
        if cancelled() {
            return Err(Failure::Cancelled);
        }
        let pieces = heard.load(Ordering::Relaxed);
        if pieces != last_heard.1 {
            last_heard = (Instant::now(), pieces);
        }
        let silence = last_heard.0.elapsed();
        let patience = if pieces == 0 {
            bounds.connect_timeout.saturating_add(bounds.read_timeout)
        } else {
            bounds.read_timeout
        };
        if silence > patience {
            return Err(slow(bounds));
        }
        if begin.elapsed() > bounds.longest {
            let seconds = bounds.longest.as_secs_f64();
            return Err(Failure::Slow(format!(
                "did not finish its reply within {seconds} s"
            )));
        }
        if bounds.left.is_some_and(|left| begin.elapsed() > left) {
            // A reply that took this much of the run may be too slow as well as too late.
            return Err(if begin.elapsed() > bounds.read_timeout {
                slow(bounds)
            } else {
                Failure::Late { begun: pieces > 0 }
            });
        }
    }
}

fn slow(bounds: Bounds) -> Failure {
    let seconds = bounds.read_timeout.as_secs_f64();
    Failure::Slow(format!(
        "sent nothing more for {seconds} s (`read_timeout`)"
    ))
}

struct Asking {
    client: Client,
    heard: Arc<AtomicU64>,
    bounds: Bounds,
}

impl Asking {
    async fn ask(self, request: Request, room: Vec<u8>) -> Result<Reply, Failure> {
        match self.client.execute(request).await {
            Ok(response) => self.read(response, room).await,
            Err(error) => Err(failure(&error, self.bounds)),
        }
    }

    async fn read(&self, mut response: Response, room: Vec<u8>) -> Result<Reply, Failure> {
        self.heard.fetch_add(1, Ordering::Relaxed);
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.as_str().to_owned(), value)
            })
            .collect();
        let limit = self.bounds.body_bytes;
        if let Some(length) = response.content_length().filter(|length| *length > limit) {
            return Err(Failure::TooLarge(Some(length)));
        }
        let promised = response.content_length().unwrap_or(0);
        let promised = usize::try_from(promised).unwrap_or(MOST_PROMISED);
        let mut body = room;
        body.clear();
        body.reserve_exact(promised.min(MOST_PROMISED));
        loop {
            let piece = match response.chunk().await {
                Ok(Some(piece)) => piece,
                Ok(None) => break,
                Err(error) => return Err(failure(&error, self.bounds)),
            };
            self.heard.fetch_add(1, Ordering::Relaxed);
            let whole = body.len().saturating_add(piece.len());
            if u64::try_from(whole).unwrap_or(u64::MAX) > limit {
                return Err(Failure::TooLarge(None));
            }
            body.extend_from_slice(&piece);
        }
        Ok(Reply {
            status,
            headers,
            body,
        })
    }
}

fn failure(error: &reqwest::Error, bounds: Bounds) -> Failure {
    let cause = cause(error);
    if error.is_connect() && is_certificate(error) {
        return Failure::Untrusted(cause);
    }
    if error.is_connect() && cause.contains("proxy authorization required") {
        return Failure::Proxy;
    }
    if error.is_timeout() {
        let seconds = bounds.connect_timeout.as_secs_f64();
        return if error.is_connect() {
            Failure::Network(format!(
                "no connection within {seconds} s (`connect_timeout`)"
            ))
        } else {
            slow(bounds)
        };
    }
    if error.is_connect() {
        return Failure::Network(format!("no connection: {cause}"));
    }
    if error.is_body() || error.is_decode() {
        return Failure::Network(format!("the reply was cut off or garbled: {cause}"));
    }
    Failure::Network(cause)
}

fn is_certificate(error: &reqwest::Error) -> bool {
    let mut next = error.source();
    while let Some(inner) = next {
        if let Some(rustls::Error::InvalidCertificate(_)) = inner.downcast_ref() {
            return true;
        }
        // What an I/O error wraps is not in its chain of sources.
        next = match inner.downcast_ref::<std::io::Error>() {
            Some(io) => io
                .get_ref()
                .map(|wrapped| wrapped as &dyn std::error::Error),
            None => inner.source(),
        };
    }
    false
}

/// The innermost cause in words; the outer ones repeat the URL, and it may hold secrets.
pub(super) fn cause(error: &reqwest::Error) -> String {
    let mut innermost = error.source();
    while let Some(inner) = innermost.and_then(std::error::Error::source) {
        innermost = Some(inner);
    }
    innermost.map_or_else(|| "no reply".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests;
