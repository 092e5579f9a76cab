//! One pass over a record's text: it is copied as it will be sent, and what the mapping asks for
//! is noted on the way.
//!
//! That the text is JSON is found on the way: a pass of its own for it was a tenth of all CPU.
//! Whatever stays as it is, is copied in as large pieces as
//! possible; a piece ends where something changes: white space between tokens goes (a line break
//! would end the log), as do dropped members; hidden values, opened strings, numbers that a
//! double would change and halves of surrogate pairs are written anew.

mod inside;
mod peel;
mod token;

use std::ops::Range;

use self::token::Origin;
use super::hidden::{Hasher, Hiding};
use super::plan::Node;
use super::sheet::{Mark, Raw, Sheet, Span};
use super::text;
use crate::json::Broken;

/// So many members in a row may be missing that came in other objects; of the first that comes
/// behind more of them the key is read.
const MOST_MISSING: usize = 3;

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

/// A record as it will be sent, with what was noted; its raw values are the sheet's.
#[derive(Debug)]
pub(super) struct Rewritten {
    /// The record.
    pub(super) text: Span,
    /// Where it ends in the text it came from.
    pub(super) end: usize,
    /// Which of the sheet's marks are its own; a null is noted as missing.
    pub(super) marks: Range<usize>,
    /// How many levels stand below a path that is of interest.
    pub(super) deepest: usize,
}

/// The record at a place of a text, read once and written onto a sheet.
pub(super) fn rewrite(
    rules: &Rules,
    text: &str,
    at: usize,
    sheet: &mut Sheet,
) -> Result<Rewritten, Broken> {
    let from = sheet.text.len();
    let first_mark = sheet.marks.len();
    sheet.marks.resize(first_mark + rules.marks, Mark::NONE);
    let raws = &mut sheet.raws;
    raws.opened.clear();
    raws.places.clear();
    raws.places.resize(rules.raws, Raw::Missing);
    let mut pass = Pass {
        rules,
        out: &mut sheet.text,
        marks: &mut sheet.marks[first_mark..],
        raws: &mut raws.places,
        opened: &mut raws.opened,
        unescaped: std::mem::take(&mut sheet.unescaped),
        deepest: 0,
    };
    let mut origin = Origin::new(text, at);
    let end = pass.first_value(&mut origin, at, &rules.root);
    if let Ok(end) = end {
        pass.copy(&mut origin, end);
    }
    let deepest = pass.deepest;
    sheet.unescaped = pass.unescaped;
    Ok(Rewritten {
        text: sheet.since(from),
        end: end?,
        marks: first_mark..sheet.marks.len(),
        deepest,
    })
}

struct Pass<'r> {
    rules: &'r Rules,
    out: &'r mut String,
    marks: &'r mut [Mark],
    raws: &'r mut [Raw],
    /// The raw values that were found inside strings.
    opened: &'r mut String,
    unescaped: Vec<u8>,
    deepest: usize,
}

