//! How credentials are presented.

use std::collections::BTreeMap;

/// How credentials are presented, beyond headers: as templates, or with the values filled in.
#[derive(Clone, Default)]
pub enum Auth {
    /// By the request's headers alone.
    #[default]
    Headers,
    /// HTTP Basic; templates.
    Basic {
        /// The user name's template.
        username: String,
        /// The password's template.
        password: String,
    },
    /// OAuth 2.0 client credentials; all templates.
    OAuth2 {
        /// Where a token is asked for; may be of another origin, for it is configured.
        token_url: String,
        /// The client's id.
        client_id: String,
        /// The client's secret.
        client_secret: String,
        /// The scope asked for, if any.
        scope: Option<String>,
        /// The audience asked for, if any.
        audience: Option<String>,
        /// Further fields of the token request's form.
        extra: BTreeMap<String, String>,
    },
}

/// The kind only: filled in, it holds secrets.
impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Headers => "Headers",
            Self::Basic { .. } => "Basic",
            Self::OAuth2 { .. } => "OAuth2",
        })
    }
}

impl Auth {
    /// The same with every template passed through `fill`.
    #[must_use]
    pub fn filled(&self, fill: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Headers => Self::Headers,
            Self::Basic { username, password } => Self::Basic {
                username: fill(username),
                password: fill(password),
            },
            Self::OAuth2 {
                token_url,
                client_id,
                client_secret,
                scope,
                audience,
                extra,
            } => Self::OAuth2 {
                token_url: fill(token_url),
                client_id: fill(client_id),
                client_secret: fill(client_secret),
                scope: scope.as_deref().map(&fill),
                audience: audience.as_deref().map(&fill),
                extra: extra
                    .iter()
                    .map(|(name, text)| (name.clone(), fill(text)))
                    .collect(),
            },
        }
    }
}
