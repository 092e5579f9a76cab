//! Everything at once, over many seeded schedules: nothing is lost, and only a page in flight is repeated.

use std::collections::BTreeMap;

use logwalk::sim::{Fault, Options, Rule, Stream};
use serde_json::json;

use super::around::Chance;
use super::stand::{Course, NOW, Stand};

/// Few enough that all of them take half a minute on a small machine.
const SEEDS: u64 = 5;
const RUNS: u64 = 16;

fn options(seed: u64) -> Options {
    Options {
        seed,
        rate: 0.5,
        backlog: 120,
        start: Some(NOW),
        late_share: 0.15,
        record_bytes: 300,
        ..Options::default()
    }
}

fn fault(which: Stream, chance: &mut Chance) -> Fault {
    let status = |code, retry_after: Option<&str>| Fault::Status {
        code,
        body: None,
        headers: retry_after
            .map(|wait| ("Retry-After".to_owned(), wait.to_owned()))
            .into_iter()
            .collect::<BTreeMap<_, _>>(),
    };
    let datadog = matches!(which, Stream::DatadogAudit | Stream::DatadogLogs);
    match chance.below(15) {
        0 => status(500, None),
        1 => status(503, Some("2")),
        2 => status(429, Some("3")),
        3 => status(429, Some("90")),
        4 => Fault::Hangup,
        5 => Fault::Cut { after: 700 },
        6 => Fault::Garbage,
        7 => Fault::Html,
        8 => Fault::Huge { bytes: 200_000 },
        9 => Fault::Expire { status: 410 },
        10 => Fault::Expire { status: 400 },
        11 => Fault::Repeat,
        12 => Fault::Double,
        // A counted page that is short or empty leaves records out: no reader could know.
        13 if which != Stream::AuditLog => Fault::Short { records: 2 },
        14 if datadog => Fault::Partial,
        13 | 14 if which != Stream::AuditLog => Fault::Empty,
        _ => status(401, None),
    }
}

fn weather(which: Stream, seed: u64) {
    // Shown where it fails.
    println!("seed {seed}");
    let mut chance = Chance::of(seed * 5 + 1);
    let size = [3, 8, 20, 60][usize::try_from(chance.below(4)).unwrap()];
    let further = json!({"page_size": size, "limits": {"body_bytes": 150_000, "run_seconds": 20}});
    let mut stand = Stand::with(which, options(seed), further);
    for _ in 0..RUNS {
        for _ in 0..chance.below(3) {
            let rule = Rule::next(fault(which, &mut chance)).after(chance.below(5));
            stand.vendor.fault(rule);
        }
        let bytes = chance.happens(50).then(|| 1 + chance.below(40_000));
        let crash = chance.happens(30).then(|| {
            let at = usize::try_from(chance.below(5)).unwrap();
            (at, usize::try_from(chance.below(25)).unwrap())
        });
        stand.go(Course { bytes, crash });
        stand.advance(chance.below(60));
    }
    stand.vendor.clear_faults();
    // Out of the last wait, and until every late record is seen.
    stand.advance(200);
    stand.catch_up();
    stand.settle_accounts();
}

macro_rules! over_any_weather {
    ($($name:ident: $which:ident,)*) => {
        $(
            #[test]
            fn $name() {
                for seed in 0..SEEDS {
                    weather(Stream::$which, seed);
                }
            }
        )*
    };
}

over_any_weather! {
    tool_calls_arrive_once_in_any_weather: ToolCalls,
    api_calls_arrive_once_in_any_weather: ApiCalls,
    the_audit_log_arrives_once_in_any_weather: AuditLog,
    datadogs_audit_trail_arrives_once_in_any_weather: DatadogAudit,
    datadogs_logs_arrive_once_in_any_weather: DatadogLogs,
}
