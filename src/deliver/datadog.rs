//! Delivering to Datadog's log intake, which acknowledges what it has taken.
//!
//! A [`Writer`] writes pages as payloads. An [`Outbox`] is a machine without I/O: they go in, it
//! says which [`Parcel`] to post next, is told what became of it, and hands out the places that are
//! safe to keep, in order. [`Intake`] posts over the network, and [`DeadLetters`] keeps what the
//! intake will never take.

mod compression;
mod dead_letters;
mod flight;
mod intake;
mod options;
mod outbox;
mod payload;
mod room;
mod site;
mod verdict;
mod writer;

#[cfg(test)]
mod tests;

pub use compression::{Compression, Presses};
pub use dead_letters::{Buried, DeadLetters};
pub use flight::Parcel;
pub use intake::Intake;
pub use options::Options;
pub use outbox::{Landed, Next, Outbox, Stamp, Stopped};
pub use payload::Payload;
pub use site::{SITES, Site};
pub use verdict::{Fix, Verdict, judge};
pub use writer::Writer;

/// A payload may have so many bytes before it is compressed.
pub const PAYLOAD_BYTES: usize = 5_000_000;

/// A payload may have so many logs.
pub const PAYLOAD_LOGS: usize = 1_000;

/// A log may have so many bytes; of a larger one the intake cuts the end off and says nothing.
pub const LOG_BYTES: usize = 1_000_000;
