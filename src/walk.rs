//! Where a walk stands and what it asks next: a machine without I/O.
