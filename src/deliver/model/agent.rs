//! The Agent's disk and its launcher: what is written, what is emptied, what survives a crash.

use std::collections::{BTreeMap, VecDeque};

use super::chance::Chance;
use super::pipeline::{Pipeline, Written};

/// Linux writes to the disk within half a minute, and the registry is written each second.
const EARLIER: usize = 35;

/// What the Agent does to a file that is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::deliver) enum AtTheCap {
    Truncate,
    Recreate,
}

#[derive(Debug, Clone, Default)]
pub(in crate::deliver) struct File {
    pub(in crate::deliver) inode: u64,
    pub(in crate::deliver) bytes: Vec<u8>,
    /// So many bytes survive a power cut.
    synced: usize,
}

pub(in crate::deliver) struct Agent {
    pub(in crate::deliver) now: u64,
    pub(in crate::deliver) born: u64,
    pub(in crate::deliver) cap: usize,
    at_the_cap: AtTheCap,
    next_inode: u64,
    pub(in crate::deliver) files: BTreeMap<String, File>,
    /// The launcher's own count of each file.
    sizes: BTreeMap<String, usize>,
    /// The line that was handed over last and is not written yet.
    in_flight: Option<(String, Vec<u8>)>,
    pub(in crate::deliver) pipeline: Pipeline,
    /// `registry.json`, and what it was before.
    pub(in crate::deliver) registry: Vec<u8>,
    /// The disk may be so far behind: the Agent never syncs it.
    earlier_registries: VecDeque<Vec<u8>>,
    /// Every so many looks at the registry find it being written in place.
    pub(in crate::deliver) torn_looks: Option<u64>,
    looks: u64,
    /// The process dies after so many more steps.
    pub(in crate::deliver) dies_in: Option<u64>,
    pub(in crate::deliver) dead: bool,
}

impl Agent {
    pub(in crate::deliver) fn new(cap: usize, at_the_cap: AtTheCap) -> Self {
        Self {
            now: 0,
            born: 0,
            cap,
            at_the_cap,
            next_inode: 1,
            files: BTreeMap::new(),
            sizes: BTreeMap::new(),
            in_flight: None,
            pipeline: Pipeline::default(),
            registry: Vec::new(),
            earlier_registries: VecDeque::new(),
            torn_looks: None,
            looks: 0,
            dies_in: None,
            dead: false,
        }
    }

    /// One thing that the process does: its last, perhaps.
    pub(in crate::deliver) fn step(&mut self) {
        if let Some(left) = &mut self.dies_in {
            *left = left.saturating_sub(1);
            self.dead |= *left == 0;
        }
    }

    /// The registry as a reader finds it.
    pub(in crate::deliver) fn seen_registry(&mut self) -> &[u8] {
        self.looks += 1;
        match self.torn_looks {
            Some(every) if self.looks.is_multiple_of(every) => &[],
            _ => &self.registry,
        }
    }

    /// The hand-over: it returns when the line is received, not when it is written.
    pub(in crate::deliver) fn send(&mut self, file: &str, line: &[u8]) {
        self.step();
        if self.dead {
            return;
        }
        self.write_what_is_in_flight();
        self.in_flight = Some((file.to_owned(), line.to_vec()));
    }

    pub(in crate::deliver) fn pass(&mut self, span: u64) {
        if self.dead {
            return;
        }
        if span > 0 {
            self.write_what_is_in_flight();
        }
        let end = self.now + span;
        while self.now < end {
            let next = (self.now / 500 + 1) * 500;
            self.now = next.min(end);
            if self.now.is_multiple_of(500) && !self.dead {
                let written = self.pipeline.beat(self.now, self.born, &self.files);
                if let Written::Registry(text) = written {
                    let earlier = std::mem::replace(&mut self.registry, text);
                    self.earlier_registries.push_back(earlier);
                    if self.earlier_registries.len() > EARLIER {
                        self.earlier_registries.pop_front();
                    }
                }
            }
        }
    }

    fn write_what_is_in_flight(&mut self) {
        let Some((name, mut line)) = self.in_flight.take() else {
            return;
        };
        line.push(b'\n');
        let inode = &mut self.next_inode;
        let mut made = || {
            *inode += 1;
            File {
                inode: *inode,
                ..File::default()
            }
        };
        let file = self.files.entry(name.clone()).or_insert_with(&mut made);
        let size = self.sizes.entry(name).or_insert(file.bytes.len());
        if *size + line.len() > self.cap {
            match self.at_the_cap {
                AtTheCap::Truncate => {
                    file.bytes.clear();
                    file.synced = 0;
                }
                AtTheCap::Recreate => {
                    self.pipeline.removed(file);
                    *file = made();
                }
            }
            *size = 0;
        }
        *size += line.len();
        file.bytes.extend(line);
    }

    pub(in crate::deliver) fn sync(&mut self, name: &str) {
        if let Some(file) = self.files.get_mut(name) {
            file.synced = file.bytes.len();
        }
    }

    pub(in crate::deliver) fn is_synced(&self, name: &str) -> bool {
        let file = self.files.get(name);
        file.is_none_or(|file| file.synced == file.bytes.len())
    }

    /// Somebody else empties the file, as the total cap or a person does.
    pub(in crate::deliver) fn empty(&mut self, name: &str) {
        self.write_what_is_in_flight();
        if let Some(file) = self.files.get_mut(name) {
            self.next_inode += 1;
            self.pipeline.removed(file);
            *file = File {
                inode: self.next_inode,
                ..File::default()
            };
            self.sizes.insert(name.to_owned(), 0);
        }
    }

    /// What is on the disk is what the next process begins with.
    pub(in crate::deliver) fn kill(&mut self) {
        self.in_flight = None;
        self.sizes.clear();
        self.pipeline.die(&self.registry);
        // The pipeline beats twice a second.
        self.now = (self.now / 500 + 3) * 500;
        self.born = self.now;
        (self.dead, self.dies_in) = (false, None);
    }

    /// The same, and what was not synced may be gone.
    pub(in crate::deliver) fn power_cut(&mut self, chance: &mut Chance) {
        for file in self.files.values_mut() {
            let left = chance.between(file.synced as u64, file.bytes.len() as u64);
            file.bytes
                .truncate(usize::try_from(left).unwrap_or(usize::MAX));
        }
        match chance.between(0, 3) {
            0 => {
                let last = self.earlier_registries.len().saturating_sub(1) as u64;
                let earlier = usize::try_from(chance.between(0, last)).unwrap_or(0);
                if let Some(earlier) = self.earlier_registries.get(earlier) {
                    self.registry.clone_from(earlier);
                }
            }
            1 => self.registry.clear(),
            _ => {}
        }
        self.earlier_registries.clear();
        self.kill();
    }
}
