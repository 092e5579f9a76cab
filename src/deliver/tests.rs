#![allow(clippy::unwrap_used, clippy::panic)]

mod patience;
mod rules;
mod stage;
mod storms;
