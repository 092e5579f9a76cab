//! Part of a log as one page, read when it is asked for or written ahead.

use std::collections::HashMap;

use hyper::body::Bytes;
use serde_json::{Number, Value};

use super::Vendor;
use crate::sim::Prerender;
use crate::sim::ledger::{Ledger, Place, Span};
use crate::sim::stream::Stream;
use crate::time::Time;

/// One page, already written.
#[derive(Debug)]
pub(crate) struct Page {
    /// The records with commas between them.
    pub(crate) records: Bytes,
    /// The last of them.
    pub(crate) last: Option<Place>,
    pub(crate) more: bool,
}

/// What a page is to hold.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) span: Span,
    pub(crate) descending: bool,
    pub(crate) count: usize,
    /// Where in a record, as a JSON pointer, which value has to stand.
    pub(crate) filters: Vec<(&'static str, &'a str)>,
    /// The last record stands there twice.
    pub(crate) double: bool,
}

impl Vendor {
    /// A page of a log.
    pub(crate) fn read(&self, stream: Stream, wanted: &Wanted<'_>) -> Page {
        let ledger = self.ledger(stream);
        if let Some(ready) = self.prerendered.read().page(ledger, wanted) {
            return ready;
        }
        read(ledger, wanted)
    }
}

fn read(ledger: &Ledger, wanted: &Wanted<'_>) -> Page {
    let places: &mut dyn Iterator<Item = Place> = if wanted.descending {
        &mut ledger.descending(wanted.span)
    } else {
        &mut ledger.ascending(wanted.span)
    };
    let mut records = String::new();
    let mut count = 0;
    let mut last = None;
    let mut last_record = String::new();
    let mut more = false;
    for place in places {
        let full = count == wanted.count;
        if full && wanted.filters.is_empty() {
            more = true;
            break;
        }
        last_record.clear();
        ledger.write(place, wanted.span.now, &mut last_record);
        if !passes(&last_record, &wanted.filters) {
            continue;
        }
        if full {
            more = true;
            break;
        }
        if count > 0 {
            records.push(',');
        }
        records.push_str(&last_record);
        count += 1;
        last = Some(place);
    }
    if wanted.double && count > 0 {
        let last_place = last.unwrap_or(Place::before(wanted.span.now));
        records.push(',');
        ledger.write(last_place, wanted.span.now, &mut records);
    }
    Page {
        records: Bytes::from(records),
        last,
        more,
    }
}

fn passes(record: &str, filters: &[(&'static str, &str)]) -> bool {
    if filters.is_empty() {
        return true;
    }
    let Ok(record) = serde_json::from_str::<Value>(record) else {
        return false;
    };
    filters
        .iter()
        .all(|(pointer, wanted)| match record.pointer(pointer) {
            Some(Value::String(found)) => found == wanted,
            Some(Value::Number(found)) => {
                wanted.parse().is_ok_and(|wanted: Number| wanted == *found)
            }
            Some(_) | None => false,
        })
}

/// Pages written ahead, so that a benchmark measures the reader and not this.
#[derive(Debug, Default)]
pub(super) struct Prerendered(HashMap<(Stream, Place, usize), (Bytes, Place)>);

impl Prerendered {
    /// The first pages of a log, from the oldest record that is kept.
    pub(super) fn walked(vendor: &Vendor, ahead: Prerender) -> Self {
        let ledger = vendor.ledger(ahead.stream);
        let now = vendor.clock.now();
        let oldest = now.before(ahead.stream.retention());
        let mut pages = HashMap::new();
        let mut wanted = Wanted {
            span: Span::between(oldest, Time(i64::MAX), now),
            descending: false,
            count: ahead.page_size,
            filters: Vec::new(),
            double: false,
        };
        for _ in 0..ahead.pages {
            let page = read(ledger, &wanted);
            let first = ledger.ascending(wanted.span).next();
            let (Some(first), Some(last)) = (first, page.last) else {
                break;
            };
            // The last page may still grow.
            if !page.more {
                break;
            }
            pages.insert((ahead.stream, first, ahead.page_size), (page.records, last));
            wanted.span.after = last;
        }
        Self(pages)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    fn page(&self, ledger: &Ledger, wanted: &Wanted<'_>) -> Option<Page> {
        let plain = !wanted.descending && !wanted.double && wanted.filters.is_empty();
        if self.0.is_empty() || !plain || !ledger.follows_from_the_seed() {
            return None;
        }
        let first = ledger.ascending(wanted.span).next()?;
        let (records, last) = self.0.get(&(ledger.stream, first, wanted.count))?;
        let rest = Span {
            after: *last,
            ..wanted.span
        };
        (*last < wanted.span.before).then(|| Page {
            records: records.clone(),
            last: Some(*last),
            more: ledger.ascending(rest).next().is_some(),
        })
    }
}
