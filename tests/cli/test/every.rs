//! Every fault that `logwalk sim --help` offers, each found in words of its own and with its fix.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use logwalk::sim::{Fault, Rule, Stream};
use logwalk::written::yaml;

use super::{Checks, Vendor};

/// A row a fault; the file says what stands in it.
const TABLE: &str = include_str!("every.txt");

fn rows() -> Vec<[&'static str; 5]> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| -> Vec<&str> { line.split(" | ").collect() };
    lines
        .map(|line| row(line).try_into().expect(line))
        .collect()
}

fn rule(fault: &str) -> Rule {
    let value = yaml::parse(fault, "the fault").unwrap();
    serde_json::from_value(value).expect(fault)
}

/// What one fault looks like to `logwalk test`: the line that tells of it, without its numbers.
fn told([of, fault, check, verdict, words]: [&str; 5]) -> String {
    let vendor = Vendor::new();
    vendor.running.fault(rule(fault));
    let small = "    limits: {body_bytes: 200000}\n";
    let intake = format!(
        "    destination: {{type: datadog, url: \"{}\", api_key: sim-api-key}}\n",
        vendor.running.url()
    );
    let instance = match of {
        "tool_calls" => vendor.tool_calls(small),
        "audit" => vendor.audit(""),
        "intake" => vendor.instance(Stream::ApiCalls, "token: sim-production-key", &intake),
        other => panic!("what is {other}?"),
    };
    let checks: Checks = vendor.checks(&instance);
    let lines = checks.named(check, verdict);
    let line = lines
        .iter()
        .find(|one| format!("{} {}", one["text"], one["fix"]).contains(words))
        .unwrap_or_else(|| panic!("{fault}: {check} {verdict} `{words}` in {:#?}", checks.all));
    let red = verdict == "failed";
    let fix = line["fix"].as_str().unwrap();
    assert!(!red || !fix.is_empty(), "{fault} has no fix");
    assert_eq!(
        checks.status,
        Some(i32::from(red)),
        "{fault}: {:#?}",
        checks.all
    );
    let own = vendor.running.addr().to_string();
    format!("{} {}", line["text"], line["fix"]).replace(&own, "VENDOR")
}

#[test]
fn every_fault_has_words_and_a_fix_of_its_own() {
    let unknown = serde_json::from_str::<Fault>("\"explode\"")
        .unwrap_err()
        .to_string();
    let names: BTreeSet<&str> = unknown.split('`').skip(3).step_by(2).collect();
    let rows = rows();
    let tried: BTreeSet<String> = rows
        .iter()
        .map(|row| {
            let fault = serde_json::to_value(rule(row[1]).fault).unwrap();
            let name = fault.as_object().and_then(|map| map.keys().next().cloned());
            name.unwrap_or_else(|| fault.as_str().unwrap().to_owned())
        })
        .collect();
    assert_eq!(tried, names.into_iter().map(str::to_owned).collect());

    let next = AtomicUsize::new(0);
    let lines: Mutex<BTreeMap<String, &str>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let line = told(*row);
                    let twin = lines.lock().unwrap().insert(line, row[1]);
                    assert_eq!(twin, None, "{} has the words of another", row[1]);
                }
            });
        }
    });
    assert_eq!(lines.lock().unwrap().len(), rows.len());
}

/// The list of traps names checks that there are.
#[test]
fn each_trap_is_found_by_a_check_that_exists() {
    let vendor = Vendor::new();
    let url = vendor.running.url();
    let direct =
        format!("    destination: {{type: datadog, url: \"{url}\", api_key: sim-api-key}}\n");
    let own = vendor.folder.file("datadog.yaml", "logs_enabled: true\n");
    let words = ["--json", "--agent-config", &own];
    let mut checks = BTreeSet::new();
    for instance in [vendor.tool_calls(""), vendor.tool_calls(&direct)] {
        let found = Checks::of(&vendor.test(&instance, &words));
        let names = found.all.iter().map(|one| one["check"].as_str().unwrap());
        checks.extend(names.map(str::to_owned));
    }
    let traps = include_str!("../../../docs/traps.md");
    let rows = traps.lines().filter(|line| line.starts_with("| "));
    let mut named = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 3, "{row}");
        for name in cells[1].split('`').skip(1).step_by(2) {
            assert!(checks.contains(name), "there is no check {name}: {row}");
            named += 1;
        }
    }
    assert!(named > 50, "{named}");
}
