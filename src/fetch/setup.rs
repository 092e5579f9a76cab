//! What a stream's requests have in common, beside the user's HTTP options.

use super::Auth;
use crate::source::{Pace, RateLimit};

/// What a stream's requests have in common, beside the user's HTTP options.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The one origin that credentials go to.
    pub base_url: String,
    /// How a request proves who sends it.
    pub auth: Auth,
    /// How fast the source says that it may be asked.
    pub pace: Pace,
    /// How fast the user says that it may be asked.
    pub requests_per_second: Option<f64>,
    /// Where the API says how much of its quota is left.
    pub rate_limit: Option<RateLimit>,
    /// The largest reply, decompressed.
    pub body_bytes: u64,
    /// What must not be seen in any text, such as the credentials' values.
    pub secrets: Hidden,
}

/// Texts that must not be seen; printed as their number.
#[derive(Clone, Default)]
pub struct Hidden(pub Vec<String>);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} hidden", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_not_printed() {
        let hidden = Hidden(vec!["hunter2".to_owned()]);
        assert_eq!(format!("{hidden:?}"), "1 hidden");
    }
}
