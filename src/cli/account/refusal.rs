//! Why Datadog refused, and what to do about it: each documented status in words.

use std::time::Duration;

use crate::cli::wording;

/// By their lengths, in characters, the two kinds of keys are told apart.
const API_KEY: usize = 32;
const APPLICATION_KEY: usize = 40;

/// One of Datadog's APIs, as refusals speak of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Api {
    /// What it is called.
    pub(crate) name: &'static str,
    /// What the application key has to be allowed, and the organisation.
    pub(crate) needs: &'static str,
    /// The largest answer that it gives.
    pub(crate) answer_bytes: u64,
}

/// What the keys look like, which is all that may be said of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// As they should, for all that can be seen.
    Usual,
    /// Each as long as the other should be.
    Swapped,
}

impl Keys {
    pub(super) fn of(api: &str, application: &str) -> Self {
        if (api.len(), application.len()) == (APPLICATION_KEY, API_KEY) {
            return Self::Swapped;
        }
        Self::Usual
    }
}

/// A refusal.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: u16,
    /// The answer in words.
    pub(super) stated: String,
    /// How long it asks to wait.
    pub(super) wait: Option<Duration>,
    /// Of the API key, asked by itself after a 403.
    pub(super) key_is_good: Option<bool>,
    /// What to look at where the request is said to be wrong.
    pub(super) doubt: String,
}

/// The refusal and what to do; `told` is the option that says where Datadog is.
pub(super) fn words(refused: &Refused, api: Api, keys: Keys, told: &str) -> String {
    let Refused { stated, .. } = refused;
    format!("{stated}; {}", fix(refused, api, keys, told))
}

fn fix(refused: &Refused, api: Api, keys: Keys, told: &str) -> String {
    match refused.status {
        400 | 422 => refused.doubt.clone(),
        401 | 403 if keys == Keys::Swapped => {
            "the two keys look swapped: DD_API_KEY takes the shorter one, DD_APP_KEY the longer"
                .to_owned()
        }
        401 => format!("a key is missing or unknown: check DD_API_KEY and DD_APP_KEY at {told}"),
        403 => forbidden(refused.key_is_good, api, told),
        404 | 405 | 410 | 501 => format!("there is no {} here: check {told}", api.name),
        429 => match refused.wait {
            Some(wait) => format!("asked too often: try again in {}", wording::span(wait)),
            None => "asked too often: try again in a minute".to_owned(),
        },
        300..400 => format!("a redirect, which is not followed with keys: check {told}"),
        408 | 500.. => {
            "Datadog's own trouble: try again later; https://status.datadoghq.com tells \
                        of what is known there"
                .to_owned()
        }
        _ => format!("check {told} and both keys"),
    }
}

fn forbidden(key_is_good: Option<bool>, api: Api, told: &str) -> String {
    let application = format!(
        "the application key (DD_APP_KEY) must be one of the same organisation, and its user and \
         scopes need {}",
        api.needs
    );
    match key_is_good {
        Some(true) => format!("the API key is good, so it is what else is needed: {application}"),
        Some(false) => format!(
            "the API key (DD_API_KEY) is not known at {told}: check it, and the site of its \
             organisation"
        ),
        None => format!("the API key (DD_API_KEY) must be one of {told}; {application}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: Api = Api {
        name: "sample log API",
        needs: "the permission to do so",
        answer_bytes: 1,
    };

    fn said(status: u16, key_is_good: Option<bool>) -> String {
        let refused = Refused {
            status,
            stated: format!("{status} from datadog"),
            wait: Some(Duration::from_secs(90)),
            key_is_good,
            doubt: "check that okta is a pack".to_owned(),
        };
        words(&refused, API, Keys::Usual, "--site datadoghq.eu")
    }

    #[test]
    fn each_status_has_its_own_words_and_keeps_datadogs() {
        let cases = [
            (400, None, "check that okta"),
            (401, None, "a key is missing"),
            (403, Some(true), "the API key is good"),
            (403, Some(false), "is not known at --site datadoghq.eu"),
            (
                403,
                None,
                "must be one of --site datadoghq.eu; the application key",
            ),
            (404, None, "no sample log API here"),
            (429, None, "try again in 1m30s"),
            (302, None, "a redirect"),
            (503, None, "Datadog's own trouble"),
            (418, None, "check --site datadoghq.eu and both keys"),
        ];
        for (status, good, words) in cases {
            let said = said(status, good);
            assert!(
                said.starts_with(&format!("{status} from datadog; ")),
                "{said}"
            );
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn keys_that_were_swapped_are_seen_by_their_lengths() {
        assert_eq!(Keys::of(&"a".repeat(40), &"b".repeat(32)), Keys::Swapped);
        assert_eq!(Keys::of(&"a".repeat(32), &"b".repeat(40)), Keys::Usual);
        let refused = Refused {
            status: 403,
            stated: String::new(),
            wait: None,
            key_is_good: Some(false),
            doubt: String::new(),
        };
        assert!(words(&refused, API, Keys::Swapped, "").contains("look swapped"));
    }
}
