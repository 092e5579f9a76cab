//! An organisation's log pipelines, dashboards, monitors and detection rules: listed, made and replaced.
//!
//! What is posted comes back as Datadog gives it: with an id, an author and times of its own, numbered
//! widgets, and nothing where a list was empty.

use parking_lot::Mutex;
use serde_json::{Map, Value, json};

use super::datadog::error;
use super::http::{Asked, Reply};
use super::vendor::Vendor;

/// A list is given in pages of so many, unless somebody asks for fewer.
const MOST_IN_A_PAGE: usize = 100;

/// One kind of what an organisation has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind {
    path: &'static str,
    /// What each must have.
    needs: &'static [&'static str],
    /// Under which key a list stands, if under one.
    list: Option<&'static str>,
    numbered: bool,
}

const KINDS: [Kind; 4] = [
    Kind {
        path: "/api/v1/logs/config/pipelines",
        needs: &["name"],
        list: None,
        numbered: false,
    },
    Kind {
        path: "/api/v1/dashboard",
        needs: &["title", "layout_type", "widgets"],
        list: Some("dashboards"),
        numbered: false,
    },
    Kind {
        path: "/api/v1/monitor",
        needs: &["type", "query"],
        list: None,
        numbered: true,
    },
    Kind {
        path: "/api/v2/security_monitoring/rules",
        needs: &[
            "name",
            "queries",
            "cases",
            "options",
            "message",
            "isEnabled",
        ],
        list: Some("data"),
        numbered: false,
    },
];

/// One that is there.
#[derive(Debug, Clone)]
struct Owned {
    kind: usize,
    id: String,
    body: Map<String, Value>,
}

/// All that is there, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Organisation(Mutex<Vec<Owned>>);

/// The answer where one of them is asked for; none where somebody else is.
pub(crate) fn answer(vendor: &Vendor, asked: &Asked) -> Option<Reply> {
    let (index, kind, id) = KINDS.iter().enumerate().find_map(|(index, kind)| {
        let rest = asked.path.strip_prefix(kind.path)?;
        let id = rest.strip_prefix('/').unwrap_or(rest);
        (rest.is_empty() || rest.starts_with('/')).then_some((index, kind, id))
    })?;
    let known = asked.header("dd-api-key") == Some(&vendor.keys.datadog_api)
        && asked.header("dd-application-key") == Some(&vendor.keys.datadog_application);
    if !known {
        return Some(error(403, "Forbidden"));
    }
    let all = &vendor.organisation;
    let reply = match (asked.method.as_str(), id) {
        ("GET", "") => Ok(all.listed(index, kind, asked)),
        ("GET", id) => all.one(index, id),
        ("POST", "") => body(kind, asked).map(|body| all.add(index, kind, body)),
        ("PUT", id) => body(kind, asked).and_then(|body| all.replace(index, id, body)),
        _ => Err(error(405, "Method Not Allowed")),
    };
    Some(reply.unwrap_or_else(|refusal| refusal))
}

fn body(kind: &Kind, asked: &Asked) -> Result<Map<String, Value>, Reply> {
    let body: Map<String, Value> = serde_json::from_slice(&asked.body)
        .map_err(|problem| error(400, &format!("Invalid JSON: {problem}")))?;
    match kind.needs.iter().find(|name| !body.contains_key(**name)) {
        Some(missing) => Err(error(400, &format!("{missing} is missing"))),
        None => Ok(body),
    }
}

