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
    "debug_metrics",
    "disable_generic_tags",
    "empty_default_hostname",
    "enable_legacy_tags_normalization",
    "loader",
    "max_returned_metrics",
    "metric_patterns",
    "no_index",
    "process_isolation",
    "process_isolation_timeout",
];

/// `init_config`'s own, read by the base class; the last ones are put in by `agent check` itself.
const INIT: &[&str] = &[
    "debug_metrics",
    "loader",
    "process_isolation",
    "process_isolation_timeout",
    "service",
    "profile_memory",
    "profile_memory_combine",
    "profile_memory_diff",
    "profile_memory_filters",
    "profile_memory_frames",
    "profile_memory_gc",
    "profile_memory_limit",
    "profile_memory_sort",
    "profile_memory_unit",
    "profile_memory_verbose",
    "set_breakpoint",
];

/// Every key that an instance can have.
pub(super) fn of_instance() -> Vec<&'static str> {
    [OWN, BASE, fetch::Options::KEYS].concat()
}

/// Every key that `init_config` can have.
pub(super) fn of_init_config() -> Vec<&'static str> {
    [INIT, fetch::Options::INIT_KEYS].concat()
}
