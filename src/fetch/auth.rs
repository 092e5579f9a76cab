//! How a request proves who sends it, beyond the source's own headers.

mod token;

use std::collections::BTreeMap;

use reqwest::Url;
use serde_json::Value;

use crate::error::{Error, Result};
pub use crate::source::Auth;
use crate::source::Reply;
pub(super) use token::{Fresh, Shelf};

impl Auth {
    /// What must not be seen.
    pub(super) fn secrets(&self) -> Vec<String> {
        match self {
            Self::Headers => Vec::new(),
            Self::Basic { username, password } => {
                vec![password.clone(), basic(username, password)]
            }
            Self::OAuth2 {
                client_secret,
                extra,
                ..
            } => std::iter::once(client_secret)
                .chain(extra.values())
                .cloned()
                .collect(),
        }
    }

    /// Where a token is asked for, and the form to ask with.
    pub(super) fn token_request(&self) -> Result<Option<(Url, String)>> {
        let Self::OAuth2 {
            token_url,
            client_id,
            client_secret,
            scope,
            audience,
            extra,
        } = self
        else {
            return Ok(None);
        };
        let url = web_url(token_url, "source.auth.oauth2.token_url")?;
        let mut fields = BTreeMap::from([
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", client_secret),
        ]);
        fields.extend(scope.as_ref().map(|scope| ("scope", scope.as_str())));
        fields.extend(audience.as_ref().map(|text| ("audience", text.as_str())));
        fields.extend(
            extra
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_str())),
        );
        let fields: Vec<(&str, &str)> = fields.into_iter().collect();
        Ok(Some((url, form(&fields))))
    }
}

/// The value of the Authorization header.
pub(super) fn basic(username: &str, password: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(format!("{username}:{password}"))
}

/// Fields as a form in a body.
pub(super) fn form(fields: &[(&str, &str)]) -> String {
    // The URL library is where the encoding of forms lives.
    let Ok(mut url) = Url::parse("http://form") else {
        return String::new();
    };
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap_or_default().to_owned()
}

/// An `http` or `https` URL with a host.
pub(super) fn web_url(text: &str, at: &str) -> Result<Url> {
    let url = Url::parse(text).ok();
    let url =
        url.filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some());
    let Some(url) = url else {
        let right = "expected a URL such as https://api.example.com/v1";
        return Err(Error::config(at, right));
    };
    if url.username().is_empty() && url.password().is_none() {
        return Ok(url);
    }
    // What stands there would be seen in every error, and is not sent.
    let right = "holds a user name or password; they belong into `username` and `password`";
    Err(Error::config(at, right))
}

/// The token in a good reply.
pub(super) fn granted(reply: &Reply, host: &str) -> Result<Fresh> {
    let value: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let token = value.get("access_token").and_then(Value::as_str);
    let Some(token) = token.filter(|token| !token.is_empty()) else {
        return Err(Error::Shape(format!(
            "{host} answered {} to the request for a token, but without an `access_token`; \
             check `token_url`",
            reply.status
        )));
    };
    // Some write the number as a text.
    let seconds = match value.get("expires_in") {
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(number) => number.as_f64(),
        None => None,
    };
    Ok(Fresh::new(token, seconds))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn oauth(extra: &[(&str, &str)]) -> Auth {
        Auth::OAuth2 {
            token_url: "https://login.example.com/token".to_owned(),
            client_id: "me".to_owned(),
            client_secret: "hunter2&".to_owned(),
            scope: Some("read logs".to_owned()),
            audience: None,
            extra: extra
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn the_token_is_asked_for_with_a_form() {
        let (url, form) = oauth(&[]).token_request().unwrap().unwrap();
        assert_eq!(url.as_str(), "https://login.example.com/token");
        assert_eq!(
            form,
            "client_id=me&client_secret=hunter2%26&grant_type=client_credentials&scope=read+logs"
        );
    }

    #[test]
    fn further_fields_win_over_ours() {
        let (_, form) = oauth(&[("grant_type", "account_credentials"), ("account_id", "7")])
            .token_request()
            .unwrap()
            .unwrap();
        assert!(form.contains("grant_type=account_credentials"), "{form}");
        assert!(!form.contains("client_credentials"), "{form}");
        assert!(form.contains("account_id=7"), "{form}");
    }

    #[test]
    fn a_token_url_that_is_none_is_refused_by_its_path() {
        for bad in ["login", "ftp://login.example.com", ""] {
            let error = web_url(bad, "source.auth.oauth2.token_url").unwrap_err();
            assert!(
                error
                    .to_string()
                    .starts_with("source.auth.oauth2.token_url: ")
            );
        }
    }

    #[test]
    fn a_reply_without_a_token_is_an_error() {
        for body in [
            "",
            "<html>",
            "{}",
            r#"{"access_token": 7}"#,
            r#"{"access_token": ""}"#,
        ] {
            let reply = Reply {
                status: 200,
                headers: Vec::new(),
                body: body.as_bytes().to_vec(),
            };
            assert!(
                matches!(granted(&reply, "h"), Err(Error::Shape(_))),
                "{body}"
            );
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        assert_eq!(format!("{:?}", oauth(&[])), "OAuth2");
    }
}
