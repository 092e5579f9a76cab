//! What a stream remembers from run to run while its process lives.

use std::time::Duration;

use super::grace::Grace;
use super::refusals::Refusals;
use crate::deliver::ledger::{Remnant, Stale};

/// What a stream remembers from run to run while its process lives.
#[derive(Debug, Default)]
pub struct Watch {
    /// When a receipt came last, or something to wait for was sent.
    pub(super) progress: Option<Duration>,
    /// When other logs had arrived last, at that moment.
    pub(super) others: Option<String>,
    pub(super) stale: Option<Stale>,
    pub(super) remnants: Vec<Remnant>,
    pub(super) refusals: Refusals,
    /// This process began with a registry that did not know the file.
    pub(super) from_its_beginning: bool,
    /// The registry was waited for once.
    pub(super) searched: bool,
    /// The registry was read last.
    pub(super) read: Option<Duration>,
    /// How many requests to the intake had failed, and when that was found to have risen last.
    pub(super) errors: Option<(u64, Duration)>,
    pub(super) grace: Grace,
    pub(super) said_no_receipts: bool,
}
