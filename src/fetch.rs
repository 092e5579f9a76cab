//! One call over the network: authenticated, paced, tried again, bounded.
//!
//! [`Fetch::call`] takes a [`Call`] and gives the [`Reply`] that the caller has to judge: a 2xx, or
//! a refusal such as 401, 404 or 422. What passes by itself (a network error, 408, 429, 5xx) is
//! tried again here until the deadline; what nobody can judge is an [`Error`].

mod agent_facts;
mod auth;
mod client;
mod counts;
mod courier;
mod driver;
mod exchange;
mod options;
mod patience;
mod proxy;
mod quota;
mod redirect;
mod setup;
mod surroundings;
mod tls;
mod wire;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Url};

use crate::error::{Error, Result};
use crate::source::{Call, From, Reply};
use auth::Shelf;
use courier::{Courier, Lane, Outgoing};
use quota::Quota;
use words::Secrets;

pub use agent_facts::{AgentFacts, AgentProxy, DEFAULT_INTERVAL};
pub use auth::Auth;
pub use counts::Counts;
pub use options::{Options, Transport};
pub(crate) use patience::backoff;
pub use setup::{Hidden, Setup};
pub use surroundings::{Cancel, Deadline, Pulse, Reality, Surroundings};
pub use wire::{Errand, Keys, Mends, Trouble, Verb, Wire};

const USER_AGENT: &str = concat!("logwalk/", env!("CARGO_PKG_VERSION"));

/// Asks one API for one stream; may be kept for as long as the stream lives.
pub struct Fetch {
    base: Url,
    headers: options::Headers,
    authorization: Authorization,
    lane: Lane,
    courier: Courier,
}

enum Authorization {
    Headers,
    Fixed(HeaderValue),
    Token(Box<Desk>),
}

/// Where tokens are asked for.
struct Desk {
    url: Url,
    form: String,
    shelf: Arc<Shelf>,
    lane: Lane,
}

impl std::fmt::Debug for Fetch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fetch")
            .field("origin", &redirect::origin(&self.base))
            .finish_non_exhaustive()
    }
}

impl Fetch {
    /// For one stream; nothing is opened yet.
    pub fn new(options: &Options, setup: Setup) -> Result<Self> {
        let base = auth::web_url(&setup.base_url, "base_url")?;
        let auth = match (&options.basic, setup.auth) {
            (Some(_), Auth::OAuth2 { .. }) => {
                return Err(Error::config(
                    "username",
                    "the source signs in by OAuth 2, which needs no user name here; leave \
                     `username` and `password` out",
                ));
            }
            (_, auth) => auth,
        };
        if let Some(limit) = &setup.rate_limit {
            for (name, from) in [("remaining", &limit.remaining), ("reset", &limit.reset)] {
                if !matches!(from, None | Some(From::Header(_))) {
                    let at = format!("source.rate_limit.{name}");
                    return Err(Error::config(
                        at,
                        "expected a header, such as `header.X-Reset`",
                    ));
                }
            }
        }
        let mut hidden = setup.secrets.0;
        hidden.extend(auth.secrets());
        hidden.extend(options.secrets());
        let lane = |url: &Url| {
            let secrets = hidden.iter().map(String::as_str);
            Quota::shared(&redirect::origin(url), secrets)
        };
        let authorization = match (&options.basic, &auth, auth.token_request()?) {
            (Some(basic), ..) => Authorization::Fixed(basic_header(&basic.encoded)?),
            (None, Auth::Basic { username, password }, _) => {
                Authorization::Fixed(basic_header(&auth::basic(username, password))?)
            }
            (None, _, Some((url, form))) => Authorization::Token(Box::new(Desk {
                shelf: Shelf::shared(url.as_str(), &form),
                lane: Lane {
                    quota: lane(&url),
                    interval: Duration::ZERO,
                    limit: None,
                },
                url,
                form,
            })),
            (None, _, None) => Authorization::Headers,
        };
        let rates = [setup.pace.requests_per_second, setup.requests_per_second];
        let is_http = |url: &Url| url.scheme() == "http";
        let plain = is_http(&base)
            && !matches!(&authorization, Authorization::Token(desk) if !is_http(&desk.url));
        Ok(Self {
            headers: options.headers.clone(),
            authorization,
            lane: Lane {
                quota: lane(&base),
                interval: quota::interval(rates, setup.pace.min_interval),
                limit: setup.rate_limit,
            },
            courier: Courier::new(options, plain, setup.body_bytes, Secrets::new(hidden)),
            base,
        })
    }

