//! The sources that come with the program, compiled in.
