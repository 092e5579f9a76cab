//! Has every record an id of its own?

use std::collections::HashMap;

use super::time::keys;
use super::{Look, Outcome};
use crate::cli::test::Finding;
use crate::cli::test::facts::Seen;
use crate::cli::test::finding::{quoted, several};

pub(super) fn judged(look: &Look) -> Outcome {
    let source = &look.terms.config.source;
    let Some(paths) = &source.record.id else {
        return Outcome::one(Finding::note(
            "id",
            "the source names no id: records are known by their content",
            "set `record.id` if the API has one: a record that changes then stays one",
        ));
    };
    let all: Vec<&Seen> = look.pages.iter().flat_map(|page| &page.records).collect();
    let without = all.iter().filter(|seen| seen.by_content).count();
    if without == all.len() {
        return Outcome::one(Finding::bad(
            "id",
            format!(
                "no record has anything at `{paths}`; a record has {}",
                keys(&all)
            ),
            "set `record.id` to the path of the record's id; without one, leave `record.id` out",
        ));
    }
    let mut findings = Vec::new();
    if without > 0 {
        findings.push(Finding::note(
            "id",
            format!("{without} of {} have no id at `{paths}`", all.len()),
            "those are known by their content; a list of paths in `record.id` means the first that \
             is there",
        ));
    }
    findings.extend(shared(&all, paths));
    if findings.is_empty() {
        let words = format!("{}, each with its own", several(all.len(), "record"));
        findings.push(Finding::good("id", words));
    }
    Outcome::found(findings)
}

/// What several records are known by alike.
fn shared(all: &[&Seen], paths: &crate::source::Paths) -> Option<Finding> {
    let mut first: HashMap<u64, &Seen> = HashMap::new();
    let (mut again, mut other) = (0_usize, Vec::new());
    for seen in all.iter().filter(|seen| !seen.by_content) {
        match first.get(&seen.known_as) {
            Some(known) if known.value == seen.value => again += 1,
            Some(_) => other.push(*seen),
            None => {
                first.insert(seen.known_as, seen);
            }
        }
    }
    if let Some(example) = other.first() {
        let id = paths.find(&example.value).map(ToString::to_string);
        return Some(Finding::bad(
            "id",
            format!(
                "{} carry the id of another record, such as {}: they would be taken for known and \
                 left out",
                several(other.len(), "record"),
                quoted(&id.unwrap_or_default())
            ),
            "set `record.id` to what is each record's own; where a record changes under its id, \
             name what changes in `record.version`",
        ));
    }
    (again > 0).then(|| {
        Finding::note(
            "id",
            format!("{} came twice: each is sent once", several(again, "record")),
            "",
        )
    })
}
