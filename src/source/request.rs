//! Writes a request: template, bounds, cursor and page size put together.

mod body;
mod draft;
mod link;
mod moment;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use reqwest::Url;
use serde_json::Value;

use super::{Ask, Call, Filling, From, Source, To, template};
use crate::error::{Error, Result};
use crate::time::Time;

use draft::Draft;

pub(super) use body::put;
pub(crate) use link::web_address;

impl Source {
    /// The request that asks `ask`.
    pub fn call(&self, filling: &Filling, ask: &Ask) -> Result<Call> {
        let home = self.url(filling)?;
        let mut draft = self.draft(filling)?;
        let url = match (&self.next, &ask.cursor) {
            (Some(next), Some(cursor)) if next.to == To::Url => {
                for target in &next.first_only {
                    draft.remove(target);
                }
                link::followed(&home, cursor)?
            }
            (_, cursor) => {
                self.add_bounds(&mut draft, ask);
                self.add_place(&mut draft, ask, cursor.as_deref());
                draft.url(home)
            }
        };
        self.finished(draft, url)
    }

    /// The earliest moment of a record that a request for records from `time` on may bring.
    #[must_use]
    pub fn floor(&self, time: Time) -> Time {
        match &self.since {
            Some(bound) => moment::lower(bound, time).min(time),
            None => time,
        }
    }

    /// Scheme, host and prefix, filled in.
    pub fn base(&self, filling: &Filling) -> Result<Url> {
        let text = filling.base_url.as_ref().unwrap_or(&self.base_url);
        for name in template::names(text) {
            let value = filling.value(name).unwrap_or_default();
            if !link::is_host_part(value) {
                return Err(Error::config(
                    format!("settings.{name}"),
                    format!(
                        "goes into the host's name in {text}: expected letters, digits, - and . only, found `{value}`"
                    ),
                ));
            }
        }
        let filled = template::filled(text, |name| filling.settings.get(name).map(String::as_str));
        web_address(&filled.unwrap_or_default())
            .map_err(|problem| Error::config("base_url", problem))
    }

    fn url(&self, filling: &Filling) -> Result<Url> {
        let base = self.base(filling)?;
        let mut steps = BTreeMap::new();
        for name in template::names(&self.request.path) {
            let value = filling.value(name).unwrap_or_default();
            let Some(step) = link::path_step(value) else {
                return Err(Error::config(
                    format!("settings.{name}"),
                    format!(
                        "goes into the path {}: expected a name, found nothing or dots",
                        self.request.path
                    ),
                ));
            };
            steps.insert(name, step);
        }
        let step = |name: &str| steps.get(name).map(String::as_str);
        let path = template::filled(&self.request.path, step).unwrap_or_default();
        let whole = format!(
            "{}/{}",
            base.as_str().trim_end_matches('/'),
            path.trim_start_matches('/')
        );
        Url::parse(&whole).map_err(|problem| {
            Error::config("source.request.path", format!("not a URL: {problem}"))
        })
    }

    /// What every request of this source sends.
    fn draft(&self, filling: &Filling) -> Result<Draft> {
        let value = |name: &str| filling.value(name);
        let mut query = BTreeMap::new();
        for (name, text) in &self.request.query {
            query.extend(template::filled(text, value).map(|filled| (name.clone(), filled)));
        }
        query.extend(filling.query.clone());
        let mut headers = BTreeMap::new();
        for (name, text) in &self.request.headers {
            let Some(filled) = template::filled(text, value) else {
                continue;
            };
            filling.fit_for_header(name, text)?;
            headers.insert(name.clone(), filled);
        }
        let body = body::filled(&self.request.body, &value).unwrap_or(Value::Null);
        Ok(Draft {
            query,
            headers,
            body,
        })
    }

    fn add_bounds(&self, draft: &mut Draft, ask: &Ask) {
        if let (Some(bound), Some(time)) = (&self.since, ask.since) {
            let text = moment::written(bound, moment::lower(bound, time));
            draft.write_beside(&bound.to, text, bound.template.is_some());
        }
        if let (Some(bound), Some(time)) = (&self.until, ask.until) {
            let text = moment::written(bound, moment::upper(bound, time));
            draft.write_beside(&bound.to, text, bound.template.is_some());
        }
    }

    /// The page's size, and where it begins.
    fn add_place(&self, draft: &mut Draft, ask: &Ask, cursor: Option<&str>) {
        let Some(next) = &self.next else { return };
        if let Some(size) = &next.page_size {
            let wanted = ask.page_size.unwrap_or(size.default).clamp(1, size.max);
            draft.write(&size.to, Value::from(wanted));
        }
        let start = match next.from {
            From::Page { start } | From::Offset { start } => Some(start),
            From::Body(_) | From::Header(_) | From::Link(_) | From::Last(_) | From::First(_) => {
                None
            }
        };
        let place = match (start, cursor) {
            (Some(start), None) => Value::from(start),
            (Some(_), Some(text)) => text
                .parse::<u64>()
                .map_or_else(|_| Value::from(text), Value::from),
            (None, Some(text)) => Value::from(text),
            (None, None) => return,
        };
        if cursor.is_some() && Some(&place) != start.map(Value::from).as_ref() {
            for target in &next.first_only {
                draft.remove(target);
            }
        }
        draft.write(&next.to, place);
    }

    fn finished(&self, draft: Draft, url: Url) -> Result<Call> {
        let mut headers: Vec<(String, String)> = draft.headers.into_iter().collect();
        if let Some((name, _)) = headers.iter().find(|(_, value)| !is_header_value(value)) {
            return Err(Error::Shape(format!(
                "what a reply gave for the header {name} cannot be sent in a header"
            )));
        }
        let body = if self.request.post {
            if !headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
            {
                headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
            }
            Some(draft.body.to_string().into_bytes())
        } else {
            None
        };
        Ok(Call {
            post: self.request.post,
            url: url.into(),
            headers,
            body,
        })
    }
}

impl Filling {
    /// A template with its settings and credentials put in.
    #[must_use]
    pub fn filled(&self, text: &str) -> String {
        template::filled(text, |name| self.value(name)).unwrap_or_default()
    }

    /// The value of a setting or a credential.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.settings
            .get(name)
            .or_else(|| self.credentials.get(name))
            .map(String::as_str)
    }

    /// Refuses values that would end a header or begin another, naming whose they are and never what.
    fn fit_for_header(&self, header: &str, template: &str) -> Result<()> {
        for name in template::names(template) {
            if self.value(name).is_none_or(is_header_value) {
                continue;
            }
            let group = if self.credentials.contains_key(name) {
                "credentials"
            } else {
                "settings"
            };
            return Err(Error::config(
                format!("{group}.{name}"),
                format!(
                    "goes into the header {header} and holds a line break or another control character; was it copied with its line's end?"
                ),
            ));
        }
        Ok(())
    }
}

fn is_header_value(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && c != '\t')
}
