//! Paths as a mapping writes them.

use super::plan::{EVERY, Plan};
use crate::error::Result;
use crate::source::Path;
use crate::written::Written;

/// The keys of a mapping.
pub(super) const KEYS: [&str; 11] = [
    "source",
    "service",
    "namespace",
    "message",
    "status",
    "attributes",
    "tags",
    "decode",
    "drop",
    "redact",
    "hash",
];

/// Paths are walked by recursion; no record is meant to be read deeper than this.
const MOST_STEPS: usize = 64;

/// Every `*` may double the work of making a plan.
const MOST_EVERY: usize = 3;

/// The path a text writes: keys and indexes with dots between, a key with a dot in quotes.
pub(super) fn path(written: &Written<'_>, text: &str) -> Result<Path> {
    let wrong = |what: &str| {
        written.problem(format!(
            "`{text}` is no path: {what}; write keys with dots between, such as connector.slug, and a key with a dot in quotes"
        ))
    };
    let mut steps = Vec::new();
    let mut rest = text.trim();
    loop {
        let (step, after) = if let Some(quoted) = rest.strip_prefix('"') {
            let closed = quoted.split_once('"');
            closed.ok_or_else(|| wrong("a quote is not closed"))?
        } else {
            let end = rest.find('.').unwrap_or(rest.len());
            if end == 0 {
                return Err(wrong("a key is empty"));
            }
            rest.split_at(end)
        };
        steps.push(step.to_owned());
        if after.is_empty() {
            break;
        }
        rest = after
            .strip_prefix('.')
            .ok_or_else(|| wrong("a dot is missing after a quote"))?;
    }
    if steps.len() > MOST_STEPS {
        return Err(wrong("it has more than 64 steps"));
    }
    Ok(Path(steps))
}

/// The paths of a list, in which `*` stands for every item or member.
pub(super) fn paths(written: &Written<'_>) -> Result<Vec<Path>> {
    let mut paths = Vec::new();
    for item in written.items()? {
        let text = item.scalar()?.unwrap_or_default();
        let path = path(&item, &text)?;
        if path.0.iter().filter(|step| *step == EVERY).count() > MOST_EVERY {
            return Err(item.problem("a path may hold at most three `*`"));
        }
        paths.push(path);
    }
    Ok(paths)
}

/// The marks of a path, or of a list of paths of which the first present one counts.
pub(super) fn marks(written: &Written<'_>, plan: &mut Plan) -> Result<Vec<usize>> {
    let items = if written.value.is_array() {
        written.items()?
    } else if written.is_absent() {
        Vec::new()
    } else {
        vec![written.clone()]
    };
    let mut marks = Vec::new();
    for item in items {
        let Some(text) = item.scalar()? else {
            return Err(item.wrong("a path"));
        };
        let path = path(&item, &text)?;
        if path.0.iter().any(|step| step == EVERY) {
            return Err(item.problem("`*` works in decode, drop, redact and hash only"));
        }
        marks.push(plan.mark(&path));
    }
    Ok(marks)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> std::result::Result<Vec<String>, String> {
        let value = json!(text);
        path(&Written::new(&value, "log.drop[0]"), text)
            .map(|path| path.0)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_path_is_keys_with_dots_between_and_a_key_with_a_dot_is_quoted() {
        assert_eq!(read("a.b.0").unwrap(), ["a", "b", "0"]);
        assert_eq!(read("\"a.b\".c").unwrap(), ["a.b", "c"]);
        assert_eq!(read("c.\"a.b\"").unwrap(), ["c", "a.b"]);
    }

    #[test]
    fn what_is_no_path_is_named_with_the_reason() {
        for wrong in ["", ".", "a.", ".a", "a..b", "\"a", "\"a\"b"] {
            let problem = read(wrong).unwrap_err();
            assert!(problem.starts_with("log.drop[0]: "), "{problem}");
            assert!(problem.contains("is no path"), "{problem}");
        }
        assert!(read(&"a.".repeat(70)).is_err());
        assert!(read(&["a"; 65].join(".")).is_err());
        assert!(read(&["a"; 64].join(".")).is_ok());
    }
}
