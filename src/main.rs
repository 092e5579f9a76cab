//! The `logwalk` command.

fn main() {}
