#![allow(clippy::unwrap_used)]

mod storms;
