//! The Agent's own files, as far as they are looked at: one integration file, the registry, and the
//! counters of the logs pipeline.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use once_cell::sync::Lazy;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::ledger::{Look, Moment};
use super::registry::{self, Reading};
use crate::error::{Error, Result};
use crate::fetch::{Reality, Surroundings};

/// A registry names every file and container that the Agent reads; one of this size names too many.
const MOST_REGISTRY: u64 = 64 << 20;
/// All of an Agent's counters are some hundred kilobytes.
const MOST_COUNTERS: u64 = 8 << 20;
/// The Agent's own port on this machine: what takes longer is not there.
const PATIENCE: Duration = Duration::from_millis(500);

/// What the logs pipeline counts for the whole Agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Logs that were given up, as when the intake refused them.
    pub dropped: u64,
    /// Requests that failed and will be made again.
    pub errors: u64,
}

/// What a delivery has to see and do in the world.
pub trait Site {
    /// The file, as it is now; none where there is none.
    fn look(&self, file: &str) -> Result<Option<Look>>;
    /// Whether the file ends within a line.
    fn is_torn(&self, file: &str) -> Result<bool>;
    /// Puts what is in the file onto the disk.
    fn sync(&self, file: &str) -> Result<()>;
    /// What the registry says of the file; none where it cannot be read.
    fn registry(&self, file: &str) -> Option<Reading>;
    /// The pipeline's counters; none where they cannot be read.
    fn counters(&self) -> Option<Counters>;
    /// Both clocks.
    fn now(&self) -> Moment;
    /// Waits, or returns [`Error::Cancelled`] as soon as the run is cancelled.
    fn pause(&self, span: Duration) -> Result<()>;
    /// Waits a moment although the run is cancelled.
    fn nap(&self, span: Duration);
}

/// The files of the Agent around us.
pub struct AgentFiles {
    registry: PathBuf,
    expvar_port: u16,
}

impl AgentFiles {
    /// The files below the Agent's run path; nothing is opened yet.
    #[must_use]
    pub fn new(run_path: &Path, expvar_port: u16) -> Self {
        Self {
            registry: run_path.join("registry.json"),
            expvar_port,
        }
    }

    /// Over plain HTTP/1.0 on this machine: a client that can do TLS would start a thread for it.
    fn counted(&self) -> Option<Counters> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.expvar_port));
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.set_write_timeout(Some(PATIENCE)).ok()?;
        stream
            .write_all(b"GET /debug/vars HTTP/1.0\r\nHost: localhost\r\n\r\n")
            .ok()?;
        let mut reply = Vec::new();
        stream.take(MOST_COUNTERS).read_to_end(&mut reply).ok()?;
        let body = memchr::memmem::find(&reply, b"\r\n\r\n")? + 4;
        counters_of(reply.get(body..)?)
    }
}

/// This process, as no other is: not even one that has its number again.
#[must_use]
pub fn process() -> &'static str {
    static PROCESS: Lazy<String> = Lazy::new(|| {
        let born = crate::time::Time::now();
        format!("{:x}-{:x}", std::process::id(), born.0)
    });
    &PROCESS
}

/// The files of an Agent, with the real clocks.
#[derive(Clone)]
pub struct Ground {
    /// The files.
    pub files: Arc<AgentFiles>,
    /// The clocks, and the wish to stop.
    pub reality: Reality,
}

impl Site for Ground {
    fn look(&self, file: &str) -> Result<Option<Look>> {
        match std::fs::metadata(file) {
            Ok(found) => Ok(Some(Look {
                size: found.len(),
                inode: inode(&found),
            })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unusable("looked at", file, &error)),
        }
    }

    fn is_torn(&self, file: &str) -> Result<bool> {
        let mut last = [b'\n'];
        let mut read = || -> std::io::Result<bool> {
            let mut file = File::open(file)?;
            if file.seek(SeekFrom::End(0))? > 0 {
                file.seek(SeekFrom::End(-1))?;
                file.read_exact(&mut last)?;
            }
            Ok(last != [b'\n'])
        };
        match read() {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            other => other.map_err(|error| unusable("read", file, &error)),
        }
    }

    fn sync(&self, file: &str) -> Result<()> {
        let synced = File::open(file).and_then(|file| file.sync_all());
        synced.map_err(|error| unusable("synced", file, &error))
    }

    fn registry(&self, file: &str) -> Option<Reading> {
        let mut text = Vec::new();
        let opened = File::open(&self.files.registry).ok()?;
        opened.take(MOST_REGISTRY).read_to_end(&mut text).ok()?;
        registry::read(&text, file)
    }

    fn counters(&self) -> Option<Counters> {
        self.files.counted()
    }

    fn now(&self) -> Moment {
        Moment {
            tick: self.reality.tick(),
            wall: self.reality.now(),
        }
    }

    fn pause(&self, span: Duration) -> Result<()> {
        self.reality.pause(span)
    }

    fn nap(&self, span: Duration) {
        std::thread::sleep(span);
    }
}

#[cfg(unix)]
fn inode(found: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(found)
}

/// Elsewhere a file that was made anew is told by its length alone.
#[cfg(not(unix))]
fn inode(_: &std::fs::Metadata) -> u64 {
    0
}

fn unusable(done: &str, file: &str, error: &std::io::Error) -> Error {
    Error::Store(format!(
        "the file from which the Agent sends, {file}, cannot be {done} ({error}): the place was not \
         moved; give it back to the Agent's user, or look after its disk"
    ))
}

#[derive(Deserialize)]
struct Expvars<'a> {
    #[serde(rename = "logs-agent", borrow)]
    logs: Option<Logs<'a>>,
}

#[derive(Deserialize)]
struct Logs<'a> {
    #[serde(rename = "DestinationLogsDropped", borrow, default)]
    dropped: Option<&'a RawValue>,
    #[serde(rename = "DestinationErrors", default)]
    errors: Option<u64>,
}

/// What an Agent's expvars say of its logs pipeline.
fn counters_of(text: &[u8]) -> Option<Counters> {
    let expvars: Expvars<'_> = serde_json::from_slice(text).ok()?;
    let logs = expvars.logs?;
    let dropped = logs.dropped.map_or("{}", RawValue::get);
    let by_host: std::collections::HashMap<String, u64> = serde_json::from_str(dropped).ok()?;
    Some(Counters {
        dropped: by_host.values().sum(),
        errors: logs.errors.unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_dropped_is_counted_over_all_hosts() {
        let text = br#"{"cmdline":["agent"],"logs-agent":{"DestinationErrors":3,
            "DestinationLogsDropped":{"intake-a":2,"intake-b":5},"LogsSent":9}}"#;
        let counted = Counters {
            dropped: 7,
            errors: 3,
        };
        assert_eq!(counters_of(text), Some(counted));
        assert_eq!(
            counters_of(br#"{"logs-agent":{}}"#),
            Some(Counters::default())
        );
    }

    #[test]
    fn what_an_agent_does_not_say_is_not_made_up() {
        for text in [
            "",
            "<html>",
            "{}",
            "[]",
            r#"{"logs-agent":{"DestinationLogsDropped":7}}"#,
        ] {
            assert_eq!(counters_of(text.as_bytes()), None, "{text}");
        }
    }
}
