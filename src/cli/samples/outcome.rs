//! What became of a pack: each documented status in words.

use serde_json::Value;

use crate::cli::wording;
use crate::time::Time;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Subscribe,
    Unsubscribe,
}

/// What became of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) pack: String,
    /// In Datadog's word.
    pub(super) status: String,
    /// Whether that is what was asked for.
    pub(super) good: bool,
    pub(super) words: String,
    /// What to do; empty where there is nothing to do.
    pub(super) fix: String,
    pub(super) active: bool,
    pub(super) created: Option<Time>,
    pub(super) expires: Option<Time>,
}

impl Outcome {
    /// What an item of an answer says; none where it is none.
    pub(super) fn of(item: &Value, deed: Deed) -> Option<Self> {
        let attributes = item["attributes"].as_object()?;
        let text = |name: &str| attributes.get(name).and_then(Value::as_str);
        let time = |name: &str| Time::parse(text(name)?);
        let mut outcome = Self {
            pack: wording::visible(text("content_pack_id")?),
            status: wording::visible(text("status")?),
            good: false,
            words: String::new(),
            fix: String::new(),
            active: attributes.get("is_active").and_then(Value::as_bool) == Some(true),
            created: time("created_at"),
            expires: time("expires_at"),
        };
        let refused = item["meta"]["status"]
            .as_u64()
            .filter(|status| *status >= 400);
        match refused {
            Some(status) => outcome.refuse(status, &item["meta"]["error"]),
            None => outcome.judge(deed),
        }
        Some(outcome)
    }

    fn judge(&mut self, deed: Deed) {
        let until = match self.expires {
            Some(time) => format!("until {time}"),
            None => "for as long as Datadog says".to_owned(),
        };
        let (good, words, fix) = match self.status.as_str() {
            "subscribed" | "active" => (
                deed == Deed::Subscribe,
                format!("sample logs come {until}"),
                "",
            ),
            "renewed" => (
                deed == Deed::Subscribe,
                format!("it was subscribed to already; sample logs now come {until}"),
                "",
            ),
            "unsubscribed" => {
                let words = "no more sample logs come".to_owned();
                (deed == Deed::Unsubscribe, words, "")
            }
            "expired" => (
                deed == Deed::Unsubscribe,
                "its time is over: no more sample logs come".to_owned(),
                "subscribe again",
            ),
            "no_active_subscription" => (
                false,
                "it is not subscribed to".to_owned(),
                "`logwalk samples list` shows the packs that are",
            ),
            "not_available" => (
                false,
                "Datadog has no sample logs of it for this organisation".to_owned(),
                "check the pack's name; under legacy pricing of Cloud SIEM there are none, which \
                 Datadog's account team can change",
            ),
            _ => (
                self.active == (deed == Deed::Subscribe),
                "a status that this version does not know".to_owned(),
                "",
            ),
        };
        self.good = good;
        self.words = words;
        fix.clone_into(&mut self.fix);
    }

    fn refuse(&mut self, status: u64, error: &Value) {
        let why = error.as_str().unwrap_or("no reason given");
        self.words = wording::visible(&format!("refused with {status}: {why}"));
        let fix = match status {
            400 | 404 => "check that this is what Datadog calls the pack",
            403 => {
                "the application key's user needs the permission \
                 security_monitoring_filters_write or logs_modify_indexes, and the organisation a \
                 trial of Cloud SIEM"
            }
            429 => "asked too often: try again in a minute",
            _ => "try again later",
        };
        fix.clone_into(&mut self.fix);
    }

    fn unanswered(pack: &str) -> Self {
        Self {
            pack: pack.to_owned(),
            status: "unknown".to_owned(),
            good: false,
            words: "Datadog's answer says nothing of it".to_owned(),
            fix: "`logwalk samples list` shows whether it is subscribed to".to_owned(),
            active: false,
            created: None,
            expires: None,
        }
    }
}

/// What became of each of several packs, in their order; none where the answer is none.
pub(super) fn each(answer: &Value, packs: &[&str]) -> Option<Vec<Outcome>> {
    let items = answer["data"].as_array()?.iter();
    let mut all: Vec<Outcome> = items
        .filter_map(|item| Outcome::of(item, Deed::Subscribe))
        .collect();
    let each = packs.iter().map(|pack| {
        let place = all.iter().position(|one| one.pack == *pack);
        place.map_or_else(|| Outcome::unanswered(pack), |place| all.swap_remove(place))
    });
    Some(each.collect())
}

/// The subscriptions of a list; none where the answer is none.
pub(super) fn listed(answer: &Value) -> Option<Vec<Outcome>> {
    let items = answer["data"].as_array()?.iter();
    items
        .map(|item| Outcome::of(item, Deed::Subscribe))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn item(pack: &str, status: &str, meta: &Value) -> Value {
        json!({"id": "x", "type": "subscriptions", "meta": meta, "attributes": {
            "content_pack_id": pack, "status": status, "is_active": true,
            "created_at": "2026-11-20T09:30:00.12345Z", "expires_at": "2026-11-23T09:30:00.1Z"}})
    }

    fn judged(status: &str, deed: Deed) -> (bool, String) {
        let outcome = Outcome::of(&item("okta", status, &Value::Null), deed).unwrap();
        (outcome.good, format!("{}; {}", outcome.words, outcome.fix))
    }

    #[test]
    fn each_documented_status_is_explained() {
        for (status, on, off, words) in [
            ("subscribed", true, false, "until 2026-11-23T09:30:00.100Z"),
            ("renewed", true, false, "now come until 2026-11-23"),
            ("active", true, false, "until 2026-11-23"),
            ("unsubscribed", false, true, "no more sample logs"),
            ("expired", false, true, "subscribe again"),
            ("no_active_subscription", false, false, "samples list"),
            ("not_available", false, false, "legacy pricing"),
            ("brand_new", true, false, "does not know"),
        ] {
            let (good, said) = judged(status, Deed::Subscribe);
            assert_eq!(good, on, "{status}");
            assert!(said.contains(words), "{status}: {said}");
            assert_eq!(judged(status, Deed::Unsubscribe).0, off, "{status}");
        }
    }

    #[test]
    fn of_several_packs_each_has_its_own_outcome_whatever_the_order() {
        let refused = json!({"status": 400, "error": "unknown\u{1b}[2J"});
        let answer = json!({"data": [
            item("b", "not_available", &refused),
            item("a", "subscribed", &json!({"status": 200})),
            item("other", "subscribed", &Value::Null),
        ]});
        let all = each(&answer, &["a", "b", "c"]).unwrap();
        let short = |one: &Outcome| (one.pack.clone(), one.good);
        let expected = [("a", true), ("b", false), ("c", false)];
        let all_short: Vec<_> = all.iter().map(short).collect();
        assert_eq!(
            all_short,
            expected.map(|(pack, good)| (pack.to_owned(), good))
        );
        assert_eq!(all[1].words, "refused with 400: unknown\u{fffd}[2J");
        assert!(all[2].words.contains("says nothing"));
    }

    #[test]
    fn what_is_no_answer_is_seen() {
        for odd in [
            json!({}),
            json!([1]),
            json!({"data": "x"}),
            json!({"data": [1]}),
        ] {
            assert_eq!(listed(&odd), None);
        }
        assert_eq!(
            Outcome::of(&json!({"attributes": {}}), Deed::Subscribe),
            None
        );
    }
}
