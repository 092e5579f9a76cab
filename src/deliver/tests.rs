#![allow(clippy::unwrap_used, clippy::panic)]

mod rules;
mod storms;
