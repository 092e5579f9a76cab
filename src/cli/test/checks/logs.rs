//! Will the logs arrive as they are?

use serde_json::Value;

use super::{Look, Outcome};
use crate::cli::test::Finding;
use crate::cli::test::finding::{quoted, several};
use crate::cli::wording;

/// What Datadog recommends as the most for a log.
const RECOMMENDED: usize = 25_000;
/// What Datadog indexes of a log: attributes, letters of a name, levels, tags.
const MOST_ATTRIBUTES: usize = 256;
const MOST_LETTERS: usize = 50;
const MOST_LEVELS: usize = 10;
const MOST_TAGS: usize = 100;

pub(super) fn judged(look: &Look) -> Outcome {
    let taken = &look.facts.walk.pages;
    let logs: Vec<&Value> = taken.iter().flat_map(|page| &page.logs).collect();
    let sizes = || logs.iter().map(|log| log.to_string().len());
    let mut findings = Vec::new();
    let count = |is: &dyn Fn(&Value) -> bool| logs.iter().filter(|log| is(log)).count();
    let with = |key: &str| count(&|log: &Value| !log["logwalk"][key].is_null());

    let broken = with("error");
    if broken > 0 {
        let why = logs.iter().find_map(|log| log["logwalk"]["error"].as_str());
        findings.push(Finding::note(
            "logs",
            format!(
                "{} cannot be mapped and would be sent as text: {}",
                several(broken, "record"),
                why.unwrap_or_default()
            ),
            "see whether `records` is the path of the list itself",
        ));
    }
    let cut = with("truncated");
    if cut > 0 {
        findings.push(Finding::note(
            "logs",
            format!(
                "{} would be cut to {} bytes",
                several(cut, "log"),
                wording::grouped(look.terms.config.limits.log_bytes)
            ),
            "leave large fields out with `log.drop`, or raise `limits.log_bytes` if the Agent \
             passes on more",
        ));
    }
    let large = sizes().filter(|bytes| *bytes > RECOMMENDED).count();
    if large > 0 && cut == 0 {
        findings.push(Finding::note(
            "logs",
            format!(
                "{} above the {} bytes that Datadog recommends, the largest {}",
                several(large, "log"),
                wording::grouped(RECOMMENDED),
                wording::grouped(sizes().max().unwrap_or(0))
            ),
            "leave large fields out with `log.drop` if nobody reads them",
        ));
    }
    let late = count(&|log| tags(log).any(|tag| tag == "logwalk_late:true"));
    if late > 0 {
        findings.push(Finding::note(
            "logs",
            format!(
                "{} are older than Datadog takes at their own time",
                several(late, "record")
            ),
            "`too_old` says what becomes of them; set `start` to 18h or less to begin without",
        ));
    }
    findings.extend(beyond_the_index(&logs));
    if findings.is_empty() {
        let words = match logs.len() {
            0 => "none would be sent of what was read".to_owned(),
            many => format!(
                "{} of up to {} bytes",
                several(many, "log"),
                wording::grouped(sizes().max().unwrap_or(0))
            ),
        };
        findings.push(Finding::good("logs", words));
    }
    Outcome::found(findings)
}

fn tags(log: &Value) -> impl Iterator<Item = &str> {
    log["ddtags"].as_str().unwrap_or_default().split(',')
}

/// What arrives and cannot be searched for.
fn beyond_the_index(logs: &[&Value]) -> Option<Finding> {
    let mut what = Vec::new();
    let measured: Vec<Measure> = logs.iter().map(|log| Measure::of(log)).collect();
    let attributes = measured.iter().map(|found| found.attributes).max()?;
    let levels = measured.iter().map(|found| found.levels).max()?;
    let long = measured.iter().find_map(|found| found.long_name.as_ref());
    let most_tags = logs.iter().map(|log| tags(log).count()).max()?;
    if attributes >= MOST_ATTRIBUTES {
        what.push(format!(
            "{attributes} attributes in one log (256 are too many)"
        ));
    }
    if levels >= MOST_LEVELS {
        what.push(format!("{levels} levels of nesting (10 are too many)"));
    }
    if let Some(name) = long {
        what.push(format!("a name of 50 letters or more, {}", quoted(name)));
    }
    if most_tags > MOST_TAGS {
        what.push(format!("{most_tags} tags (100 are the most)"));
    }
    (!what.is_empty()).then(|| {
        Finding::note(
            "logs",
            format!("beyond what Datadog indexes: {}", what.join("; ")),
            "such logs arrive and can be read, and not searched by all of it: leave out with \
             `log.drop` what nobody searches",
        )
    })
}

#[derive(Default)]
struct Measure {
    attributes: usize,
    levels: usize,
    long_name: Option<String>,
}

impl Measure {
    fn of(log: &Value) -> Self {
        let mut measure = Self::default();
        measure.go(log, 0);
        measure
    }

    fn go(&mut self, value: &Value, level: usize) {
        let Value::Object(map) = value else {
            self.attributes += 1;
            self.levels = self.levels.max(level);
            return;
        };
        for (name, inner) in map {
            if self.long_name.is_none() && name.chars().count() >= MOST_LETTERS {
                self.long_name = Some(name.clone());
            }
            self.go(inner, level + 1);
        }
    }
}
