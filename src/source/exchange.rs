//! What goes between the walk, a source and the network: asked, called, replied, answered.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::json::{self, Broken};
use crate::time::Time;

/// What a source is filled in with: the user's own values.
#[derive(Clone, Default)]
pub struct Filling {
    /// Overrides the source's.
    pub base_url: Option<String>,
    /// Settings by name, defaults included.
    pub settings: BTreeMap<String, String>,
    /// Credentials by name: never printed.
    pub credentials: BTreeMap<String, String>,
    /// Further query parameters; they win over the source's.
    pub query: BTreeMap<String, String>,
}

/// Names only: a filling holds secrets.
impl std::fmt::Debug for Filling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&String> = self.credentials.keys().collect();
        f.debug_struct("Filling")
            .field("base_url", &self.base_url)
            .field("settings", &self.settings)
            .field("credentials", &names)
            .finish_non_exhaustive()
    }
}

/// What the walk wants to know of the API next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ask {
    /// Where a page before has led to; for counted pages the number itself.
    pub cursor: Option<String>,
    /// Records from this moment on, this moment included.
    pub since: Option<Time>,
    /// Records up to this moment, this moment included.
    pub until: Option<Time>,
    /// Records on a page, where the source can be asked.
    pub page_size: Option<u32>,
}

/// One HTTP request, ready to be sent but for what `auth` adds.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// POST (and not GET).
    pub post: bool,
    /// Absolute, with its query.
    pub url: String,
    /// Names as written.
    pub headers: Vec<(String, String)>,
    /// The JSON body.
    pub body: Option<Vec<u8>>,
}

/// The method and URL without its query: headers hold secrets, and so may a query.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bare = self.url.split(['?', '#']).next().unwrap_or_default();
        write!(f, "{} {bare}", if self.post { "POST" } else { "GET" })
    }
}

/// One HTTP reply, whole.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// Decompressed.
    pub body: Vec<u8>,
}

impl Reply {
    /// The first header of a name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body as text; what is not UTF-8 becomes U+FFFD, so that one broken record fails no page.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match simdutf8::basic::from_utf8(&self.body) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(&self.body),
        }
    }
}

/// One record as it stands in a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record<'a> {
    /// Valid JSON of any kind, without white space around it.
    Json(&'a str),
    /// A line that is no JSON (newline-delimited replies only).
    Broken(&'a str),
}

/// What reads a reply's records while its body is taken apart, each from its first byte.
pub trait Reads<'a> {
    /// Reads the record at `at` and says where it ends, or where its text breaks; then what was
    /// read counts for nothing, as it does where the body breaks behind it.
    fn json(&mut self, text: &'a str, at: usize) -> Result<usize, Broken>;

    /// Takes back what `json` has just read of this line: it is no JSON, at least not to its end
    /// (newline-delimited replies only).
    fn broken(&mut self, line: &'a str);
}

/// Reads nothing of a record but that it is JSON.
#[derive(Debug, Clone, Copy)]
pub struct Unread;

impl<'a> Reads<'a> for Unread {
    fn json(&mut self, text: &'a str, at: usize) -> Result<usize, Broken> {
        json::skip(text, at)
    }

    fn broken(&mut self, _line: &'a str) {}
}

/// What one reply says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer<'a> {
    /// The records, in the reply's order.
    pub records: Vec<Record<'a>>,
    /// Where the next page is, where the reply says; null and "" are none. Not for counted pages.
    pub next: Option<String>,
    /// Whether there is more, where the reply says.
    pub more: Option<bool>,
    /// Why this is not the whole answer, where the reply says so.
    pub partial: Option<String>,
    /// What the API warned of without holding anything back.
    pub warnings: Vec<String>,
}
