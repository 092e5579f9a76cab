//! Every problem of an instance, where reading it stops at the first.
//!
//! What was found wrong is taken out and the rest is read again, as long as taking it out cannot
//! itself be the next problem.

use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// More problems than a person wants to read at once.
const MOST: usize = 50;

/// What a source asks for by name: any text stands in for one that is missing.
const ASKED: [&str; 2] = ["credentials", "settings"];

/// All that `read` finds wrong with an instance that stands at `at`.
pub(super) fn problems<T>(
    instance: &Value,
    at: &str,
    read: impl Fn(&Value) -> Result<T>,
) -> Vec<Error> {
    let mut rest = instance.clone();
    let mut found: Vec<Error> = Vec::new();
    while found.len() < MOST {
        let Err(error) = read(&rest) else {
            break;
        };
        if found.iter().any(|known| is_about(known, &error)) {
            break;
        }
        let mended = mended(&rest, at, &error);
        found.push(error);
        match mended {
            Some(next) => rest = next,
            None => break,
        }
    }
    found
}

/// Whether an error is at the place of another or at what holds it, and so may follow from it.
fn is_about(known: &Error, error: &Error) -> bool {
    match (known, error) {
        (Error::Config { at: known, .. }, Error::Config { at, .. }) => known.starts_with(at),
        (_, _) => false,
    }
}

/// The instance without what is wrong, or with what is missing.
fn mended(instance: &Value, at: &str, error: &Error) -> Option<Value> {
    let Error::Config { at: path, problem } = error else {
        return None;
    };
    // Of a list the whole goes: its other items would move.
    let path = path
        .strip_prefix(at)?
        .strip_prefix('.')?
        .split('[')
        .next()?;
    let (above, last) = path.rsplit_once('.').unwrap_or(("", path));
    // The parts of a source depend on each other: one that is wrong is no reason to judge the rest.
    if above.split('.').next() == Some("source") && !problem.starts_with("unknown key") {
        return None;
    }
    let mut whole = instance.clone();
    if ASKED.contains(&above) && is_missing(instance, above, last) {
        let given = whole
            .as_object_mut()?
            .entry(above.to_owned())
            .or_insert(Value::Null);
        if given.is_null() {
            *given = Value::Object(Map::new());
        }
        given
            .as_object_mut()?
            .insert(last.to_owned(), Value::from("-"));
        return Some(whole);
    }
    let mut holder = &mut whole;
    for step in above.split('.').filter(|step| !step.is_empty()) {
        holder = holder.get_mut(step)?;
    }
    holder.as_object_mut()?.shift_remove(last)?;
    Some(whole)
}

fn is_missing(instance: &Value, above: &str, last: &str) -> bool {
    let value = instance.get(above).and_then(|given| given.get(last));
    value.is_none_or(|value| value.is_null() || value == "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{AgentFacts, Config};
    use crate::written::Written;
    use serde_json::json;

    fn found(instance: &Value) -> Vec<String> {
        let init = Value::Null;
        problems(instance, "instances[0]", |instance| {
            Config::read_at(
                &Written::new(instance, "instances[0]"),
                &Written::new(&init, "init_config"),
                &AgentFacts::default(),
            )
        })
        .iter()
        .map(Error::to_string)
        .collect()
    }

    #[test]
    fn a_good_instance_has_none() {
        let instance = json!({"source": "agent_handler/tool_calls", "credentials": {"token": "x"}});
        assert_eq!(found(&instance), [""; 0]);
    }

    #[test]
    fn each_problem_is_found_though_reading_stops_at_the_first() {
        let words = found(&json!({
            "source": "agent_handler/tool_calls",
            "strat": "18h",
            "overlap": "soon",
            "page_size": 0,
            "limits": {"run_bites": 1, "log_bytes": "x"},
        }));
        for expected in [
            "instances[0].strat: unknown key; did you mean `start`?",
            "instances[0].overlap: expected a span of time",
            "instances[0].page_size: ",
            "instances[0].limits.run_bites: unknown key; did you mean `run_bytes`?",
            "instances[0].limits.log_bytes: ",
            "instances[0].credentials.token: ",
        ] {
            let times = words
                .iter()
                .filter(|words| words.starts_with(expected))
                .count();
            assert_eq!(times, 1, "{expected} in {words:#?}");
        }
        assert_eq!(words.len(), 6, "{words:#?}");
    }

    #[test]
    fn every_unknown_key_of_a_source_is_named_and_what_follows_from_a_wrong_part_is_not() {
        let source = json!({
            "name": "mine/events",
            "base_url": "https://example.com",
            "record": {"id": "id"},
            "records": "items",
            "reqest": {},
            "request": {"pth": "/x", "path": 7},
        });
        let words = found(&json!({"source": source}));
        assert!(
            words[0].starts_with("instances[0].source.reqest: unknown key"),
            "{words:#?}"
        );
        assert!(
            words[1].starts_with("instances[0].source.request.pth: unknown"),
            "{words:#?}"
        );
        assert!(
            words[2].starts_with("instances[0].source.request.path: "),
            "{words:#?}"
        );
        assert_eq!(words.len(), 3, "{words:#?}");
    }

    #[test]
    fn a_source_that_does_not_exist_ends_the_search() {
        let words = found(&json!({"source": "agent_handler/tool_cals"}));
        assert_eq!(words.len(), 1, "{words:#?}");
        assert!(words[0].contains("agent_handler/tool_calls"), "{words:#?}");
    }
}