    /// Asks until there is a reply for the caller to judge, or the deadline is reached.
    pub fn call(
        &self,
        call: &Call,
        deadline: Deadline,
        around: &dyn Surroundings,
    ) -> Result<Reply> {
        let url = self.own(&call.url)?;
        let headers = self.headers(call)?;
        let body = call.body.clone().map(Bytes::from);
        let mut refreshed = false;
        loop {
            let mut outgoing = Outgoing {
                method: if call.post { Method::POST } else { Method::GET },
                url: url.clone(),
                headers: headers.clone(),
                body: body.clone(),
            };
            let token = match &self.authorization {
                Authorization::Headers => None,
                Authorization::Fixed(value) => {
                    outgoing.headers.insert(AUTHORIZATION, value.clone());
                    None
                }
                Authorization::Token(desk) => {
                    let ask = || self.ask(desk, deadline, around);
                    let token = desk.shelf.token(deadline, around, &ask)?;
                    self.courier.learn(&token);
                    outgoing.headers.insert(AUTHORIZATION, bearer(&token)?);
                    Some((desk, token))
                }
            };
            let reply = self
                .courier
                .persist(outgoing, &self.lane, deadline, around)?;
            match token {
                Some((desk, token)) if reply.status == 401 => {
                    desk.shelf.refuse(&token);
                    if refreshed {
                        return Ok(reply);
                    }
                    refreshed = true;
                }
                _ => return Ok(reply),
            }
        }
    }

    /// A reply that the caller turned down, in words: status, host, the vendor's text, our hint.
    #[must_use]
    pub fn words(&self, reply: &Reply, hints: &BTreeMap<u16, String>) -> String {
        let mut text = self.courier.stated(reply, &self.base);
        if let Some(hint) = hints.get(&reply.status) {
            text.push_str("; ");
            text.push_str(hint);
        }
        text
    }

    /// A text without the secrets that this stream knows.
    #[must_use]
    pub fn scrub(&self, text: &str) -> String {
        self.courier.scrub(text)
    }

    /// What was asked since the last time, for the metrics.
    #[must_use]
    pub fn take_counts(&self) -> Counts {
        self.courier.take_counts()
    }

    /// Takes back a body that was read: the next one goes where it was. An empty one lets go of it.
    ///
    /// Pages are all of a size, and a megabyte asked of the system anew for each is slow and,
    /// between buffers that stay, wasteful.
    pub fn reuse(&self, body: Vec<u8>) {
        self.courier.reuse(body);
    }

    /// The URL of a call, which has to be within the origin.
    fn own(&self, text: &str) -> Result<Url> {
        let here = redirect::origin(&self.base);
        let url = Url::parse(text).map_err(|error| {
            Error::Refused(format!(
                "the next request to {here} has no usable URL: {error}"
            ))
        })?;
        if url.origin() == self.base.origin() {
            return Ok(url);
        }
        let there = redirect::origin(&url);
        Err(Error::Refused(format!(
            "the next request leads to {there}: credentials are sent to {here} only; if {there} is \
             the API, make it the `base_url`"
        )))
    }

    /// Ours, then the source's, then the user's: the nearer to the user, the stronger.
    fn headers(&self, call: &Call) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        headers.insert("user-agent", HeaderValue::from_static(USER_AGENT));
        let own = &self.headers;
        if own.instead.is_none() {
            headers.insert("accept", HeaderValue::from_static("application/json"));
        }
        if call.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for (name, value) in &call.headers {
            let (name, value) = options::header(name, value).map_err(|problem| {
                Error::config(format!("source.request.headers.{name}"), problem)
            })?;
            headers.insert(name, value);
        }
        for (name, value) in own.instead.iter().flatten().chain(&own.extra) {
            headers.insert(name, value.clone());
        }
        Ok(headers)
    }

    fn ask(
        &self,
        desk: &Desk,
        deadline: Deadline,
        around: &dyn Surroundings,
    ) -> Result<auth::Fresh> {
        let mut headers = HeaderMap::new();
        headers.insert("user-agent", HeaderValue::from_static(USER_AGENT));
        headers.insert("accept", HeaderValue::from_static("application/json"));
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, form);
        let outgoing = Outgoing {
            method: Method::POST,
            url: desk.url.clone(),
            headers,
            body: Some(desk.form.clone().into()),
        };
        let reply = match self.courier.persist(outgoing, &desk.lane, deadline, around) {
            // A smaller page makes no token come sooner.
            Err(Error::TooLarge(text)) => return Err(Error::Unavailable(text)),
            other => other?,
        };
        let stated = self.courier.stated(&reply, &desk.url);
        match reply.status {
            200..300 => auth::granted(&reply, &redirect::host(&desk.url)),
            400 | 401 | 403 => Err(Error::Credentials(format!(
                "{stated}; no token was granted, check the client's id, secret and scope"
            ))),
            _ => Err(Error::Refused(format!(
                "{stated}; no token was granted, check `token_url`"
            ))),
        }
    }
}

fn basic_header(encoded: &str) -> Result<HeaderValue> {
    sensitive(&format!("Basic {encoded}"), "password")
}

fn bearer(token: &str) -> Result<HeaderValue> {
    sensitive(&format!("Bearer {token}"), "source.auth.oauth2")
}

fn sensitive(text: &str, at: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| Error::config(at, "cannot be sent: it holds a control character"))?;
    value.set_sensitive(true);
    Ok(value)
}
