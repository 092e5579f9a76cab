//! The command, run for real.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(unix)]
mod agent_cache;
mod assets;
mod backfill;
mod cursor;
mod demo;
mod preview;
mod run;
mod samples;
mod secure;
mod sim;
mod sources;
mod status;
mod test;
mod validate;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

/// What a finished command left.
struct Ended {
    status: Option<i32>,
    out: String,
    errors: String,
}

impl Ended {
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).expect(&self.out)
    }

    /// The output of a command that did what was asked.
    fn done(self) -> String {
        assert_eq!((self.status, self.errors.as_str()), (Some(0), ""));
        self.out
    }

    /// The same where it told what it did before it ended.
    fn failed_late(self, status: i32) -> String {
        assert_eq!(self.status, Some(status), "{}{}", self.out, self.errors);
        assert!(self.errors.contains("error: "), "{}", self.errors);
        self.errors
    }

    /// The words of a command that ended with a status.
    fn failed(self, status: i32) -> String {
        assert_eq!(self.status, Some(status), "{}{}", self.out, self.errors);
        assert!(self.errors.starts_with("error: "), "{}", self.errors);
        self.errors
    }
}

fn logwalk() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_logwalk"));
    command.env_remove("LOGWALK_TEST_KEY");
    command
}

fn run(words: &[&str]) -> Ended {
    run_with(words, "")
}

fn run_with(words: &[&str], input: &str) -> Ended {
    finished(logwalk().args(words), input)
}

fn finished(command: &mut Command, input: &str) -> Ended {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ended {
        status: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("logwalk-cli-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// Writes a file and says its whole path.
    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_word_that_is_no_command_ends_with_2_and_help_with_0() {
    assert!(run(&["fly"]).failed(2).contains("fly"));
    assert!(run(&["--help"]).done().contains("validate"));
    assert!(run(&["--version"]).done().starts_with("logwalk "));
    assert_eq!(run(&[]).status, Some(2));
}

#[test]
fn completions_are_scripts_that_their_shells_can_read() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&["completions", shell]).done();
        for word in [
            "samples",
            "unsubscribe",
            "stuck-after",
            "agent-config",
            "backfill",
            "parallel",
        ] {
            assert!(script.contains(word), "{word} for {shell}");
        }
    }
    let script = run(&["completions", "bash"]).done();
    let ask = "COMP_WORDS=(logwalk samples uns); COMP_CWORD=2; _logwalk logwalk uns samples; echo \"${COMPREPLY[*]}\"";
    let mut bash = Command::new("bash");
    bash.args(["-c", &format!("{script}\n{ask}")]);
    assert_eq!(finished(&mut bash, "").done().trim(), "unsubscribe");
    assert!(
        run(&["completions", "cmd"])
            .failed(2)
            .contains("powershell")
    );
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut child = logwalk()
        .args(["sources", "agent_handler/tool_calls"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(0));
}
