//! The strings of a log that are long enough to be cut, each with its path.

use std::ops::Range;

use super::super::text;

/// No string is cut shorter than this: what is left would say nothing.
pub(super) const SHORTEST: usize = 32;

/// A path in `logwalk.truncated` is cut here.
const PATH_BYTES: usize = 200;

/// A string that may be cut.
pub(super) struct Long {
    pub(super) part: usize,
    /// What stands between its quotes, escapes included.
    pub(super) inside: Range<usize>,
    pub(super) path: String,
}

/// Notes every string of a part that is long enough to be cut, with its path.
pub(super) fn long_strings(part: usize, name: &str, json: &str, longs: &mut Vec<Long>) {
    let bytes = json.as_bytes();
    let mut path = name.to_owned();
    // For each container that is open: the path's length up to it, and its next index if a list.
    let mut open: Vec<(usize, Option<usize>)> = Vec::new();
    let mut is_key = false;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' => {
                open.push((path.len(), None));
                is_key = true;
            }
            b'[' => {
                open.push((path.len(), Some(0)));
                step(&mut path, "0");
            }
            b'}' | b']' => {
                if let Some((length, _)) = open.pop() {
                    path.truncate(length);
                }
                is_key = false;
            }
            b',' => {
                if let Some((length, index)) = open.last_mut() {
                    path.truncate(*length);
                    is_key = index.is_none();
                    if let Some(index) = index {
                        *index += 1;
                        step(&mut path, &index.to_string());
                    }
                }
            }
            b'"' => {
                let end = closing_quote(bytes, at + 1);
                let inside = at + 1..end;
                if is_key {
                    step(&mut path, &text::plain(&json[at..=end]));
                    is_key = false;
                } else if inside.len() > SHORTEST {
                    let path = path.clone();
                    longs.push(Long { part, inside, path });
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
}

fn closing_quote(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len().saturating_sub(1)
}

fn step(path: &mut String, key: &str) {
    if path.len() >= PATH_BYTES {
        return;
    }
    let key = &key[..key.floor_char_boundary(PATH_BYTES)];
    path.push('.');
    if key.contains('.') {
        path.push('"');
        path.push_str(key);
        path.push('"');
    } else {
        path.push_str(key);
    }
}
