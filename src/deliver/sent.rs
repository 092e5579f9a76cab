//! The records sent since a place: what they are known as, and where in the file their lines end.

mod chunk;
mod packed;

use std::collections::VecDeque;

pub(super) use chunk::Chunk;
pub use chunk::Line;

/// All of them, in the order in which they were sent; counted through from the first there ever was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sent {
    first: u64,
    chunks: VecDeque<Chunk>,
    count: usize,
}

impl Sent {
    pub(super) fn push(&mut self, chunk: Chunk) {
        if !chunk.lines.is_empty() {
            self.count += chunk.lines.len();
            self.chunks.push_back(chunk);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The number of the record that is sent next.
    pub(super) fn next(&self) -> u64 {
        self.first + self.count as u64
    }

    /// The number of the first record.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// Every line with where it lies.
    pub(super) fn placed(&self) -> impl Iterator<Item = (Line, Option<(u64, u64)>)> {
        self.chunks.iter().flat_map(Chunk::placed)
    }

    /// Where the last line ends that lies in the file.
    pub(super) fn end(&self) -> u64 {
        let ends = self
            .chunks
            .iter()
            .filter_map(|chunk| Some(chunk.at? + chunk.bytes));
        ends.max().unwrap_or(0)
    }

    /// How many records end behind an offset, and their bytes.
    pub(super) fn behind(&self, offset: u64) -> (usize, u64) {
        let chunks = self.chunks.iter().map(|chunk| chunk.behind(offset));
        chunks.fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1))
    }

    /// The number of the first record that ends behind an offset.
    pub(super) fn first_behind(&self, offset: u64) -> u64 {
        let mut number = self.first;
        for chunk in &self.chunks {
            let (behind, _) = chunk.behind(offset);
            number += (chunk.lines.len() - behind) as u64;
            if behind > 0 {
                break;
            }
        }
        number
    }

    /// What the records from a number on are known as.
    pub(super) fn keys_from(&self, number: u64) -> Vec<u64> {
        let skipped = usize::try_from(number.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let keys = self.chunks.iter().flat_map(|chunk| &chunk.lines);
        keys.skip(skipped).map(|line| line.key).collect()
    }

    /// Lets go of the records before a number.
    pub(super) fn drop_before(&mut self, number: u64) {
        while self.first < number {
            let Some(chunk) = self.chunks.pop_front() else {
                break;
            };
            let gone = usize::try_from(number - self.first).unwrap_or(usize::MAX);
            let gone = gone.min(chunk.lines.len());
            self.first += gone as u64;
            self.count -= gone;
            if let Some(rest) = chunk.lines.get(gone..).filter(|rest| !rest.is_empty()) {
                let before: u64 = chunk
                    .lines
                    .iter()
                    .take(gone)
                    .map(|line| u64::from(line.bytes))
                    .sum();
                self.chunks
                    .push_front(Chunk::new(chunk.at.map(|at| at + before), rest.to_vec()));
            }
        }
    }

    /// The same records, each where `place` says that it lies now, or not at all.
    pub(super) fn placed_anew(&self, place: impl Fn(Option<(u64, u64)>) -> Now) -> Self {
        let mut new = Self {
            first: self.first,
            ..Self::default()
        };
        let mut confirmed = Vec::new();
        let mut there: Vec<(u64, Vec<Line>)> = Vec::new();
        let mut open_at = None;
        for (line, span) in self.placed() {
            match (place(span), span) {
                (Now::There, Some((begin, end))) => {
                    match there.last_mut().filter(|_| open_at == Some(begin)) {
                        Some((_, lines)) => lines.push(line),
                        None => there.push((begin, vec![line])),
                    }
                    open_at = Some(end);
                }
                (Now::There | Now::Confirmed, _) => confirmed.push(line),
                (Now::Lost, _) => {}
            }
        }
        new.push(Chunk::new(None, confirmed));
        for (at, lines) in there {
            new.push(Chunk::new(Some(at), lines));
        }
        new
    }

    /// As JSON: a list of pairs, where the first line begins and the lines.
    pub(super) fn push_text(&self, out: &mut String) {
        out.push('[');
        for (number, chunk) in self.chunks.iter().enumerate() {
            out.push_str(if number == 0 { "[" } else { ",[" });
            match chunk.at {
                Some(at) => out.push_str(&at.to_string()),
                None => out.push_str("null"),
            }
            out.push_str(",\"");
            out.push_str(&chunk.text);
            out.push_str("\"]");
        }
        out.push(']');
    }

    pub(super) fn read(written: &[(Option<u64>, String)]) -> Option<Self> {
        let mut sent = Self::default();
        for (at, text) in written {
            sent.push(Chunk::read(*at, text)?);
        }
        Some(sent)
    }
}

/// Where a record is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Now {
    /// Where it was, and somebody will read it.
    There,
    /// Acknowledged.
    Confirmed,
    /// Nowhere.
    Lost,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn lines(sizes: &[u32]) -> Vec<Line> {
        let numbered = sizes.iter().zip(0_u64..);
        numbered
            .map(|(bytes, key)| Line { key, bytes: *bytes })
            .collect()
    }

    #[test]
    fn a_record_is_behind_an_offset_that_lies_within_its_line() {
        let mut sent = Sent::default();
        sent.push(Chunk::new(None, lines(&[5])));
        sent.push(Chunk::new(Some(100), lines(&[10, 10])));
        assert_eq!(sent.behind(100), (2, 20));
        assert_eq!(sent.behind(109), (2, 20));
        assert_eq!(sent.behind(110), (1, 10));
        assert_eq!(sent.first_behind(110), 2);
        assert_eq!(sent.first_behind(120), 3);
    }

    #[test]
    fn what_is_let_go_leaves_the_rest_where_it_was() {
        let mut sent = Sent::default();
        sent.push(Chunk::new(Some(0), lines(&[10, 20, 30])));
        sent.drop_before(2);
        assert_eq!((sent.first(), sent.next(), sent.len()), (2, 3, 1));
        assert_eq!(sent.placed().next().unwrap().1, Some((30, 60)));
        assert_eq!(sent.keys_from(0), [2]);
        sent.drop_before(9);
        assert!(sent.is_empty());
    }
}
