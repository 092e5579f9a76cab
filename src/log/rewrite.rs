//! One pass over a record's text: it is copied as it will be sent, and what the mapping asks for
//! is noted on the way.
//!
//! The text is known to be JSON. Whatever stays as it is, is copied in as large pieces as
//! possible; a piece ends where something changes: white space between tokens goes (a line break
//! would end the log), as do dropped members; hidden values, opened strings, numbers that a
//! double would change and halves of surrogate pairs are written anew.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr2;
use serde::de::IgnoredAny;

use super::decimal::double_keeps;
use super::hidden::{Hasher, Hiding, REDACTED};
use super::plan::Node;
use super::text;

/// A number no longer than this, and without an exponent, is kept by a double for certain.
const CERTAIN_BYTES: usize = 15;

/// What a mapping wants done with every record.
pub(super) struct Rules {
    /// All its paths.
    pub(super) root: Node,
    /// How many values are noted as they will be sent.
    pub(super) marks: usize,
    /// How many values are noted as the API gave them.
    pub(super) raws: usize,
    /// What hashes; there wherever something is to be hashed.
    pub(super) hasher: Option<Hasher>,
    /// Numbers that a double would change become strings.
    pub(super) doubles: bool,
}

/// A record as it will be sent, with what was noted.
#[derive(Debug)]
pub(super) struct Rewritten<'a> {
    /// The record.
    pub(super) text: String,
    /// Where the marked values stand in it; a null is noted as missing.
    pub(super) marks: Vec<Option<Range<usize>>>,
    /// The raw values, as JSON.
    pub(super) raws: Vec<Option<Cow<'a, str>>>,
}

/// A record, read once.
pub(super) fn rewrite<'a>(rules: &Rules, record: &'a str) -> Rewritten<'a> {
    let mut pass = Pass {
        rules,
        out: String::with_capacity(record.len()),
        marks: vec![None; rules.marks],
        raws: vec![None; rules.raws],
        unescaped: String::new(),
    };
    let mut from = From::new(record);
    let begin = pass.space(&mut from, 0);
    let end = pass.value(&mut from, begin, &rules.root, Cow::Borrowed);
    pass.copy(&mut from, end);
    Rewritten {
        text: pass.out,
        marks: pass.marks,
        raws: pass.raws,
    }
}

/// A text that is being copied.
struct From<'t> {
    text: &'t str,
    copied: usize,
}

impl<'t> From<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, copied: 0 }
    }

    /// The byte at a place; beyond the end a zero, which no JSON holds.
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn piece(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }
}

