//! Brings a request to its origin and a reply back: waits its turn, follows, and asks again as politely as told.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use once_cell::sync::OnceCell;
use parking_lot::Mutex;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use reqwest::{Body, Method, Request, StatusCode, Url};

use super::client::{self, Shared};
use super::exchange::{self, Bounds, Failure};
use super::patience::{self, Verdict};
use super::quota::{Place, Quota, Turn};
use super::words::{self, Secrets};
use super::{Counts, Deadline, Options, Surroundings, Transport, redirect};
use crate::error::{Error, Result};
use crate::source::{RateLimit, Reply};

/// What requests to one origin share.
pub(super) struct Lane {
    pub(super) quota: Arc<Quota>,
    pub(super) interval: Duration,
    pub(super) limit: Option<RateLimit>,
}

impl Lane {
    /// What a reply announces for the next request.
    fn heed(&self, reply: &Reply, url: &Url, around: &dyn Surroundings) {
        if let Some(wait) = patience::spent(reply, self.limit.as_ref(), around.now()) {
            let why = format!("the quota at {} is spent", redirect::host(url));
            self.quota.hold(around.tick().saturating_add(wait), why);
        }
    }
}

/// A request, complete.
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
}

/// Brings requests out and replies back.
pub(super) struct Courier {
    transport: Transport,
    plain: bool,
    redirects_refused: bool,
    body_bytes: u64,
    secrets: Secrets,
    client: OnceCell<Arc<Shared>>,
    counts: Mutex<Counts>,
    room: Mutex<Vec<u8>>,
}

impl Courier {
    pub(super) fn new(options: &Options, plain: bool, body_bytes: u64, secrets: Secrets) -> Self {
        Self {
            transport: options.transport.clone(),
            plain,
            redirects_refused: options.redirects_refused,
            body_bytes,
            secrets,
            client: OnceCell::new(),
            counts: Mutex::default(),
            room: Mutex::default(),
        }
    }

    /// Takes replies of so many bytes, and no larger ones.
    pub(super) fn take_bodies_of(&mut self, body_bytes: u64) {
        self.body_bytes = body_bytes;
    }

    pub(super) fn body_bytes(&self) -> u64 {
        self.body_bytes
    }

    pub(super) fn scrub(&self, text: &str) -> String {
        self.secrets.scrub(text)
    }

    /// A token must not be seen either.
    pub(super) fn learn(&self, token: &str) {
        self.secrets.learn(token);
    }

    /// Keeps the room of a body that was read for the next one; none lets go of it.
    pub(super) fn reuse(&self, body: Vec<u8>) {
        *self.room.lock() = body;
    }

    pub(super) fn take_counts(&self) -> Counts {
        std::mem::take(&mut *self.counts.lock())
    }

    /// The client, made when it is first asked for.
    pub(super) fn client(&self) -> Result<&Arc<Shared>> {
        self.client
            .get_or_try_init(|| client::shared(&self.transport, self.plain))
    }

    /// Asks once; whatever comes back is the caller's to judge.
    pub(super) fn single(
        &self,
        outgoing: &Outgoing,
        deadline: Deadline,
        around: &dyn Surroundings,
    ) -> std::result::Result<Reply, Failure> {
        let client = self
            .client()
            .map_err(|error| Failure::Network(error.to_string()))?;
        let asked = self.once(client, outgoing, deadline, around);
        if !matches!(asked, Err(Failure::Cancelled)) {
            let status = asked.as_ref().ok().map(|reply| reply.status);
            self.counts.lock().count(status);
        }
        asked
    }

    /// Asks again and again, as politely as told.
    pub(super) fn persist(
        &self,
        mut outgoing: Outgoing,
        lane: &Lane,
        deadline: Deadline,
        around: &dyn Surroundings,
    ) -> Result<Reply> {
        let client = self.client()?;
        let mut attempt = 0;
        let mut redirects = 0;
        loop {
            self.wait_turn(lane, deadline, around)?;
            let asked = self.once(client, &outgoing, deadline, around);
            if !matches!(asked, Err(Failure::Cancelled)) {
                let status = asked.as_ref().ok().map(|reply| reply.status);
                self.counts.lock().count(status);
                if status.is_none_or(|status| status >= 400 && status != 429) {
                    lane.quota.failed(around.tick());
                }
            }
            let reason = match asked {
                Ok(reply) => {
                    let limit = lane.limit.as_ref();
                    match patience::judge(&reply, limit) {
                        Verdict::Answer => {
                            lane.heed(&reply, &outgoing.url, around);
                            return Ok(reply);
                        }
                        Verdict::Proxy => self.failed(Failure::Proxy, &outgoing.url)?,
                        Verdict::Redirect => {
                            redirects += 1;
                            outgoing = self.redirected(outgoing, &reply, redirects)?;
                            continue;
                        }
                        Verdict::Limited => {
                            let told = patience::told(&reply, limit, around.now());
                            let wait =
                                told.unwrap_or_else(|| patience::unasked(attempt, around.random()));
                            let why = self.stated(&reply, &outgoing.url);
                            lane.quota.hold(around.tick().saturating_add(wait), why);
                            attempt += 1;
                            self.counts.lock().retries += 1;
                            continue;
                        }
                        Verdict::Again => {
                            let stated = self.stated(&reply, &outgoing.url);
                            if let Some(wait) = patience::told(&reply, None, around.now()) {
                                let end = around.tick().saturating_add(wait);
                                lane.quota.hold(end, stated);
                                attempt += 1;
                                self.counts.lock().retries += 1;
                                continue;
                            }
                            stated
                        }
                    }
                }
                Err(failure) => self.failed(failure, &outgoing.url)?,
            };
            attempt += 1;
            let wait = patience::backoff(attempt - 1, around.random());
            if deadline.is_before(around.tick().saturating_add(wait)) {
                return Err(Error::Unavailable(given_up(&reason, attempt)));
            }
            around.pause(wait)?;
            self.counts.lock().retries += 1;
        }
    }

