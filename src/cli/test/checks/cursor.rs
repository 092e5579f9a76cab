//! Does a page lead to the next one?

use super::answer::parted;
use super::{Look, Outcome};
use crate::cli::test::Finding;
use crate::cli::test::facts::Page;
use crate::cli::test::finding::{quoted, several};
use crate::error::Error;
use crate::source::Next;

const REPORT: &str =
    "report it to the vendor; until then a run ends there and the next begins by time";

pub(super) fn judged(look: &Look) -> Outcome {
    let Some(next) = &look.terms.config.source.next else {
        return Outcome::one(Finding::note(
            "cursor",
            "the source names none: one page a window",
            "set `next` if the API has a cursor, or records beyond a page are never asked for",
        ));
    };
    let mut findings = Vec::new();
    findings.extend(refused(look));
    if findings.is_empty() {
        // After a refusal the walk goes on by time and reads a page twice.
        findings.extend(stuck(look, next));
    }
    findings.extend(vanished(look, next));
    findings.extend(broke_off(look));
    if findings.is_empty() {
        findings.push(advanced(look, next));
    }
    findings.extend(gone_at_the_end(look, next));
    Outcome::found(findings)
}

/// A cursor that was handed out is not taken back.
fn refused(look: &Look) -> Option<Finding> {
    let mut after_first = look.facts.walk.heard.iter().skip(1);
    let status = after_first.find_map(|heard| {
        let reply = heard.came.as_ref().ok()?;
        (400..500).contains(&reply.status).then_some(reply.status)
    })?;
    let mut said = look.facts.walk.said.iter();
    let words = said.find(|words| words.contains("was refused"));
    let words = match (words, &look.facts.walk.failed) {
        (Some(words), _) => parted(words)
            .0
            .replace(": going on by time, nothing is lost", ""),
        (None, Some(error)) => parted(&error.to_string()).0,
        (None, None) => format!("{status} to the request for the next page"),
    };
    Some(Finding::bad(
        "cursor",
        format!("the API handed it out and does not take it: {words}"),
        "see where the API wants its cursor (`next.to`), and what may not stand beside it \
         (`next.first_only`); set `next.durable: false` if it expires",
    ))
}

/// A page leads to where the walk was already.
fn stuck(look: &Look, next: &Next) -> Option<Finding> {
    let cursors: Vec<&String> = leads(look).collect();
    let repeated = cursors
        .iter()
        .enumerate()
        .find(|(at, cursor)| cursors[..*at].contains(cursor));
    if let Some((_, cursor)) = repeated {
        let fix = format!(
            "{REPORT}; check `next.to`, which may not reach the API; where the cursor at the end is \
             meant to be asked with again, set `next.sticky: true`"
        );
        let words = format!(
            "it does not advance: {} was handed out twice",
            quoted(cursor)
        );
        return Some(Finding::bad("cursor", words, fix));
    }
    let mut pairs = look.pages.iter().zip(look.pages.iter().skip(1));
    if pairs.any(|(page, next)| same_records(page, next)) {
        return Some(Finding::bad(
            "cursor",
            "it does not advance: two pages one after the other hold the same records",
            format!("the API does not heed `{}`: correct `next.to`", next.to),
        ));
    }
    match &look.facts.walk.failed {
        Some(Error::Stuck(words)) if !words.contains("names no cursor") => {
            let (words, _) = parted(words);
            Some(Finding::bad(
                "cursor",
                format!("it does not advance: {words}"),
                REPORT,
            ))
        }
        _ => None,
    }
}

/// The cursors of pages that have something behind them.
fn leads<'l>(look: &'l Look) -> impl Iterator<Item = &'l String> {
    let sticky = look
        .terms
        .config
        .source
        .next
        .as_ref()
        .is_some_and(|next| next.sticky);
    look.pages
        .iter()
        .filter(move |page| page.more != Some(false) && !(sticky && page.records.is_empty()))
        .filter_map(|page| page.next.as_ref())
}

fn same_records(page: &Page, other: &Page) -> bool {
    let known =
        |page: &Page| -> Vec<u64> { page.records.iter().map(|seen| seen.known_as).collect() };
    !page.records.is_empty() && known(page) == known(other)
}

/// There is more, and no way to it.
fn vanished(look: &Look, next: &Next) -> Option<Finding> {
    let counted = next.from.is_counted();
    let lost = look
        .pages
        .iter()
        .any(|page| page.more == Some(true) && page.next.is_none() && !counted);
    if lost {
        return Some(Finding::bad(
            "cursor",
            format!(
                "the API says that there is more, and nothing stands at `{}`",
                next.from
            ),
            "correct `next.from` if the reply has it elsewhere; else report it to the vendor: what \
             lies behind is not read until the next poll",
        ));
    }
    let only = look.pages.first().filter(|_| look.pages.len() == 1)?;
    let asked = super::super::trial::asked_for(&look.terms.config)?;
    let full = u32::try_from(only.records.len()).is_ok_and(|records| records >= asked);
    (full && only.more.is_none() && only.next.is_none() && !counted).then(|| {
        Finding::note(
            "cursor",
            format!("the page is full, and nothing stands at `{}`", next.from),
            "if the log holds more than this page, correct `next.from`",
        )
    })
}

/// Pages came, and then none.
fn broke_off(look: &Look) -> Option<Finding> {
    let leg = &look.facts.walk;
    let told = |heard: &crate::cli::test::heard::Heard| match &heard.came {
        Err(error) => Some(error.to_string()),
        Ok(_) => None,
    };
    let words = match &leg.failed {
        Some(Error::Stuck(words)) if words.contains("names no cursor") => return None,
        Some(Error::Stuck(_)) => return None,
        Some(error) => error.to_string(),
        None => told(leg.heard.last()?)?,
    };
    if refused(look).is_some() {
        return None;
    }
    let (words, fix) = parted(&words);
    let fix = if fix.is_empty() || fix.starts_with("waiting until") {
        "what came before it is kept, and a run goes on from there; try again".to_owned()
    } else {
        fix
    };
    let read = several(look.pages.len(), "page");
    Some(Finding::bad(
        "cursor",
        format!("after {read} no other one came: {words}"),
        fix,
    ))
}

fn advanced(look: &Look, next: &Next) -> Finding {
    let pages = look.pages.len();
    if pages > 1 {
        let words = format!("it advances: {} led to each other", several(pages, "page"));
        return Finding::good("cursor", words);
    }
    let page_size = match &next.page_size {
        Some(_) => ", or a smaller `page_size`",
        None => "",
    };
    Finding::note(
        "cursor",
        format!(
            "one page held all {}: it could not be tried",
            several(look.records(), "record")
        ),
        format!("set `start` further back{page_size}, and test again"),
    )
}

/// Late records are found only by reading a little again.
fn gone_at_the_end(look: &Look, next: &Next) -> Option<Finding> {
    let source = &look.terms.config.source;
    (!next.sticky && source.overlap.is_zero() && source.settle.is_zero()).then(|| {
        Finding::note(
            "cursor",
            "at the end of the log there is none, polls begin by time, and `overlap` is 0",
            "set `overlap` to how late a record can become visible, or such records are passed over",
        )
    })
}
