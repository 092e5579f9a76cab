//! Paths: where a value is in JSON.

use std::fmt;

use serde_json::Value;

/// The way to a value inside JSON: keys and indexes from the outside in; empty is the whole value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash, PartialOrd, Ord)]
pub struct Path(pub Vec<String>);

/// Several ways, of which the first that is present counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paths(pub Vec<Path>);

impl Path {
    /// The path a text names, such as `connector.slug`, `items.0.id` or `"a.b".c`; else what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() || !steps.is_empty() {
            let (step, after) = if let Some(quoted) = rest.strip_prefix('"') {
                quoted_step(quoted).ok_or_else(|| "a quote that is never closed".to_owned())?
            } else {
                let end = rest.find('.').unwrap_or(rest.len());
                if end == 0 {
                    return Err("a dot without a key beside it; a key with a dot is quoted, such as \"a.b\".c".to_owned());
                }
                (rest[..end].to_owned(), &rest[end..])
            };
            steps.push(step);
            if after.is_empty() {
                break;
            }
            rest = after
                .strip_prefix('.')
                .ok_or_else(|| "text after a closing quote; a dot goes between keys".to_owned())?;
        }
        Ok(Self(steps))
    }

    /// Whether this is the whole value.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// The value this leads to.
    #[must_use]
    pub fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(value, |inner, step| match inner {
            Value::Object(map) => map.get(step),
            Value::Array(items) => items.get(index(step)?),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        })
    }
}

impl Paths {
    /// The first value that is present; null counts as absent.
    #[must_use]
    pub fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0
            .iter()
            .filter_map(|path| path.find(value))
            .find(|found| !found.is_null())
    }
}

/// The position in a list that a step names, where it is one.
pub(crate) fn index(step: &str) -> Option<usize> {
    let plain = step.bytes().all(|byte| byte.is_ascii_digit());
    if plain { step.parse().ok() } else { None }
}

/// As `Path::parse` reads it.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            if step.is_empty() || step.contains(['.', '"', '\\']) {
                write!(f, "\"{}\"", step.replace('\\', r"\\").replace('"', "\\\""))?;
            } else {
                f.write_str(step)?;
            }
        }
        Ok(())
    }
}

/// The paths, with commas between them.
impl fmt::Display for Paths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.0.iter().map(Path::to_string).collect();
        f.write_str(&texts.join(", "))
    }
}

/// The key before the closing quote, and what follows the quote.
fn quoted_step(text: &str) -> Option<(String, &str)> {
    let mut step = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((step, &text[at + 1..])),
            '\\' => step.push(letters.next()?.1),
            _ => step.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn path(text: &str) -> Path {
        Path::parse(text).unwrap()
    }

    #[test]
    fn a_path_leads_through_mappings_and_lists() {
        let value = json!({"connector": {"slug": "slack"}, "items": [{"id": 7}], "a.b": {"c": 1}});
        assert_eq!(path("connector.slug").find(&value), Some(&json!("slack")));
        assert_eq!(path("items.0.id").find(&value), Some(&json!(7)));
        assert_eq!(path("\"a.b\".c").find(&value), Some(&json!(1)));
        assert_eq!(path("").find(&value), Some(&value));
        for nowhere in [
            "items.1",
            "items.x",
            "items.-1",
            "connector.slug.x",
            "a.b.c",
        ] {
            assert_eq!(path(nowhere).find(&value), None, "{nowhere}");
        }
    }

    #[test]
    fn a_number_is_a_key_where_there_is_a_mapping() {
        assert_eq!(path("0").find(&json!({"0": true})), Some(&json!(true)));
    }

    #[test]
    fn of_several_paths_the_first_that_is_present_counts_and_null_is_not() {
        let paths = Paths(vec![path("a"), path("b"), path("c")]);
        assert_eq!(
            paths.find(&json!({"a": null, "b": 2, "c": 3})),
            Some(&json!(2))
        );
        assert_eq!(paths.find(&json!({})), None);
    }

    #[test]
    fn a_path_that_means_nothing_says_why() {
        for (text, why) in [
            ("a..b", "a dot without a key"),
            (".a", "a dot without a key"),
            ("a.", "a dot without a key"),
            ("\"a", "never closed"),
            ("\"a\"b", "text after a closing quote"),
        ] {
            let problem = Path::parse(text).err().unwrap_or_default();
            assert!(problem.contains(why), "{text}: {problem}");
        }
    }

    proptest! {
        #[test]
        fn a_path_reads_back_as_it_is_written(steps in prop::collection::vec(".*", 0..5)) {
            let path = Path(steps);
            prop_assert_eq!(Path::parse(&path.to_string()), Ok(path));
        }

        #[test]
        fn no_text_makes_reading_a_path_panic(text in ".*") {
            let _ = Path::parse(&text);
        }
    }
}
