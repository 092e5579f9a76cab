//! Templates: texts with `{name}` in them.
//!
//! Only a bare name between braces counts, so that the braces of GraphQL stay what they are.

/// A text between names, or a name.
#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    Name(&'a str),
}

/// The names in a text's braces.
pub(crate) fn names(text: &str) -> impl Iterator<Item = &str> {
    parts(text).into_iter().filter_map(|part| match part {
        Part::Name(name) => Some(name),
        Part::Text(_) => None,
    })
}

/// The text with every name replaced; nothing where one has no value.
pub(crate) fn filled<'v>(text: &str, value: impl Fn(&str) -> Option<&'v str>) -> Option<String> {
    let mut filled = String::with_capacity(text.len());
    for part in parts(text) {
        match part {
            Part::Text(plain) => filled.push_str(plain),
            Part::Name(name) => filled.push_str(value(name)?),
        }
    }
    Some(filled)
}

/// Whether a word can stand in braces.
pub(crate) fn is_name(word: &str) -> bool {
    let begins = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut plain_from = 0;
    for (open, _) in text.match_indices('{') {
        let inside = &text[open + 1..];
        let Some(length) = inside.find('}') else {
            break;
        };
        let word = &inside[..length];
        if is_name(word) {
            parts.push(Part::Text(&text[plain_from..open]));
            parts.push(Part::Name(word));
            plain_from = open + length + 2;
        }
    }
    parts.push(Part::Text(&text[plain_from..]));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn upper(name: &str) -> Option<&'static str> {
        match name {
            "org" => Some("acme"),
            "empty" => Some(""),
            _ => None,
        }
    }

    #[test]
    fn names_in_braces_are_replaced() {
        assert_eq!(
            filled("/o/{org}/x{empty}", upper).as_deref(),
            Some("/o/acme/x")
        );
        assert_eq!(filled("{org}{org}", upper).as_deref(), Some("acmeacme"));
        assert_eq!(filled("/o/{other}", upper), None);
    }

    #[test]
    fn braces_around_anything_else_stay() {
        for text in [
            "query { nodes { id } }",
            "{}",
            "{",
            "}{",
            "{a b}",
            "{0}",
            "{\"a\":1}",
        ] {
            assert_eq!(filled(text, upper).as_deref(), Some(text));
        }
        assert_eq!(filled("{ x {org} }", upper).as_deref(), Some("{ x acme }"));
    }

    #[test]
    fn what_is_filled_in_is_not_read_again() {
        let value = |name: &str| (name == "a").then_some("{a}");
        assert_eq!(filled("<{a}>", value).as_deref(), Some("<{a}>"));
    }

    proptest! {
        #[test]
        fn no_text_makes_filling_panic(text in "[{}a é]*") {
            let _ = filled(&text, |_| Some("x"));
        }
    }
}