/// How a raw value is kept: borrowed from the record, or owned where it was opened.
type Keep<'t, 'a> = fn(&'t str) -> Cow<'a, str>;

struct Pass<'r, 'a> {
    rules: &'r Rules,
    out: String,
    marks: Vec<Option<Range<usize>>>,
    raws: Vec<Option<Cow<'a, str>>>,
    unescaped: String,
}

impl<'a> Pass<'_, 'a> {
    /// Reads the value at `at` and says where it ends; so do all that follow.
    fn value<'t>(
        &mut self,
        from: &mut From<'t>,
        at: usize,
        node: &Node,
        keep: Keep<'t, 'a>,
    ) -> usize {
        self.forget_below(node);
        let place = self.place(from, at);
        let first = from.byte(at);
        let end = match first {
            b'{' | b'[' => self.container(from, at, node, keep),
            b'"' if node.opens => self.opened(from, at, node),
            _ => self.plain(from, at),
        };
        let there = first != b'n';
        if let Some(raw) = node.raw {
            self.raws[raw] = there.then(|| keep(from.piece(at..end)));
        }
        if let Some(hiding) = node.hiding {
            self.hide(from, place, end, hiding);
            self.unmark_below(node);
        }
        if let Some(mark) = node.mark {
            let dropped = node.hiding == Some(Hiding::Drop);
            self.marks[mark] = (there && !dropped).then(|| place..self.place(from, end));
        }
        end
    }

    fn container<'t>(
        &mut self,
        from: &mut From<'t>,
        at: usize,
        node: &Node,
        keep: Keep<'t, 'a>,
    ) -> usize {
        match from.byte(at) {
            b'{' if node.is_inner() => self.object(from, at, node, keep),
            b'[' if node.is_inner() => self.list(from, at, node, keep),
            _ => self.plain(from, at),
        }
    }

    fn object<'t>(
        &mut self,
        from: &mut From<'t>,
        at: usize,
        node: &Node,
        keep: Keep<'t, 'a>,
    ) -> usize {
        let mut at = self.space(from, at + 1);
        let mut members = Members::begin(self.place(from, at));
        let mut more = from.byte(at) == b'"';
        while more {
            let (end, escaped) = self.string(from, at);
            let written = from.piece(at..end);
            let child = if escaped {
                node.keyed(&text::plain(written))
            } else {
                node.keyed(from.piece(at + 1..end - 1))
            };
            at = self.space(from, end);
            at = self.space(from, at + 1);
            at = match child {
                Some(child) => self.value(from, at, child, keep),
                None => self.plain(from, at),
            };
            (at, more) = self.next(from, at, child, &mut members);
        }
        at + 1
    }

    fn list<'t>(
        &mut self,
        from: &mut From<'t>,
        at: usize,
        node: &Node,
        keep: Keep<'t, 'a>,
    ) -> usize {
        let mut at = self.space(from, at + 1);
        let mut members = Members::begin(self.place(from, at));
        let mut index = 0;
        let mut more = from.byte(at) != b']';
        while more {
            let child = node.indexed(index);
            at = match child {
                Some(child) => self.value(from, at, child, keep),
                None => self.plain(from, at),
            };
            (at, more) = self.next(from, at, child, &mut members);
            index += 1;
        }
        at + 1
    }

    /// After a member: takes it back if it is dropped; where the next one, or the close, is.
    fn next(
        &mut self,
        from: &mut From<'_>,
        end: usize,
        child: Option<&Node>,
        members: &mut Members,
    ) -> (usize, bool) {
        if child.is_some_and(|node| node.hiding == Some(Hiding::Drop)) {
            self.copy(from, end);
            self.out.truncate(members.place);
        } else {
            members.kept = true;
        }
        let comma = self.space(from, end);
        if from.byte(comma) != b',' {
            return (comma, false);
        }
        members.place = self.place(from, comma);
        if !members.kept {
            self.copy(from, comma);
            from.copied = comma + 1;
        }
        (self.space(from, comma + 1), true)
    }

    /// A string, opened where it holds JSON.
    fn opened(&mut self, from: &mut From<'_>, at: usize, node: &Node) -> usize {
        let place = self.place(from, at);
        let (end, escaped) = self.string(from, at);
        let inside = from.piece(at + 1..end - 1);
        if !matches!(
            inside.as_bytes().first(),
            Some(b'{' | b'[' | b'"' | b'\\' | b' ')
        ) {
            return end;
        }
        let mut unescaped = std::mem::take(&mut self.unescaped);
        unescaped.clear();
        if escaped {
            text::unescape(inside, &mut unescaped);
        } else {
            unescaped.push_str(inside);
        }
        let json = unescaped.trim_matches([' ', '\n', '\r', '\t']);
        let first = json.as_bytes().first();
        if matches!(first, Some(b'{' | b'[')) && serde_json::from_str::<IgnoredAny>(json).is_ok() {
            self.copy(from, end);
            self.out.truncate(place);
            let mut inner = From::new(json);
            let owned: Keep<'_, 'a> = |raw| Cow::Owned(raw.to_owned());
            let inner_end = self.container(&mut inner, 0, node, owned);
            self.copy(&mut inner, inner_end);
        } else if node.hides_below && matches!(first, Some(b'{' | b'[' | b'"')) {
            // Cut or broken JSON: what is to be hidden in it cannot be found, so all of it is.
            self.replace(from, place, end, &text::quoted(REDACTED));
        }
        self.unescaped = unescaped;
        end
    }

    /// A value inside which nothing is of interest, however deep.
    fn plain(&mut self, from: &mut From<'_>, at: usize) -> usize {
        let mut at = at;
        let mut depth = 0_usize;
        loop {
            match from.byte(at) {
                b'"' => at = self.string(from, at).0,
                b'{' | b'[' => {
                    depth += 1;
                    at += 1;
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    at += 1;
                }
                b',' | b':' if depth > 0 => {
                    at += 1;
                    continue;
                }
                b' ' | b'\n' | b'\r' | b'\t' => {
                    at = self.space(from, at);
                    continue;
                }
                b'-' | b'0'..=b'9' => at = self.number(from, at),
                b't' | b'n' => at += "true".len(),
                b'f' => at += "false".len(),
                _ => return at.min(from.text.len()),
            }
            if depth == 0 {
                return at;
            }
        }
    }

    /// A string: where it ends, and whether anything in it is escaped.
    fn string(&mut self, from: &mut From<'_>, at: usize) -> (usize, bool) {
        let bytes = from.text.as_bytes();
        let mut at = at + 1;
        let mut escaped = false;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let Some(found) = memchr2(b'"', b'\\', rest) else {
                return (bytes.len(), escaped);
            };
            at += found;
            if bytes[at] == b'"' {
                return (at + 1, escaped);
            }
            escaped = true;
            if from.byte(at + 1) != b'u' {
                at += 2;
                continue;
            }
            let (meant, length) = text::escape(&bytes[at..]);
            let is_itself = length == 6 && from.piece(at + 2..at + 6).eq_ignore_ascii_case("fffd");
            if meant == char::REPLACEMENT_CHARACTER && !is_itself {
                self.copy(from, at);
                self.out.push_str("\\ufffd");
                from.copied = at + length;
            }
            at += length;
        }
    }

    fn number(&mut self, from: &mut From<'_>, at: usize) -> usize {
        let mut end = at + 1;
        let mut scaled = false;
        loop {
            match from.byte(end) {
                b'0'..=b'9' | b'.' | b'+' | b'-' => {}
                b'e' | b'E' => scaled = true,
                _ => break,
            }
            end += 1;
        }
        let certain = end - at <= CERTAIN_BYTES && !scaled;
        if self.rules.doubles && !certain {
            let number = from.piece(at..end);
            if !double_keeps(number) {
                let place = self.place(from, at);
                self.replace(from, place, end, &format!("\"{number}\""));
            }
        }
        end
    }

    /// Past white space, which is not copied.
    fn space(&mut self, from: &mut From<'_>, at: usize) -> usize {
        if !matches!(from.byte(at), b' ' | b'\n' | b'\r' | b'\t') {
            return at;
        }
        self.copy(from, at);
        let mut end = at + 1;
        while matches!(from.byte(end), b' ' | b'\n' | b'\r' | b'\t') {
            end += 1;
        }
        from.copied = end;
        end
    }

    fn hide(&mut self, from: &mut From<'_>, place: usize, end: usize, hiding: Hiding) {
        match (hiding, &self.rules.hasher) {
            // Its key goes too, which whoever reads the members sees to.
            (Hiding::Drop, _) => {}
            (Hiding::Hash, Some(hasher)) => {
                self.copy(from, end);
                let value = self.out.get(place..).unwrap_or_default();
                if value != "null" {
                    let hash = text::quoted(&hasher.hash(value));
                    self.replace(from, place, end, &hash);
                }
            }
            (Hiding::Redact | Hiding::Hash, _) => {
                self.replace(from, place, end, &text::quoted(REDACTED));
            }
        }
    }

    /// Writes something else over all that came since `place`.
    fn replace(&mut self, from: &mut From<'_>, place: usize, end: usize, with: &str) {
        self.copy(from, end);
        self.out.truncate(place);
        self.out.push_str(with);
    }

    fn copy(&mut self, from: &mut From<'_>, end: usize) {
        self.out.push_str(from.piece(from.copied..end));
        from.copied = end;
    }

    /// Where in the output the byte at `at` will stand.
    fn place(&self, from: &From<'_>, at: usize) -> usize {
        self.out.len() + at.saturating_sub(from.copied)
    }

    fn unmark_below(&mut self, node: &Node) {
        for mark in &node.marks_below {
            self.marks[*mark] = None;
        }
    }

    fn forget_below(&mut self, node: &Node) {
        self.unmark_below(node);
        for raw in &node.raws_below {
            self.raws[*raw] = None;
        }
    }
}

/// The members of a container, as far as they have been written.
struct Members {
    /// Where the output is cut if the present one is dropped: before its comma.
    place: usize,
    /// Whether one was kept, so that a comma belongs before the next.
    kept: bool,
}

impl Members {
    fn begin(place: usize) -> Self {
        Self { place, kept: false }
    }
}
