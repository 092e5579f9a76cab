//! Reads a source as written, strictly.
