//! Paths: where a value is in JSON.

/// The way to a value inside JSON: keys and indexes from the outside in; empty is the whole value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash, PartialOrd, Ord)]
pub struct Path(pub Vec<String>);

/// Several ways, of which the first that is present counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paths(pub Vec<Path>);
