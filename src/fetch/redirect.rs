//! Where a redirect leads: on within the origin, and never out of it, for the credentials would go along.

use reqwest::Url;

use crate::error::{Error, Result};
use crate::source::Reply;

/// A chain of more is a loop.
pub(super) const MOST: u32 = 10;

/// A URL's origin as people write it.
pub(super) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// A URL's host as people write it.
pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or("nowhere");
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The URL a redirect leads to.
pub(super) fn target(from: &Url, reply: &Reply, refused: bool) -> Result<Url> {
    let status = reply.status;
    let here = origin(from);
    let location = reply.header("location").unwrap_or_default();
    let Ok(mut to) = from.join(location) else {
        return Err(Error::Refused(format!(
            "{here} answered {status} with a location that is no URL; check `base_url`"
        )));
    };
    if location.is_empty() {
        return Err(Error::Refused(format!(
            "{here} answered {status} without saying where to go; check `base_url`"
        )));
    }
    let there = origin(&to);
    if refused {
        return Err(Error::Refused(format!(
            "{here} answered {status}, a redirect to {there}, and `allow_redirects` is false"
        )));
    }
    if to.origin() != from.origin() {
        return Err(Error::Refused(format!(
            "{here} answered {status}, a redirect to {there}: credentials are sent to {here} only; \
             if {there} is the API, make it the `base_url`"
        )));
    }
    // A location cannot choose another user.
    let _ = to.set_username("");
    let _ = to.set_password(None);
    to.set_fragment(None);
    Ok(to)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn redirected(location: Option<&str>, refused: bool) -> Result<String> {
        let from = Url::parse("https://api.example.com/logs?key=hunter2").unwrap();
        let reply = Reply {
            status: 301,
            headers: location
                .map(|text| ("location".to_owned(), text.to_owned()))
                .into_iter()
                .collect(),
            body: Vec::new(),
        };
        target(&from, &reply, refused).map(String::from)
    }

    #[test]
    fn within_the_origin_a_redirect_is_followed() {
        for (location, url) in [
            ("/logs/?a=1", "https://api.example.com/logs/?a=1"),
            ("other", "https://api.example.com/other"),
            (
                "https://api.example.com:443/x#y",
                "https://api.example.com/x",
            ),
            (
                "https://me:pass@api.example.com/x",
                "https://api.example.com/x",
            ),
        ] {
            assert_eq!(redirected(Some(location), false).as_deref(), Ok(url));
        }
    }

    #[test]
    fn out_of_the_origin_it_is_refused_naming_both() {
        for (location, there) in [
            ("https://evil.example.com/logs", "https://evil.example.com"),
            ("http://api.example.com/logs", "http://api.example.com"),
            (
                "https://api.example.com:8443/",
                "https://api.example.com:8443",
            ),
            ("//evil.example.com/logs", "https://evil.example.com"),
        ] {
            let text = redirected(Some(location), false).unwrap_err().to_string();
            assert!(
                text.contains("https://api.example.com answered 301"),
                "{text}"
            );
            assert!(text.contains(&format!("a redirect to {there}:")), "{text}");
            assert!(!text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn one_that_leads_nowhere_is_refused() {
        assert!(
            redirected(None, false)
                .unwrap_err()
                .to_string()
                .contains("without saying")
        );
        assert!(redirected(Some(""), false).is_err());
        assert!(
            redirected(Some("https://["), false)
                .unwrap_err()
                .to_string()
                .contains("no URL")
        );
    }

    #[test]
    fn none_is_followed_where_that_is_forbidden() {
        let text = redirected(Some("/logs/"), true).unwrap_err().to_string();
        assert!(text.contains("`allow_redirects` is false"), "{text}");
    }
}
