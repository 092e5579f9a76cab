//! Delivering through the Agent, which acknowledges nothing by itself but leaves receipts.
//!
//! What a check sends lies in an integration file until the Agent's logs pipeline has read it. The
//! pipeline writes into `registry.json` how far into each file the intake has taken the bytes. A
//! [`Ledger`] remembers what was sent and not yet acknowledged, and decides, without I/O, how much
//! may be sent next and what was lost; [`Delivery`] looks at the files for it and waits.

mod delivery;
mod fate;
mod lane;
mod ledger;
mod opening;
mod registry;
mod sent;
mod site;
mod text;
mod words;

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

pub use delivery::{Delivery, Fit, Landed, Opened, Terms, Waited, Watch};
pub use lane::Lane;
pub use ledger::{Ledger, Look, Moment, Resume, Room, Why};
pub use registry::{Entry, Reading};
pub use sent::Line;
pub use site::{AgentFiles, Counters, Ground, Site, process};
pub use text::{base_of, resume_of, unconfirmed_of};
pub use words::entry;
