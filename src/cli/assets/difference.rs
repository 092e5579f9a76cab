//! Where what is there differs from what is wanted.

use serde_json::Value;

/// The paths at which `there` is not what is `wanted`. What it has beside that is Datadog's own: ids,
/// authors, times and defaults.
pub(super) fn paths(there: &Value, wanted: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(there, wanted, "", &mut found);
    found
}

fn compare(there: &Value, wanted: &Value, at: &str, found: &mut Vec<String>) {
    match (there, wanted) {
        (Value::Object(there), Value::Object(wanted)) => {
            for (name, value) in wanted {
                let at = if at.is_empty() {
                    name.clone()
                } else {
                    format!("{at}.{name}")
                };
                match there.get(name) {
                    Some(inner) => compare(inner, value, &at, found),
                    None if is_nothing(value) => {}
                    None => found.push(at),
                }
            }
        }
        (Value::Array(there), Value::Array(wanted)) if there.len() == wanted.len() => {
            for (number, (there, wanted)) in there.iter().zip(wanted).enumerate() {
                compare(there, wanted, &format!("{at}[{number}]"), found);
            }
        }
        (Value::Number(there), Value::Number(wanted)) if there.as_f64() == wanted.as_f64() => {}
        (there, wanted) if there == wanted || (is_nothing(there) && is_nothing(wanted)) => {}
        _ => found.push(at.to_owned()),
    }
}

/// What Datadog leaves out, or gives back as null.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_datadog_adds_is_no_difference() {
        let wanted = json!({"name": "x", "widgets": [{"a": 1}], "tags": [], "limit": 5});
        let there = json!({"id": 7, "name": "x", "widgets": [{"a": 1, "id": 9}], "tags": null, "limit": 5.0});
        assert_eq!(paths(&there, &wanted), [""; 0]);
        assert_eq!(
            paths(
                &json!({"name": "x", "widgets": [{"a": 1}], "limit": 5}),
                &wanted
            ),
            [""; 0]
        );
    }

    #[test]
    fn each_difference_is_named_by_its_path() {
        let wanted = json!({"a": {"b": [1, {"c": "x"}]}, "d": true, "e": [1]});
        let there = json!({"a": {"b": [1, {"c": "y"}]}, "e": [1, 2]});
        assert_eq!(paths(&there, &wanted), ["a.b[1].c", "d", "e"]);
        assert_eq!(paths(&json!("text"), &json!({"a": 1})), [""]);
    }
}
