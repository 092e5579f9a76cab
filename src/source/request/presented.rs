//! Credentials as they are presented where headers alone do not do.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::link::web_address;
use crate::error::{Error, Result};
use crate::source::{Auth, Filling, Source, TokenCall, template};

impl Source {
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

    /// User name and password as HTTP Basic writes them, where this source uses them.
    pub(crate) fn basic(&self, filling: &Filling) -> Option<String> {
        let Auth::Basic { username, password } = &self.auth else {
            return None;
        };
        let pair = template::filled(&format!("{username}:{password}"), |name| {
            filling.value(name)
        });
        Some(BASE64_STANDARD.encode(pair.unwrap_or_default()))
    }
}
