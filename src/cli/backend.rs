//! A command that knows secrets by their handles, spoken to as the Agent does.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::conf::ConfFile;
use super::stop::Stop;

/// As the Agent has it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whatever is longer holds no keys.
const MOST_BYTES: u64 = 1 << 20;

/// How secrets are put into a configuration, for the help of a command that needs them.
pub(crate) const SECRETS: &str = "\
Secrets: ${env:NAME} and ${file:PATH} are put in wherever they stand in a configuration, and
ENC[handle] by the secret backend command, which speaks as the Agent's does: JSON with `secrets`, a
list of handles, on its standard input, and `{handle: {value, error}}` back.";

/// Who is asked for what stands as `ENC[handle]` in a configuration.
#[derive(Debug, Args)]
pub(crate) struct Secrets {
    /// What resolves ENC[...] handles
    #[arg(long, value_name = "PATH")]
    secret_backend_command: Option<PathBuf>,
    /// What it is started with; may be given several times
    #[arg(
        long,
        value_name = "WORD",
        requires = "secret_backend_command",
        allow_hyphen_values = true
    )]
    secret_backend_argument: Vec<String>,
}

impl Secrets {
    /// Puts the secrets of handles into the files, where there is somebody to ask.
    pub(crate) fn put_into(&self, files: &mut [ConfFile]) -> Result<(), Stop> {
        let Some(command) = &self.secret_backend_command else {
            return Ok(());
        };
        let backend = Backend::new(command.clone(), self.secret_backend_argument.clone());
        let handles: Vec<String> = files.iter().flat_map(ConfFile::handles).collect();
        let secrets = backend.resolved(&handles)?;
        for file in files {
            file.resolve(&secrets);
        }
        Ok(())
    }
}

/// A command that knows secrets by their handles.
#[derive(Debug)]
struct Backend {
    command: PathBuf,
    arguments: Vec<String>,
}

#[derive(Deserialize)]
struct Answer {
    value: Option<String>,
    error: Option<String>,
}

impl Backend {
    fn new(command: PathBuf, arguments: Vec<String>) -> Self {
        Self { command, arguments }
    }

    /// The secret of each handle; an error where one has none.
    fn resolved(&self, handles: &[String]) -> Result<BTreeMap<String, String>, Stop> {
        let handles: BTreeSet<&String> = handles.iter().collect();
        if handles.is_empty() {
            return Ok(BTreeMap::new());
        }
        let question = json!({"version": "1.0", "secrets": handles, "secret_backend_timeout": PATIENCE.as_secs()});
        let output = self.asked(question.to_string())?;
        let mut answers: BTreeMap<String, Answer> = serde_json::from_slice(&output)
            // What it wrote may hold secrets: only where it broke off is told.
            .map_err(|error| {
                self.problem(&format!(
                    "did not write JSON as expected (line {}, column {})",
                    error.line(),
                    error.column()
                ))
            })?;
        let mut secrets = BTreeMap::new();
        for handle in handles {
            let value = match answers.remove(handle) {
                None => Err("no answer".to_owned()),
                Some(Answer {
                    error: Some(error), ..
                }) if !error.is_empty() => Err(error),
                Some(Answer { value, .. }) => value
                    .filter(|value| !value.is_empty())
                    .ok_or("an empty value".to_owned()),
            };
            let value = value
                .map_err(|why| self.problem(&format!("has no secret for ENC[{handle}]: {why}")))?;
            secrets.insert(handle.clone(), value);
        }
        Ok(secrets)
    }

    fn asked(&self, question: String) -> Result<Vec<u8>, Stop> {
        let mut child = Command::new(&self.command)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(|error| self.problem(&format!("cannot be started: {error}")))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (done, answer) = channel();
        std::thread::spawn(move || {
            if let Some(mut input) = input {
                // A command that reads nothing may answer all the same.
                let _ = input.write_all(question.as_bytes());
            }
            let mut text = Vec::new();
            let read = output.map(|output| output.take(MOST_BYTES).read_to_end(&mut text));
            let _ = done.send(read.unwrap_or(Ok(0)).map(|_| text));
        });
        let Ok(read) = answer.recv_timeout(PATIENCE) else {
            end(&mut child);
            return Err(self.problem(&format!("gave no answer within {} s", PATIENCE.as_secs())));
        };
        let text = read.map_err(|error| self.problem(&format!("cannot be read: {error}")))?;
        match child.wait() {
            Ok(status) if status.success() => Ok(text),
            Ok(status) => Err(self.problem(&format!("failed: {status}"))),
            Err(error) => Err(self.problem(&format!("failed: {error}"))),
        }
    }

    fn problem(&self, what: &str) -> Stop {
        Stop::usage(format!(
            "the secret backend command {} {what}",
            self.command.display()
        ))
    }
}

fn end(child: &mut Child) {
    // It may be gone by itself.
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shell(script: &str) -> Backend {
        Backend::new("/bin/sh".into(), vec!["-c".to_owned(), script.to_owned()])
    }

    fn words(script: &str) -> String {
        let stop = shell(script).resolved(&["key".to_owned()]).unwrap_err();
        stop.problems().join("\n")
    }

    #[test]
    fn each_handle_is_asked_for_once_as_the_agent_does() {
        let handles = ["key", "key"].map(str::to_owned);
        let script = r#"read -r q; case "$q" in *'"secrets":["key"]'*) echo '{"key":{"value":"s3cret","error":null}}';; esac"#;
        let secrets = shell(script).resolved(&handles).unwrap();
        assert_eq!(secrets["key"], "s3cret");
        assert!(shell("exit 1").resolved(&[]).unwrap().is_empty());
    }

    #[test]
    fn what_goes_wrong_is_said_without_what_it_wrote() {
        assert!(words("echo 'hunter2 {'").contains("did not write JSON"));
        assert!(!words("echo 'hunter2 {'").contains("hunter2"));
        assert!(words("exit 3").contains("JSON") || words("exit 3").contains("failed"));
        assert!(words("echo '{}'").contains("ENC[key]: no answer"));
        assert!(words(r#"echo '{"key":{"value":null,"error":"locked"}}'"#).contains("locked"));
        assert!(words(r#"echo '{"key":{"value":"","error":""}}'"#).contains("an empty value"));
        let stop = Backend::new("/no/such".into(), Vec::new()).resolved(&["k".to_owned()]);
        assert!(stop.unwrap_err().problems()[0].contains("/no/such cannot be started"));
    }
}
