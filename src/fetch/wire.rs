//! One request to a destination: there and back once, and the answer is the caller's to judge.

use std::time::Duration;

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
use crate::source::Reply;

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

/// Brings requests to the one origin that a key is for.
pub struct Wire {
    base: Url,
    headers: HeaderMap,
    courier: Courier,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire")
            .field("origin", &redirect::origin(&self.base))
            .finish_non_exhaustive()
    }
}

impl Wire {
    /// To the origin of `base`, each request with `key` in the header of that name; `at` is where
    /// both are configured. Nothing is opened yet.
    pub fn new(
        options: &Options,
        base: &str,
        key: (&'static str, &str),
        secrets: Hidden,
        at: &str,
    ) -> Result<Self> {
        let base = auth::web_url(base, &format!("{at}.url"))?;
        let mut headers = HeaderMap::new();
        headers.insert("user-agent", HeaderValue::from_static(USER_AGENT));
        if let Some(basic) = &options.basic {
            headers.insert(AUTHORIZATION, basic_header(&basic.encoded)?);
        }
        let own = &options.headers;
        for (name, value) in own.instead.iter().flatten().chain(&own.extra) {
            headers.insert(name, value.clone());
        }
        let mut value = HeaderValue::from_str(key.1).map_err(|_| {
            Error::config(
                format!("{at}.api_key"),
                "cannot be sent: it holds a control character",
            )
        })?;
        value.set_sensitive(true);
        headers.insert(HeaderName::from_static(key.0), value);
        let mut hidden = secrets.0;
        hidden.extend(options.secrets());
        let plain = base.scheme() == "http";
        Ok(Self {
            courier: Courier::new(options, plain, ANSWER_BYTES, Secrets::new(hidden)),
            headers,
            base,
        })
    }

    /// Makes the client, which fails where its files cannot be read.
    pub fn prepare(&self) -> Result<()> {
        self.courier.client().map(|_| ())
    }

    /// Sends one request to a path below the base and waits for the whole answer.
    pub fn send(
        &self,
        path: &str,
        headers: &[(&'static str, &'static str)],
        body: Option<Vec<u8>>,
        around: &dyn Surroundings,
    ) -> std::result::Result<Reply, Trouble> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        let mut all = self.headers.clone();
        for (name, value) in headers {
            all.insert(*name, HeaderValue::from_static(value));
        }
        let outgoing = Outgoing {
            method: if body.is_some() {
                Method::POST
            } else {
                Method::GET
            },
            url,
            headers: all,
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

    /// The wait that an answer asks for.
    #[must_use]
    pub fn wait(reply: &Reply, around: &dyn Surroundings) -> Option<Duration> {
        patience::told(reply, None, around.now())
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
            Failure::Late => Trouble::Passing(format!("{host} did not answer in time")),
            Failure::TooLarge => Trouble::Passing(format!(
                "the answer of {host} is larger than {ANSWER_BYTES} bytes"
            )),
            Failure::Network(cause) => Trouble::Passing(words(format!("{host}: {cause}"))),
            Failure::Untrusted(cause) => Trouble::Lasting(words(format!(
                "the certificate of {host} is not trusted: {cause}; name its authority in \
                 `destination.tls_ca_cert`"
            ))),
            Failure::Proxy => Trouble::Lasting(format!(
                "407: the proxy on the way to {host} wants to know who asks; put user name and \
                 password into its URL in `destination.proxy`"
            )),
        }
    }
}
