//! Lines as they are written down: some ten bytes each, as base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::chunk::Line;

/// Eight bytes of a key, then the length in sevens of bits, the least first.
pub(super) fn to_text(lines: &[Line]) -> String {
    let mut bytes = Vec::with_capacity(lines.len() * 10);
    for line in lines {
        bytes.extend(line.key.to_be_bytes());
        let mut rest = line.bytes;
        while rest >= 0x80 {
            bytes.push(low_seven(rest) | 0x80);
            rest >>= 7;
        }
        bytes.push(low_seven(rest));
    }
    STANDARD.encode(bytes)
}

fn low_seven(number: u32) -> u8 {
    (number & 0x7f) as u8
}

pub(super) fn to_lines(text: &str) -> Option<Vec<Line>> {
    let bytes = STANDARD.decode(text).ok()?;
    let mut rest = bytes.as_slice();
    let mut lines = Vec::with_capacity(rest.len() / 9);
    while !rest.is_empty() {
        let (key, after) = rest.split_first_chunk::<8>()?;
        let mut length: u32 = 0;
        let mut used = 0;
        for byte in after {
            let part = u32::from(byte & 0x7f);
            length |= part
                .checked_shl(7 * used)
                .filter(|shifted| shifted >> (7 * used) == part)?;
            used += 1;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let ended = after
            .get(..used as usize)?
            .last()
            .is_some_and(|byte| byte & 0x80 == 0);
        if !ended {
            return None;
        }
        rest = after.get(used as usize..)?;
        lines.push(Line {
            key: u64::from_be_bytes(*key),
            bytes: length,
        });
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_nobody_sent_is_not_read() {
        for text in ["!", "AAAA", "AAAAAAAAAACA", "AAAAAAAAAAD//////w8="] {
            assert_eq!(to_lines(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn lines_come_back_as_they_were(
            keys in proptest::collection::vec((any::<u64>(), any::<u32>()), 0..50)
        ) {
            let lines: Vec<Line> =
                keys.into_iter().map(|(key, bytes)| Line { key, bytes }).collect();
            prop_assert_eq!(to_lines(&to_text(&lines)).unwrap(), lines);
        }
    }
}
