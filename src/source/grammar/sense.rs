//! What no single field can tell: whether the parts of a source fit together.

use serde_json::Value;

use super::super::request::put;
use crate::error::Result;
use crate::source::{Format, From, Source, Template, To};
use crate::written::{Written, nearest};

/// The first thing about a source that cannot work.
pub(super) fn check(source: &Source, written: &Written) -> Result<()> {
    bodies(source, written)?;
    first_only(source, written)?;
    lines(source, written)?;
    let fields = written.any_fields()?;
    if source.window.is_some() && (source.since.is_none() || source.until.is_none()) {
        return Err(fields
            .at("window")
            .problem("a widest window needs `since` and `until`"));
    }
    if source.descending && source.record.time.is_none() {
        return Err(fields.at("order").problem(
            "newest first needs `record.time`, or nobody can tell where the last poll has been",
        ));
    }
    Ok(())
}

/// Every place that a source writes to, with the path at which it says so.
fn targets(source: &Source) -> Vec<(&To, &'static str)> {
    let mut all = Vec::new();
    if let Some(next) = &source.next {
        all.push((&next.to, "next.to"));
        all.extend(
            next.page_size
                .iter()
                .map(|size| (&size.to, "next.page_size.to")),
        );
    }
    all.extend(source.since.iter().map(|bound| (&bound.to, "since.to")));
    all.extend(source.until.iter().map(|bound| (&bound.to, "until.to")));
    all
}

fn bodies(source: &Source, written: &Written) -> Result<()> {
    let mut trial = source.request.body.clone();
    for (target, at) in targets(source) {
        let To::Body(path) = target else { continue };
        let value = inner(written, at)?;
        if !source.request.post {
            return Err(value.problem(format!("`{target}` needs `request.method: POST`")));
        }
        if !put(&mut trial, path, Value::Null) {
            return Err(value.problem(format!(
                "`{target}` leads through something in `request.body` that holds no keys"
            )));
        }
    }
    Ok(())
}

fn first_only(source: &Source, written: &Written) -> Result<()> {
    let Some(next) = &source.next else {
        return Ok(());
    };
    let mut sent: Vec<String> = targets(source)
        .iter()
        .map(|(target, _)| target.to_string())
        .collect();
    sent.extend(constant(&source.request));
    let known: Vec<&str> = sent.iter().map(String::as_str).collect();
    for (i, target) in next.first_only.iter().enumerate() {
        let name = target.to_string();
        if known.contains(&name.as_str()) {
            continue;
        }
        let hint = match nearest(&name, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("sent are: {}", known.join(", ")),
        };
        let value = inner(written, "next.first_only")?;
        let at = format!("{}[{i}]", value.at);
        return Err(crate::error::Error::config(
            at,
            format!("nothing is sent at `{name}`; {hint}"),
        ));
    }
    Ok(())
}

/// What the request sends always.
fn constant(request: &Template) -> Vec<String> {
    let query = request.query.keys().map(|name| To::Query(name.clone()));
    let headers = request.headers.keys().map(|name| To::Header(name.clone()));
    let body = request.body.as_object().into_iter().flatten();
    let keys = body.map(|(key, _)| To::Body(super::super::Path(vec![key.clone()])));
    query
        .chain(headers)
        .chain(keys)
        .map(|to| to.to_string())
        .collect()
}

/// A reply of lines has no body to look into.
fn lines(source: &Source, written: &Written) -> Result<()> {
    if source.format == Format::Json {
        return Ok(());
    }
    if !source.records.is_whole() {
        return Err(inner(written, "records")?.problem(
            "a reply of lines (`format: ndjson`) is records and nothing else: leave it out",
        ));
    }
    let mut looked: Vec<(&From, String)> = Vec::new();
    if let Some(next) = &source.next {
        looked.push((&next.from, "next.from".to_owned()));
        looked.extend(next.more.iter().map(|more| (more, "next.more".to_owned())));
    }
    looked.extend(
        source
            .partial
            .iter()
            .enumerate()
            .map(|(i, sign)| (&sign.when, format!("partial[{i}].when"))),
    );
    looked.extend(
        source
            .warnings
            .iter()
            .map(|place| (place, "warnings".to_owned())),
    );
    match looked
        .iter()
        .find(|(place, _)| matches!(place, From::Body(_)))
    {
        Some((place, at)) => Err(crate::error::Error::config(
            join(&written.at, at),
            format!("a reply of lines (`format: ndjson`) has no `{place}`"),
        )),
        None => Ok(()),
    }
}

/// The value at a path of keys.
fn inner<'a>(written: &Written<'a>, keys: &str) -> Result<Written<'a>> {
    keys.split('.').try_fold(written.clone(), |value, key| {
        Ok(value.any_fields()?.at(key))
    })
}

fn join(outer: &str, inner: &str) -> String {
    if outer.is_empty() {
        inner.to_owned()
    } else {
        format!("{outer}.{inner}")
    }
}