    fn once(
        &self,
        client: &Arc<Shared>,
        outgoing: &Outgoing,
        deadline: Deadline,
        around: &dyn Surroundings,
    ) -> std::result::Result<Reply, Failure> {
        let mut request = Request::new(outgoing.method.clone(), outgoing.url.clone());
        *request.headers_mut() = outgoing.headers.clone();
        if let Some(body) = &outgoing.body {
            // By itself the client says no length of an empty body, and trusts one that is there.
            let length = body.len().into();
            request.headers_mut().insert(CONTENT_LENGTH, length);
            *request.body_mut() = Some(Body::from(body.clone()));
        }
        let transport = &self.transport;
        let bounds = Bounds {
            connect_timeout: transport.connect_timeout,
            read_timeout: transport.read_timeout,
            body_bytes: self.body_bytes,
            longest: exchange::LONGEST_REPLY,
            left: deadline.left(around),
        };
        let room = std::mem::take(&mut *self.room.lock());
        exchange::exchange(client, request, room, bounds, &|| around.cancelled())
    }

    fn wait_turn(&self, lane: &Lane, deadline: Deadline, around: &dyn Surroundings) -> Result<()> {
        let mut place = Place::default();
        loop {
            if around.cancelled() {
                return Err(Error::Cancelled);
            }
            let tick = around.tick();
            let (end, why) = match lane.quota.turn(&mut place, tick, lane.interval, deadline) {
                Turn::Now => return Ok(()),
                Turn::At(end, why) => (end, why),
            };
            let wait = end.saturating_sub(tick);
            if deadline.is_before(end) {
                return Err(Error::Waiting {
                    until: around.now().after(wait),
                    why,
                });
            }
            around.pause(wait)?;
            self.counts.lock().throttled += wait;
        }
    }

    fn redirected(&self, from: Outgoing, reply: &Reply, count: u32) -> Result<Outgoing> {
        let to = redirect::target(&from.url, reply, self.redirects_refused)?;
        if count > redirect::MOST {
            let here = redirect::origin(&from.url);
            return Err(Error::Refused(format!(
                "{here} redirects in a circle; check `base_url`"
            )));
        }
        if reply.status != 303 {
            // A log API that moves a POST means the same request at the other place.
            return Ok(Outgoing { url: to, ..from });
        }
        let mut headers = from.headers;
        headers.remove(CONTENT_TYPE);
        Ok(Outgoing {
            method: Method::GET,
            url: to,
            headers,
            body: None,
        })
    }

    /// What a failure means: words where asking again may help.
    fn failed(&self, failure: Failure, url: &Url) -> Result<String> {
        let host = redirect::host(url);
        match failure {
            Failure::Cancelled => Err(Error::Cancelled),
            Failure::TooLarge(length) => {
                let how = match length {
                    Some(length) => format!("it has {length}"),
                    None => "it is compressed, or does not say its length".to_owned(),
                };
                Err(Error::TooLarge(format!(
                    "the reply of {host} is larger than {} bytes (`limits.body_bytes`): {how}",
                    self.body_bytes
                )))
            }
            Failure::Slow(how) => Err(Error::TooLarge(format!("{host} {how}"))),
            Failure::Late { begun } => Err(Error::Unavailable(format!(
                "{host} {} before the run's time was over",
                if begun {
                    "began its reply and did not end it"
                } else {
                    "did not answer"
                }
            ))),
            Failure::Untrusted(cause) => Err(Error::Unavailable(self.secrets.scrub(&format!(
                "the certificate of {host} is not trusted: {cause}; name its authority in \
                 `tls_ca_cert`"
            )))),
            Failure::Proxy => Err(Error::Credentials(format!(
                "407: the proxy on the way to {host} wants to know who asks; put user name and \
                 password into its URL in `proxy`"
            ))),
            Failure::Network(cause) => Ok(self.secrets.scrub(&format!("{host}: {cause}"))),
        }
    }

    /// A reply that was turned down, in words.
    pub(super) fn stated(&self, reply: &Reply, url: &Url) -> String {
        let host = redirect::host(url);
        let mut said = words::said(reply, &self.secrets);
        if said.is_empty() {
            let reason = StatusCode::from_u16(reply.status).ok();
            let reason = reason.and_then(|status| status.canonical_reason());
            said = reason.unwrap_or("no text").to_lowercase();
        }
        format!("{} from {host}: {said}", reply.status)
    }
}

fn given_up(reason: &str, tries: u32) -> String {
    let times = if tries == 1 { "try" } else { "tries" };
    format!("{reason}; the run's time was over after {tries} {times}")
}
