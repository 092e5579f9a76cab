//! The logs pipeline: tailers, the sender and the registry, as `docs` of the Agent have them.

use std::collections::{BTreeMap, VecDeque};

use super::agent::File;

const SCAN: u64 = 10_000;
const POLL: u64 = 1_000;
const BATCH_WAIT: u64 = 5_000;
const FLUSH: u64 = 1_000;
const CLOSE_TIMEOUT: u64 = 60_000;

pub(super) enum Written {
    Registry(Vec<u8>),
    Nothing,
}

/// What reads one file.
struct Tailer {
    file: String,
    inode: u64,
    at: usize,
    /// After a rotation was noticed: the old file's bytes, and no entry in the registry.
    drains: Option<Vec<u8>>,
    /// The same where the file was emptied in place: it reads on there for a minute.
    closes: Option<u64>,
}

struct Message {
    text: Vec<u8>,
    /// The file and the offset behind it; none where the registry is not to know.
    receipt: Option<(String, usize)>,
    read: u64,
}

#[derive(Default)]
pub(in crate::deliver) struct Pipeline {
    tailers: Vec<Tailer>,
    removed: BTreeMap<u64, Vec<u8>>,
    batch: VecDeque<Message>,
    offsets: BTreeMap<String, (usize, u64)>,
    /// Files of earlier check ids are not read by a new process.
    pub(in crate::deliver) served: Vec<String>,
    pub(in crate::deliver) from_the_beginning: bool,
    pub(in crate::deliver) up: bool,
    /// The intake refuses, the Agent drops and moves on.
    pub(in crate::deliver) refuses: bool,
    pub(in crate::deliver) dropped: u64,
    /// Attempts that failed.
    pub(in crate::deliver) errors: u64,
    pub(in crate::deliver) arrived: Vec<Vec<u8>>,
    /// What has arrived since the registry was written.
    unnoted: u64,
    /// What a kill made the Agent itself send again: it had arrived and was not noted.
    pub(in crate::deliver) read_again: u64,
}

impl Pipeline {
    pub(super) fn removed(&mut self, file: &File) {
        self.removed.insert(file.inode, file.bytes.clone());
    }

    pub(super) fn die(&mut self, registry: &[u8]) {
        self.tailers.clear();
        self.read_again += std::mem::take(&mut self.unnoted);
        self.batch.clear();
        self.removed.clear();
        self.served.clear();
        self.dropped = 0;
        self.errors = 0;
        self.offsets = serde_json::from_slice::<serde_json::Value>(registry)
            .ok()
            .and_then(|registry| registry.get("Registry")?.as_object().cloned())
            .into_iter()
            .flatten()
            .filter_map(|(name, entry)| {
                let offset = entry.get("Offset")?.as_str()?.parse().ok()?;
                let taken = entry.get("IngestionTimestamp")?.as_u64()?;
                Some((name.strip_prefix("file:")?.to_owned(), (offset, taken)))
            })
            .collect();
    }

    /// Half a second of the pipeline's life.
    pub(super) fn beat(&mut self, now: u64, born: u64, files: &BTreeMap<String, File>) -> Written {
        let age = now - born;
        if age.is_multiple_of(SCAN) {
            self.scan(now, files);
        }
        if age.is_multiple_of(POLL) {
            self.read(now, files);
        }
        self.send(now);
        if age.is_multiple_of(FLUSH) {
            self.unnoted = 0;
            return Written::Registry(self.registry());
        }
        Written::Nothing
    }

    fn scan(&mut self, now: u64, files: &BTreeMap<String, File>) {
        for (name, file) in files {
            if !self.served.contains(name) {
                continue;
            }
            let open = self.tailers.iter_mut().find(|tailer| {
                tailer.file == *name && tailer.drains.is_none() && tailer.closes.is_none()
            });
            match open {
                Some(tailer) if tailer.inode != file.inode => {
                    tailer.drains = Some(self.removed.remove(&tailer.inode).unwrap_or_default());
                    self.open(name, file.inode, 0);
                }
                Some(tailer) if tailer.at > file.bytes.len() => {
                    tailer.closes = Some(now + CLOSE_TIMEOUT);
                    self.open(name, file.inode, 0);
                }
                Some(_) => {}
                None => {
                    let at = match self.offsets.get(name) {
                        Some((offset, _)) => *offset,
                        None if self.from_the_beginning => 0,
                        None => file.bytes.len(),
                    };
                    self.open(name, file.inode, at);
                }
            }
        }
    }

    fn open(&mut self, name: &str, inode: u64, at: usize) {
        self.tailers.push(Tailer {
            file: name.to_owned(),
            inode,
            at,
            drains: None,
            closes: None,
        });
    }

    fn read(&mut self, now: u64, files: &BTreeMap<String, File>) {
        for tailer in &mut self.tailers {
            let drained = tailer.drains.take();
            let lasts = drained.is_some();
            let bytes = match &drained {
                Some(bytes) => bytes,
                None => match files.get(&tailer.file) {
                    Some(file) if file.inode == tailer.inode => &file.bytes,
                    _ => match self.removed.get(&tailer.inode) {
                        Some(bytes) => bytes,
                        None => continue,
                    },
                },
            };
            let new = bytes.get(tailer.at..).unwrap_or_default();
            for line in new.split_inclusive(|byte| *byte == b'\n') {
                let Some(text) = line.strip_suffix(b"\n") else {
                    break;
                };
                tailer.at += line.len();
                self.batch.push_back(Message {
                    text: text.to_vec(),
                    receipt: (!lasts && tailer.closes.is_none())
                        .then(|| (tailer.file.clone(), tailer.at)),
                    read: now,
                });
            }
            if lasts {
                tailer.inode = 0;
            }
        }
        self.tailers
            .retain(|tailer| tailer.inode != 0 && tailer.closes.is_none_or(|end| now < end));
    }

    fn send(&mut self, now: u64) {
        let waits = |first: &Message| now < first.read + BATCH_WAIT;
        if !self.up {
            self.errors += u64::from(!self.batch.is_empty());
            return;
        }
        if self.batch.len() < 40 && self.batch.front().is_none_or(waits) {
            return;
        }
        for message in self.batch.drain(..) {
            if self.refuses {
                self.dropped += 1;
            } else {
                self.arrived.push(message.text);
                self.unnoted += 1;
            }
            if let Some((file, offset)) = message.receipt {
                // What a tailer had read before its file was emptied does not go back in time.
                self.offsets
                    .insert(file, (offset, message.read * 1_000_000));
            }
        }
    }

    fn registry(&self) -> Vec<u8> {
        let entries: serde_json::Map<String, serde_json::Value> = self
            .offsets
            .iter()
            .map(|(name, (offset, taken))| {
                let entry = serde_json::json!({
                    "Offset": offset.to_string(),
                    "IngestionTimestamp": taken,
                    "LastUpdated": "2026-11-20T09:30:00Z",
                });
                (format!("file:{name}"), entry)
            })
            .collect();
        let registry = serde_json::json!({"Version": 2, "Registry": entries});
        registry.to_string().into_bytes()
    }
}
