//! Does a walk that goes on from a saved place repeat nothing, and know the records again?

use std::collections::HashSet;

use super::answer::parted;
use super::{Look, Outcome};
use crate::cli::test::Finding;
use crate::cli::test::facts::{Page, Seen, Taken};
use crate::cli::test::finding::several;

pub(super) fn judged(look: &Look) -> Outcome {
    let Some(leg) = &look.facts.resumed else {
        return Outcome::one(Finding::note(
            "resume",
            "no page came, so no place was saved",
            "",
        ));
    };
    if let Some(error) = &leg.failed {
        let (words, fix) = parted(&error.to_string());
        return Outcome::one(Finding::bad(
            "resume",
            format!("going on from the saved place failed: {words}"),
            if fix.is_empty() {
                "set `next.durable: false` if the cursor goes stale".to_owned()
            } else {
                fix
            },
        ));
    }
    let before: HashSet<&str> = look
        .facts
        .walk
        .pages
        .iter()
        .take(1)
        .flat_map(Taken::ids)
        .collect();
    let after: Vec<&str> = leg.pages.iter().flat_map(Taken::ids).collect();
    let twice = after.iter().filter(|id| before.contains(**id)).count();
    let pages = look.terms.pages(leg);
    if let Some(bad) = renamed(look, &pages) {
        return Outcome::one(bad);
    }
    if twice > 0 {
        return Outcome::one(Finding::bad(
            "resume",
            format!("{} came again after a save", several(twice, "record")),
            "please report it with a sample made by `--save`",
        ));
    }
    Outcome::one(Finding::good(
        "resume",
        format!(
            "saved after a page and gone on from there: {}, none of them twice",
            several(after.len(), "log")
        ),
    ))
}

/// The same request brought the same records under other ids.
fn renamed(look: &Look, pages: &[Page]) -> Option<Finding> {
    let again = pages.first()?;
    let before = look
        .pages
        .iter()
        .find(|page| page.heard.call == again.heard.call)?;
    let known = |page: &Page| -> HashSet<u64> {
        let own = page.records.iter().filter(|seen| !seen.by_content);
        own.map(|seen| seen.known_as).collect()
    };
    let (first, second) = (known(before), known(again));
    let same_times = times(&before.records) == times(&again.records);
    (!first.is_empty() && !second.is_empty() && same_times && first.is_disjoint(&second)).then(|| {
        Finding::bad(
            "resume",
            "the same page asked for twice has the same times and other ids",
            "set `record.id` to what stays with a record: by this one every record read again is \
             sent again",
        )
    })
}

fn times(records: &[Seen]) -> Vec<Option<crate::time::Time>> {
    records.iter().map(|seen| seen.time).collect()
}
