//! Where logs go: a page's lines become what a destination takes, and its answers what to do next.

pub mod datadog;
