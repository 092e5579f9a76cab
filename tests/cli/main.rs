//! The command, run for real.
