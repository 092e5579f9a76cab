//! The stand-in for the Agent, as a process of its own: started, watched, stopped, killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::super::patience::End;
use super::super::stop::Stop;

const MODULE: &str = "datadog_checks.logwalk.stand_in";
const ENDED: &str = "the stand-in for the Agent ended by itself, with what it said above; it needs \
    what an Agent's Python carries: datadog-checks-base and all that its `deps` extra lists";
/// How often a wait looks again: small beside the time that a page takes.
const TICK: Duration = Duration::from_millis(2);
/// A machine under load still gets this far; whatever takes longer hangs.
const LONGEST: Duration = Duration::from_mins(1);

/// A running stand-in; dropping it kills it.
pub(super) struct StandIn {
    child: Child,
    /// It ends when this does, so it ends with this process, however that ends.
    stdin: Option<ChildStdin>,
    intervals: Receiver<String>,
}

impl StandIn {
    /// Starts the interpreter on the stand-in, with a conf.d file and a folder to write to.
    pub(super) fn started(
        python: &str,
        folder: &Path,
        interval: Duration,
        pace: Duration,
    ) -> Result<Self, Stop> {
        let cannot = |error| Stop::short(format!("cannot start {python} -m {MODULE}: {error}"));
        let mut child = Command::new(python)
            // Safe path: no module of the folder that somebody happens to be in.
            .args(["-P", "-m", MODULE, "--conf"])
            .arg(folder.join("logwalk.yaml"))
            .arg("--run-path")
            .arg(folder.join("run"))
            .args(["--interval", &interval.as_secs_f64().to_string()])
            .args(["--pace", &pace.as_secs_f64().to_string()])
            // The vendor speaks plain HTTP, which the check refuses to nobody but in FIPS mode.
            .env_remove("GOFIPS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(cannot)?;
        let stdin = child.stdin.take();
        let (tell, intervals) = channel();
        if let Some(out) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(out).lines().map_while(Result::ok) {
                    let _ = tell.send(line);
                }
            });
        }
        Ok(Self {
            child,
            stdin,
            intervals,
        })
    }

    /// Waits until another interval has ended.
    pub(super) fn finish_interval(&mut self, end: &End) -> Result<(), Stop> {
        let mut line = None;
        self.watch(end, |intervals| {
            match intervals.try_recv() {
                Ok(told) => line = Some(told),
                Err(TryRecvError::Empty) => return Ok(false),
                Err(TryRecvError::Disconnected) => {
                    return Err(Stop::short(ENDED));
                }
            }
            Ok(true)
        })?;
        let told: Value = serde_json::from_str(&line.unwrap_or_default()).unwrap_or_default();
        let errors = told["errors"].as_array().cloned();
        match errors {
            Some(errors) if errors.is_empty() => Ok(()),
            Some(errors) => Err(Stop::Short(errors.iter().map(in_words).collect())),
            None => Err(Stop::short(format!("the stand-in said: {told}"))),
        }
    }

    /// Waits until something is so.
    pub(super) fn until(&mut self, end: &End, mut is_so: impl FnMut() -> bool) -> Result<(), Stop> {
        self.watch(end, |intervals| match intervals.try_recv() {
            Ok(_) => Err(Stop::short("the interval ended before it could be killed")),
            Err(TryRecvError::Disconnected) => Err(Stop::short(ENDED)),
            Err(TryRecvError::Empty) => Ok(is_so()),
        })
    }

    /// Ends it as the Agent ends when it is told to: the checks are cancelled, and it goes.
    pub(super) fn stop(mut self, end: &End) -> Result<(), Stop> {
        drop(self.stdin.take());
        let begun = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => {
                    return Err(Stop::short(format!("the stand-in ended with {status}")));
                }
                Ok(None) => rest(end, begun)?,
                Err(error) => return Err(Stop::short(format!("the stand-in is lost: {error}"))),
            }
        }
    }

    /// Ends it as a power cut would: nothing of it runs any more.
    pub(super) fn kill(mut self) -> Result<(), Stop> {
        let killed = self.child.kill().and_then(|()| self.child.wait());
        killed
            .map(drop)
            .map_err(|error| Stop::short(format!("cannot kill the stand-in: {error}")))
    }

    fn watch(
        &mut self,
        end: &End,
        mut looks: impl FnMut(&Receiver<String>) -> Result<bool, Stop>,
    ) -> Result<(), Stop> {
        let begun = Instant::now();
        while !looks(&self.intervals)? {
            rest(end, begun)?;
        }
        Ok(())
    }
}

fn in_words(error: &Value) -> String {
    error
        .as_str()
        .map_or_else(|| error.to_string(), str::to_owned)
}

fn rest(end: &End, begun: Instant) -> Result<(), Stop> {
    if end.has_come() {
        return Err(Stop::short("interrupted"));
    }
    if begun.elapsed() > LONGEST {
        return Err(Stop::short(format!(
            "the stand-in did not get on within {LONGEST:?}"
        )));
    }
    thread::sleep(TICK);
    Ok(())
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // Where it has ended already, both say so and nothing is to be done.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
