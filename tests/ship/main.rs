//! Whole voyages over real sockets: simulated vendors at one end, a simulated intake at the other.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod stand;
mod voyages;
