//! `logwalk sources`: the catalogue, and each source with a configuration to begin with.

mod example;

use std::io::Write;

use clap::Args;
use serde_json::{Value, json};

use super::stop::Stop;
use crate::error::Result as CoreResult;
use crate::source::{Source, catalog};
use crate::written::{nearest, yaml};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// One source in full, and a ready conf.yaml
    name: Option<String>,
    /// JSON instead of text
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Stop> {
    match &arguments.name {
        None => list(arguments.json, out),
        Some(name) => one(name, arguments.json, out),
    }
}

fn list(as_json: bool, out: &mut dyn Write) -> Result<(), Stop> {
    let sources = catalog::names()
        .map(catalog::source)
        .collect::<CoreResult<Vec<Source>>>()?;
    if as_json {
        let all: Vec<Value> = sources.iter().map(summary).collect();
        writeln!(out, "{}", Value::Array(all))?;
        return Ok(());
    }
    let wide = sources
        .iter()
        .map(|source| source.name.len())
        .max()
        .unwrap_or(0);
    for source in &sources {
        writeln!(out, "{:wide$}  {}", source.name, source.title)?;
        writeln!(out, "{:wide$}  asks for {}", "", asked(source).join(", "))?;
    }
    writeln!(
        out,
        "\n`logwalk sources NAME` shows one in full, with a conf.yaml to begin with."
    )?;
    Ok(())
}

fn one(name: &str, as_json: bool, out: &mut dyn Write) -> Result<(), Stop> {
    let Some(text) = catalog::text(name) else {
        return Err(Stop::usage(unknown(name)));
    };
    let source = catalog::source(name)?;
    let conf = example::conf(&source);
    if as_json {
        let mut whole = summary(&source);
        whole["yaml"] = json!(text);
        whole["definition"] = yaml::parse(text, name)?;
        whole["conf"] = json!(conf);
        writeln!(out, "{whole}")?;
        return Ok(());
    }
    writeln!(out, "# The source, as it is compiled in.\n")?;
    writeln!(out, "{}", text.trim_end())?;
    writeln!(out, "\n---\n# A conf.yaml to begin with.\n")?;
    write!(out, "{conf}")?;
    Ok(())
}

fn unknown(name: &str) -> String {
    let names: Vec<&str> = catalog::names().collect();
    match nearest(name, &names) {
        Some(near) => format!("no source is called {name}; did you mean {near}?"),
        None => format!("no source is called {name}; there are {}", names.join(", ")),
    }
}

fn summary(source: &Source) -> Value {
    let terms = |terms: &std::collections::BTreeMap<String, crate::source::Asked>| -> Value {
        terms
            .iter()
            .map(|(name, asked)| {
                let about = json!({
                    "help": asked.help,
                    "required": asked.required,
                    "default": asked.default,
                });
                (name.clone(), about)
            })
            .collect()
    };
    json!({
        "name": source.name,
        "title": source.title,
        "docs": source.docs,
        "base_url": source.base_url,
        "credentials": terms(&source.credentials),
        "settings": terms(&source.settings),
    })
}

/// The names of what has to be given, then of what may be.
fn asked(source: &Source) -> Vec<String> {
    let terms = || source.credentials.iter().chain(&source.settings);
    let required = terms()
        .filter(|(_, asked)| asked.required)
        .map(|(name, _)| name.clone());
    let optional = terms()
        .filter(|(_, asked)| !asked.required)
        .map(|(name, asked)| match &asked.default {
            Some(default) => format!("{name} ({default})"),
            None => format!("{name} (optional)"),
        });
    let all: Vec<String> = required.chain(optional).collect();
    if all.is_empty() {
        return vec!["nothing".to_owned()];
    }
    all
}
