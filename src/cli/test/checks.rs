//! The checks, in their order: each looks at what was seen and asks for nothing.

mod answer;
mod around;
mod clock;
mod cursor;
mod destination;
mod id;
mod logs;
mod reach;
mod resume;
mod shape;
mod steady;
mod time;

#[cfg(test)]
mod tests;

use super::Finding;
use super::facts::{Facts, Page, Terms};

/// What a check came to, and whether those after it still mean anything.
#[derive(Debug, Default)]
struct Outcome {
    findings: Vec<Finding>,
    /// Why the rest is not tried.
    end: Option<String>,
}

/// All that checks look at.
struct Look<'a> {
    terms: &'a Terms,
    facts: &'a Facts,
    pages: Vec<Page<'a>>,
}

/// A check's names, and itself.
type Check = (&'static [&'static str], fn(&Look) -> Outcome);

const ORDER: [Check; 10] = [
    (&["name", "connection"], reach::judged),
    (
        &["TLS", "credentials", "permission", "request"],
        answer::judged,
    ),
    (&["clock"], clock::judged),
    (&["reply", "records"], shape::judged),
    (&["time"], time::judged),
    (&["id"], id::judged),
    (&["cursor"], cursor::judged),
    (&["resume"], resume::judged),
    (&["logs"], logs::judged),
    (&["pace"], steady::judged),
];

/// What all checks found, up to the first that leaves the rest without a meaning.
pub(super) fn judged(terms: &Terms, facts: &Facts) -> Vec<Finding> {
    let look = Look {
        terms,
        facts,
        pages: terms.pages(&facts.walk),
    };
    let mut findings = Vec::new();
    let mut rest = ORDER.iter();
    for (_, check) in rest.by_ref() {
        let outcome = check(&look);
        findings.extend(outcome.findings);
        if let Some(why) = outcome.end {
            let untried: Vec<&str> = rest.flat_map(|(names, _)| names.iter().copied()).collect();
            if !untried.is_empty() {
                let words = format!("{}: {why}", untried.join(", "));
                findings.push(Finding::untried("the rest", words));
            }
            break;
        }
    }
    findings.extend(around::judged(&facts.around));
    // Whether logs can be delivered has nothing to do with whether there are any.
    findings.extend(facts.delivered.iter().flat_map(destination::judged));
    findings
}

impl Outcome {
    fn found(findings: Vec<Finding>) -> Self {
        Self {
            findings,
            end: None,
        }
    }

    fn one(finding: Finding) -> Self {
        Self::found(vec![finding])
    }

    /// After this there is nothing to look at.
    fn last(finding: Finding, why: impl Into<String>) -> Self {
        Self {
            findings: vec![finding],
            end: Some(why.into()),
        }
    }

    /// After what was found before.
    fn after(mut self, before: Vec<Finding>) -> Self {
        self.findings.splice(0..0, before);
        self
    }
}

impl Look<'_> {
    /// How many records came.
    fn records(&self) -> usize {
        self.pages.iter().map(|page| page.records.len()).sum()
    }
}
