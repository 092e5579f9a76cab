//! Did it go smoothly?

use std::time::Duration;

use super::{Look, Outcome};
use crate::cli::test::Finding;
use crate::cli::test::finding::several;
use crate::cli::test::trial;
use crate::cli::wording;
use crate::error::Error;

/// At this pace a page of a thousand records takes most of a run.
const SLOW: Duration = Duration::from_secs(3);

pub(super) fn judged(look: &Look) -> Outcome {
    let legs = || std::iter::once(&look.facts.walk).chain(&look.facts.resumed);
    let heard = || legs().flat_map(|leg| &leg.heard);
    let count = |class: &str| -> u64 {
        let all = legs().filter_map(|leg| leg.counts.requests.get(class));
        all.sum()
    };
    let mut findings = Vec::new();
    let (failed, none) = (count("5xx"), count("error"));
    if failed + none > 0 {
        findings.push(Finding::note(
            "pace",
            format!(
                "some requests had to be made again: answered with a server error: {failed}; not at \
                 all or only in part: {none}"
            ),
            "it is waited and asked again by itself; often, it is the vendor's to mend",
        ));
    }
    if count("3xx") > 0 {
        findings.push(Finding::note(
            "pace",
            "the API redirects to another path",
            "write `base_url` and `request.path` as it wants them, with or without the slash at the \
             end: each page costs two requests, and some APIs lose the credentials on the way",
        ));
    }
    findings.extend(short_pages(look));
    let throttled: Duration = legs().map(|leg| leg.counts.throttled).sum();
    if !throttled.is_zero() {
        findings.push(Finding::note(
            "pace",
            format!("waited {} for a quota", wording::span(throttled)),
            "if it is the vendor's, look for what else asks with this key, or raise \
             `min_collection_interval`",
        ));
    }
    let too_large = heard().find_map(|heard| match &heard.came {
        Err(Error::TooLarge(words)) => Some(words),
        _ => None,
    });
    if let Some(words) = too_large {
        findings.push(Finding::note(
            "pace",
            format!("pages had to be made smaller: {words}"),
            "it is done by itself; set `page_size` to what the API answers in time",
        ));
    }
    let slowest = heard().map(|heard| heard.took).max().unwrap_or_default();
    if findings.is_empty() && slowest > SLOW {
        findings.push(Finding::note(
            "pace",
            format!("a reply took {:.1} s", slowest.as_secs_f64()),
            "a large backlog will take long: ask for more at once with `page_size`, and raise \
             `read_timeout` if pages time out",
        ));
    }
    if findings.is_empty() {
        let requests = several(heard().count(), "request");
        let words = format!("{requests}, the slowest took {} ms", slowest.as_millis());
        findings.push(Finding::good("pace", words));
    }
    Outcome::found(findings)
}

/// Pages that hold fewer records than they could although there is more.
fn short_pages(look: &Look) -> Option<Finding> {
    let asked = usize::try_from(trial::asked_for(&look.terms.config)?).ok()?;
    let mut sizes = look.pages.iter().filter(|page| page.more == Some(true));
    let first = sizes.next()?.records.len();
    let largest = sizes.map(|page| page.records.len()).fold(first, usize::max);
    let short = largest < asked && look.pages.iter().all(|page| page.partial.is_none());
    (short && largest > 0).then(|| {
        Finding::note(
            "pace",
            format!(
                "{asked} records were asked for, {largest} is the most that a page holds, and there \
                 is more"
            ),
            "check `next.page_size.to`; if the API gives no more at once, each page costs a request all \
             the same",
        )
    })
}
