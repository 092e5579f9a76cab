//! What a source asks its user for, and the templates that name it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::Result;
use crate::source::{Asked, template};
use crate::written::{Written, nearest};

/// The settings and credentials that a source declares.
pub(super) struct Terms {
    pub(super) settings: BTreeMap<String, Asked>,
    pub(super) credentials: BTreeMap<String, Asked>,
}

/// Where a template goes: a URL is logged by proxies and servers, so no secret goes there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Scheme, host and path, which cannot do without any of it.
    Url,
    /// The query.
    Query,
    /// Headers and body.
    Inside,
}

impl Terms {
    /// Reads what is declared.
    pub(super) fn read(settings: &Written, credentials: &Written) -> Result<Self> {
        let terms = Self {
            settings: asked(settings, true)?,
            credentials: asked(credentials, false)?,
        };
        match terms
            .credentials
            .keys()
            .find(|name| terms.settings.contains_key(*name))
        {
            Some(both) => Err(credentials
                .any_fields()?
                .at(both)
                .problem("there is a setting of this name too")),
            None => Ok(terms),
        }
    }

    /// The template at `value`, each name in it being declared and fit for its place.
    pub(super) fn template(&self, value: &Written, text: &str, place: Place) -> Result<()> {
        for name in template::names(text) {
            if let Some(setting) = self.settings.get(name) {
                let certain = setting.required || setting.default.is_some();
                if place == Place::Url && !certain {
                    return Err(value.problem(format!(
                        "`{{{name}}}` has to be required or to have a default, for no URL works without it"
                    )));
                }
                continue;
            }
            if !self.credentials.contains_key(name) {
                return Err(value.problem(self.unknown(name)));
            }
            if place != Place::Inside {
                return Err(value.problem(format!(
                    "`{{{name}}}` is a credential, and a URL is logged on its way; credentials go into a header, `auth` or the body"
                )));
            }
        }
        Ok(())
    }

    /// Every text within `value` as a template.
    pub(super) fn templates_within(&self, value: &Written, place: Place) -> Result<()> {
        match value.value {
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
            Value::String(text) => self.template(value, text, place),
            Value::Array(_) => value
                .items()?
                .iter()
                .try_for_each(|item| self.templates_within(item, place)),
            Value::Object(map) => {
                let fields = value.any_fields()?;
                map.keys()
                    .try_for_each(|key| self.templates_within(&fields.at(key), place))
            }
        }
    }

    fn unknown(&self, name: &str) -> String {
        let known: Vec<&str> = self
            .settings
            .keys()
            .chain(self.credentials.keys())
            .map(String::as_str)
            .collect();
        let hint = match nearest(name, &known) {
            Some(near) => format!("did you mean `{{{near}}}`?"),
            None if known.is_empty() => "none is declared".to_owned(),
            None => format!("declared: {}", known.join(", ")),
        };
        format!(
            "`{{{name}}}` is neither a setting nor a credential of this source; {hint} (braces meant as such take a space: `{{ {name} }}`)"
        )
    }
}

fn asked(written: &Written, are_settings: bool) -> Result<BTreeMap<String, Asked>> {
    let names = written.any_fields()?;
    let mut all = BTreeMap::new();
    for name in names.keys() {
        let value = names.at(name);
        if !template::is_name(name) {
            return Err(
                value.problem("a name is made of letters, digits and _, and begins with no digit")
            );
        }
        let fields = value.fields(&["help", "required", "default"])?;
        let default = fields.at("default").scalar()?;
        if default.is_some() && !are_settings {
            return Err(fields.at("default").problem("a credential has no default"));
        }
        let required = fields.at("required").flag()?;
        let one = Asked {
            help: fields.at("help").text()?.unwrap_or_default(),
            required: required.unwrap_or(default.is_none()),
            default,
        };
        all.insert(name.clone(), one);
    }
    Ok(all)
}
