//! Writes a request: template, bounds, cursor and page size put together.

mod body;
mod link;
mod moment;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::Url;
use serde_json::Value;

use super::{Ask, Auth, Call, Filling, From, Source, To, TokenCall, template};
use crate::error::{Error, Result};
use crate::time::Time;

pub(super) use body::put;
pub(super) use link::web_address;

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

    /// What asks for an OAuth token, where this source needs one.
    pub fn token_call(&self, filling: &Filling) -> Result<Option<TokenCall>> {
        let Auth::OAuth2 {
            token_url,
            client_id,
            client_secret,
            scope,
            audience,
            extra,
        } = &self.auth
        else {
            return Ok(None);
        };
        let filled = |text: &str| template::filled(text, |name| filling.value(name));
        let url = web_address(&filled(token_url).unwrap_or_default())
            .map_err(|problem| Error::config("source.auth.oauth2.token_url", problem))?;
        let mut form = vec![("grant_type".to_owned(), "client_credentials".to_owned())];
        let asked = [
            ("client_id", Some(client_id)),
            ("client_secret", Some(client_secret)),
            ("scope", scope.as_ref()),
            ("audience", audience.as_ref()),
        ];
        for (name, text) in asked {
            form.extend(
                text.and_then(|text| filled(text))
                    .map(|value| (name.to_owned(), value)),
            );
        }
        for (name, text) in extra {
            // A vendor's own grant replaces the usual one.
            form.retain(|(known, _)| known != name);
            form.extend(filled(text).map(|value| (name.clone(), value)));
        }
        Ok(Some(TokenCall {
            url: url.into(),
            form,
        }))
    }

    fn url(&self, filling: &Filling) -> Result<Url> {
        let base = self.base(filling)?;
        let mut path = String::new();
        let mut bad = None;
        let steps: BTreeMap<&str, String> = template::names(&self.request.path)
            .filter_map(
                |name| match link::path_step(filling.value(name).unwrap_or_default()) {
                    Some(step) => Some((name, step)),
                    None => {
                        bad = Some(name);
                        None
                    }
                },
            )
            .collect();
        if let Some(name) = bad {
            return Err(Error::config(
                format!("settings.{name}"),
                format!(
                    "goes into the path {}: expected a name, found nothing or dots",
                    self.request.path
                ),
            ));
        }
        if let Some(filled) = template::filled(&self.request.path, |name| {
            steps.get(name).map(String::as_str)
        }) {
            path = filled;
        }
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
        if let Auth::Basic { username, password } = &self.auth {
            let pair =
                template::filled(&format!("{username}:{password}"), value).unwrap_or_default();
            headers.insert(
                "Authorization".to_owned(),
                format!("Basic {}", BASE64_STANDARD.encode(pair)),
            );
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
    fn value(&self, name: &str) -> Option<&str> {
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

/// A request under way.
struct Draft {
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Value,
}

impl Draft {
    fn write(&mut self, target: &To, value: Value) {
        match target {
            To::Query(name) => {
                self.query.insert(name.clone(), plain(value));
            }
            To::Header(name) => {
                self.headers
                    .retain(|known, _| !known.eq_ignore_ascii_case(name));
                self.headers.insert(name.clone(), plain(value));
            }
            To::Body(path) => {
                // Whether the way is free was found out when the source was read.
                body::put(&mut self.body, path, value);
            }
            To::Url => {}
        }
    }

    /// Writes a value; one of a search text goes beside what is there already.
    fn write_beside(&mut self, target: &To, value: Value, is_search: bool) {
        if let (To::Query(name), true) = (target, is_search)
            && let Some(there) = self.query.get(name)
        {
            let both = format!("{there} {}", plain(value));
            self.query.insert(name.clone(), both);
            return;
        }
        self.write(target, value);
    }

    fn remove(&mut self, target: &To) {
        match target {
            To::Query(name) => {
                self.query.remove(name);
            }
            To::Header(name) => self
                .headers
                .retain(|known, _| !known.eq_ignore_ascii_case(name)),
            To::Body(path) => body::remove(&mut self.body, path),
            To::Url => {}
        }
    }

    fn url(&self, mut url: Url) -> Url {
        if !self.query.is_empty() {
            url.query_pairs_mut().clear().extend_pairs(&self.query);
        }
        url
    }
}

fn plain(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
