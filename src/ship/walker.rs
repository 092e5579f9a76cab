//! The thread that walks: pages, written as what is sent, as many as are asked for.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;

use super::Event;
use super::account::{Account, Pages};
use crate::deliver::datadog::{Payload, Writer};
use crate::error::{Error, Result};
use crate::fetch::Reality;
use crate::pages;

/// Reading and mapping the largest page takes less, and says nothing meanwhile.
const NUMB: Duration = Duration::from_secs(10);

/// Walks on a thread of its own; it ends with this value.
pub(super) struct Walker {
    asks: Option<Sender<()>>,
    /// So many pages are asked for that have not come.
    awaited: usize,
    /// When the first of them was asked for, or the page before it came.
    since: Duration,
    around: Reality,
    thread: Option<JoinHandle<()>>,
}

/// A page's logs, and what goes with them.
pub(super) struct Written {
    pub(super) payloads: Vec<Payload>,
    pub(super) stamp: Pages,
}

impl Walker {
    pub(super) fn begin(
        run: pages::Run<Reality>,
        writer: Writer,
        around: Reality,
        events: Sender<Event>,
        account: Arc<Mutex<Account>>,
    ) -> Result<Self> {
        let (asks, asked) = channel();
        let thread = std::thread::Builder::new()
            .name("logwalk".to_owned())
            .spawn(move || walk(run, &writer, &asked, &events, &account))
            .map_err(|error| {
                Error::Unavailable(format!("no thread could be started to fetch with: {error}"))
            })?;
        Ok(Self {
            asks: Some(asks),
            awaited: 0,
            since: Duration::ZERO,
            around,
            thread: Some(thread),
        })
    }

    /// Asks for one page more.
    pub(super) fn ask(&mut self, tick: Duration) {
        if let Some(asks) = &self.asks {
            // Where the thread has ended it has said how.
            let _ = asks.send(());
            if self.awaited == 0 {
                self.since = tick;
                self.around.pulse.beat(tick);
            }
            self.awaited += 1;
        }
    }

    /// How many pages are awaited.
    pub(super) fn awaited(&self) -> usize {
        self.awaited
    }

    /// For how long the next page has been awaited.
    pub(super) fn silent_for(&self, tick: Duration) -> Duration {
        match self.awaited {
            0 => Duration::ZERO,
            _ => tick.saturating_sub(self.since),
        }
    }

    /// Whether it gives no sign of life although a page is awaited: it waits for nothing that ends.
    pub(super) fn is_numb(&self, tick: Duration) -> bool {
        self.awaited > 0 && self.around.pulse.missed_for(tick) > NUMB
    }

    /// A page that was asked for has come.
    pub(super) fn came(&mut self, tick: Duration) {
        self.awaited = self.awaited.saturating_sub(1);
        self.since = tick;
    }

    /// No page will come any more.
    pub(super) fn ended(&mut self) {
        self.awaited = 0;
    }

    pub(super) fn cancel(&self) {
        self.around.cancel.raise();
    }
}

impl Drop for Walker {
    fn drop(&mut self) {
        self.around.cancel.raise();
        self.asks = None;
        if let Some(thread) = self.thread.take() {
            // A cancelled fetch returns at once; whoever walks the stream next shares its room.
            let _ = thread.join();
        }
    }
}

/// Says at the end of the thread how it ended, however it does.
struct Last<'a>(&'a Sender<Event>, Option<Result<()>>);

impl Drop for Last<'_> {
    fn drop(&mut self) {
        let ended = self.1.take().unwrap_or_else(|| {
            Err(Error::Unavailable(
                "the thread that reads ended unexpectedly, which is a fault in logwalk; the place \
                 did not move past what was delivered, and standard error has the trace"
                    .to_owned(),
            ))
        });
        let _ = self.0.send(Event::Over(ended));
    }
}

fn walk(
    mut run: pages::Run<Reality>,
    writer: &Writer,
    asked: &Receiver<()>,
    events: &Sender<Event>,
    account: &Mutex<Account>,
) {
    let mut last = Last(events, None);
    let tray = run.tray();
    while asked.recv().is_ok() {
        let next = run.next_page();
        let report = run.report();
        let standing = report.standing;
        account.lock().report = Some(report);
        match next {
            Ok(Some(page)) => {
                let written = Written {
                    payloads: writer.payloads(&page.logs),
                    stamp: Pages {
                        place: page.place.unwrap_or_default(),
                        tally: page.tally,
                        standing,
                    },
                };
                if let Some(sheet) = page.logs.into_sheet() {
                    tray.give_back(sheet);
                }
                if events.send(Event::Page(written)).is_err() {
                    break;
                }
            }
            Ok(None) => {
                last.1 = Some(Ok(()));
                return;
            }
            Err(error) => {
                last.1 = Some(Err(error));
                return;
            }
        }
    }
    last.1 = Some(Ok(()));
}
