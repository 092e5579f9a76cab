//! Resume points, kept so that a crash costs nothing.
