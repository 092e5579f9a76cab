//! Answers changed before they are sent: what a source expects is elsewhere, gone or otherwise.

use hyper::body::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// In a path: every item of a list.
const EVERY: &str = "*";

/// What becomes of a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is not there.
    Remove,
    /// It is there under another key.
    Rename(String),
    /// It is this, whatever it was.
    Set(Value),
    /// It is another text each time that it is asked for.
    Renew,
    /// A time that does not say in which zone.
    Unzone,
}

/// Changes the value at a path of a JSON body; any other body stays as it is.
pub(crate) fn rewritten(body: &[Bytes], path: &str, change: &Change, asked: u64) -> Vec<Bytes> {
    let whole = body.concat();
    let Ok(mut value) = serde_json::from_slice::<Value>(&whole) else {
        return vec![Bytes::from(whole)];
    };
    let steps: Vec<&str> = path.split('.').collect();
    let mut count = 0;
    rewrite(&mut value, &steps, &mut |map, key| {
        count += 1;
        changed(map, key, change, (asked, count));
    });
    vec![Bytes::from(value.to_string())]
}

type Members = serde_json::Map<String, Value>;

fn rewrite(value: &mut Value, path: &[&str], change: &mut dyn FnMut(&mut Members, &str)) {
    match (value, path) {
        (Value::Object(map), [key]) => change(map, key),
        (Value::Object(map), [key, ahead @ ..]) => {
            if let Some(inner) = map.get_mut(*key) {
                rewrite(inner, ahead, change);
            }
        }
        (Value::Array(items), [EVERY, ahead @ ..]) => {
            for item in items {
                rewrite(item, ahead, change);
            }
        }
        _ => {}
    }
}

fn changed(map: &mut Members, key: &str, change: &Change, (asked, count): (u64, u64)) {
    match change {
        Change::Remove => {
            map.shift_remove(key);
        }
        Change::Rename(name) => {
            if let Some(value) = map.shift_remove(key) {
                map.insert(name.clone(), value);
            }
        }
        Change::Set(value) => {
            map.insert(key.to_owned(), value.clone());
        }
        Change::Renew => {
            map.insert(key.to_owned(), Value::from(format!("{asked}-{count}")));
        }
        Change::Unzone => {
            if let Some(Value::String(text)) = map.get_mut(key) {
                // Behind the time of day, for a date has dashes too.
                let day = text.find('T').unwrap_or(text.len());
                let (date, time) = text.split_at(day);
                let end = time.find(['Z', '+', '-']).unwrap_or(time.len());
                *text = format!("{date}{}", time.split_at(end).0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn after(path: &str, change: &Change) -> Value {
        let body = json!({"results": [{"id": "a", "at": "2026-11-20T09:30:00.5-05:30"}, {"id": "b"}], "next": "c"});
        let text = rewritten(&[Bytes::from(body.to_string())], path, change, 7);
        serde_json::from_slice(&text.concat()).unwrap_or_default()
    }

    #[test]
    fn a_value_is_changed_wherever_its_path_leads() {
        assert_eq!(
            after("results.*.id", &Change::Remove)["results"],
            json!([{"at": "2026-11-20T09:30:00.5-05:30"}, {}])
        );
        assert_eq!(
            after("results", &Change::Rename("items".into()))["items"][1]["id"],
            "b"
        );
        assert_eq!(
            after("next", &Change::Set(Value::Null))["next"],
            Value::Null
        );
        assert_eq!(
            after("results.*.id", &Change::Renew)["results"][1]["id"],
            "7-2"
        );
        assert_eq!(
            after("results.*.at", &Change::Unzone)["results"][0]["at"],
            "2026-11-20T09:30:00.5"
        );
    }

    #[test]
    fn what_is_no_json_or_has_no_such_place_stays() {
        assert_eq!(after("nowhere.at.all", &Change::Remove)["next"], "c");
        let page = Bytes::from_static(b"<html>");
        let kept = rewritten(std::slice::from_ref(&page), "results", &Change::Remove, 1);
        assert_eq!(kept, [page]);
    }
}
