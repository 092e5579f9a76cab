//! `logwalk demo`, where there is no Python to run the check.

use crate::run;

#[test]
fn without_python_the_demo_says_where_to_get_it() {
    let words = run(&["demo"]).failed(2);
    assert!(words.contains("without Python"), "{words}");
    assert!(words.contains("make build"), "{words}");
}
