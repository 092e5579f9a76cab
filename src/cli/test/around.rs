//! What a stream needs on this machine: an Agent that takes its logs, and folders to write to.

use std::path::{Path, PathBuf};

use super::facts::{AgentSide, Around, Place};
use crate::cli::choice::Choice;
use crate::cli::stop::Stop;
use crate::config::{Config, Destination, Store};
use crate::keep::{Keep, PlaceFile, proven};
use crate::ship::Route;
use crate::written::yaml;

/// Where an Agent's own configuration is, if there is an Agent.
const AGENT_CONFIG: &str = "/etc/datadog-agent/datadog.yaml";

/// What the file and the Agent's configuration say, the same for each of a file's streams.
pub(super) fn agent_side(choice: &Choice, named: Option<&Path>) -> Result<AgentSide, Stop> {
    let problems = choice.around()?;
    let path = named.unwrap_or(Path::new(AGENT_CONFIG));
    let logs_enabled = if named.is_none() && !path.exists() {
        None
    } else {
        Some(logs_enabled(path))
    };
    Ok(AgentSide {
        problems: problems.iter().map(ToString::to_string).collect(),
        from_the_beginning: choice.reads_from_the_beginning()?,
        config: path.to_owned(),
        logs_enabled,
    })
}

/// `logs_enabled`, as the Agent reads it; an error where the file cannot be read.
fn logs_enabled(path: &Path) -> Result<bool, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let whole = yaml::parse(&text, "datadog.yaml").map_err(|error| error.to_string())?;
    let value = &whole["logs_enabled"];
    let says_so = value
        .as_str()
        .is_some_and(|text| text.eq_ignore_ascii_case("true"));
    Ok(value.as_bool().unwrap_or(says_so))
}

/// Looks at where a stream keeps its place and its dead letters, and leaves nothing behind.
pub(super) fn seen(config: &Config, agent: &AgentSide) -> Around {
    let direct = match &config.destination {
        Destination::Agent => None,
        Destination::Datadog(options) => Some(options),
    };
    let letters = direct.and_then(|options| Route::new(options, config, None).ok());
    Around {
        agent: direct.is_none().then(|| agent.clone()),
        place: place(config),
        dead_letters: letters.and_then(|route| route.dead_letters()).map(|path| {
            let kept = kept_at(&path).map_err(|error| error.to_string());
            (path, kept)
        }),
    }
}

fn place(config: &Config) -> Place {
    let Store::File(folder) = &config.store else {
        return Place::Agents;
    };
    let mut file = PlaceFile::new(folder, &config.label(), &config.identity());
    if let Err(error) = file.prove() {
        return Place::Unusable(error.to_string());
    }
    match file.load() {
        Ok(kept) if kept.lost => Place::Lost(kept.said.join("; ")),
        Ok(_) => Place::Usable(folder.clone()),
        Err(error) => Place::Unusable(error.to_string()),
    }
}

/// Whether a line could be added to a file.
fn kept_at(path: &PathBuf) -> std::io::Result<()> {
    if path.exists() {
        std::fs::OpenOptions::new()
            .read(true)
            .append(true)
            .open(path)?;
    }
    proven(path.parent().unwrap_or(Path::new("")))
}
