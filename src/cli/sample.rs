//! Replies kept to be mapped again offline, without what must not be kept.

mod hide;
mod replay;

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::stop::Stop;
use crate::config::Config;
use crate::source::{From, Reply, Source};
use crate::time::Time;
use hide::Hider;

/// How samples are written.
const VERSION: u64 = 1;

/// Enough of a reply to map by; the records beyond are left out.
const MOST_BYTES: usize = 256 * 1024;

/// A sample is read whole: a dozen streams with three full replies each.
const LARGEST: u64 = 64 << 20;

/// What a mapping or a walk may ask of a reply's head.
const HEADERS: [&str; 4] = ["content-type", "date", "link", "retry-after"];

/// Replies of some streams.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sample {
    version: u64,
    streams: BTreeMap<String, Kept>,
}

/// The replies of one stream.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    source: String,
    /// When they came, in milliseconds since 1970.
    at: Time,
    replies: Vec<KeptReply>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptReply {
    status: u16,
    headers: BTreeMap<String, String>,
    /// Text as it came, but for what was taken out of it.
    body: String,
    /// How many records were left out at its end.
    #[serde(default, skip_serializing_if = "is_none")]
    left_out: usize,
}

// The form serde asks for.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_none(number: &usize) -> bool {
    *number == 0
}

impl Sample {
    /// Takes in a stream's replies, without its secrets and what its mapping hides.
    pub(crate) fn add(
        &mut self,
        config: &Config,
        at: Time,
        replies: &[Reply],
        scrub: &dyn Fn(&str) -> String,
    ) {
        self.version = VERSION;
        let hider = Hider::new(config);
        let kept = Kept {
            source: config.source.name.clone(),
            at,
            replies: replies
                .iter()
                .map(|reply| KeptReply::of(reply, config, &hider, scrub))
                .collect(),
        };
        self.streams.insert(config.label(), kept);
    }

    /// Writes the sample for its owner's eyes alone, in place of what was there.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Stop> {
        self.written(path).map_err(|error| {
            Stop::short(format!(
                "the sample cannot be written to {}: {error}",
                path.display()
            ))
        })
    }

    fn written(&self, path: &Path) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let beside = path.with_file_name(name);
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&beside, path)
    }

    /// Reads a sample back.
    pub(crate) fn read(path: &Path) -> Result<Self, Stop> {
        let name = path.display();
        let size = fs::metadata(path).map(|about| about.len());
        if size.is_ok_and(|size| size > LARGEST) {
            return Err(Stop::usage(format!(
                "{name} is larger than any sample: was it made by `logwalk test --save`?"
            )));
        }
        let text = fs::read_to_string(path)
            .map_err(|error| Stop::usage(format!("{name} cannot be read: {error}")))?;
        let sample: Self = serde_json::from_str(&text).map_err(|error| {
            // The text is not quoted: what is no sample may be anything.
            Stop::usage(format!(
                "{name} is no sample (line {}, column {}): make one with `logwalk test --save`",
                error.line(),
                error.column()
            ))
        })?;
        if sample.version != VERSION {
            return Err(Stop::usage(format!(
                "{name} is a sample of format {}, and this logwalk knows {VERSION}: make it anew",
                sample.version
            )));
        }
        Ok(sample)
    }

    /// What was kept of a stream; an error where there is nothing.
    pub(crate) fn of(&self, config: &Config) -> Result<&Kept, Stop> {
        let label = config.label();
        self.streams.get(&label).ok_or_else(|| {
            let names: Vec<&str> = self.streams.keys().map(String::as_str).collect();
            Stop::usage(format!(
                "the sample has nothing of {label}, only of {}: choose with --stream or --instance",
                names.join(", ")
            ))
        })
    }
}

impl KeptReply {
    fn of(reply: &Reply, config: &Config, hider: &Hider, scrub: &dyn Fn(&str) -> String) -> Self {
        let (body, left_out) = hider.hidden(&reply.text(), MOST_BYTES);
        let wanted = wanted(&config.source);
        let headers = reply.headers.iter().filter(|(name, _)| {
            wanted
                .iter()
                .any(|wanted| wanted.eq_ignore_ascii_case(name))
        });
        Self {
            status: reply.status,
            headers: headers
                .map(|(name, value)| (name.clone(), scrub(value)))
                .collect(),
            body: scrub(&body),
            left_out,
        }
    }
}

/// The headers that say something to this source.
fn wanted(source: &Source) -> Vec<String> {
    let next = source.next.as_ref();
    let limit = source.rate_limit.as_ref();
    let places = [
        next.map(|next| &next.from),
        next.and_then(|next| next.more.as_ref()),
        limit.and_then(|limit| limit.remaining.as_ref()),
        limit.and_then(|limit| limit.reset.as_ref()),
    ];
    let signs = source.partial.iter().map(|sign| &sign.when);
    let own = places
        .into_iter()
        .flatten()
        .chain(signs)
        .chain(&source.warnings);
    let own = own.filter_map(|from| match from {
        From::Header(name) => Some(name.clone()),
        _ => None,
    });
    HEADERS.into_iter().map(str::to_owned).chain(own).collect()
}
