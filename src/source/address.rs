//! Addresses: where in a reply a value is read, and where in a request one is written.

use std::fmt;

use super::{From, Path, To};

const READABLE: &str =
    "one of body.PATH, header.NAME, link.REL, last.PATH, first.PATH, page, offset";
const WRITABLE: &str = "one of query.NAME, body.PATH, header.NAME, url";

impl From {
    /// The address a text names; else what is wrong with it. `start` is the first page's number or offset.
    pub fn parse(text: &str, start: Option<u64>) -> Result<Self, String> {
        let (place, name) = split(text);
        let path = || named(text, name).and_then(Path::parse);
        match place {
            "body" => Ok(Self::Body(path()?)),
            "last" => Ok(Self::Last(path()?)),
            "first" => Ok(Self::First(path()?)),
            "header" => Ok(Self::Header(header(text, name)?)),
            "link" => Ok(Self::Link(named(text, name)?.to_owned())),
            "page" if name.is_none() => Ok(Self::Page {
                start: start.unwrap_or(1),
            }),
            "offset" if name.is_none() => Ok(Self::Offset {
                start: start.unwrap_or(0),
            }),
            _ => Err(format!("expected {READABLE}, found `{text}`")),
        }
    }

    /// Whether the walk counts by itself (and no reply says where the next page is).
    #[must_use]
    pub fn is_counted(&self) -> bool {
        matches!(self, Self::Page { .. } | Self::Offset { .. })
    }
}

impl To {
    /// The address a text names; else what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (place, name) = split(text);
        match place {
            "query" => Ok(Self::Query(named(text, name)?.to_owned())),
            "body" => Ok(Self::Body(named(text, name).and_then(Path::parse)?)),
            "header" => Ok(Self::Header(header(text, name)?)),
            "url" if name.is_none() => Ok(Self::Url),
            _ => Err(format!("expected {WRITABLE}, found `{text}`")),
        }
    }
}

/// As `From::parse` reads it.
impl fmt::Display for From {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body(path) => write!(f, "body.{path}"),
            Self::Header(name) => write!(f, "header.{name}"),
            Self::Link(rel) => write!(f, "link.{rel}"),
            Self::Last(path) => write!(f, "last.{path}"),
            Self::First(path) => write!(f, "first.{path}"),
            Self::Page { .. } => f.write_str("page"),
            Self::Offset { .. } => f.write_str("offset"),
        }
    }
}

/// As `To::parse` reads it.
impl fmt::Display for To {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Query(name) => write!(f, "query.{name}"),
            Self::Body(path) => write!(f, "body.{path}"),
            Self::Header(name) => write!(f, "header.{name}"),
            Self::Url => f.write_str("url"),
        }
    }
}

/// The first word, and everything after its dot: names of parameters hold dots and brackets of their own.
fn split(text: &str) -> (&str, Option<&str>) {
    match text.split_once('.') {
        Some((place, name)) => (place, Some(name)),
        None => (text, None),
    }
}

fn named<'a>(text: &str, name: Option<&'a str>) -> Result<&'a str, String> {
    match name {
        Some(name) if !name.is_empty() => Ok(name),
        Some(_) | None => Err(format!("`{text}` names no place; a name goes after a dot")),
    }
}

fn header(text: &str, name: Option<&str>) -> Result<String, String> {
    let name = named(text, name)?;
    if is_header_name(name) {
        Ok(name.to_owned())
    } else {
        Err(format!("`{name}` is not the name of a header"))
    }
}

/// Whether HTTP allows a header of this name.
pub(super) fn is_header_name(name: &str) -> bool {
    reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn everything_after_query_is_the_parameters_name() {
        for name in ["page[cursor]", "filter[from]", "created_at.gte", "a.b"] {
            assert_eq!(
                To::parse(&format!("query.{name}")),
                Ok(To::Query(name.to_owned()))
            );
        }
    }

    #[test]
    fn addresses_read_back_as_they_are_written() {
        for text in [
            "body.meta.page.after",
            "header.X-Next",
            "link.next",
            "last.id",
            "first.id",
            "page",
            "offset",
        ] {
            assert_eq!(From::parse(text, None).unwrap().to_string(), text);
        }
        for text in [
            "query.cursor",
            "body.variables.after",
            "header.X-After",
            "url",
        ] {
            assert_eq!(To::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn pages_count_from_one_and_offsets_from_zero_unless_told() {
        assert_eq!(From::parse("page", None), Ok(From::Page { start: 1 }));
        assert_eq!(From::parse("offset", None), Ok(From::Offset { start: 0 }));
        assert_eq!(From::parse("page", Some(0)), Ok(From::Page { start: 0 }));
    }

    #[test]
    fn an_address_that_leads_nowhere_says_what_would() {
        for (text, why) in [
            ("bdy.next", "expected one of body.PATH"),
            ("body", "names no place"),
            ("body.", "names no place"),
            ("page.x", "expected one of body.PATH"),
            ("header.a b", "not the name of a header"),
            ("", "expected one of body.PATH"),
        ] {
            let problem = From::parse(text, None).err().unwrap_or_default();
            assert!(problem.contains(why), "{text}: {problem}");
        }
        let problem = To::parse("link.next").err().unwrap_or_default();
        assert_eq!(
            problem,
            "expected one of query.NAME, body.PATH, header.NAME, url, found `link.next`"
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_an_address_panic(text in "(body|query|header|link|last|page)?\\.?.*") {
            let _ = (From::parse(&text, None), To::parse(&text));
        }
    }
}
