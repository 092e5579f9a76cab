//! Which window is walked next, and how much of the range is done.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::windows::Stand;
use crate::cli::run::board::Row;
use crate::walk::Range;

/// The windows of a range, the oldest first: what ages out next is read next.
#[derive(Debug)]
pub(super) struct Queue(Mutex<State>);

#[derive(Debug)]
struct State {
    windows: Vec<(Range, Progress)>,
    closed: bool,
}

#[derive(Debug)]
enum Progress {
    Stands(Stand),
    /// A connection walks it, from where it stood.
    Walked(Arc<Row>, Stand),
}

impl Queue {
    pub(super) fn new(ranges: &[Range], stands: Vec<Stand>) -> Self {
        let stands = stands.into_iter().map(Progress::Stands);
        Self(Mutex::new(State {
            windows: ranges.iter().copied().zip(stands).collect(),
            closed: false,
        }))
    }

    /// The next window for the connection whose row this is.
    pub(super) fn take(&self, row: &Arc<Row>) -> Option<Range> {
        let mut state = self.0.lock();
        if state.closed {
            return None;
        }
        for (range, progress) in &mut state.windows {
            if let Progress::Stands(stand @ (Stand::NotBegun | Stand::At(_))) = progress {
                *progress = Progress::Walked(Arc::clone(row), *stand);
                return Some(*range);
            }
        }
        None
    }

    /// A window is finished.
    pub(super) fn finished(&self, range: Range) {
        for (one, progress) in &mut self.0.lock().windows {
            if *one == range {
                *progress = Progress::Stands(Stand::Finished);
            }
        }
    }

    /// Gives out no more: what stopped one connection would stop the next window, too.
    pub(super) fn close(&self) {
        self.0.lock().closed = true;
    }

    /// Windows that are not finished.
    pub(super) fn left(&self) -> usize {
        let state = self.0.lock();
        let finished = |progress: &Progress| matches!(progress, Progress::Stands(Stand::Finished));
        let left = state.windows.iter();
        left.filter(|(_, progress)| !finished(progress)).count()
    }

    /// How much of the range is delivered.
    pub(super) fn done(&self) -> Duration {
        let state = self.0.lock();
        let done = state
            .windows
            .iter()
            .map(|(range, progress)| match progress {
                Progress::Stands(stand) => stand.done(*range),
                Progress::Walked(row, stand) => {
                    // Before its first page the row still tells of the connection's last window.
                    let reached = row.view().standing.and_then(|standing| standing.reached);
                    let since = reached.map_or(Duration::ZERO, |reached| range.before(reached));
                    since.max(stand.done(*range))
                }
            });
        done.sum()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::config::{AgentFacts, Config};
    use crate::time::Time;

    fn row() -> Arc<Row> {
        let instance = json!({"source": "agent_handler/tool_calls", "credentials": {"token": "x"}});
        let config = Config::read(&instance, &json!({}), &AgentFacts::default()).unwrap();
        Arc::new(Row::of(&config))
    }

    fn ranges() -> Vec<Range> {
        [(0, 1_000), (1_000, 2_000), (2_000, 3_000)]
            .map(|(from, to)| Range {
                from: Time(from),
                to: Time(to),
            })
            .to_vec()
    }

    #[test]
    fn what_is_not_finished_is_given_out_once_the_oldest_first() {
        let ranges = ranges();
        let stands = vec![Stand::At(Time(400)), Stand::Finished, Stand::NotBegun];
        let queue = Queue::new(&ranges, stands);
        let row = row();
        assert_eq!((queue.left(), queue.done().as_millis()), (2, 1_400));
        assert_eq!(queue.take(&row), Some(ranges[0]));
        assert_eq!(queue.take(&row), Some(ranges[2]));
        assert_eq!(queue.take(&row), None);
        assert_eq!(queue.done().as_millis(), 1_400, "nothing has come yet");
        queue.finished(ranges[0]);
        assert_eq!((queue.left(), queue.done().as_millis()), (1, 2_000));
    }

    #[test]
    fn closed_it_gives_out_nothing() {
        let queue = Queue::new(&ranges(), vec![Stand::NotBegun; 3]);
        queue.close();
        assert_eq!(queue.take(&row()), None);
        assert_eq!(queue.left(), 3);
    }
}
