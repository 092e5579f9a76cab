//! One connection: it walks window after window.

use std::sync::Arc;

use serde_json::{Map, json};

use super::queue::Queue;
use super::windows::{Stand, Windows};
use crate::cli::run::board::Row;
use crate::cli::run::hand::Hand;
use crate::cli::run::journal::{Journal, Level};
use crate::error::{Error, Result};
use crate::fetch::Cancel;
use crate::pages::Stream;
use crate::ship::{Headway, Route};

/// One connection.
pub(super) struct Connection {
    pub(super) stream: Arc<Stream>,
    pub(super) route: Arc<Route>,
    pub(super) row: Arc<Row>,
    pub(super) journal: Arc<Journal>,
    pub(super) cancel: Cancel,
    pub(super) headway: Headway,
    pub(super) windows: Arc<Windows>,
    pub(super) queue: Arc<Queue>,
}

impl Connection {
    /// Works until no window is left, or told to stop; where one window fails, none is begun any more.
    pub(super) fn work(self) -> Result<()> {
        while let Some(range) = self.queue.take(&self.row) {
            let hand = self.hand(range).and_then(Hand::work);
            if hand.is_err() {
                self.queue.close();
                return hand;
            }
            let finished = self.windows.stand(range, &self.stream.config.source)?;
            if self.cancel.is_raised() {
                return Ok(());
            }
            if finished != Stand::Finished {
                self.queue.close();
                return Err(Error::Unavailable(format!(
                    "the window from {} to {} ended before its end, which is a fault in logwalk; \
                     the same command goes on",
                    range.from, range.to
                )));
            }
            self.queue.finished(range);
            let mut facts = Map::new();
            facts.insert("from".to_owned(), json!(range.from.to_string()));
            facts.insert("to".to_owned(), json!(range.to.to_string()));
            let label = Some(self.row.label.as_str());
            self.journal
                .tell(Level::Info, label, "a window is finished", facts);
        }
        Ok(())
    }

    fn hand(&self, range: crate::walk::Range) -> Result<Hand> {
        let mut place = self.windows.file(range);
        place.hold()?;
        Ok(Hand {
            stream: Arc::clone(&self.stream),
            route: Arc::clone(&self.route),
            place,
            health: None,
            range: Some(range),
            row: Arc::clone(&self.row),
            journal: Arc::clone(&self.journal),
            cancel: self.cancel.clone(),
            once: true,
            up_to: None,
            headway: self.headway.clone(),
        })
    }
}
