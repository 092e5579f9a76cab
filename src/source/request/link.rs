//! URLs: the one that is configured, and those that replies lead to.

use std::fmt::Write;

use reqwest::Url;

use crate::error::{Error, Result};

/// An absolute http or https URL without a user, a query or a fragment; else what is wrong with it.
pub(crate) fn web_address(text: &str) -> std::result::Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|problem| format!("not a URL: {problem}"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("expected a URL that begins with https:// or http://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a user name or password goes under `credentials`, not into a URL".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("parameters go under `request.query`, not into this URL".to_owned());
    }
    Ok(url)
}

/// The URL that a reply to `from` names, absolute or relative: of the same origin, or refused.
pub(super) fn followed(from: &Url, next: &str) -> Result<Url> {
    let mut url = from.join(next).map_err(|problem| {
        Error::Shape(format!(
            "the next page's URL in the reply is none: {problem}"
        ))
    })?;
    if url.origin() != from.origin() {
        return Err(Error::Refused(format!(
            "the reply leads to {}, but credentials go to {} only; where both are the vendor's, set base_url to the first",
            origin(&url),
            origin(from)
        )));
    }
    // A user in a URL becomes a header of its own, and would replace the configured credentials.
    let cleared = url.set_username("").is_ok() && url.set_password(None).is_ok();
    url.set_fragment(None);
    if cleared {
        Ok(url)
    } else {
        Err(Error::Shape(
            "the next page's URL in the reply has no host".to_owned(),
        ))
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// A value as one step of a path, with everything encoded that could lead elsewhere.
pub(super) fn path_step(value: &str) -> Option<String> {
    if matches!(value, "" | "." | "..") {
        return None;
    }
    let mut step = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:@".contains(&byte) {
            step.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(step, "%{byte:02X}");
        }
    }
    Some(step)
}

/// Whether a value can stand in a host's name.
pub(super) fn is_host_part(value: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte);
    !value.is_empty() && value.bytes().all(fits)
}
