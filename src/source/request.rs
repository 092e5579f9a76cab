//! Writes a request: template, bounds, cursor and page size put together.
