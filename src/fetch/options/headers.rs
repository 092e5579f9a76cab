//! What goes with every request because the user says so: headers, user name and password.

use base64::Engine as _;
use reqwest::header::{HeaderName, HeaderValue};

use super::flag;
use crate::error::{Error, Result};
use crate::written::{Fields, Written};

/// The user's own headers.
#[derive(Clone, Default)]
pub(in crate::fetch) struct Headers {
    /// `headers`: instead of ours.
    pub(in crate::fetch) instead: Option<Vec<(HeaderName, HeaderValue)>>,
    /// `extra_headers`: beside all others.
    pub(in crate::fetch) extra: Vec<(HeaderName, HeaderValue)>,
}

/// Names only: values are often secrets.
impl std::fmt::Debug for Headers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all = self.instead.iter().flatten().chain(&self.extra);
        f.debug_list().entries(all.map(|(name, _)| name)).finish()
    }
}

/// `username` and `password`, as the header they become.
#[derive(Clone)]
pub(in crate::fetch) struct Basic {
    password: String,
    pub(in crate::fetch) encoded: String,
}

impl std::fmt::Debug for Basic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Basic")
    }
}

impl Headers {
    pub(super) fn read(instance: &Fields) -> Result<Self> {
        Ok(Self {
            instead: headers(&instance.at("headers"))?,
            extra: headers(&instance.at("extra_headers"))?.unwrap_or_default(),
        })
    }

    /// The values that look like secrets by their headers' names, and what follows a scheme in
    /// them.
    pub(super) fn secrets(&self) -> Vec<String> {
        let mut secrets = Vec::new();
        for (name, value) in self.instead.iter().flatten().chain(&self.extra) {
            let telling = ["auth", "cookie", "key", "secret", "token", "password"];
            if telling.iter().any(|word| name.as_str().contains(word)) {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                secrets.extend(value.split_whitespace().last().map(str::to_owned));
                secrets.push(value);
            }
        }
        secrets
    }
}

impl Basic {
    pub(super) fn read(instance: &Fields) -> Result<Option<Self>> {
        let username = instance.at("username").scalar()?;
        let password = instance.at("password").scalar()?;
        // As in other checks: by default Latin-1 where that is possible.
        let legacy = flag(&instance.at("use_legacy_auth_encoding"))?.unwrap_or(true);
        match (username, password) {
            (None, None) => Ok(None),
            (Some(username), Some(password)) => {
                let pair = format!("{username}:{password}");
                Ok(Some(Self {
                    encoded: encoded(&pair, legacy),
                    password,
                }))
            }
            (Some(_), None) => Err(instance
                .at("password")
                .problem("required beside `username`")),
            (None, Some(_)) => Err(instance
                .at("username")
                .problem("required beside `password`")),
        }
    }

    pub(super) fn secrets(&self) -> [String; 2] {
        [self.password.clone(), self.encoded.clone()]
    }
}

fn headers(written: &Written) -> Result<Option<Vec<(HeaderName, HeaderValue)>>> {
    if written.is_absent() {
        return Ok(None);
    }
    let mut headers = Vec::new();
    for (name, value) in written.texts()? {
        let at = format!("{}.{name}", written.at);
        headers.push(header(&name, &value).map_err(|problem| Error::config(at, problem))?);
    }
    Ok(Some(headers))
}

/// A header, or what is wrong with it (never its value: it is often a secret).
pub(in crate::fetch) fn header(
    name: &str,
    value: &str,
) -> std::result::Result<(HeaderName, HeaderValue), &'static str> {
    let name = HeaderName::from_bytes(name.trim().as_bytes())
        .map_err(|_| "not a header's name: letters, digits and dashes")?;
    let mut value = HeaderValue::from_bytes(value.trim().as_bytes())
        .map_err(|_| "not a header's value: it holds a line break or another control character")?;
    if name == "accept-encoding" && value != "gzip" && value != "identity" {
        return Err("only gzip or identity can be read here; leave it out for gzip");
    }
    value.set_sensitive(true);
    Ok((name, value))
}

fn encoded(pair: &str, latin1: bool) -> String {
    let narrow: std::result::Result<Vec<u8>, _> =
        pair.chars().map(|c| u8::try_from(u32::from(c))).collect();
    let bytes = match narrow {
        Ok(bytes) if latin1 => bytes,
        _ => pair.as_bytes().to_vec(),
    };
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::{Value, json};

    fn fields(instance: &Value) -> Fields<'_> {
        Written::new(instance, "instances[0]").any_fields().unwrap()
    }

    fn basic(instance: &Value) -> Result<Option<Basic>> {
        Basic::read(&fields(instance))
    }

    fn problem(instance: &Value) -> String {
        let error = Headers::read(&fields(instance)).err();
        error
            .or_else(|| basic(instance).err())
            .map(|error| error.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn basic_authentication_needs_both_halves() {
        assert!(problem(&json!({"username": "me"})).contains("password: required"));
        assert!(problem(&json!({"password": "hunter2"})).contains("username: required"));
        let both = json!({"username": "me", "password": "hunter2"});
        assert_eq!(basic(&both).unwrap().unwrap().encoded, "bWU6aHVudGVyMg==");
    }

    #[test]
    fn passwords_are_latin_1_by_default_and_utf_8_when_asked_or_needed() {
        assert_eq!(encoded("a:é", true), "YTrp");
        assert_eq!(encoded("a:é", false), "YTrDqQ==");
        assert_eq!(encoded("a:€", true), encoded("a:€", false));
    }

    #[test]
    fn a_header_that_cannot_be_sent_is_named_without_its_value() {
        let text = problem(&json!({"headers": {"X-Key": "hunter2\nEvil: 1"}}));
        assert!(
            text.starts_with("instances[0].headers.X-Key: not a header's value"),
            "{text}"
        );
        assert!(!text.contains("hunter2"));
        assert!(problem(&json!({"extra_headers": {"a b": "c"}})).contains("not a header's name"));
        assert!(problem(&json!({"headers": {"Accept-Encoding": "br"}})).contains("only gzip"));
    }

    #[test]
    fn values_of_headers_that_sound_secret_are_known_as_secrets() {
        let instance = json!({
            "headers": {"Authorization": "Token hunter2", "Accept": "text/plain"},
            "extra_headers": {"X-Api-Key": "hunter3"}
        });
        let secrets = Headers::read(&fields(&instance)).unwrap().secrets();
        assert_eq!(secrets, ["hunter2", "Token hunter2", "hunter3", "hunter3"]);
    }
}
