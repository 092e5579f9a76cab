//! Sentences about whole logs.
