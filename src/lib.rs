//! logwalk walks any cursor-paginated HTTP log API and hands every record on exactly resumable.
//!
//! A record's way is the order of the modules, and nothing flows backwards: a [`config`] names a
//! [`source`]; the [`walk`], a machine without I/O, says what to ask of it; [`fetch`] asks; [`log`]
//! maps each record; [`pages`] puts the three together, a page at a time; [`deliver`] says how a
//! page's logs reach a destination, and [`keep`] where its resume point is kept once they have; [`ship`] is
//! the loop around them.

pub mod config;
pub mod deliver;
pub mod error;
pub mod fetch;
pub mod json;
pub mod keep;
pub mod log;
pub mod pages;
pub mod ship;
pub mod source;
pub mod time;
pub mod walk;
pub mod written;

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "python")]
mod python;
#[cfg(feature = "sim")]
pub mod sim;
