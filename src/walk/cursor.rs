//! Where one page leads: to the next, to the end, or in a circle.

use super::judge::Judged;
use super::place::UnderWay;
use super::{Ending, Lead, Walk};
use crate::source::{From, Source};
use crate::time::Time;

/// Cursors remembered across runs: a circle longer than this still ends, for its records are known.
const MOST_USED: usize = 512;

/// Pages of one content in a row from a counted source. One may follow another where records were
/// inserted meanwhile; this many mean that the API does not count.
const MOST_SAME_PAGES: u32 = 3;

/// Pages of one content in a row.
#[derive(Debug, Default)]
pub(super) struct SamePages {
    content: Option<u64>,
    times: u32,
}

impl SamePages {
    fn are_too_many(&mut self, content: u64) -> bool {
        self.times = if self.content == Some(content) {
            self.times + 1
        } else {
            1
        };
        self.content = Some(content);
        self.times >= MOST_SAME_PAGES
    }
}

impl Walk {
    /// Goes on from a whole page: to the next one, or to the end.
    pub(super) fn move_on(&mut self, page: &Judged, lead: &Lead, now: Time) {
        let Some(walk) = &self.place.walk else { return };
        let Some(style) = &self.source.next else {
            return self.finish(None, now);
        };
        let sent = walk.cursor.clone();
        let next = match counted(&style.from) {
            Some(start) => Some(self.count_on(start, page.records.len())),
            None => lead.next.clone().filter(|next| !next.is_empty()),
        };
        let resting = next.clone().or(sent.clone()).filter(|_| style.sticky);
        let empty = page.records.is_empty();
        let Some(next) = next.filter(|_| lead.more != Some(false)) else {
            if self.source.descending && lead.more == Some(true) {
                return self.stop_without_a_cursor(now);
            }
            return self.finish(resting, now);
        };
        let used = sent.as_ref() == Some(&next) || walk.used.contains(&hash(&next));
        if empty && (style.sticky || used || lead.more != Some(true)) {
            return self.finish(resting, now);
        }
        if self.has_passed_its_end(page) {
            return self.finish(None, now);
        }
        let counts = counted(&style.from).is_some();
        if used || (counts && self.same_pages.are_too_many(page.content())) {
            return self.stop_in_a_circle(&next, now);
        }
        self.go_to(next, now);
        let aged_out = self.aged_out_beneath(now);
        if aged_out.is_some() && self.rest_from() > aged_out {
            self.fall_back_to_time(now);
        }
    }

    fn go_to(&mut self, next: String, now: Time) {
        let counted_in = self.page_size();
        let counts = self
            .source
            .next
            .as_ref()
            .is_some_and(|style| counted(&style.from).is_some());
        let Some(walk) = &mut self.place.walk else {
            return;
        };
        if !counts {
            walk.used.push(hash(&next));
            let too_many = walk.used.len().saturating_sub(MOST_USED);
            walk.used.drain(..too_many);
        }
        walk.counted_in = counted_in.filter(|_| counts);
        walk.cursor = Some(next);
        self.place.moved = now;
    }

    /// Ends a walk whose cursor does not move: what came is kept, the next poll begins by time.
    fn stop_in_a_circle(&mut self, next: &str, now: Time) {
        let short: String = next.chars().take(40).collect();
        let words = format!(
            "{} handed out a cursor or page that this walk had already (`{short}`): what it delivered \
             is kept, the next run begins by time; report it to the vendor, or set `next.sticky: true` \
             where the cursor at the end is meant to be polled with",
            self.source.name
        );
        self.leave(now);
        self.ending = Some(Ending::Stuck(words));
    }

    /// Ends a walk from new to old whose cursor vanished before its end: what lies behind is not
    /// delivered, so its bound may not move.
    fn stop_without_a_cursor(&mut self, now: Time) {
        let words = format!(
            "{} says that there is more and names no cursor to it: what came is kept, the next run \
             reads the same span again; report it to the vendor, or mend `next.from` or `next.more`",
            self.source.name
        );
        self.leave(now);
        self.ending = Some(Ending::Stuck(words));
    }

    fn count_on(&self, start: u64, records: usize) -> String {
        let walk = self.place.walk.as_ref();
        let at = walk
            .and_then(|walk| walk.cursor.as_ref())
            .and_then(|cursor| cursor.parse().ok());
        let step = match self.source.next.as_ref().map(|style| &style.from) {
            Some(From::Offset { .. }) => u64::try_from(records).unwrap_or(u64::MAX),
            _ => 1,
        };
        at.unwrap_or(start).saturating_add(step).to_string()
    }
}

/// Makes a counted cursor mean the same record, or an earlier one, in pages of another size.
pub(super) fn recount(source: &Source, walk: &mut UnderWay, old: u32, new: u32) {
    let Some(From::Page { start }) = source.next.as_ref().map(|style| &style.from) else {
        return;
    };
    let Some(page) = walk
        .cursor
        .as_ref()
        .and_then(|cursor| cursor.parse::<u64>().ok())
    else {
        return;
    };
    let records = page.saturating_sub(*start).saturating_mul(u64::from(old));
    walk.cursor = Some((start + records / u64::from(new.max(1))).to_string());
    walk.counted_in = Some(new);
}

/// What a counted source begins with.
pub(super) fn counted(from: &From) -> Option<u64> {
    match from {
        From::Page { start } | From::Offset { start } => Some(*start),
        From::Body(_) | From::Header(_) | From::Link(_) | From::Last(_) | From::First(_) => None,
    }
}

/// A cursor as a number: enough to recognise it by (FNV-1a, fixed for ever because it is saved).
pub(super) fn hash(cursor: &str) -> u64 {
    cursor.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
