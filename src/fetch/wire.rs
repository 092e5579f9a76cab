//! One request to a destination: there and back once, and the answer is the caller's to judge.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};

use super::courier::{Courier, Outgoing};
use super::exchange::Failure;
use super::words::Secrets;
use super::{
    Counts, Deadline, Hidden, Options, Surroundings, USER_AGENT, auth, basic_header, patience,
    redirect,
};
use crate::error::{Error, Result};
use crate::source::{From, RateLimit, Reply};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody waits for it any more.
    Cancelled,
    /// It took too long, which smaller requests may not.
    Slow(String),
    /// Between here and there; it may pass.
    Passing(String),
    /// Somebody has to change the configuration.
    Lasting(String),
}

/// An answer is a few words; whatever is longer is no answer.
const ANSWER_BYTES: u64 = 1 << 20;

/// Where a destination says in how many seconds it may be asked again, beside `Retry-After`.
const RESET: &str = "x-ratelimit-reset";

/// Brings requests to the one origin that some keys are for.
pub struct Wire {
    base: Url,
    headers: HeaderMap,
    courier: Courier,
    mends: Mends,
}

/// Who asks: each key in the header of that name, with the option that a person set it by.
pub type Keys<'a> = &'a [(&'static str, &'a str, &'static str)];

/// What a person does about a connection that cannot be made.
#[derive(Debug, Clone, Copy)]
pub struct Mends {
    /// The option that says where to.
    pub url: &'static str,
    /// Where the other side's authority is not trusted.
    pub authority: &'static str,
    /// Where a proxy wants to know who asks.
    pub proxy: &'static str,
}

/// One request, below the base.
#[derive(Debug, Clone, Default)]
pub struct Errand<'a> {
    /// What is asked for.
    pub verb: Verb,
    /// The path, behind the base's own.
    pub path: &'a str,
    /// Its parameters, which are encoded on the way.
    pub query: &'a [(&'a str, &'a str)],
    /// Headers beside the usual ones.
    pub headers: &'a [(&'static str, &'static str)],
}

/// What an errand does.
#[derive(Debug, Clone, Default)]
pub enum Verb {
    /// Reads.
    #[default]
    Get,
    /// Sends this body.
    Post(Bytes),
    /// Puts this body in the place of what is there.
    Put(Bytes),
    /// Takes away.
    Delete,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire")
            .field("origin", &redirect::origin(&self.base))
            .finish_non_exhaustive()
    }
}

impl Wire {
    /// To the origin of `base`, each request with the keys. Nothing is opened yet.
    pub fn new(
        options: &Options,
        base: &str,
        keys: Keys,
        secrets: Hidden,
        mends: Mends,
    ) -> Result<Self> {
        let base = auth::web_url(base, mends.url)?;
        let mut headers = HeaderMap::new();
        headers.insert("user-agent", HeaderValue::from_static(USER_AGENT));
        if let Some(basic) = &options.basic {
            headers.insert(AUTHORIZATION, basic_header(&basic.encoded)?);
        }
        let own = &options.headers;
        for (name, value) in own.instead.iter().flatten().chain(&own.extra) {
            headers.insert(name, value.clone());
        }
        for (name, key, option) in keys {
            let mut value = HeaderValue::from_str(key).map_err(|_| {
                Error::config(*option, "cannot be sent: it holds a control character")
            })?;
            value.set_sensitive(true);
            headers.insert(HeaderName::from_static(name), value);
        }
        let mut hidden = secrets.0;
        hidden.extend(options.secrets());
        let plain = base.scheme() == "http";
        Ok(Self {
            courier: Courier::new(options, plain, ANSWER_BYTES, Secrets::new(hidden)),
            headers,
            base,
            mends,
        })
    }

    /// The same, for a side whose answers are lists.
    #[must_use]
    pub fn taking(mut self, answer_bytes: u64) -> Self {
        self.courier.take_bodies_of(answer_bytes);
        self
    }

    /// Makes the client, which fails where its files cannot be read.
    pub fn prepare(&self) -> Result<()> {
        self.courier.client().map(|_| ())
    }

    /// Sends one request and waits for the whole answer.
    pub fn send(
        &self,
        errand: Errand,
        around: &dyn Surroundings,
    ) -> std::result::Result<Reply, Trouble> {
        let mut url = self.base.clone();
        let prefix = self.base.path().trim_end_matches('/');
        url.set_path(&format!("{prefix}{}", errand.path));
        if !errand.query.is_empty() {
            url.query_pairs_mut().extend_pairs(errand.query);
        }
        let mut headers = self.headers.clone();
        for (name, value) in errand.headers {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        let (method, body) = match errand.verb {
            Verb::Get => (Method::GET, None),
            Verb::Post(body) => (Method::POST, Some(body)),
            Verb::Put(body) => (Method::PUT, Some(body)),
            Verb::Delete => (Method::DELETE, None),
        };
        let outgoing = Outgoing {
            method,
            url,
            headers,
            body,
        };
        let asked = self.courier.single(&outgoing, Deadline::NEVER, around);
        asked.map_err(|failure| self.trouble(failure))
    }

    /// An answer in words.
    #[must_use]
    pub fn stated(&self, reply: &Reply) -> String {
        self.courier.stated(reply, &self.base)
    }

    /// A text without the secrets that this wire knows.
    #[must_use]
    pub fn scrub(&self, text: &str) -> String {
        self.courier.scrub(text)
    }

    /// The wait that an answer asks for.
    #[must_use]
    pub fn wait(reply: &Reply, around: &dyn Surroundings) -> Option<Duration> {
        let quota = RateLimit {
            remaining: None,
            reset: Some(From::Header(RESET.to_owned())),
            reset_is_epoch: false,
        };
        patience::told(reply, Some(&quota), around.now())
    }

    /// What was asked since the last time, for the metrics.
    #[must_use]
    pub fn take_counts(&self) -> Counts {
        self.courier.take_counts()
    }

    fn trouble(&self, failure: Failure) -> Trouble {
        let host = redirect::host(&self.base);
        let words = |text: String| self.courier.scrub(&text);
        match failure {
            Failure::Cancelled => Trouble::Cancelled,
            Failure::Slow(how) => Trouble::Slow(words(format!("{host} {how}"))),
            Failure::Late { .. } => Trouble::Passing(format!("{host} did not answer in time")),
            Failure::TooLarge(_) => Trouble::Passing(format!(
                "the answer of {host} is larger than {} bytes",
                self.courier.body_bytes()
            )),
            Failure::Network(cause) => Trouble::Passing(words(format!("{host}: {cause}"))),
            Failure::Untrusted(cause) => Trouble::Lasting(words(format!(
                "the certificate of {host} is not trusted: {cause}; {}",
                self.mends.authority
            ))),
            Failure::Proxy => Trouble::Lasting(format!(
                "407: the proxy on the way to {host} wants to know who asks; {}",
                self.mends.proxy
            )),
        }
    }
}
