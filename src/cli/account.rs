//! A Datadog organisation: its site and two keys, and how Datadog is asked with them.

mod refusal;

use clap::Args;
use serde_json::Value;

use super::stop::Stop;
use crate::config::AgentFacts;
use crate::deliver::datadog::{SITES, Site};
use crate::fetch::{Errand, Hidden, Mends, Options, Reality, Trouble, Verb, Wire};
use crate::source::Reply;
use crate::written::{Written, nearest};
pub(crate) use refusal::Api;
use refusal::{Keys, Refused};

const VALIDATE: &str = "/api/v1/validate";

const MENDS: Mends = Mends {
    url: "--url",
    authority: "name its authority's file in the environment variable SSL_CERT_FILE",
    proxy: "put user name and password into its URL in the environment variable HTTPS_PROXY",
};

/// Which organisation, and who asks.
#[derive(Debug, Args)]
pub(crate) struct Account {
    /// The organisation's site [default: datadoghq.com]
    #[arg(long, env = "DD_SITE", global = true)]
    site: Option<String>,
    /// Instead of the site: scheme, host, port and at most a prefix
    #[arg(long, global = true)]
    url: Option<String>,
    /// An API key of the organisation
    #[arg(
        long,
        value_name = "KEY",
        env = "DD_API_KEY",
        hide_env_values = true,
        global = true
    )]
    api_key: Option<Key>,
    /// An application key of it
    #[arg(
        long,
        value_name = "KEY",
        env = "DD_APP_KEY",
        hide_env_values = true,
        global = true
    )]
    app_key: Option<Key>,
}

/// A key, printed as nothing.
#[derive(Clone)]
struct Key(String);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self(text.trim().to_owned())
    }
}

/// Datadog, as this organisation reaches it.
pub(crate) struct Datadog {
    wire: Wire,
    api: Api,
    /// Site or URL, as a person would look for it.
    told: String,
    keys: Keys,
}

impl Account {
    /// One of Datadog's APIs, for this organisation.
    pub(crate) fn opened(&self, api: Api) -> Result<Datadog, Stop> {
        let (base, told) = self.place()?;
        let key = given(
            self.api_key.as_ref(),
            "--api-key",
            "DD_API_KEY",
            "an API key",
        )?;
        let application = given(
            self.app_key.as_ref(),
            "--app-key",
            "DD_APP_KEY",
            "an application key",
        )?;
        let nothing = Value::Null;
        let none = Written::new(&nothing, "").any_fields()?;
        let options = Options::read(&none, &none, &AgentFacts::default())?;
        let keys = [
            ("dd-api-key", key, "--api-key"),
            ("dd-application-key", application, "--app-key"),
        ];
        let secrets = Hidden(vec![key.to_owned(), application.to_owned()]);
        Ok(Datadog {
            wire: Wire::new(&options, &base, &keys, secrets, MENDS)?.taking(api.answer_bytes),
            api,
            told,
            keys: Keys::of(key, application),
        })
    }

    /// Below what the API is, and the option that says so.
    fn place(&self) -> Result<(String, String), Stop> {
        if let Some(url) = &self.url {
            let site = Site::at_url(url).map_err(|wrong| Stop::usage(format!("--url: {wrong}")))?;
            return Ok((site, format!("--url {url}")));
        }
        let name = self.site.as_deref().map(str::trim);
        // A variable that is set to nothing is one that is not set.
        let name = name.filter(|name| !name.is_empty()).unwrap_or(SITES[0]);
        let site = Site::named(name).ok_or_else(|| {
            let hint = match nearest(name, &SITES) {
                Some(near) => format!("; did you mean {near}?"),
                None => String::new(),
            };
            Stop::usage(format!(
                "--site (or DD_SITE): expected one of {}, found {name}{hint}",
                SITES.join(", ")
            ))
        })?;
        Ok((site.api, format!("--site {name}")))
    }
}

fn given<'k>(
    key: Option<&'k Key>,
    option: &str,
    variable: &str,
    what: &str,
) -> Result<&'k str, Stop> {
    let key = key.map(|key| key.0.as_str()).filter(|key| !key.is_empty());
    key.ok_or_else(|| {
        Stop::usage(format!(
            "{what} is required: set {variable}, or give {option}"
        ))
    })
}

impl Datadog {
    /// What Datadog answers, as JSON; `doubt` is what to look at where it finds the request wrong.
    pub(crate) fn ask(
        &self,
        verb: Verb,
        path: &str,
        query: &[(&str, &str)],
        doubt: &str,
    ) -> Result<Value, Stop> {
        let reply = self.sent(verb, path, query)?;
        if (200..300).contains(&reply.status) {
            // Whatever comes back is shown, but no key.
            let text = self.wire.scrub(&reply.text());
            return serde_json::from_str(&text).map_err(|_| self.strange());
        }
        let refused = Refused {
            status: reply.status,
            stated: self.wire.stated(&reply),
            wait: Wire::wait(&reply, &Reality::default()),
            key_is_good: (reply.status == 403).then(|| self.key_is_good()).flatten(),
            doubt: doubt.to_owned(),
        };
        let words = refusal::words(&refused, self.api, self.keys, &self.told);
        Err(Stop::short(words))
    }

    /// What to say of an answer that is none of this API.
    pub(crate) fn strange(&self) -> Stop {
        Stop::short(format!(
            "the answer is not what Datadog's {} gives: check {}",
            self.api.name, self.told
        ))
    }

    /// Whether the API key alone is known; none where that cannot be found out.
    fn key_is_good(&self) -> Option<bool> {
        match self.sent(Verb::Get, VALIDATE, &[]).ok()?.status {
            200 => Some(true),
            401 | 403 => Some(false),
            _ => None,
        }
    }

    fn sent(&self, verb: Verb, path: &str, query: &[(&str, &str)]) -> Result<Reply, Stop> {
        let mut headers = vec![("accept", "application/json")];
        if matches!(verb, Verb::Post(_) | Verb::Put(_)) {
            headers.push(("content-type", "application/json"));
        }
        let errand = Errand {
            verb,
            path,
            query,
            headers: &headers,
        };
        self.wire.prepare()?;
        self.wire
            .send(errand, &Reality::default())
            .map_err(|trouble| {
                Stop::short(match trouble {
                    Trouble::Cancelled => "it was called off".to_owned(),
                    Trouble::Lasting(why) => why,
                    Trouble::Slow(why) | Trouble::Passing(why) => format!(
                        "{why}; check {} and the way there (HTTPS_PROXY, a firewall)",
                        self.told
                    ),
                })
            })
    }
}
