//! Datadog's Cloud SIEM sample logs: who has subscribed to which content pack, until when.

use std::time::Duration;

use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Value, json};

use super::datadog::error;
use super::http::{Asked, Reply};
use super::vendor::Vendor;
use crate::time::Time;

const BASE: &str = "/api/v2/security_monitoring/sample_log_generation/subscriptions";

/// The packs that there are; the documentation names the first only.
const PACKS: [&str; 7] = [
    "aws-cloudtrail",
    "azure-security",
    "gcp-audit-logs",
    "github",
    "okta",
    "cloudflare",
    "1password",
];

const MOST_AT_ONCE: usize = 5;

#[derive(Debug, Clone)]
struct Subscription {
    number: usize,
    pack: String,
    created: Time,
    expires: Time,
    /// When somebody ended it before its time.
    ended: Option<Time>,
}

impl Subscription {
    fn is_active(&self, now: Time) -> bool {
        self.ended.is_none() && now < self.expires
    }

    /// Whether it was active at any point between two moments.
    fn was_active(&self, from: Time, to: Time) -> bool {
        self.created <= to && self.ended.unwrap_or(self.expires) >= from
    }

    fn data(&self, status: &str, now: Time) -> Value {
        json!({
            "id": format!("5ub-{:06}", self.number),
            "type": "subscriptions",
            "attributes": {
                "content_pack_id": self.pack,
                "created_at": fraction(self.created),
                "expires_at": fraction(self.expires),
                "is_active": self.is_active(now),
                "status": status,
            },
        })
    }
}

/// What was ever subscribed to, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions(Mutex<Vec<Subscription>>);

impl Subscriptions {
    fn subscribe(&self, pack: &str, span: Duration, now: Time) -> Value {
        let mut all = self.0.lock();
        let number = all.len() + 1;
        let active = all
            .iter_mut()
            .find(|one| one.pack == pack && one.is_active(now));
        if let Some(active) = active {
            active.expires = now.after(span);
            return active.data("renewed", now);
        }
        let new = Subscription {
            number,
            pack: pack.to_owned(),
            created: now,
            expires: now.after(span),
            ended: None,
        };
        let data = new.data("subscribed", now);
        all.push(new);
        data
    }

    fn unsubscribe(&self, pack: &str, now: Time) -> Value {
        let mut all = self.0.lock();
        let active = all
            .iter_mut()
            .find(|one| one.pack == pack && one.is_active(now));
        match active {
            Some(active) => {
                active.ended = Some(now);
                active.data("unsubscribed", now)
            }
            None => without(pack, "no_active_subscription"),
        }
    }

    fn listed(&self, wanted: impl Fn(&Subscription) -> bool, now: Time) -> Vec<Value> {
        let all = self.0.lock();
        let wanted = all.iter().filter(|one| wanted(one));
        wanted
            .map(|one| {
                one.data(
                    if one.is_active(now) {
                        "active"
                    } else {
                        "expired"
                    },
                    now,
                )
            })
            .collect()
    }
}

/// The answer where this is asked; none where something else is.
pub(crate) fn answer(vendor: &Vendor, asked: &Asked) -> Option<Reply> {
    // Below whatever prefix.
    let (_, below) = asked.path.split_once(BASE)?;
    Some(reply(vendor, asked, below).unwrap_or_else(|refusal| refusal))
}

fn reply(vendor: &Vendor, asked: &Asked, below: &str) -> Result<Reply, Reply> {
    let available = may_ask(vendor, asked)?;
    let now = vendor.clock.now();
    let all = &vendor.subscriptions;
    match (asked.method.as_str(), below) {
        ("POST", "") => {
            let wanted: Wanted = read(asked, "subscription_requests")?;
            let span = span(wanted.duration.as_deref())?;
            let pack = wanted
                .content_pack_id
                .ok_or(error(400, "content_pack_id is required"))?;
            if !available {
                return Ok(data(&without(&pack, "not_available")));
            }
            known(&pack).map_err(|problem| error(400, &problem))?;
            Ok(data(&all.subscribe(&pack, span, now)))
        }
        ("POST", "/bulk") => {
            let wanted: Wanted = read(asked, "bulk_subscription_requests")?;
            let span = span(wanted.duration.as_deref())?;
            let packs = wanted
                .content_pack_ids
                .ok_or(error(400, "content_pack_ids is required"))?;
            if packs.is_empty() || packs.len() > MOST_AT_ONCE {
                return Err(error(
                    400,
                    "content_pack_ids must name 1 to 5 content packs",
                ));
            }
            let one = |pack: &String| item(all, pack, available, span, now);
            Ok(data(&packs.iter().map(one).collect()))
        }
        ("GET", "") => list(all, asked, now),
        ("DELETE", pack) if pack.len() > 1 => {
            let pack = pack.trim_start_matches('/');
            known(pack).map_err(|problem| error(400, &problem))?;
            Ok(data(&all.unsubscribe(pack, now)))
        }
        (_, "" | "/bulk") => Err(error(405, "Method Not Allowed")),
        _ => Err(error(404, "Not Found")),
    }
}

