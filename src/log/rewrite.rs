//! One pass over a record's text: it is copied as it will be sent, and what the mapping asks for
//! is noted on the way.
//!
//! That the text is JSON is found on the way: a pass of its own for it was a tenth of all CPU.
//! Whatever stays as it is, is copied in as large pieces as
//! possible; a piece ends where something changes: white space between tokens goes (a line break
//! would end the log), as do dropped members; hidden values, opened strings, numbers that a
//! double would change and halves of surrogate pairs are written anew.

mod inside;
mod token;

use std::borrow::Cow;
use std::ops::Range;

use self::token::Origin;
use super::hidden::{Hasher, Hiding};
use super::plan::Node;
use super::sheet::{Mark, Sheet, Span};
use super::text;
use crate::json::Broken;

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
    pub(super) text: Span,
    /// Where it ends in the text it came from.
    pub(super) end: usize,
    /// Which of the sheet's marks are its own; a null is noted as missing.
    pub(super) marks: Range<usize>,
    /// The raw values, as JSON.
    pub(super) raws: Vec<Option<Cow<'a, str>>>,
    /// How many levels stand below a path that is of interest.
    pub(super) deepest: usize,
}

/// The record at a place of a text, read once and written onto a sheet.
pub(super) fn rewrite<'a>(
    rules: &Rules,
    text: &'a str,
    at: usize,
    sheet: &mut Sheet,
) -> Result<Rewritten<'a>, Broken> {
    let from = sheet.text.len();
    let first_mark = sheet.marks.len();
    sheet.marks.resize(first_mark + rules.marks, Mark::NONE);
    let mut pass = Pass {
        rules,
        out: &mut sheet.text,
        marks: &mut sheet.marks[first_mark..],
        raws: vec![None; rules.raws],
        unescaped: std::mem::take(&mut sheet.unescaped),
        deepest: 0,
    };
    let mut origin = Origin::new(text, at);
    let end = pass.value(&mut origin, at, &rules.root, Cow::Borrowed)?;
    pass.copy(&mut origin, end);
    let Pass {
        raws,
        unescaped,
        deepest,
        ..
    } = pass;
    sheet.unescaped = unescaped;
    Ok(Rewritten {
        text: sheet.since(from),
        end,
        marks: first_mark..sheet.marks.len(),
        raws,
        deepest,
    })
}

/// How a raw value is kept: borrowed from the record, or owned where it was opened.
type Keep<'t, 'a> = fn(&'t str) -> Cow<'a, str>;

struct Pass<'r, 'a> {
    rules: &'r Rules,
    out: &'r mut String,
    marks: &'r mut [Mark],
    raws: Vec<Option<Cow<'a, str>>>,
    unescaped: Vec<u8>,
    deepest: usize,
}

impl<'a> Pass<'_, 'a> {
    /// Reads the value at `at` and says where it ends, or where it breaks; so do all that follow.
    fn value<'t>(
        &mut self,
        origin: &mut Origin<'t>,
        at: usize,
        node: &Node,
        keep: Keep<'t, 'a>,
    ) -> Result<usize, Broken> {
        self.forget_below(node);
        let place = self.place(origin, at);
        let first = origin.byte(at);
        let end = match first {
            b'"' if node.opens => self.opened(origin, at, node)?,
            b'{' if node.is_inner() => self.object(origin, at, node, keep)?,
            b'[' if node.is_inner() => self.list(origin, at, node, keep)?,
            _ => self.plain(origin, at)?,
        };
        let there = first != b'n';
        if let Some(raw) = node.raw {
            self.raws[raw] = there.then(|| keep(origin.piece(at..end)));
        }
        if let Some(hiding) = node.hiding {
            self.hide(origin, place, end, hiding);
            self.unmark_below(node);
        }
        if let Some(mark) = node.mark {
            let dropped = node.hiding == Some(Hiding::Drop);
            self.marks[mark] = if there && !dropped {
                Mark::at(place..self.place(origin, end))
            } else {
                Mark::NONE
            };
        }
        Ok(end)
    }

    fn object<'t>(
        &mut self,
        origin: &mut Origin<'t>,
        at: usize,
        node: &Node,
        keep: Keep<'t, 'a>,
    ) -> Result<usize, Broken> {
        let mut at = self.space(origin, at + 1);
        let mut members = Members::begin(self.place(origin, at), b'}');
        let mut more = origin.byte(at) != b'}';
        while more {
            let (end, escaped) = self.string(origin, at)?;
            let written = origin.piece(at..end);
            let child = if escaped {
                node.keyed(&text::plain(written))
            } else {
                node.keyed(origin.piece(at + 1..end - 1))
            };
            let colon = self.space(origin, end);
            origin.expect(colon, b':')?;
            at = self.space(origin, colon + 1);
            at = match child {
                Some(child) => self.value(origin, at, child, keep)?,
                None => self.plain(origin, at)?,
            };
            (at, more) = self.next(origin, at, child, &mut members)?;
        }
        Ok(at + 1)
    }

    fn list<'t>(
        &mut self,
        origin: &mut Origin<'t>,
        at: usize,
        node: &Node,
        keep: Keep<'t, 'a>,
    ) -> Result<usize, Broken> {
        let mut at = self.space(origin, at + 1);
        let mut members = Members::begin(self.place(origin, at), b']');
        let mut index = 0;
        let mut more = origin.byte(at) != b']';
        while more {
            let child = node.indexed(index);
            at = match child {
                Some(child) => self.value(origin, at, child, keep)?,
                None => self.plain(origin, at)?,
            };
            (at, more) = self.next(origin, at, child, &mut members)?;
            index += 1;
        }
        Ok(at + 1)
    }

    /// After a member: takes it back if it is dropped; where the next one, or the close, is.
    fn next(
        &mut self,
        origin: &mut Origin<'_>,
        end: usize,
        child: Option<&Node>,
        members: &mut Members,
    ) -> Result<(usize, bool), Broken> {
        if child.is_some_and(|node| node.hiding == Some(Hiding::Drop)) {
            self.copy(origin, end);
            self.out.truncate(members.place);
        } else {
            members.kept = true;
        }
        let comma = self.space(origin, end);
        if origin.byte(comma) != b',' {
            origin.expect(comma, members.close)?;
            return Ok((comma, false));
        }
        members.place = self.place(origin, comma);
        if !members.kept {
            self.copy(origin, comma);
            origin.copied = comma + 1;
        }
        Ok((self.space(origin, comma + 1), true))
    }

    fn unmark_below(&mut self, node: &Node) {
        for mark in &node.marks_below {
            self.marks[*mark] = Mark::NONE;
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
    /// What ends the container.
    close: u8,
}

impl Members {
    fn begin(place: usize, close: u8) -> Self {
        Self {
            place,
            kept: false,
            close,
        }
    }
}
