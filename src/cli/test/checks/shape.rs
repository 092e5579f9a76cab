//! Is the reply what the source says it is?

use super::answer::parted;
use super::{Look, Outcome};
use crate::cli::test::Finding;
use crate::cli::test::finding::several;
use crate::cli::wording;
use crate::error::Error;

const NO_PAGE: &str = "there is no record to look at";

pub(super) fn judged(look: &Look) -> Outcome {
    let source = &look.terms.config.source;
    if look.pages.is_empty() {
        return unread(look);
    }
    let place = if source.records.is_whole() {
        "the body".to_owned()
    } else {
        format!("`{}`", source.records)
    };
    let records = look.records();
    let pages = several(look.pages.len(), "page");
    let mut findings = vec![Finding::good(
        "reply",
        format!("the records are in {place}"),
    )];
    findings.extend(partial(look));
    findings.extend(page_size(look));
    if records == 0 {
        let start = wording::start(look.terms.config.start);
        let note = Finding::note(
            "records",
            format!("{pages} and no record from {start} on"),
            "set `start` further back, or cause an event at the vendor, and test again: cursor, \
             times and ids cannot be judged without one",
        );
        return Outcome::last(note, NO_PAGE).after(findings);
    }
    let words = format!("{} on {pages}", several(records, "record"));
    findings.push(Finding::good("records", words));
    findings.extend(aged_out(look));
    Outcome::found(findings)
}

/// A reply came, and it is none that this source describes.
fn unread(look: &Look) -> Outcome {
    let error = look.facts.walk.failed.as_ref();
    let text = error.map(ToString::to_string).unwrap_or_default();
    let (words, fix) = parted(&text);
    let fix = match error {
        Some(Error::Shape(text)) if text.contains("HTML") => {
            "set `base_url` to the API's and not to a page's; a sign-in page can also mean that the \
             key was not seen, or that a proxy wants to know who asks"
                .to_owned()
        }
        Some(Error::Shape(_)) if !fix.is_empty() => fix,
        Some(Error::Shape(_)) => {
            "see what the API sends (`curl` with the same key), and set `format` and `records` \
             accordingly"
                .to_owned()
        }
        _ if !fix.is_empty() => fix,
        _ => "the reply broke off: try again; if it stays so, ask for less with `page_size`".to_owned(),
    };
    Outcome::last(Finding::bad("reply", words, fix), NO_PAGE)
}

/// More was asked for than there still is, which no API says.
fn aged_out(look: &Look) -> Option<Finding> {
    let kept = look.terms.config.source.retention?;
    let start = look.terms.start(look.facts.began)?;
    (start < look.facts.began.before(kept)).then(|| {
        Finding::note(
            "records",
            format!(
                "records from {start} on are wanted, and the vendor keeps {} only",
                wording::span(kept)
            ),
            "what is older is gone: `start: oldest` says the same",
        )
    })
}

/// What the API says of its own answers.
fn partial(look: &Look) -> Vec<Finding> {
    let mut notes = Vec::new();
    if let Some(why) = look.pages.iter().find_map(|page| page.partial.as_ref()) {
        notes.push(Finding::note(
            "reply",
            format!("the API gave only part of its answer: {why}"),
            "it is asked again, in smaller pieces; if it stays so, the span or the filter in \
             `query` is too wide for the API",
        ));
    }
    let warnings = look.pages.iter().flat_map(|page| &page.warnings);
    let mut said: Vec<&String> = warnings.collect();
    said.dedup();
    notes.extend(said.into_iter().map(|warning| {
        Finding::note(
            "reply",
            format!("the API warns: {warning}"),
            "what it names is missing from the log until that is mended, in `query` or at the \
             vendor",
        )
    }));
    notes
}

/// The API gave more than it was asked for: it does not see the number.
fn page_size(look: &Look) -> Option<Finding> {
    let sizes = look.terms.config.source.next.as_ref()?.page_size.as_ref()?;
    let asked = usize::try_from(super::super::trial::asked_for(&look.terms.config)?).ok()?;
    let most = look.pages.iter().map(|page| page.records.len()).max()?;
    // One more is not ignoring it.
    (most > asked.saturating_add(1)).then(|| {
        Finding::note(
            "reply",
            format!("{asked} records were asked for and {most} came on one page"),
            format!(
                "the API does not heed `{}`: correct `next.page_size.to`, or leave it out",
                sizes.to
            ),
        )
    })
}
