//! The facets, for whoever adds them by hand.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::{Value, json};

use super::shelf::PIPELINES;
use crate::cli::stop::Stop;
use crate::error::Result as CoreResult;
use crate::written::yaml;

/// Those that Datadog does not have by itself: they say of which type they are.
pub(super) fn told(as_json: bool, out: &mut dyn Write) -> Result<(), Stop> {
    let facets = custom()?;
    if as_json {
        let all: Vec<&Value> = facets.values().collect();
        writeln!(out, "{}", json!(all))?;
        return Ok(());
    }
    let text = |facet: &Value, key: &str| facet[key].as_str().unwrap_or_default().to_owned();
    let wide = facets.keys().map(String::len).max().unwrap_or(0);
    for (path, facet) in &facets {
        let group = facet["groups"][0].as_str().unwrap_or_default();
        let kind = match facet["facetType"].as_str() {
            Some("range") => "measure",
            _ => "facet",
        };
        writeln!(
            out,
            "{path:<wide$}  {kind:<8} {:<8} {group}: {}",
            text(facet, "type"),
            text(facet, "name")
        )?;
    }
    writeln!(
        out,
        "\nDatadog's API cannot create them. Open a log, click on the attribute, and choose to create a \
         facet or a measure;\nsearches and dashboards for which none is there find nothing."
    )?;
    Ok(())
}

fn custom() -> CoreResult<BTreeMap<String, Value>> {
    let mut found = BTreeMap::new();
    for (file, text) in PIPELINES {
        let whole = yaml::parse(text, file)?;
        for facet in whole["facets"].as_array().into_iter().flatten() {
            if facet["facetType"].is_null() {
                continue;
            }
            let path = facet["path"].as_str().unwrap_or_default();
            let path = match facet["source"].as_str() {
                Some("tag") => path.to_owned(),
                _ => format!("@{path}"),
            };
            found.insert(path, facet.clone());
        }
    }
    Ok(found)
}
