//! Datadog's log intake: takes what the real one takes, refuses what it refuses, and shows what came.

use std::collections::VecDeque;
use std::io::{self, Read};

use hyper::body::Bytes;
use parking_lot::Mutex;
use serde_json::json;
use serde_json::value::RawValue;

use super::datadog::error;
use super::http::{Asked, Reply};
use super::vendor::{Twist, Vendor};

/// Where logs are posted, below whatever prefix.
const LOGS: &str = "/api/v2/logs";
/// Where keys are judged.
const VALIDATE: &str = "/api/v1/validate";

const PAYLOAD_BYTES: usize = 5_000_000;
const PAYLOAD_LOGS: usize = 1_000;
const LOG_BYTES: usize = 1_000_000;

/// What came first is forgotten beyond this, so that a benchmark does not fill the memory.
const REMEMBERED_BYTES: usize = 1 << 30;

/// What stands in for a log of which the intake would cut the end off.
const CUT: &str = "{\"simulator\":\"a log of more than 1 MB, cut off by the intake\"}";

/// What has come.
#[derive(Debug, Default)]
pub(crate) struct Arrived(Mutex<Logs>, Mutex<Unread>);

/// Bodies that nobody has looked into yet, as they came.
#[derive(Debug, Default)]
struct Unread {
    bodies: Vec<(Option<String>, Bytes)>,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Logs {
    held: VecDeque<String>,
    bytes: usize,
    count: u64,
}

impl Arrived {
    fn add(&self, log: &str) {
        let mut all = self.0.lock();
        all.count += 1;
        all.bytes += log.len();
        all.held.push_back(log.to_owned());
        while all.bytes > REMEMBERED_BYTES {
            let Some(oldest) = all.held.pop_front() else {
                return;
            };
            all.bytes -= oldest.len();
        }
    }

    /// Puts a body aside to look into it later.
    fn put_aside(&self, encoding: Option<&str>, body: Bytes) {
        let full = {
            let mut unread = self.1.lock();
            unread.bytes += body.len();
            unread.bodies.push((encoding.map(str::to_owned), body));
            unread.bytes > REMEMBERED_BYTES
        };
        if full {
            self.look();
        }
    }

    /// Looks into what was put aside; what is not JSON counts as one log for each line.
    fn look(&self) {
        let unread = std::mem::take(&mut *self.1.lock());
        for (encoding, body) in unread.bodies {
            let Ok(body) = opened(encoding.as_deref(), &body, u64::MAX) else {
                continue;
            };
            let text = String::from_utf8_lossy(&body);
            match logs(&text) {
                Ok(logs) => logs.iter().for_each(|log| self.add(log.get())),
                Err(_) => text.lines().for_each(|line| self.add(line)),
            }
        }
    }

    /// The logs that are still remembered, in the order in which they came.
    pub(crate) fn logs(&self) -> Vec<String> {
        self.look();
        self.0.lock().held.iter().cloned().collect()
    }

    /// How many came, forgotten ones included.
    pub(crate) fn count(&self) -> u64 {
        self.look();
        self.0.lock().count
    }

    pub(crate) fn forget(&self) {
        *self.1.lock() = Unread::default();
        *self.0.lock() = Logs::default();
    }
}

/// The answer where the intake is asked; none where somebody else is.
pub(crate) fn answer(vendor: &Vendor, asked: &Asked, twist: &Twist) -> Option<Reply> {
    let reply = match asked.method.as_str() {
        "POST" if asked.path.ends_with(LOGS) => {
            take(vendor, asked, twist).unwrap_or_else(|refusal| refusal)
        }
        "GET" if asked.path.ends_with(VALIDATE) => validate(vendor, asked),
        _ => return None,
    };
    Some(reply)
}

fn validate(vendor: &Vendor, asked: &Asked) -> Reply {
    if asked.header("dd-api-key") == Some(&vendor.keys.datadog_api) {
        return Reply::json(200, &json!({"valid": true}));
    }
    error(403, "Forbidden")
}

fn refusal(status: u16, title: &str, detail: &str) -> Reply {
    let about = json!({"status": status.to_string(), "title": title, "detail": detail});
    Reply::json(status, &json!({ "errors": [about] }))
}

fn bad(detail: &str) -> Reply {
    refusal(400, "Bad Request", detail)
}

fn too_large(detail: &str) -> Reply {
    refusal(413, "Payload Too Large", detail)
}

fn take(vendor: &Vendor, asked: &Asked, twist: &Twist) -> Result<Reply, Reply> {
    match asked.header("dd-api-key") {
        None => return Err(refusal(401, "Unauthorized", "API key is missing")),
        Some(key) if key != vendor.keys.datadog_api => {
            return Err(refusal(403, "Forbidden", "API key is invalid"));
        }
        Some(_) => {}
    }
    if vendor.trusting {
        let encoding = asked.header("content-encoding");
        vendor.arrived.put_aside(encoding, asked.body.clone());
        return Ok(Reply::json(202, &json!({})));
    }
    let body = unpacked(asked)?;
    let text = std::str::from_utf8(&body).map_err(|_| bad("Invalid UTF-8"))?;
    if twist.refuse_over.is_some_and(|most| text.len() > most) {
        return Err(too_large("simulated: smaller than the real limit"));
    }
    let logs = logs(text).map_err(|_| bad("Invalid JSON"))?;
    if logs.len() > PAYLOAD_LOGS {
        return Err(too_large("more than 1000 logs"));
    }
    if !logs.iter().all(|log| log.get().starts_with('{')) {
        return Err(bad("a log is not an object"));
    }
    let poisoned = |poison: &String| text.contains(poison.as_str());
    if twist.refuse_with.iter().any(poisoned) {
        return Err(bad("simulated: a log cannot be read"));
    }
    for log in logs {
        let whole = log.get().len() <= LOG_BYTES;
        vendor.arrived.add(if whole { log.get() } else { CUT });
    }
    Ok(Reply::json(202, &json!({})))
}

/// An array of logs, or one alone.
fn logs(text: &str) -> serde_json::Result<Vec<&RawValue>> {
    if text.trim_start().starts_with('[') {
        return serde_json::from_str(text);
    }
    Ok(vec![serde_json::from_str(text)?])
}

/// The body as it was before it was made small, if it is no larger than is taken.
fn unpacked(asked: &Asked) -> Result<Bytes, Reply> {
    let encoding = asked.header("content-encoding");
    match opened(encoding, &asked.body, PAYLOAD_BYTES as u64 + 1) {
        Ok(body) if body.len() > PAYLOAD_BYTES => Err(too_large("more than 5 MB")),
        Ok(body) => Ok(Bytes::from(body)),
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {
            Err(refusal(415, "Unsupported Media Type", "Content-Encoding"))
        }
        Err(_) => Err(bad("the body cannot be decompressed")),
    }
}

/// A body as it was before it was made small, up to so many bytes.
fn opened(encoding: Option<&str>, body: &[u8], most: u64) -> io::Result<Vec<u8>> {
    let all: &mut dyn Read = match encoding {
        None | Some("identity") => &mut &body[..],
        Some("gzip") => &mut flate2::read::GzDecoder::new(body),
        Some("deflate") => &mut flate2::read::ZlibDecoder::new(body),
        Some("zstd") => &mut zstd::stream::read::Decoder::new(body)?,
        Some(_) => return Err(io::ErrorKind::Unsupported.into()),
    };
    let mut open = Vec::new();
    all.take(most).read_to_end(&mut open)?;
    Ok(open)
}
