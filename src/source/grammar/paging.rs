//! How one page leads to the next, and the bounds of time.

use super::terms::{Place, Terms};
use super::values::{TIME_FORMATS, from, from_reply, to, to_part};
use crate::error::Result;
use crate::source::{Bound, From, Next, PageSize, TimeFormat, To, template};
use crate::written::{Fields, Written};

const KEYS: &[&str] = &[
    "from",
    "start",
    "to",
    "more",
    "sticky",
    "durable",
    "first_only",
    "page_size",
];

/// How one page leads to the next; nothing where it does not.
pub(super) fn next(written: &Written, descending: bool) -> Result<Option<Next>> {
    let fields = written.fields(KEYS)?;
    if fields.keys().next().is_none() {
        return Ok(None);
    }
    let start = fields.at("start").whole(0)?;
    let Some(origin) = from(&fields.at("from"), start)? else {
        return Err(fields.at("from").problem("required, but missing or empty"));
    };
    if start.is_some() && !origin.is_counted() {
        return Err(fields.at("start").problem(format!(
            "goes with `from: page` or `from: offset`, not with `{origin}`"
        )));
    }
    let target = to(&fields.at("to"))?;
    fits(&fields, &origin, &target)?;
    let sticky = fields.at("sticky").flag()?.unwrap_or(false);
    let durable = fields.at("durable").flag()?.unwrap_or(true);
    if sticky {
        lasting(&fields, &origin, durable, descending)?;
    }
    let mut first_only = Vec::new();
    for item in fields.at("first_only").items()? {
        let part = to_part(&item)?;
        if part == target {
            return Err(item.problem(
                "this is where the cursor goes, which is sent on later pages only anyway",
            ));
        }
        first_only.push(part);
    }
    Ok(Some(Next {
        from: origin,
        to: target,
        more: from_reply(&fields.at("more"))?,
        sticky,
        durable,
        first_only,
        page_size: page_size(&fields.at("page_size"))?,
    }))
}

/// A URL is followed as it is, and nothing else is a URL.
fn fits(fields: &Fields, origin: &From, target: &To) -> Result<()> {
    let to = fields.at("to");
    match (origin, target) {
        (From::Body(_) | From::Header(_) | From::Link(_), To::Url) => Ok(()),
        (From::Link(_), _) => Err(to.problem(format!(
            "a Link header holds a whole URL: expected `url`, found `{target}`"
        ))),
        (_, To::Url) => Err(to.problem(format!(
            "`{origin}` is no URL: expected one of query.NAME, body.PATH, header.NAME"
        ))),
        (_, To::Query(_) | To::Body(_) | To::Header(_)) => Ok(()),
    }
}

fn lasting(fields: &Fields, origin: &From, durable: bool, descending: bool) -> Result<()> {
    let sticky = fields.at("sticky");
    if origin.is_counted() {
        return Err(sticky.problem(format!(
            "`from: {origin}` counts pages, and leaves no cursor at the end to poll with"
        )));
    }
    if !durable {
        return Err(
            sticky.problem("a cursor that is polled with is saved, so it has to be `durable`")
        );
    }
    if descending {
        return Err(
            sticky.problem("a cursor that leads to what comes later needs `order: ascending`")
        );
    }
    Ok(())
}

fn page_size(written: &Written) -> Result<Option<PageSize>> {
    if written.is_absent() {
        return Ok(None);
    }
    let fields = written.fields(&["to", "default", "max"])?;
    let (default, max) = (fields.at("default"), fields.at("max"));
    let (wanted, most) = (size(&default)?, size(&max)?);
    let Some(either) = wanted.or(most) else {
        return Err(default.problem("required, but missing or empty"));
    };
    let (wanted, most) = (wanted.unwrap_or(either), most.unwrap_or(either));
    if wanted > most {
        return Err(default.problem(format!("{wanted} is more than `max`, which is {most}")));
    }
    Ok(Some(PageSize {
        to: to_part(&fields.at("to"))?,
        default: wanted,
        max: most,
    }))
}

fn size(value: &Written) -> Result<Option<u32>> {
    match value.whole(1)? {
        None => Ok(None),
        Some(number) => u32::try_from(number)
            .map(Some)
            .map_err(|_| value.problem(format!("expected at most {}, found {number}", u32::MAX))),
    }
}

/// The lower bound (`since`) or the upper one, which alone may be `required`.
pub(super) fn bound(written: &Written, upper: bool, terms: &Terms) -> Result<Option<Bound>> {
    if written.is_absent() {
        return Ok(None);
    }
    let known: &[&str] = if upper {
        &["to", "format", "template", "inclusive", "required"]
    } else {
        &["to", "format", "template", "inclusive"]
    };
    let fields = written.fields(known)?;
    Ok(Some(Bound {
        to: to_part(&fields.at("to"))?,
        format: fields
            .at("format")
            .word(TIME_FORMATS)?
            .unwrap_or(TimeFormat::Rfc3339),
        template: time_template(&fields.at("template"), terms)?,
        inclusive: fields.at("inclusive").flag()?.unwrap_or(true),
        required: fields.at("required").flag()?.unwrap_or(false),
    }))
}

fn time_template(value: &Written, terms: &Terms) -> Result<Option<String>> {
    let Some(text) = value.text()? else {
        return Ok(None);
    };
    if !template::names(&text).any(|name| name == "time") {
        return Err(
            value.problem("expected `{time}` somewhere in it, such as \"created:>={time}\"")
        );
    }
    terms.template(value, &text.replace("{time}", ""), Place::Query)?;
    Ok(Some(text))
}
