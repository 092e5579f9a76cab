//! A value within JSON text, found without reading what is around it.

use super::split::Split;
use crate::json::{self, Broken};
use crate::source::path::index;

/// The value at a path of a reply's body that is not among its records.
pub(super) fn beside<'a>(split: &Split<'a>, way: &[String], path: &[String]) -> Option<&'a str> {
    for (depth, step) in path.iter().enumerate() {
        let entries = split.levels.get(depth)?;
        // Of a key that is written twice the last one counts, as everywhere.
        if let Some((_, value)) = entries.iter().rev().find(|(key, _)| key == step) {
            return within(value, &path[depth + 1..]);
        }
        if way.get(depth) != Some(step) {
            return None;
        }
    }
    None
}

/// The value at a path within JSON text.
pub(super) fn within<'a>(text: &'a str, path: &[String]) -> Option<&'a str> {
    let mut found = None;
    follow(text, 0, path, &mut found).ok()?;
    found
}

/// Past the value at `at`; what is found at the path's end is left in `found`.
fn follow<'a>(
    text: &'a str,
    at: usize,
    path: &[String],
    found: &mut Option<&'a str>,
) -> Result<usize, Broken> {
    *found = None;
    let Some((step, ahead)) = path.split_first() else {
        let end = json::skip(text, at)?;
        *found = text.get(at..end);
        return Ok(end);
    };
    match json::byte(text, at) {
        b'{' => json::object(text, at, |key, at| {
            if json::key(key) == *step {
                follow(text, at, ahead, found)
            } else {
                json::skip(text, at)
            }
        }),
        b'[' => {
            let wanted = index(step);
            let mut item = 0;
            json::list(text, at, |at| {
                let this = item;
                item += 1;
                if Some(this) == wanted {
                    follow(text, at, ahead, found)
                } else {
                    json::skip(text, at)
                }
            })
        }
        _ => json::skip(text, at),
    }
}
