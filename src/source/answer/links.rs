//! The Link header (RFC 8288).

use crate::source::Reply;

/// The URL that the reply's Link headers give for a relation.
pub(super) fn link<'a>(reply: &'a Reply, rel: &str) -> Option<&'a str> {
    reply
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("link"))
        .find_map(|(_, value)| within(value, rel))
}

fn within<'a>(header: &'a str, rel: &str) -> Option<&'a str> {
    let mut rest = header;
    loop {
        let (_, after) = rest.split_once('<')?;
        // Commas and semicolons are common in URLs, so a link ends at its bracket.
        let (url, after) = after.split_once('>')?;
        let end = parameters_end(after);
        if parameters(&after[..end]).any(|(name, value)| {
            name.eq_ignore_ascii_case("rel")
                && value
                    .split_ascii_whitespace()
                    .any(|word| word.eq_ignore_ascii_case(rel))
        }) {
            return Some(url.trim());
        }
        rest = &after[end..];
    }
}

/// Where the next link begins: at a comma outside quotes.
fn parameters_end(text: &str) -> usize {
    let mut quoted = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => return at,
            _ => {}
        }
    }
    text.len()
}

fn parameters(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(';').filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        Some((name.trim(), value.trim().trim_matches('"')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn next(headers: &[&str]) -> Option<String> {
        let reply = Reply {
            status: 200,
            headers: headers
                .iter()
                .map(|text| ("link".to_owned(), (*text).to_owned()))
                .collect(),
            body: Vec::new(),
        };
        link(&reply, "next").map(str::to_owned)
    }

    #[test]
    fn the_link_of_a_relation_is_found_however_it_is_written() {
        for headers in [
            &["<https://a/?x=1,2;3>; rel=\"next\""][..],
            &[
                "<https://a/self>; rel=self",
                "<https://a/?x=1,2;3>; rel=next",
            ],
            &[
                "<https://a/self>; rel=\"self\", <https://a/?x=1,2;3>; title=\"a, b\"; REL=\"last Next\"",
            ],
            &["<https://a/?x=1,2;3>;rel=next,<https://a/9>;rel=last"],
        ] {
            assert_eq!(
                next(headers).as_deref(),
                Some("https://a/?x=1,2;3"),
                "{headers:?}"
            );
        }
    }

    #[test]
    fn another_relation_is_not_it() {
        for headers in [
            &[][..],
            &["<https://a>; rel=prev"],
            &["<https://a>"],
            &["https://a; rel=next"],
            &["<https://a; rel=next"],
            &["<https://a>; title=\"rel=next\""],
        ] {
            assert_eq!(next(headers), None, "{headers:?}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_reading_panic(text in "[<>,;=\"a-z é]*") {
            let _ = next(&[&text]);
        }
    }
}