impl Organisation {
    fn listed(&self, index: usize, kind: &Kind, asked: &Asked) -> Reply {
        let all = self.0.lock();
        let number = |name: &str| {
            asked
                .value(name)
                .and_then(|text| text.parse::<usize>().ok())
        };
        let page = number("page")
            .or_else(|| number("page[number]"))
            .unwrap_or(0);
        let size = number("page_size").or_else(|| number("page[size]"));
        let size = size.map_or(usize::MAX, |size| size.min(MOST_IN_A_PAGE));
        let wanted = all.iter().filter(|one| {
            one.kind == index && asked.value("monitor_tags").is_none_or(|tag| one.has(tag))
        });
        let listed: Vec<Value> = wanted
            .skip(page.saturating_mul(size))
            .take(size)
            .map(|one| one.shown(kind))
            .collect();
        match kind.list {
            None => Reply::json(200, &json!(listed)),
            Some(key) => {
                let mut whole = Map::new();
                whole.insert(key.to_owned(), json!(listed));
                Reply::json(200, &Value::Object(whole))
            }
        }
    }

    fn one(&self, index: usize, id: &str) -> Result<Reply, Reply> {
        let all = self.0.lock();
        let found = all.iter().find(|one| one.kind == index && one.id == id);
        found
            .map(|one| Reply::json(200, &one.whole(&KINDS[index])))
            .ok_or_else(|| error(404, "not found"))
    }

    fn add(&self, index: usize, kind: &Kind, body: Map<String, Value>) -> Reply {
        let mut all = self.0.lock();
        let number = all.len() + 1;
        let id = if kind.numbered {
            number.to_string()
        } else {
            format!("abc-{number:03}")
        };
        let new = Owned {
            kind: index,
            id,
            body,
        };
        let reply = Reply::json(200, &new.whole(kind));
        all.push(new);
        reply
    }

    fn replace(&self, index: usize, id: &str, body: Map<String, Value>) -> Result<Reply, Reply> {
        let mut all = self.0.lock();
        let found = all.iter_mut().find(|one| one.kind == index && one.id == id);
        let Some(found) = found else {
            return Err(error(404, "not found"));
        };
        if found.body.get("is_read_only") == Some(&Value::Bool(true)) {
            return Err(error(403, "Integration pipelines are read only"));
        }
        found.body = body;
        Ok(Reply::json(200, &found.whole(&KINDS[index])))
    }
}

impl Owned {
    fn has(&self, tag: &str) -> bool {
        let tags = self.body.get("tags").and_then(Value::as_array);
        tags.is_some_and(|tags| tags.iter().any(|one| one == tag))
    }

    /// In a list: of a dashboard no more than what it is.
    fn shown(&self, kind: &Kind) -> Value {
        let mut whole = self.whole(kind);
        if let (Some("dashboards"), Some(map)) = (kind.list, whole.as_object_mut()) {
            map.shift_remove("widgets");
            map.shift_remove("template_variables");
        }
        whole
    }

    fn whole(&self, kind: &Kind) -> Value {
        let mut next_widget = 0;
        let mut whole = as_given_back(&Value::Object(self.body.clone()), &mut next_widget);
        let id = match self.id.parse::<u64>() {
            Ok(number) if kind.numbered => json!(number),
            _ => json!(self.id),
        };
        whole["id"] = id;
        whole["created_at"] = json!("2026-11-20T09:30:00.000000+00:00");
        whole["author_handle"] = json!("somebody@example.com");
        whole
    }
}

/// With numbered widgets, decimals where whole numbers were, and null for what is empty.
fn as_given_back(value: &Value, next_widget: &mut u64) -> Value {
    match value {
        Value::Object(map) => {
            let mut given: Map<String, Value> = map
                .iter()
                .map(|(name, inner)| (name.clone(), as_given_back(inner, next_widget)))
                .collect();
            if map.contains_key("definition") && !map.contains_key("id") {
                *next_widget += 1;
                given.insert("id".to_owned(), json!(*next_widget));
            }
            if let Some(Value::Number(critical)) = given.get("critical") {
                let critical = critical.as_f64();
                given.insert("critical".to_owned(), json!(critical));
            }
            Value::Object(given)
        }
        Value::Array(items) if items.is_empty() => Value::Null,
        Value::Array(items) => items
            .iter()
            .map(|item| as_given_back(item, next_widget))
            .collect(),
        other => other.clone(),
    }
}
