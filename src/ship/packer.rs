//! The thread that makes payloads small while the ones before them are on their way.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use crate::deliver::datadog::{Payload, Presses};

/// Makes payloads small before their turn; where it cannot, whoever sends them does.
pub(super) struct Packer {
    presses: Arc<Presses>,
    /// A thread that has something to do, from the first full payload on: most streams have none.
    work: Option<Sender<Arc<Payload>>>,
}

impl Packer {
    pub(super) fn new(presses: Arc<Presses>) -> Self {
        Self {
            presses,
            work: None,
        }
    }

    /// Begins with payloads to which nothing is added any more.
    pub(super) fn pack(&mut self, payloads: Vec<Arc<Payload>>) {
        for payload in payloads {
            if self.work.is_none() {
                self.work = self.begin();
            }
            if let Some(work) = &self.work {
                let _ = work.send(payload);
            }
        }
    }

    fn begin(&self) -> Option<Sender<Arc<Payload>>> {
        let (work, given) = channel::<Arc<Payload>>();
        let presses = Arc::clone(&self.presses);
        let thread = std::thread::Builder::new().name("logwalk-pack".to_owned());
        let begun = thread.spawn(move || {
            for payload in given {
                // What fails here fails again where it is sent, and is told there.
                let _ = payload.small(&presses);
            }
        });
        begun.ok().map(|_| work)
    }
}
