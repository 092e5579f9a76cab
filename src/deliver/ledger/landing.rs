//! Whether what was sent is in the file: its end is counted, never read.

use super::{Ledger, Stale};
use crate::deliver::sent::{Chunk, Line, Now};
use crate::deliver::site::{Look, Moment};

/// What became of lines that were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landing {
    /// They are in the file.
    There,
    /// Not all of them are, so far.
    NotYet,
    /// The file was emptied before everything in it was acknowledged: so many records are lost.
    Lost(usize),
    /// The file is not what any of it would make of it.
    Missing,
}

impl Ledger {
    /// What became of lines that were sent, by what the file is now; `patient` until it has had time.
    pub fn landed(
        &mut self,
        look: Option<Look>,
        lines: &[Line],
        patient: bool,
        now: Moment,
    ) -> Landing {
        let later = if patient {
            Landing::NotYet
        } else {
            Landing::Missing
        };
        let Some(look) = look else { return later };
        let grown = self.end + length(lines);
        if look.size == grown && self.is_the_inode(look) {
            self.take(lines, self.end, look);
            return Landing::There;
        }
        let expected = self.cut_before(lines);
        let fits = |at: usize| {
            lines
                .get(at..)
                .is_some_and(|rest| length(rest) == look.size)
        };
        if let Some(at) = expected.filter(|at| fits(*at)) {
            return self.cut(look, lines, at, now);
        }
        if patient {
            return Landing::NotYet;
        }
        match (0..lines.len()).find(|at| fits(*at)) {
            Some(at) => self.cut(look, lines, at, now),
            None => Landing::Missing,
        }
    }

    fn take(&mut self, lines: &[Line], at: u64, look: Look) {
        self.sent.push(Chunk::new(Some(at), lines.to_vec()));
        self.end = look.size;
        self.inode = look.inode;
    }

    /// The last line before which the Agent empties the file, if it does as it is known to.
    fn cut_before(&self, lines: &[Line]) -> Option<usize> {
        let mut size = self.end;
        let mut cut = None;
        for (at, line) in lines.iter().enumerate() {
            let bytes = u64::from(line.bytes);
            if size + bytes > self.habits.cap {
                size = 0;
                cut = Some(at);
            }
            size += bytes;
        }
        cut
    }

    fn cut(&mut self, look: Look, lines: &[Line], at: usize, now: Moment) -> Landing {
        let (dropped, rest) = lines.split_at_checked(at).unwrap_or((lines, &[]));
        let lost = self.lose(|_| Now::Lost) + dropped.len();
        if lost == 0 && look.inode == self.inode {
            self.leave_a_tailer(self.end, now);
        }
        // The Agent may read on in the new lines as if they were the old ones, where those were not
        // all read.
        let trusted = if lost == 0 { rest } else { &[] };
        // What is acknowledged was so by offsets of the file as it was.
        self.sent = self.sent.placed_anew(|_| Now::Confirmed);
        self.confirmed = 0;
        self.stale = Some(Stale {
            offset: self.offset_seen(),
            since: now,
            in_flight: lost > 0,
        });
        self.take(trusted, look.size - length(trusted), look);
        if lost == 0 {
            return Landing::There;
        }
        self.newest = None;
        self.middle = None;
        Landing::Lost(lost + rest.len())
    }
}

fn length(lines: &[Line]) -> u64 {
    lines.iter().map(|line| u64::from(line.bytes)).sum()
}
