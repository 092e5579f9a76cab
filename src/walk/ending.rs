//! How a walk ends for this run.

use crate::time::Time;

/// How a walk ended for this run; the place says where the next one goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// At the end of the log.
    CaughtUp,
    /// Inside a page, because the run may do no more.
    OutOfBudget,
    /// The API said to wait until this moment.
    Waiting(Time),
    /// The API kept giving answers that are not whole, for the reason it named.
    Partial(String),
    /// The API's cursor went in a circle; the words say what to do.
    Stuck(String),
}
