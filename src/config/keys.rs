//! Every key that an instance or `init_config` can have.

use crate::fetch;

/// The options that are read here.
const OWN: &[&str] = &[
    "source",
    "credentials",
    "settings",
    "base_url",
    "query",
    "stream",
    "start",
    "overlap",
    "settle",
    "page_size",
    "destination",
    "store",
    "log",
    "limits",
    "too_old",
];

/// The options of every Agent check, read by its base class.
const BASE: &[&str] = &[
    "tags",
    "service",
    "min_collection_interval",
    "empty_default_hostname",
    "disable_generic_tags",
    "metric_patterns",
    "loader",
    "no_index",
];

/// `init_config`'s own, read by the base class.
const INIT: &[&str] = &["service", "loader"];

/// Every key that an instance can have.
pub(super) fn of_instance() -> Vec<&'static str> {
    [OWN, BASE, fetch::Options::KEYS].concat()
}

/// Every key that `init_config` can have.
pub(super) fn of_init_config() -> Vec<&'static str> {
    [INIT, fetch::Options::INIT_KEYS].concat()
}
