//! Where logs go: straight to Datadog's intake ([`datadog`]), or through the Agent, which
//! acknowledges nothing by itself but leaves receipts: that is all the rest of this.
//!
//! What a check sends lies in an integration file until the Agent's logs pipeline has read it. The
//! pipeline writes into `registry.json` how far into each file the intake has taken the bytes. A
//! [`Ledger`] remembers what was sent and not yet acknowledged, and decides, without I/O, how much
//! may be sent next and what was lost; [`Delivery`] looks at the files for it and waits.
//!
//! The rules, and where each is:
//!
//! 1. The file's end is counted; a page is kept once it has landed and is synced: `ledger/landing`.
//! 2. What is not acknowledged is remembered, and only what is lost is sent again: `ledger`, `sent`.
//! 3. Before the file is emptied, all of it is acknowledged: `ledger/room`.
//! 4. After that it stays shorter than it was until the Agent has noticed: `ledger/room`, `generation`.
//! 5. An offset behind the end, or an older one, confirms nothing: `ledger/receipts`, `generation`.
//! 6. A file that is shorter or another than it was has lost what was in it: `ledger/loss`.
//! 7. A line that a crash left open is ended before anything is sent: `delivery/landing`.
//! 8. Nobody reads the file of an earlier configuration after a restart: `ledger/opening`.
//! 9. One writer a file: `lane`.
//! 10. A receipt that never comes is passed by, and counted: `delivery/receipts`.

mod counters;
pub mod datadog;
mod delivery;
mod ground;
mod habits;
mod lane;
mod ledger;
mod registry;
mod sent;
mod site;
mod words;

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

pub use counters::Counters;
pub use delivery::{Delivery, Fit, Landed, Opened, Terms, Watch};
pub use ground::{AgentFiles, Ground, process};
pub use habits::Habits;
pub use lane::Lane;
pub use ledger::{Landing, Ledger, Resume, Room, Why, base_of, resume_of, unconfirmed_of};
pub use registry::{Entry, Reading};
pub use sent::Line;
pub use site::{Look, Moment, Site};
pub use words::entry;
