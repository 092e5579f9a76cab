#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
#[test]
fn every_source_of_the_catalogue_reads() {
    for name in names() {
        let source = source(name).map_err(|e| e.to_string());
        assert_eq!(source.map(|s| s.name), Ok(name.to_owned()));
    }
}
