//! Reads a reply: its records, and where it leads.
