//! The rules of the walk, each by itself and all of them together.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod beginnings;
mod clocks;
mod descending;
mod ends;
mod identity;
mod known;
mod partial;
mod places;
mod range;
mod schedules;
mod sizes;
mod standing;
mod telling;
mod windows;
