//! Where logs go, and how they get there.

use serde_json::{Map, Value};

use super::{Destination, filling, options};
use crate::deliver::datadog::{Compression, Options, Site};
use crate::error::Result;
use crate::fetch::{self, AgentFacts};
use crate::written::{Fields, Written, nearest};

/// The options of a Datadog destination beside those of HTTP.
const OWN: [&str; 6] = [
    "type",
    "site",
    "url",
    "api_key",
    "compression",
    "dead_letter",
];

const KINDS: [&str; 2] = ["agent", "datadog"];

/// The HTTP options that are the instance's unless the destination has its own, in groups: whoever
/// says one of a group has said them all.
const SHARED: [&[&str]; 4] = [
    &["timeout", "connect_timeout", "read_timeout"],
    &["proxy", "skip_proxy", "no_proxy", "use_agent_proxy"],
    &["tls_verify", "tls_validate_hostname", "tls_ca_cert"],
    &["tls_cert", "tls_private_key"],
];

/// What `destination` says.
pub(super) fn read(instance: &Fields, init: &Fields, agent: &AgentFacts) -> Result<Destination> {
    let written = instance.at("destination");
    match options::kind(&written, &["type"])?.as_deref() {
        None | Some("agent") => Ok(Destination::Agent),
        Some("datadog") => {
            let known = [&OWN[..], fetch::Options::KEYS].concat();
            let fields = match written.value {
                Value::Object(_) => written.fields(&known)?,
                _ => return Err(written.problem(
                    "expected a mapping for `datadog`: {type: datadog, site: ..., api_key: ...}",
                )),
            };
            datadog(instance, init, &written, &fields, agent)
                .map(Box::new)
                .map(Destination::Datadog)
        }
        Some(other) => {
            let hint = match nearest(other, &KINDS) {
                Some(near) => format!("; did you mean `{near}`?"),
                None => String::new(),
            };
            Err(written.problem(format!(
                "expected `agent` or {{type: datadog, ...}}, the destinations of this version, \
                 found `{other}`{hint}"
            )))
        }
    }
}

fn datadog(
    instance: &Fields,
    init: &Fields,
    written: &Written,
    fields: &Fields,
    agent: &AgentFacts,
) -> Result<Options> {
    let compressions = [
        ("zstd", Compression::Zstd),
        ("gzip", Compression::Gzip),
        ("none", Compression::None),
    ];
    let key = fields.at("api_key");
    let api_key = filling::secret(&key)?.filter(|text| !text.trim().is_empty());
    let merged = merged(instance, fields);
    let http = Written::new(&merged, &written.at).any_fields()?;
    Ok(Options {
        site: Site::read(fields)?,
        api_key: api_key.ok_or_else(|| {
            key.problem("required, but missing or empty: an API key of the organisation, such as \"ENC[datadog_api_key]\"")
        })?,
        compression: fields.at("compression").word(&compressions)?.unwrap_or_default(),
        dead_letter: fields.at("dead_letter").text()?.map(Into::into),
        http: fetch::Options::read(&http, init, agent)?,
    })
}

/// The destination's HTTP options, and the instance's where they are meant for both.
fn merged(instance: &Fields, fields: &Fields) -> Value {
    let mut merged = Map::new();
    let mut put = |fields: &Fields, name: &str| {
        let value = fields.at(name);
        if !value.is_absent() {
            merged.insert(name.to_owned(), value.value.clone());
        }
    };
    for name in fetch::Options::KEYS {
        put(fields, name);
    }
    for group in SHARED {
        if group.iter().all(|name| fields.at(name).is_absent()) {
            group.iter().for_each(|name| put(instance, name));
        }
    }
    Value::Object(merged)
}