/// Whether sample logs are available to whoever asks, if they may ask at all.
fn may_ask(vendor: &Vendor, asked: &Asked) -> Result<bool, Reply> {
    let keys = &vendor.keys;
    let (api, application) = (
        asked.header("dd-api-key"),
        asked.header("dd-application-key"),
    );
    if api.is_none() || application.is_none() {
        return Err(error(401, "Unauthorized"));
    }
    if api != Some(&keys.datadog_api) {
        return Err(error(403, "Forbidden"));
    }
    let legacy = match application {
        Some(key) if key == keys.datadog_application => false,
        Some(key) if key == keys.datadog_legacy_pricing => true,
        Some(key) if key == keys.datadog_without_trial => {
            return Err(error(
                403,
                "sample log generation is for trial organizations",
            ));
        }
        Some(key) if key == keys.datadog_without_permission => {
            let words = "Failed permission authorization checks: security_monitoring_filters_write";
            return Err(error(403, words));
        }
        Some(_) | None => return Err(error(403, "Forbidden")),
    };
    let left = vendor.datadog_meter.count(vendor.clock.now());
    if left.refused {
        return Err(error(429, "Too many requests").with("x-ratelimit-reset", left.reset));
    }
    Ok(!legacy)
}

/// What is wanted, by one pack or by several.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    content_pack_id: Option<String>,
    content_pack_ids: Option<Vec<String>>,
    duration: Option<String>,
}

fn read(asked: &Asked, kind: &str) -> Result<Wanted, Reply> {
    let json = asked.header("content-type").unwrap_or_default();
    if !json.starts_with("application/json") {
        return Err(error(415, "expected application/json"));
    }
    let mut body: Value =
        serde_json::from_slice(&asked.body).map_err(|_| error(400, "invalid JSON"))?;
    if body["data"]["type"] != kind {
        return Err(error(400, &format!("data.type must be {kind}")));
    }
    serde_json::from_value(body["data"]["attributes"].take())
        .map_err(|problem| error(400, &format!("data.attributes: {problem}")))
}

fn span(duration: Option<&str>) -> Result<Duration, Reply> {
    const DAY: Duration = Duration::from_hours(24);
    match duration.unwrap_or("3d") {
        "1h" => Ok(Duration::from_hours(1)),
        "1d" => Ok(DAY),
        "3d" => Ok(DAY * 3),
        "7d" => Ok(DAY * 7),
        _ => Err(error(400, "duration must be one of 1h, 1d, 3d, 7d")),
    }
}

fn known(pack: &str) -> Result<(), String> {
    if PACKS.contains(&pack) {
        return Ok(());
    }
    Err(format!("unknown content pack: {pack}"))
}

/// One pack of several: whatever becomes of it, the others go on.
fn item(all: &Subscriptions, pack: &str, available: bool, span: Duration, now: Time) -> Value {
    let (mut data, meta) = match known(pack) {
        Err(problem) => {
            let meta = json!({"status": 400, "error": problem});
            (without(pack, "not_available"), meta)
        }
        Ok(()) if !available => (without(pack, "not_available"), json!({"status": 200})),
        Ok(()) => (all.subscribe(pack, span, now), json!({"status": 200})),
    };
    data["meta"] = meta;
    data
}

fn list(all: &Subscriptions, asked: &Asked, now: Time) -> Result<Reply, Reply> {
    let moment = |name: &str| match asked.value(name) {
        None => Ok(None),
        Some(text) => match Time::parse(text) {
            Some(time) => Ok(Some(time)),
            None => Err(error(400, &format!("{name} must be an RFC 3339 time"))),
        },
    };
    let (from, to) = (
        moment("start_timestamp")?,
        moment("end_timestamp")?.unwrap_or(now),
    );
    let found = match (from, asked.value("status")) {
        (Some(from), _) => all.listed(|one| one.was_active(from, to), now),
        (None, None | Some("active")) => all.listed(|one| one.is_active(now), now),
        (None, Some("all")) => all.listed(|_| true, now),
        (None, Some(_)) => return Err(error(400, "status must be active or all")),
    };
    let total = found.len();
    Ok(Reply::json(
        200,
        &json!({"data": found, "meta": {"total_subscriptions": total}}),
    ))
}

fn data(data: &Value) -> Reply {
    Reply::json(200, &json!({ "data": data }))
}

/// A subscription that there is not.
fn without(pack: &str, status: &str) -> Value {
    let attributes = json!({"content_pack_id": pack, "is_active": false, "status": status});
    json!({"id": "", "type": "subscriptions", "attributes": attributes})
}

/// As the vendor's example writes times: with more digits than a millisecond has.
fn fraction(time: Time) -> String {
    time.to_string().replace('Z', "42Z")
}
