//! Walk, fetch and log put together: pages ready to deliver, each with its resume point.
