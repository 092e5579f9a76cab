//! Which streams the configuration has, ready to be walked without an Agent.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::backend::Secrets;
use crate::cli::conf::{Checked, ConfFile, Finding};
use crate::cli::stop::Stop;
use crate::config::{Config, Destination, Store};

/// Every stream of the files, and of the files in the folders; an error with all that is wrong.
pub(crate) fn streams(paths: &[PathBuf], secrets: &Secrets) -> Result<Vec<Config>, Stop> {
    let mut files = Vec::new();
    for path in paths {
        for path in files_of(path)? {
            files.push(ConfFile::read(&path)?);
        }
    }
    secrets.put_into(&mut files)?;
    let mut streams = Vec::new();
    let mut met: BTreeMap<String, String> = BTreeMap::new();
    for file in &files {
        for Checked {
            config,
            at,
            missing,
        } in file.checked()?
        {
            file.known(&missing, |_| true)?;
            if let Some(unfit) = unfit("run", file, &config, &at) {
                return Err(unfit.into());
            }
            let here = file.finding(&at, "").place();
            if let Some(there) = met.insert(config.identity(), here) {
                let words = format!(
                    "the same stream as {there}: remove one of the two, or give one its own `stream`"
                );
                return Err(file.finding(&at, words).into());
            }
            streams.push(config);
        }
    }
    if streams.is_empty() {
        return Err(Stop::usage("there is no stream in what -c names"));
    }
    Ok(streams)
}

/// What a stream needs an Agent for that is not here; `verb` is the command that has none.
pub(crate) fn unfit(verb: &str, file: &ConfFile, config: &Config, at: &str) -> Option<Finding> {
    if matches!(config.destination, Destination::Agent) {
        let words = format!(
            "`logwalk {verb}` has no Agent to send through: set `destination: {{type: datadog, \
             site: ..., api_key: ...}}`"
        );
        return Some(file.finding(&format!("{at}.destination"), words));
    }
    if config.store == Store::Agent {
        let words = format!(
            "`logwalk {verb}` has no Agent to keep the place: set `store: {{type: file, path: \
             ...}}`"
        );
        return Some(file.finding(&format!("{at}.store"), words));
    }
    None
}

fn files_of(path: &Path) -> Result<Vec<PathBuf>, Stop> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let unreadable =
        |error: std::io::Error| Stop::usage(format!("{}: cannot be read: {error}", path.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let ending = file.extension().and_then(|ending| ending.to_str());
        if matches!(ending, Some("yaml" | "yml")) && file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Stop::usage(format!(
            "{}: no .yaml file in it",
            path.display()
        )));
    }
    Ok(files)
}
