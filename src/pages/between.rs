//! Who stands between a stream and its API: somebody who listens, or who answers in its place.

use crate::error::Result;
use crate::source::{Call, Reply};

/// Is asked in the API's place, and may pass the question on.
pub trait Between: Send + Sync {
    /// The reply to a call; `ask` puts it to the API.
    fn call(&self, call: &Call, ask: &dyn Fn() -> Result<Reply>) -> Result<Reply>;
}
