//! A model of the Agent as far as a log's way goes, and of the check that sends through it, in a time
//! of its own: kills, power cuts, outages and edits at random.

mod agent;
mod chance;
mod check;
mod pipeline;
mod requests;
mod run;
mod seen;
mod story;

pub(super) use agent::{Agent, AtTheCap};
pub(super) use chance::Chance;
pub(super) use check::Check;
pub(super) use requests::Requests;
pub(super) use story::Story;
