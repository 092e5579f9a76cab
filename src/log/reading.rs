//! A record, read: who it is, when it happened, and what it holds as it will be sent.

use std::ops::Range;

use super::event_time;
use super::hidden::{Hasher, REDACTED};
use super::identity::{self, Identity};
use super::members;
use super::plan::Plan;
use super::rewrite::{Rules, rewrite};
use super::sheet::{Mark, Sheet, Span};
use super::text::plain;
use crate::json::Broken;
use crate::source::{RecordPaths, TimeFormat};
use crate::time::Time;

/// Why a broken record is not shown where something of it would have to be hidden.
const UNREADABLE: &str = "the record is no JSON, so that what is to be hidden in it cannot be found: none of it is shown";

/// Deeper than this, readers of JSON on the way give up: orjson at 1 024 levels, with the log's own
/// among them.
const DEEPEST: usize = 512;
const TOO_DEEP: &str = "the record is nested deeper than 512 levels: it is sent as its text";

/// A record that has been read.
#[derive(Debug)]
pub struct Reading {
    /// The record's identity as the walk remembers it.
    pub known_as: u64,
    /// Known by its content, so that equal records share `known_as` and are told apart by number.
    pub by_content: bool,
    /// When the event happened, where the record says so.
    pub time: Option<Time>,
    pub(super) identity: Identity,
    pub(super) text: Span,
    pub(super) marks: Range<usize>,
    pub(super) problem: Option<&'static str>,
}

impl Reading {
    /// Where a marked value stands on the sheet.
    #[inline]
    pub(super) fn marked(&self, sheet: &Sheet, mark: usize) -> Option<Mark> {
        let marks = sheet.marks.get(self.marks.clone())?;
        marks.get(mark)?.there()
    }

    /// The first value present among marks.
    #[inline]
    pub(super) fn first(&self, sheet: &Sheet, marks: &[usize]) -> Option<Mark> {
        let all = sheet.marks.get(self.marks.clone())?;
        let mut found = marks.iter().filter_map(|mark| all.get(*mark)?.there());
        if self.problem.is_none() {
            return found.next();
        }
        // Of a record that is sent as its text, no part stands as an object of its own.
        found.find(|mark| !sheet.text(mark.span).starts_with(['{', '[']))
    }
}

/// Reads records.
pub(super) struct Reader {
    rules: Rules,
    ids: Vec<Id>,
    versions: Vec<usize>,
    times: Vec<usize>,
    time_format: Option<TimeFormat>,
    hides: bool,
}

/// Where an id is, and whether its value may not be shown.
struct Id {
    raw: usize,
    hidden: bool,
}

impl Reader {
    /// A reader of a source's records, with everything that a mapping wants of them planned.
    pub(super) fn new(
        record: &RecordPaths,
        mut plan: Plan,
        hasher: Option<Hasher>,
        doubles: bool,
    ) -> Self {
        let mut ids = Vec::new();
        for path in record.id.iter().flat_map(|paths| &paths.0) {
            let hidden = plan.hides(path);
            let raw = plan.raw(path);
            ids.push(Id { raw, hidden });
        }
        let versions = record.version.iter().map(|path| plan.raw(path)).collect();
        let times = record.time.iter().flat_map(|paths| &paths.0);
        let times = times.map(|path| plan.raw(path)).collect();
        let hides = plan.is_hiding();
        let (root, marks, raws) = plan.finish();
        Self {
            rules: Rules {
                root,
                marks,
                raws,
                hasher,
                doubles,
            },
            ids,
            versions,
            times,
            time_format: record.time_format,
            hides,
        }
    }

    /// Reads the record at a place onto a sheet in one pass, and says where it ends.
    pub(super) fn json(
        &self,
        text: &str,
        at: usize,
        sheet: &mut Sheet,
    ) -> Result<(Reading, usize), Broken> {
        let read = rewrite(&self.rules, text, at, sheet)?;
        let Sheet {
            raws,
            text: out,
            unquoted,
            ..
        } = sheet;
        let raw = |number: usize| raws.json(number, text);
        let time = self
            .times
            .iter()
            .find_map(|at| event_time::parse(&plain(raw(*at)?), self.time_format));
        let own = self
            .ids
            .iter()
            .find(|id| raw(id.raw).is_some_and(|json| json != "\"\""));
        let (known_as, identity) = if let Some(id) = own {
            let versions = self.versions.iter().map(|at| raw(*at));
            let id_text = plain(raw(id.raw).unwrap_or_default());
            let known_as = identity::by_id(&id_text, versions);
            let hasher = self.rules.hasher.as_ref();
            let carried = identity::carried(id_text, id.hidden, hasher);
            (
                known_as,
                Identity::Id(members::say(&carried, out, unquoted)),
            )
        } else {
            let record = text.get(at..read.end).unwrap_or_default();
            let (known_as, hash) = identity::by_content(record);
            (known_as, Identity::Content(hash))
        };
        let problem = if read.deepest > DEEPEST {
            Some(TOO_DEEP)
        } else {
            let is_object = sheet.text(read.text).starts_with('{');
            (!is_object).then_some("the record is no object")
        };
        let reading = Reading {
            known_as,
            by_content: own.is_none(),
            time,
            identity,
            problem,
            text: read.text,
            marks: read.marks,
        };
        Ok((reading, read.end))
    }

    /// A line that is no JSON: known by its content, sent as it is.
    pub(super) fn broken(&self, line: &str, sheet: &mut Sheet) -> Reading {
        let (known_as, hash) = identity::by_content(line);
        let (text, problem) = if self.hides && line.trim_start().starts_with(['{', '[', '"']) {
            (REDACTED, UNREADABLE)
        } else {
            (line, "the record is no JSON")
        };
        Reading {
            known_as,
            by_content: true,
            time: None,
            identity: Identity::Content(hash),
            text: sheet.write(text),
            marks: 0..0,
            problem: Some(problem),
        }
    }
}
