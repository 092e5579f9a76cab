#![allow(clippy::unwrap_used, clippy::panic, clippy::too_many_lines)]

use serde_json::{Value, json};

use super::*;
use crate::deliver::datadog::Compression;

fn read(instance: &Value) -> Result<Config> {
    Config::read(instance, &Value::Null, &AgentFacts::default())
}

fn config(instance: &Value) -> Config {
    read(instance).unwrap()
}

fn problem(instance: &Value) -> String {
    match read(instance) {
        Ok(_) => "read without an error".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// A sound instance with some keys set otherwise; null takes a key away.
fn tool_calls(changes: &Value) -> Value {
    let base =
        json!({"source": "agent_handler/tool_calls", "credentials": {"token": "key-hunter2"}});
    catalog::merged_log(&base, changes)
}

#[test]
fn two_lines_are_a_configuration() {
    let config = config(&tool_calls(&json!({})));
    assert_eq!(config.label(), "agent_handler/tool_calls");
    assert_eq!(config.start, Start::Ago(Duration::from_hours(18)));
    assert_eq!(config.source.overlap, Duration::from_mins(5));
    assert_eq!(config.interval, Duration::from_secs(15));
    assert_eq!(config.limits.run_bytes, None);
    assert_eq!(config.limits.run_seconds, Some(12.0));
    assert_eq!(config.limits.log_bytes, 250_000);
    assert_eq!(config.limits.body_bytes, 64 << 20);
    assert_eq!(config.limits.requests_per_second, None);
    assert_eq!(config.store, Store::Agent);
    assert_eq!(config.too_old, TooOld::Restamp);
    assert_eq!(config.page_size, None);
}

#[test]
fn every_option_is_taken_as_written() {
    let config = config(&tool_calls(&json!({
        "base_url": "https://ah-api-eu.merge.dev/api/v1", "query": {"status": "error"},
        "stream": "eu", "start": "2026-11-01T00:00:00Z", "overlap": "10m", "settle": "30s",
        "page_size": 200, "destination": "agent", "store": {"type": "file", "path": "/var/lib/logwalk"},
        "log": {"service": "x"}, "too_old": "skip", "service": "mine", "tags": ["env:prod"],
        "min_collection_interval": 60, "disable_generic_tags": true, "empty_default_hostname": true,
        "limits": {"run_bytes": 1_000_000, "run_seconds": 20, "log_bytes": 100_000,
                   "body_bytes": 1_048_576, "requests_per_second": 2.5},
    })));
    assert_eq!(config.label(), "agent_handler/tool_calls (stream eu)");
    assert_eq!(
        config.start,
        Start::At(Time::parse("2026-11-01T00:00:00Z").unwrap())
    );
    assert_eq!(config.source.overlap, Duration::from_mins(10));
    assert_eq!(config.source.settle, Duration::from_secs(30));
    assert_eq!(config.page_size, Some(200));
    assert_eq!(config.store, Store::File("/var/lib/logwalk".into()));
    assert_eq!(config.too_old, TooOld::Skip);
    assert_eq!(config.service.as_deref(), Some("mine"));
    assert_eq!(config.tags, ["env:prod"]);
    assert_eq!(config.interval, Duration::from_mins(1));
    assert_eq!(
        config.limits,
        Limits {
            run_bytes: Some(1_000_000),
            run_seconds: Some(20.0),
            log_bytes: 100_000,
            body_bytes: 1 << 20,
            requests_per_second: Some(2.5),
        }
    );
    assert_eq!(config.log["service"], "x");
    assert_eq!(config.log["namespace"], "agent_handler");
    let call = config
        .source
        .call(&config.filling, &Ask::default())
        .unwrap();
    assert_eq!(
        call.url,
        "https://ah-api-eu.merge.dev/api/v1/logs/tool-calls/?page_size=1000&status=error"
    );
}

#[test]
fn start_is_written_in_four_ways() {
    for (text, start) in [
        (json!("90m"), Start::Ago(Duration::from_mins(90))),
        (json!(60), Start::Ago(Duration::from_mins(1))),
        (json!("now"), Start::Ago(Duration::ZERO)),
        (json!("oldest"), Start::Oldest),
    ] {
        assert_eq!(config(&tool_calls(&json!({"start": text}))).start, start);
    }
}

#[test]
fn the_agents_own_limit_of_a_line_is_taken_where_it_is_known() {
    let agent = AgentFacts {
        max_message_bytes: Some(900_000),
        ..AgentFacts::default()
    };
    let read = |limits: Value| {
        let instance = tool_calls(&json!({"limits": limits}));
        Config::read(&instance, &Value::Null, &agent).map(|config| config.limits.log_bytes)
    };
    assert_eq!(read(json!({})), Ok(900_000));
    assert_eq!(read(json!({"log_bytes": 5_000})), Ok(5_000));
    assert_eq!(
        read(json!({"log_bytes": 900_001}))
            .err()
            .unwrap()
            .to_string(),
        "limits.log_bytes: 900001 is more than the Agent passes on whole, which is 900000; raise logs_config.max_message_size_bytes or lower this"
    );
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_the_fix() {
    for (changes, expected) in [
        (
            json!({"surce": "x"}),
            "surce: unknown key; did you mean `source`?",
        ),
        (
            json!({"qzx": 1}),
            "qzx: unknown key; known here: source, credentials, settings,",
        ),
        (
            json!({"source": null}),
            "source: required, but missing: a name from the catalogue (agent_handler/api_calls, ",
        ),
        (
            json!({"source": "agent_handler/toolcalls"}),
            "source: no source `agent_handler/toolcalls` in the catalogue; did you mean `agent_handler/tool_calls`?",
        ),
        (
            json!({"source": "zzz"}),
            "source: no source `zzz` in the catalogue; there are agent_handler/api_calls, agent_handler/audit_log, agent_handler/tool_calls, datadog/audit, datadog/logs",
        ),
        (
            json!({"source": 7}),
            "source: expected a name from the catalogue or a mapping, found a number",
        ),
        (
            json!({"credentials": null}),
            "credentials.token: required, but missing or empty: an Agent Handler production key, from Settings, API keys; a test key reaches a log of its own",
        ),
        (
            json!({"credentials": {"token": " "}}),
            "credentials.token: required, but missing or empty: an Agent Handler",
        ),
        (
            json!({"credentials": {"tokn": "key-hunter2"}}),
            "credentials.tokn: the source asks for no `tokn`; did you mean `token`?",
        ),
        (
            json!({"credentials": {"token": 123}}),
            "credentials.token: expected a text in quotes, found a number, which YAML may have changed",
        ),
        (
            json!({"credentials": {"token": ["key-hunter2"]}}),
            "credentials.token: expected a text, found a list",
        ),
        (
            json!({"credentials": {"token": "ENC[production_key]"}}),
            "credentials.token: the ENC[...] handle was not resolved; set secret_backend_command in datadog.yaml and look at `datadog-agent secret`",
        ),
        (
            json!({"credentials": {"token": "key-hunter2\n"}}),
            "credentials.token: goes into the header Authorization and holds a line break or another control character; was it copied with its line's end?",
        ),
        (
            json!({"credentials": "key-hunter2"}),
            "credentials: expected a mapping, found a text",
        ),
        (
            json!({"settings": {"org": "x"}}),
            "settings.org: the source asks for no `org`, nor for any other",
        ),
        (
            json!({"base_url": "ah-api.merge.dev"}),
            "base_url: not a URL: relative URL without a base",
        ),
        (
            json!({"base_url": "ftp://ah-api.merge.dev"}),
            "base_url: expected a URL that begins with https:// or http://",
        ),
        (
            json!({"base_url": "https://me:key-hunter2@x.example"}),
            "base_url: a user name or password goes under `credentials`, not into a URL",
        ),
        (
            json!({"base_url": "https://x.example/?a=1"}),
            "base_url: parameters go under `request.query`, not into this URL",
        ),
        (
            json!({"query": {"cursor": "x"}}),
            "query.cursor: the walk sets this parameter itself; it is where the cursor goes",
        ),
        (
            json!({"query": {"created_after": "x"}}),
            "query.created_after: the walk sets this parameter itself; use `start` for where the first run begins",
        ),
        (
            json!({"query": {"created_before": "x"}}),
            "query.created_before: the walk sets this parameter itself; use `settle` to stay behind now",
        ),
        (
            json!({"query": {"page_size": 5}}),
            "query.page_size: the walk sets this parameter itself; use `page_size`",
        ),
        (
            json!({"query": {"status": ["a"]}}),
            "query.status: expected a text, found a list",
        ),
        (
            json!({"stream": "a b"}),
            "stream: expected a label of letters, digits, _, -, . and /, at most 100 bytes long",
        ),
        (
            json!({"start": "yesterday"}),
            "start: expected a span of time back from now such as 18h, an RFC 3339 time, now or oldest, found `yesterday`",
        ),
        (
            json!({"start": -5}),
            "start: expected a span of time such as 30s, 5m, 18h or 31d, found a number",
        ),
        (
            json!({"start": {}}),
            "start: expected a span of time back from now such as 18h, an RFC 3339 time, now or oldest, found a mapping",
        ),
        (
            json!({"overlap": "5 parsecs"}),
            "overlap: expected a span of time such as 30s, 5m, 18h or 31d, found a text",
        ),
        (
            json!({"page_size": 0}),
            "page_size: expected a whole number from 1 on, found a number",
        ),
        (
            json!({"page_size": 1001}),
            "page_size: expected at most 1000, found 1001",
        ),
        (
            json!({"page_size": 5e30}),
            "page_size: expected a whole number from 1 on, found a number",
        ),
        (
            json!({"min_collection_interval": -1}),
            "min_collection_interval: expected a number above zero, found a number",
        ),
        (
            json!({"min_collection_interval": 1e300}),
            "min_collection_interval: expected seconds that fit a lifetime",
        ),
        (
            json!({"too_old": "kep"}),
            "too_old: expected one of restamp, keep, skip, found a text; did you mean `keep`?",
        ),
        (
            json!({"destination": {"type": "datadog", "api_key": "key-hunter2"}}),
            "destination.site: required, or `url` for a proxy; expected one of datadoghq.com, us3.datadoghq.com, us5.datadoghq.com, datadoghq.eu, ap1.datadoghq.com, ap2.datadoghq.com, uk1.datadoghq.com, ddog-gov.com, us2.ddog-gov.com",
        ),
        (
            json!({"destination": {"type": "datadog", "site": "datadoghq.eu"}}),
            "destination.api_key: required, but missing or empty: an API key of the organisation, such as \"ENC[datadog_api_key]\"",
        ),
        (
            json!({"destination": {"type": "datadog", "site": "datadoghq.eu", "api_key": "ENC[key-hunter2]"}}),
            "destination.api_key: the ENC[...] handle was not resolved; set secret_backend_command in datadog.yaml and look at `datadog-agent secret`",
        ),
        (
            json!({"destination": {"type": "datadog", "site": "datadoghq.eu", "api_key": 12345}}),
            "destination.api_key: expected a text in quotes, found a number, which YAML may have changed",
        ),
        (
            json!({"destination": {"type": "datadog", "api_ky": "key-hunter2"}}),
            "destination.api_ky: unknown key; did you mean `api_key`?",
        ),
        (
            json!({"destination": {"type": "datadog", "site": "datadoghq.eu", "api_key": "key-hunter2", "compression": "gzp"}}),
            "destination.compression: expected one of zstd, gzip, none, found a text; did you mean `gzip`?",
        ),
        (
            json!({"destination": {"type": "datadog", "site": "datadoghq.eu", "api_key": "key-hunter2", "timeout": 0}}),
            "destination.timeout: expected a number of seconds above zero, found a number",
        ),
        (
            json!({"destination": {"type": "datadog", "site": "datadoghq.eu", "api_key": "key-hunter2"},
                   "limits": {"log_bytes": 1_000_001}}),
            "limits.log_bytes: expected at most 1000000, which is what the intake takes whole",
        ),
        (
            json!({"destination": "datadog"}),
            "destination: expected a mapping for `datadog`: {type: datadog, site: ..., api_key: ...}",
        ),
        (
            json!({"destination": "agnt"}),
            "destination: expected `agent` or {type: datadog, ...}, the destinations of this version, found `agnt`; did you mean `agent`?",
        ),
        (
            json!({"destination": {}}),
            "destination.type: required, but missing or empty",
        ),
        (
            json!({"store": {"type": "redis", "url": "redis://:key-hunter2@x"}}),
            "store: expected `agent` or {type: file, path: ...}, the stores of this version, found `redis`",
        ),
        (
            json!({"store": {"type": "file"}}),
            "store.path: required, but missing or empty",
        ),
        (
            json!({"store": {"type": "file", "paht": "x"}}),
            "store.paht: unknown key; did you mean `path`?",
        ),
        (
            json!({"store": "fil"}),
            "store: expected `agent` or {type: file, path: ...}, the stores of this version, found `fil`; did you mean `file`?",
        ),
        (
            json!({"limits": {"run_byts": 1}}),
            "limits.run_byts: unknown key; did you mean `run_bytes`?",
        ),
        (
            json!({"limits": {"log_bytes": 10}}),
            "limits.log_bytes: expected a whole number from 512 on, found a number",
        ),
        (
            json!({"limits": {"body_bytes": 10}}),
            "limits.body_bytes: expected a whole number from 1024 on, found a number",
        ),
        (
            json!({"limits": {"run_seconds": 0}}),
            "limits.run_seconds: expected a number above zero, found a number",
        ),
        (
            json!({"limits": {"requests_per_second": 0}}),
            "limits.requests_per_second: expected a number above zero, found a number",
        ),
        (
            json!({"name": "x"}),
            "name: the Agent would name its log files by this and lose their unread ends at every restart; use `stream` for a label",
        ),
        (
            json!({"namespace": "x"}),
            "namespace: the Agent would name its log files by this and lose their unread ends at every restart; use `stream` for a label",
        ),
        (
            json!({"tags": "env:prod"}),
            "tags: expected a list, found a text",
        ),
        (
            json!({"tags": [{"a": 1}]}),
            "tags[0]: expected a text, found a mapping",
        ),
        (json!({"log": "x"}), "log: expected a mapping, found a text"),
        (
            json!({"log": {"hash": ["usr.email"]}}),
            "credentials.hash_key: required, but missing or empty: a long random text, the key of the hashes that `log.hash` asks for",
        ),
        (
            json!({"source": {"extends": "agent_handler/tool_call"}}),
            "source.extends: no source `agent_handler/tool_call` in the catalogue; did you mean `agent_handler/tool_calls`?",
        ),
        (
            json!({"source": {"extends": "agent_handler/tool_calls", "request": {"metod": "GET"}}}),
            "source.request.metod: unknown key; did you mean `method`?",
        ),
    ] {
        let problem = problem(&tool_calls(&changes));
        assert!(
            problem.starts_with(expected),
            "{changes}\n  expected {expected}\n  found    {problem}"
        );
        assert!(!problem.contains("hunter2"), "{problem}");
    }
}

#[test]
fn a_mapping_that_cannot_be_is_found_when_it_is_read() {
    let mistaken = tool_calls(&json!({"log": {"mesage": "x"}}));
    assert_eq!(
        problem(&mistaken),
        "log.mesage: unknown key; did you mean `message`?"
    );
    let extended = tool_calls(
        &json!({"source": {"extends": "agent_handler/tool_calls", "log": {"mesage": "x"}}}),
    );
    assert_eq!(
        problem(&extended),
        "source.log.mesage: unknown key; did you mean `message`?"
    );
    let written = Written::new(&mistaken, "instances[0]");
    let init = Written::new(&Value::Null, "init_config");
    let error = Config::read_at(&written, &init, &AgentFacts::default())
        .err()
        .unwrap();
    assert!(error.to_string().starts_with("instances[0].log.mesage: "));
}

#[test]
fn a_tool_call_becomes_the_log_that_is_promised() {
    let record = r#"{"id": "0f8fad5b", "started_at": "2026-11-20T09:30:00.123Z", "tool_name": "slack__post_message",
        "status": "success", "latency_ms": 812, "connector": {"slug": "slack"}, "registered_user": {"id": "user-4821"},
        "tool_args": "{\"channel\": 1}", "result": "no json"}"#;
    let config = config(&tool_calls(&json!({"tags": ["env:prod"]})));
    let mapping = config.mapping(config.tags.join(",")).unwrap();
    let mut sheet = crate::log::Sheet::default();
    let reading = mapping.read(record, 0, &mut sheet).unwrap().0;
    let event = reading.time.unwrap();
    let moment = crate::log::Moment {
        event,
        now: event,
        ordinal: 0,
    };
    assert_eq!(
        mapping.log(&reading, moment, &mut sheet),
        crate::log::Mapped::Log
    );
    let log = sheet.last().unwrap();
    let log: Value = serde_json::from_str(&log.to_json()).unwrap();
    assert_eq!(log["message"], "slack__post_message success");
    assert_eq!(log["status"], "info");
    assert_eq!(log["service"], "agent-handler");
    assert_eq!(log["ddsource"], "agent_handler");
    assert_eq!(log["usr"], json!({"id": "user-4821"}));
    assert_eq!(
        log["evt"],
        json!({"name": "slack__post_message", "outcome": "success"})
    );
    assert_eq!(log["duration"], json!(812_000_000));
    assert_eq!(log["agent_handler"]["tool_args"], json!({"channel": 1}));
    assert_eq!(log["agent_handler"]["result"], "no json");
    assert_eq!(log["logwalk"]["id"], "0f8fad5b");
    assert!(log["ddtags"].as_str().unwrap().contains("connector:slack"));
}

#[test]
fn every_mapping_of_the_catalogue_is_sound() {
    for name in catalog::names() {
        let credentials = if name.starts_with("datadog/") {
            json!({"api_key": "a", "app_key": "b"})
        } else {
            json!({"token": "a"})
        };
        let read = read(&json!({"source": name, "credentials": credentials}));
        assert_eq!(read.err(), None, "{name}");
    }
}

#[test]
fn where_the_instance_stands_in_its_file_is_part_of_every_place() {
    for (changes, expected) in [
        (json!({"page_size": 0}), "instances[1].page_size: "),
        (
            json!({"credentials": {"token": "x\r\ny"}}),
            "instances[1].credentials.token: ",
        ),
    ] {
        let instance = tool_calls(&changes);
        let written = Written::new(&instance, "instances[1]");
        let init = Written::new(&Value::Null, "init_config");
        let error = Config::read_at(&written, &init, &AgentFacts::default())
            .err()
            .unwrap();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}

#[test]
fn an_instance_that_is_no_mapping_is_said_to_be_none() {
    for instance in [json!([]), json!("x"), json!(1)] {
        assert!(problem(&instance).contains("expected a mapping"));
    }
    assert!(problem(&Value::Null).starts_with("source: required"));
}

#[test]
fn init_config_is_read_strictly_too() {
    let read = |init: Value| {
        Config::read(&tool_calls(&json!({})), &init, &AgentFacts::default())
            .map(|config| config.service)
            .map_err(|error| error.to_string())
    };
    assert_eq!(read(json!({"service": "all"})), Ok(Some("all".to_owned())));
    assert_eq!(read(json!({})), Ok(None));
    assert!(
        read(json!({"servce": "x"}))
            .err()
            .unwrap()
            .starts_with("init_config.servce: unknown key; did you mean `service`?")
    );
}

#[test]
fn a_site_is_a_host_and_nothing_more() {
    let datadog = |site: &str| json!({"source": "datadog/audit", "credentials": {"api_key": "a", "app_key": "b"}, "settings": {"site": site}});
    let default =
        json!({"source": "datadog/audit", "credentials": {"api_key": "a", "app_key": "b"}});
    let url = |instance: &Value| {
        let config = config(instance);
        config
            .source
            .call(&config.filling, &Ask::default())
            .unwrap()
            .url
    };
    assert!(url(&default).starts_with("https://api.datadoghq.com/api/v2/audit/events?"));
    assert!(url(&datadog("us5.datadoghq.com")).starts_with("https://api.us5.datadoghq.com/"));
    for site in [
        "https://datadoghq.eu",
        "datadoghq.eu/x",
        "a@b",
        "a b",
        "x?y",
        "x#y",
        "\\",
    ] {
        let problem = problem(&datadog(site));
        assert!(
            problem.starts_with("settings.site: goes into the host's name in https://api.{site}: expected letters, digits, - and . only"),
            "{site}: {problem}"
        );
    }
}

#[test]
fn a_token_is_asked_for_at_a_url() {
    let own = |tenant: &str| {
        json!({
            "source": {
                "name": "me/log", "base_url": "https://x.example", "records": "data",
                "request": {"path": "/log"}, "settings": {"tenant": {}},
                "auth": {"oauth2": {"token_url": "https://{tenant}/token", "client_id": "a", "client_secret": "b"}},
            },
            "settings": {"tenant": tenant},
        })
    };
    assert!(read(&own("t.example")).is_ok());
    assert_eq!(
        problem(&own("t.example?x=")),
        "source.auth.oauth2.token_url: parameters go under `request.query`, not into this URL"
    );
}

#[test]
fn log_options_are_merged_key_by_key() {
    let log = config(&tool_calls(&json!({"log": {
        "attributes": {"duration": {"from": "ms"}, "usr.email": null},
        "tags": {"tool": "tool_name"},
        "status": {"map": {"flagged": "warn"}},
        "decode": ["tool_args"],
        "message": null,
    }})))
    .log;
    assert_eq!(log["attributes"]["duration"], json!({"from": "ms"}));
    assert_eq!(log["attributes"]["evt.name"], json!("tool_name"));
    assert_eq!(log["attributes"].get("usr.email"), None);
    assert_eq!(log["tags"]["tool"], json!("tool_name"));
    assert!(log["tags"].get("connector").is_some());
    assert_eq!(log["status"]["map"]["flagged"], json!("warn"));
    assert_eq!(log["status"]["map"]["blocked"], json!("warn"));
    assert_eq!(log["status"]["from"], json!("status"));
    assert_eq!(log["decode"], json!(["tool_args"]));
    assert_eq!(log.get("message"), None);
}

#[test]
fn no_secret_is_printed_and_all_are_known_to_scrubbers() {
    let config = config(&tool_calls(
        &json!({"log": {"hash": ["usr.email"]}, "credentials": {"token": "key-hunter2", "hash_key": "salt-hunter2"}}),
    ));
    assert!(!format!("{config:?}").contains("hunter2"));
    assert_eq!(config.secrets(), ["salt-hunter2", "key-hunter2"]);
    let proxied = json!({"proxy": {"https": "http://me:proxy-hunter2@proxy.example:3128"}});
    let config = super::tests::config(&tool_calls(&proxied));
    assert!(!format!("{config:?}").contains("hunter2"));
    assert!(config.secrets().contains(&"proxy-hunter2".to_owned()));
}

mod identity {
    use super::*;

    fn own(changes: &Value) -> Value {
        let base = json!({
            "source": {
                "name": "me/log", "base_url": "https://{host}/v1", "records": "data",
                "settings": {"host": {"default": "x.example"}, "org": {"required": false}},
                "credentials": {"key": {"required": false}},
                "request": {"method": "POST", "path": "/logs", "query": {"a": "1"}, "headers": {"X": "1"}, "body": {"q": {"b": 1, "a": 2}}},
                "next": {"from": "body.next", "to": "query.cursor", "page_size": {"to": "query.n", "default": 10, "max": 100}},
                "record": {"id": "id", "time": "at"},
            },
        });
        deep(&base, changes)
    }

    fn deep(base: &Value, over: &Value) -> Value {
        match (base, over) {
            (Value::Object(base), Value::Object(over)) => {
                let mut merged = base.clone();
                for (key, value) in over {
                    let inner = merged
                        .get(key)
                        .map_or_else(|| value.clone(), |old| deep(old, value));
                    merged.insert(key.clone(), inner);
                }
                Value::Object(merged)
            }
            _ => over.clone(),
        }
    }

    fn id(changes: &Value) -> String {
        super::config(&own(changes)).identity()
    }

    #[test]
    fn is_32_hex_digits_that_no_version_may_change() {
        // A place saved under another name is a place lost.
        assert_eq!(
            config(&tool_calls(&json!({}))).identity(),
            "cc089ceee9466f12d1e3b1203460175a"
        );
    }

    #[test]
    fn changes_with_all_that_decides_which_records_come() {
        let mut seen = std::collections::BTreeMap::from([(id(&json!({})), json!({}))]);
        for change in [
            json!({"source": {"name": "me/other"}}),
            json!({"source": {"request": {"method": "GET", "body": null}}}),
            json!({"source": {"base_url": "https://{host}/v2"}}),
            json!({"base_url": "https://y.example/v1"}),
            json!({"settings": {"host": "z.example"}}),
            json!({"settings": {"org": "acme"}}),
            json!({"source": {"request": {"path": "/log"}}}),
            json!({"source": {"request": {"query": {"a": "2"}}}}),
            json!({"query": {"b": "1"}}),
            json!({"source": {"request": {"body": {"q": {"a": 3}}}}}),
            json!({"source": {"records": "items"}}),
            json!({"source": {"next": {"from": "body.after"}}}),
            json!({"source": {"next": {"to": "query.after"}}}),
            json!({"source": {"next": {"more": "body.more"}}}),
            json!({"source": {"next": {"sticky": true}}}),
            json!({"source": {"next": {"durable": false}}}),
            json!({"source": {"next": {"first_only": ["query.a"]}}}),
            json!({"source": {"next": {"from": "page"}}}),
            json!({"source": {"next": {"from": "page", "start": 0}}}),
            json!({"stream": "eu"}),
        ] {
            if let Some(other) = seen.insert(id(&change), change.clone()) {
                assert_eq!(change, other, "one identity for both");
            }
        }
    }

    #[test]
    fn stays_with_all_that_does_not() {
        let before = id(&json!({}));
        for change in [
            json!({"credentials": {"key": "other"}}),
            json!({"source": {"request": {"headers": {"X": "2", "Y": "{key}"}}}}),
            json!({"source": {"next": {"page_size": {"default": 20, "max": 50, "to": "query.m"}}}}),
            json!({"page_size": 7}),
            json!({"tags": ["env:prod"], "service": "x", "min_collection_interval": 300}),
            json!({"log": {"service": "x"}, "source": {"log": {"source": "y"}}}),
            json!({"limits": {"run_bytes": 5000}}),
            json!({"destination": "agent", "store": {"type": "file", "path": "/x"}}),
            json!({"start": "1h", "overlap": "1h", "settle": "1m", "too_old": "keep"}),
            json!({"source": {"title": "x", "docs": "y", "hints": {"403": "z"}, "retention": "9d"}}),
            json!({"source": {"record": {"id": "uuid"}, "limits": {"min_interval": "1s"}}}),
            // The same base URL in other words.
            json!({"base_url": "https://X.example:443/v1/"}),
        ] {
            assert_eq!(id(&change), before, "{change}");
        }
    }

    #[test]
    fn does_not_hang_on_the_order_of_keys() {
        let turned = json!({"source": {"request": {"body": null}}});
        let mut instance = own(&turned);
        instance["source"]["request"]["body"] = json!({"q": {"a": 2, "b": 1}});
        assert_eq!(super::config(&instance).identity(), id(&json!({})));
    }
}

#[test]
fn a_datadog_destination_has_the_instances_way_out_unless_it_has_its_own() {
    let read = |further: &Value| {
        let config = config(&tool_calls(further));
        match config.destination {
            Destination::Datadog(options) => (config.limits, *options),
            Destination::Agent => panic!("not where it should go"),
        }
    };
    let proxy = json!({"https": "http://proxy.example:3128"});
    let (limits, options) = read(&json!({
        "timeout": 7, "read_timeout": 60, "proxy": proxy, "username": "me", "password": "hunter2",
        "headers": {"X-Own": "1"},
        "destination": {"type": "datadog", "site": "us5.datadoghq.com", "api_key": "key-hunter2"},
    }));
    assert_eq!((limits.run_bytes, limits.log_bytes), (None, 1_000_000));
    assert_eq!(options.compression, Compression::Zstd);
    assert_eq!(
        options.site.intake,
        "https://http-intake.logs.us5.datadoghq.com"
    );
    let transport = options.http.transport();
    assert_eq!(transport.read_timeout, Duration::from_mins(1));
    let text = format!("{options:?}");
    assert!(
        text.contains("proxy.example") && !text.contains("hunter2"),
        "{text}"
    );
    assert!(!text.contains("Basic") && !text.contains("x-own"), "{text}");

    let (_, options) = read(&json!({
        "timeout": 7, "read_timeout": 60, "proxy": proxy,
        "destination": {"type": "datadog", "url": "http://proxy:1/x", "api_key": "key-hunter2",
                        "timeout": 3, "skip_proxy": true, "extra_headers": {"X-Mine": "1"},
                        "compression": "none", "dead_letter": "/var/x.jsonl"},
    }));
    let transport = options.http.transport();
    assert_eq!(transport.read_timeout, Duration::from_secs(3));
    assert_eq!(options.dead_letter, Some("/var/x.jsonl".into()));
    let text = format!("{options:?}");
    assert!(
        !text.contains("proxy.example") && text.contains("x-mine"),
        "{text}"
    );
}

#[test]
fn the_key_of_the_destination_is_a_secret_and_the_destination_is_no_part_of_the_identity() {
    let direct = config(&tool_calls(&json!({
        "destination": {"type": "datadog", "site": "datadoghq.eu", "api_key": "key-hunter3"},
    })));
    assert!(direct.secrets().contains(&"key-hunter3".to_owned()));
    assert!(!format!("{direct:?}").contains("hunter3"));
    let agent = config(&tool_calls(&json!({})));
    assert_eq!(direct.identity(), agent.identity());
}
