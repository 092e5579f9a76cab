//! What an API said went wrong, in a line that people can read and that holds no secret.

use base64::Engine as _;
use parking_lot::Mutex;
use serde_json::Value;

use crate::source::Reply;

/// As much of a vendor's text as a line of log can bear.
const LONGEST: usize = 200;

/// Shorter secrets would blot out half of every text.
const SHORTEST_SECRET: usize = 4;

/// A text that an error is looked for in; the rest of a longer one is not for people.
const LOOKED_AT: usize = 64 * 1024;

/// What must not be seen in any text.
#[derive(Default)]
pub(super) struct Secrets {
    written: Vec<String>,
    /// The latest tokens, granted on the way.
    granted: Mutex<Vec<String>>,
}

/// A token that was refused may still be spoken of when the next is there.
const TOKENS: usize = 2;

impl Secrets {
    /// The secrets, and the shapes in which they are sent.
    pub(super) fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut all = Vec::new();
        for secret in secrets {
            if secret.len() < SHORTEST_SECRET {
                continue;
            }
            let form = super::auth::form(&[("", &secret)]);
            all.push(form.trim_start_matches('=').to_owned());
            let quoted = Value::from(secret.as_str()).to_string();
            let escaped = quoted
                .strip_prefix('"')
                .and_then(|text| text.strip_suffix('"'));
            all.extend(escaped.map(str::to_owned));
            all.push(base64::engine::general_purpose::STANDARD.encode(&secret));
            all.push(secret);
        }
        all.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
        all.dedup();
        Self {
            written: all,
            granted: Mutex::default(),
        }
    }

    /// A token is a secret as well.
    pub(super) fn learn(&self, token: &str) {
        let mut granted = self.granted.lock();
        if granted.iter().all(|known| known != token) {
            granted.push(token.to_owned());
            let surplus = granted.len().saturating_sub(TOKENS);
            granted.drain(..surplus);
        }
    }

    /// A text without the secrets.
    pub(super) fn scrub(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        let granted = self.granted.lock();
        for secret in self.written.iter().chain(&*granted) {
            if clean.contains(secret.as_str()) {
                clean = clean.replace(secret.as_str(), "[secret]");
            }
        }
        clean
    }
}

/// What the body of a reply says went wrong; empty where it says nothing.
pub(super) fn said(reply: &Reply, secrets: &Secrets) -> String {
    let text = reply.text();
    let said = match serde_json::from_str::<Value>(&text) {
        Ok(value) => error(&value).unwrap_or_else(|| plain(&text)),
        Err(_) => title(&text).unwrap_or_else(|| plain(&text)),
    };
    // Before it is cut: half a secret is still one.
    short(&secrets.scrub(&said))
}

/// The start of a text that no people wrote.
fn plain(text: &str) -> String {
    text.chars().take(LOOKED_AT).collect()
}

/// The text in any of the places where vendors put it.
fn error(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => items.iter().find_map(error),
        Value::Object(map) => {
            let code = map.get("error").and_then(Value::as_str);
            let description = map.get("error_description").and_then(Value::as_str);
            if let (Some(code), Some(description)) = (code, description) {
                return Some(format!("{code}: {description}"));
            }
            let places = [
                "error",
                "errors",
                "message",
                "errorSummary",
                "error_description",
                "detail",
                "details",
                "title",
                "msg",
                "reason",
                "description",
            ];
            places
                .iter()
                .filter_map(|place| map.get(*place))
                .find_map(error)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
    .filter(|text| !text.trim().is_empty())
}

/// The title of a page.
fn title(text: &str) -> Option<String> {
    let start: String = text.chars().take(LOOKED_AT).collect();
    let lower = start.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let begin = open + lower.get(open..)?.find('>')? + 1;
    let end = begin + lower.get(begin..)?.find("</title")?;
    let title = start.get(begin..end)?.trim();
    (!title.is_empty()).then(|| format!("a web page, \"{title}\""))
}

/// On one line, without control characters, and cut.
fn short(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let cut: String = line.chars().take(LONGEST).collect();
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> String {
        let reply = Reply {
            status: 400,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        };
        said(
            &reply,
            &Secrets::new(["hunter2".to_owned(), "a/b+c d\"".to_owned()]),
        )
    }

    #[test]
    fn the_vendors_text_is_found_where_vendors_put_it() {
        for body in [
            r#"{"error":{"code":"x","message":"it broke"}}"#,
            r#"{"errors":["it broke","and more"]}"#,
            r#"{"errors":[{"status":400,"detail":"it broke"}]}"#,
            r#"{"message":"it broke"}"#,
            r#"{"errorCode":"E1","errorSummary":"it broke"}"#,
            r#"{"error":"it broke"}"#,
            r#"{"error":null,"errors":[],"message":"it broke"}"#,
            r#""it broke""#,
            "it broke",
            "  it\r\n\tbroke\u{0}",
        ] {
            assert_eq!(of(body), "it broke", "{body}");
        }
        assert_eq!(
            of(r#"{"error":"invalid_client","error_description":"who?"}"#),
            "invalid_client: who?"
        );
    }

    #[test]
    fn a_page_is_known_by_its_title() {
        let page = "<html><head><TITLE lang=en> 502 Bad\nGateway </TITLE></head>...";
        assert_eq!(of(page), "a web page, \"502 Bad Gateway\"");
        assert_eq!(of("<html>no title"), "<html>no title");
    }

    #[test]
    fn json_without_a_known_place_and_empty_bodies_are_no_panic() {
        assert_eq!(of(r#"{"code":7}"#), r#"{"code":7}"#);
        assert_eq!(of(""), "");
        assert_eq!(of("\u{130}<title>"), "\u{130}<title>");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let text = of(&"é".repeat(1_000_000));
        assert_eq!(text.chars().count(), LONGEST + 1);
        assert!(text.ends_with('…'));
    }

    #[test]
    fn no_secret_is_echoed_in_any_shape_and_not_by_half() {
        assert_eq!(
            of(r#"{"message":"key hunter2 is bad"}"#),
            "key [secret] is bad"
        );
        assert_eq!(of("url ?k=a%2Fb%2Bc+d%22"), "url ?k=[secret]");
        assert_eq!(
            of(r#"broken json {"k":"a/b+c d\""#),
            r#"broken json {"k":"[secret]"#
        );
        assert_eq!(of("Basic aHVudGVyMg=="), "Basic [secret]");
        let edge = format!("{}hunter2", "x".repeat(LONGEST - 3));
        assert!(!of(&edge).contains("hun"));
    }

    #[test]
    fn the_latest_tokens_are_secrets() {
        let secrets = Secrets::default();
        for token in ["token1", "token2", "token2", "token3"] {
            secrets.learn(token);
        }
        assert_eq!(
            secrets.scrub("token1 token2 token3"),
            "token1 [secret] [secret]"
        );
    }

    #[test]
    fn a_secret_of_a_few_letters_does_not_blot_out_everything() {
        assert_eq!(
            Secrets::new(["a".to_owned(), String::new()]).scrub("banana"),
            "banana"
        );
    }
}