impl Pass<'_> {
    /// Reads the value at `at` and says where it ends, or where it breaks; so do all that follow.
    fn value(&mut self, origin: &mut Origin<'_>, at: usize, node: &Node) -> Result<usize, Broken> {
        self.forget_below(node);
        self.first_value(origin, at, node)
    }

    /// The same where no value has come in its place before.
    fn first_value(
        &mut self,
        origin: &mut Origin<'_>,
        at: usize,
        node: &Node,
    ) -> Result<usize, Broken> {
        let place = self.place(origin, at);
        let first = origin.byte(at);
        let mut bare = false;
        let end = match first {
            b'"' if node.opens => self.opened(origin, at, node)?,
            b'"' => {
                let (end, escaped) = self.string(origin, at)?;
                bare = !escaped;
                end
            }
            b'{' if node.is_inner() => self.object(origin, at, node)?,
            b'[' if node.is_inner() => self.list(origin, at, node)?,
            _ => self.plain(origin, at)?,
        };
        let there = first != b'n';
        if let Some(raw) = node.raw {
            self.raws[raw] = if there {
                self.raw(origin, at..end)
            } else {
                Raw::Missing
            };
        }
        if let Some(hiding) = node.hiding {
            self.hide(origin, place, end, hiding);
            self.unmark_below(node);
        }
        if let Some(mark) = node.mark {
            let dropped = node.hiding == Some(Hiding::Drop);
            self.marks[mark] = if there && !dropped {
                Mark::at(place..self.place(origin, end), bare)
            } else {
                Mark::NONE
            };
        }
        Ok(end)
    }

    /// The same for a member or an item, which may be of no interest; nearly all are strings.
    // Calls of this and of `behind` were a twentieth of all that a record takes.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn child(
        &mut self,
        origin: &mut Origin<'_>,
        at: usize,
        child: Option<&Node>,
    ) -> Result<usize, Broken> {
        let Some(node) = child else {
            return self.plain(origin, at);
        };
        if !node.is_leaf || origin.byte(at) != b'"' {
            return self.value(origin, at, node);
        }
        let place = self.place(origin, at);
        let (end, escaped) = self.string(origin, at)?;
        if let Some(raw) = node.raw {
            self.raws[raw] = self.raw(origin, at..end);
        }
        if let Some(mark) = node.mark {
            self.marks[mark] = Mark::at(place..self.place(origin, end), !escaped);
        }
        Ok(end)
    }

    fn object(&mut self, origin: &mut Origin<'_>, at: usize, node: &Node) -> Result<usize, Broken> {
        let mut usual = node.usual(origin.text, at).iter();
        let mut at = self.space(origin, at + 1);
        if origin.byte(at) == b'}' {
            return Ok(at + 1);
        }
        let mut members = Members::begin(self.place(origin, at));
        loop {
            let mut ahead = usual.clone();
            let mut next = ahead.by_ref().take(MOST_MISSING + 1);
            let found =
                next.find_map(|usual| Some((usual, usual.length_in(origin.bytes_from(at))?)));
            let child = if let Some((expected, length)) = found {
                usual = ahead;
                at = self.space(origin, at + length);
                node.expected(expected)
            } else {
                let (colon, child) = self.key(origin, at, node)?;
                at = self.space(origin, colon + 1);
                child
            };
            let end = self.child(origin, at, child)?;
            at = self.behind(origin, end, node, child, &mut members);
            match origin.byte(at) {
                b',' => at = self.space(origin, at + 1),
                b'}' => return Ok(at + 1),
                _ => return Err(Broken { at }),
            }
        }
    }

    /// Where the colon is behind a key, and the key's node.
    fn key<'n>(
        &mut self,
        origin: &mut Origin<'_>,
        at: usize,
        node: &'n Node,
    ) -> Result<(usize, Option<&'n Node>), Broken> {
        let (end, escaped) = self.string(origin, at)?;
        let child = if escaped {
            node.keyed(text::plain(origin.piece(at..end)).as_bytes())
        } else {
            node.keyed(origin.bytes(at + 1..end - 1))
        };
        let colon = self.space(origin, end);
        origin.expect(colon, b':')?;
        Ok((colon, child))
    }

    fn list(&mut self, origin: &mut Origin<'_>, at: usize, node: &Node) -> Result<usize, Broken> {
        let mut at = self.space(origin, at + 1);
        if origin.byte(at) == b']' {
            return Ok(at + 1);
        }
        let mut members = Members::begin(self.place(origin, at));
        let mut index = 0;
        loop {
            let child = node.indexed(index);
            let end = self.child(origin, at, child)?;
            at = self.behind(origin, end, node, child, &mut members);
            match origin.byte(at) {
                b',' => at = self.space(origin, at + 1),
                b']' => return Ok(at + 1),
                _ => return Err(Broken { at }),
            }
            index += 1;
        }
    }

    /// Behind a member or an item, which is taken back if it is dropped; where its comma is, or
    /// the close.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn behind(
        &mut self,
        origin: &mut Origin<'_>,
        end: usize,
        node: &Node,
        child: Option<&Node>,
        members: &mut Members,
    ) -> usize {
        if !node.below.drops {
            return self.space(origin, end);
        }
        if child.is_some_and(|node| node.hiding == Some(Hiding::Drop)) {
            self.copy(origin, end);
            self.out.truncate(members.place);
        } else {
            members.kept = true;
        }
        let at = self.space(origin, end);
        members.place = self.place(origin, at);
        if origin.byte(at) == b',' && !members.kept {
            self.copy(origin, at);
            origin.copied = at + 1;
        }
        at
    }

    /// Notes a value as it stands; what was opened is gone when the record has been read.
    fn raw(&mut self, origin: &Origin<'_>, range: Range<usize>) -> Raw {
        if !origin.opened {
            return Raw::There(Span::from(range));
        }
        let from = self.opened.len();
        self.opened.push_str(origin.piece(range));
        Raw::Opened(Span::from(from..self.opened.len()))
    }

    fn unmark_below(&mut self, node: &Node) {
        for mark in &node.below.marks {
            self.marks[*mark] = Mark::NONE;
        }
    }

    #[inline]
    fn forget_below(&mut self, node: &Node) {
        self.unmark_below(node);
        for raw in &node.below.raws {
            self.raws[*raw] = Raw::Missing;
        }
    }
}

/// The members of a container of which some may be dropped, as far as they have been written.
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
