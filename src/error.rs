//! Why a run stopped: one variant for each thing a caller does next.

use crate::time::Time;

/// Why a run stopped, by what the caller does next; each text names the thing, the value and the fix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration is wrong: a person has to edit it, nothing was read.
    #[error("{at}: {problem}")]
    Config {
        /// The path of the value within what was written, such as `instances[0].source.next.to`.
        at: String,
        /// What was found there and what would be right.
        problem: String,
    },
    /// The API refused the credentials: a person has to change them.
    #[error("{0}")]
    Credentials(String),
    /// The API refused the request itself, and asking again unchanged would not help.
    #[error("{0}")]
    Refused(String),
    /// The API gave no usable answer for now: the next run asks again.
    #[error("{0}")]
    Unavailable(String),
    /// The API told us to wait longer than this run lasts: no request is made before `until`.
    #[error("{why}; waiting until {until}")]
    Waiting {
        /// The first moment at which a request may be made again.
        until: Time,
        /// Who asked for the wait, in words.
        why: String,
    },
    /// The reply has another shape than the source describes.
    #[error("{0}")]
    Shape(String),
    /// The API hands out a cursor that does not move.
    #[error("{0}")]
    Stuck(String),
    /// The reply is larger than the cap or came too slowly: a smaller page may do.
    #[error("{0}")]
    TooLarge(String),
    /// What has to be kept on a disk cannot be read or written: the same may be tried again.
    #[error("{0}")]
    Store(String),
    /// Somebody else writes the resume point: this run keeps nothing more.
    #[error("{0}")]
    Superseded(String),
    /// Somebody asked the run to end.
    #[error("the run was cancelled")]
    Cancelled,
}

impl Error {
    /// A mistake in what was written, at a path.
    pub fn config(at: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Config {
            at: at.into(),
            problem: problem.into(),
        }
    }
}

/// What everything here that can stop a run returns.
pub type Result<T> = std::result::Result<T, Error>;
