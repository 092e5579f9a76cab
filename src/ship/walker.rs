//! The thread that walks: a page whenever one is asked for.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;

use super::Event;
use super::account::Account;
use crate::error::{Error, Result};
use crate::fetch::Reality;
use crate::log::Tray;
use crate::pages;

/// Reading and mapping the largest page takes less, and says nothing meanwhile.
const NUMB: Duration = Duration::from_secs(10);

/// Walks on a thread of its own; it ends with this value.
pub(super) struct Walker {
    asks: Option<Sender<()>>,
    /// When the page was asked for that is awaited.
    asked: Option<Duration>,
    around: Reality,
    thread: Option<JoinHandle<()>>,
    pub(super) tray: Tray,
}

impl Walker {
    pub(super) fn begin(
        run: pages::Run<Reality>,
        around: Reality,
        events: Sender<Event>,
        account: Arc<Mutex<Account>>,
    ) -> Result<Self> {
        let tray = run.tray();
        let (asks, asked) = channel();
        let thread = std::thread::Builder::new()
            .name("logwalk".to_owned())
            .spawn(move || walk(run, &asked, &events, &account))
            .map_err(|error| {
                Error::Unavailable(format!("no thread could be started to fetch with: {error}"))
            })?;
        Ok(Self {
            asks: Some(asks),
            asked: None,
            around,
            thread: Some(thread),
            tray,
        })
    }

    /// Asks for the next page, unless that is asked for already.
    pub(super) fn ask(&mut self, tick: Duration) {
        if let Some(asks) = self.asks.as_ref().filter(|_| self.asked.is_none()) {
            // Where the thread has ended it has said how.
            let _ = asks.send(());
            self.asked = Some(tick);
            self.around.pulse.beat(tick);
        }
    }

    /// For how long a page has been awaited.
    pub(super) fn silent_for(&self, tick: Duration) -> Duration {
        self.asked
            .map_or(Duration::ZERO, |asked| tick.saturating_sub(asked))
    }

    /// Whether it gives no sign of life although a page is awaited: it waits for nothing that ends.
    pub(super) fn is_numb(&self, tick: Duration) -> bool {
        self.asked.is_some() && self.around.pulse.missed_for(tick) > NUMB
    }

    /// The page that was asked for has come.
    pub(super) fn came(&mut self) {
        self.asked = None;
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
    asked: &Receiver<()>,
    events: &Sender<Event>,
    account: &Mutex<Account>,
) {
    let mut last = Last(events, None);
    while asked.recv().is_ok() {
        let next = run.next_page();
        account.lock().report = Some(run.report());
        match next {
            Ok(Some(page)) => {
                if events.send(Event::Page(page)).is_err() {
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
