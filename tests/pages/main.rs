//! Whole runs against the simulated vendors: what arrives, what is asked again, what each fault comes to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod around;
mod backlog;
mod faults;
mod quiet;
mod refusals;
mod scouting;
mod stand;
mod storms;
mod waits;
