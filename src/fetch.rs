//! One call over the network: authenticated, paced, tried again, bounded.

use crate::config::AgentFacts;
use crate::error::Result;
use crate::written::Fields;

/// How requests are made: the options every Agent check has.
#[derive(Debug, Clone, Default)]
pub struct Options {}

impl Options {
    /// Every option of an instance that is read here.
    pub const KEYS: &'static [&'static str] = &[];

    /// Every option of `init_config` that is read here.
    pub const INIT_KEYS: &'static [&'static str] = &[];

    /// The options of an instance, its `init_config`, the Agent and the environment.
    pub fn read(_instance: &Fields, _init: &Fields, _agent: &AgentFacts) -> Result<Self> {
        Ok(Self {})
    }
}
