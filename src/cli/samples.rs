//! `logwalk samples`: sample logs of Cloud SIEM's content packs, asked for, listed and ended.

mod outcome;
mod told;

use std::io::Write;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::account::{Account, Api, Datadog};
use super::stop::Stop;
use crate::fetch::Verb;
use crate::time::Time;
use outcome::{Deed, Outcome};

const SUBSCRIPTIONS: &str = "/api/v2/security_monitoring/sample_log_generation/subscriptions";

const API: Api = Api {
    name: "sample log API",
    needs: "the permission security_monitoring_filters_write or logs_modify_indexes, and the \
            organisation must be in a trial of Cloud SIEM",
    answer_bytes: 1 << 20,
};

/// More packs the API does not take at once.
const AT_ONCE: usize = 5;

const ABOUT: &str = "\
Sample logs show what a content pack detects before its vendor's own logs come. They are for
organisations in a trial of Cloud SIEM. The application key's user needs the permission
security_monitoring_filters_write or logs_modify_indexes. Datadog calls this API a preview.

Keys on a command line are seen by everybody on the machine: set DD_API_KEY and DD_APP_KEY instead.
Exit status: 0; 1 where a pack fell short or Datadog refused; 2 for usage.";

#[derive(Debug, Args)]
#[command(after_help = ABOUT)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Samples,
    #[command(flatten)]
    account: Account,
    /// One JSON object
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Samples {
    /// Let sample logs of content packs come for a while; again, for a while longer
    Subscribe {
        /// A content pack, such as aws-cloudtrail
        #[arg(value_name = "PACK", required = true, value_parser = pack)]
        packs: Vec<String>,
        /// For how long
        #[arg(long, default_value = "3d", value_parser = ["1h", "1d", "3d", "7d"])]
        duration: String,
    },
    /// Show what is subscribed to
    List {
        /// Those that are over, too
        #[arg(long)]
        all: bool,
        /// All that were active since this time, such as 2026-11-20T09:30:00Z
        #[arg(long, value_name = "TIME", value_parser = moment, conflicts_with = "all")]
        from: Option<Time>,
        /// And before this one, instead of now
        #[arg(long, value_name = "TIME", value_parser = moment, requires = "from")]
        to: Option<Time>,
    },
    /// End the sample logs of a content pack
    Unsubscribe {
        /// The content pack
        #[arg(value_name = "PACK", value_parser = pack)]
        pack: String,
    },
}

pub(crate) fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Stop> {
    let datadog = arguments.account.opened(API)?;
    let json = arguments.json;
    match &arguments.verb {
        Samples::Subscribe { packs, duration } => {
            let (outcomes, ended) = subscribed(&datadog, &each_once(packs), duration);
            told::outcomes(&outcomes, json, out)?;
            ended?;
            short(&outcomes, "subscribed to")
        }
        Samples::List { all, from, to } => {
            let from = from.map(|time| ("start_timestamp", time.to_string()));
            let to = to.map(|time| ("end_timestamp", time.to_string()));
            let status = all.then(|| ("status", "all".to_owned()));
            let query: Vec<(&str, String)> = [status, from, to].into_iter().flatten().collect();
            let query: Vec<(&str, &str)> = query
                .iter()
                .map(|(name, text)| (*name, text.as_str()))
                .collect();
            let answer = datadog.ask(Verb::Get, SUBSCRIPTIONS, &query, &doubt(None))?;
            let listed = outcome::listed(&answer).ok_or_else(|| datadog.strange())?;
            let total = answer["meta"]["total_subscriptions"].as_u64();
            told::list(&listed, total, json, out)
        }
        Samples::Unsubscribe { pack } => {
            let path = format!("{SUBSCRIPTIONS}/{pack}");
            let answer = datadog.ask(Verb::Delete, &path, &[], &doubt(Some(pack)))?;
            let outcome = Outcome::of(&answer["data"], Deed::Unsubscribe);
            let outcomes = [outcome.ok_or_else(|| datadog.strange())?];
            told::outcomes(&outcomes, json, out)?;
            short(&outcomes, "unsubscribed from")
        }
    }
}

/// Subscribes to packs, as many at once as the API takes; what became of each that was asked for,
/// and why the rest was not.
fn subscribed(
    datadog: &Datadog,
    packs: &[&str],
    duration: &str,
) -> (Vec<Outcome>, Result<(), Stop>) {
    let mut outcomes = Vec::new();
    if let [pack] = packs {
        let wanted = json!({"content_pack_id": pack, "duration": duration});
        let request = request("subscription_requests", &wanted);
        let answer = datadog.ask(request, SUBSCRIPTIONS, &[], &doubt(Some(pack)));
        let ended = answer.and_then(|answer| {
            let outcome = Outcome::of(&answer["data"], Deed::Subscribe);
            outcomes.push(outcome.ok_or_else(|| datadog.strange())?);
            Ok(())
        });
        return (outcomes, ended);
    }
    let path = format!("{SUBSCRIPTIONS}/bulk");
    for some in packs.chunks(AT_ONCE) {
        let wanted = json!({"content_pack_ids": some, "duration": duration});
        let request = request("bulk_subscription_requests", &wanted);
        let answer = match datadog.ask(request, &path, &[], &doubt(Some(&some.join(", ")))) {
            Ok(answer) => answer,
            Err(stop) => return (outcomes, Err(stop)),
        };
        match outcome::each(&answer, some) {
            Some(each) => outcomes.extend(each),
            None => return (outcomes, Err(datadog.strange())),
        }
    }
    (outcomes, Ok(()))
}

/// What to look at where Datadog finds a request wrong.
fn doubt(packs: Option<&str>) -> String {
    let packs = match packs {
        Some(packs) => format!("check that {packs} is what Datadog calls the pack; if so, "),
        None => String::new(),
    };
    format!(
        "{packs}sample logs may be switched off for this organisation, which Datadog's support can \
         change"
    )
}

fn request(kind: &str, attributes: &Value) -> Verb {
    let request = json!({"data": {"type": kind, "attributes": attributes}});
    Verb::Post(request.to_string().into())
}

fn short(outcomes: &[Outcome], deed: &str) -> Result<(), Stop> {
    let bad: Vec<&str> = outcomes
        .iter()
        .filter(|one| !one.good)
        .map(|one| one.pack.as_str())
        .collect();
    if bad.is_empty() {
        return Ok(());
    }
    Err(Stop::short(format!("not {deed}: {}", bad.join(", "))))
}

fn each_once(packs: &[String]) -> Vec<&str> {
    let mut each: Vec<&str> = Vec::new();
    for pack in packs {
        if !each.contains(&pack.as_str()) {
            each.push(pack);
        }
    }
    each
}

/// A pack's name goes into a path: nothing in it may lead elsewhere.
fn pack(text: &str) -> Result<String, String> {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins && text.chars().all(word) {
        return Ok(text.to_owned());
    }
    Err("expected the name of a content pack, such as aws-cloudtrail".to_owned())
}

fn moment(text: &str) -> Result<Time, String> {
    Time::parse(text).ok_or_else(|| "expected a time such as 2026-11-20T09:30:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_is_a_word_that_leads_nowhere_else() {
        for good in ["aws-cloudtrail", "1password", "a_b.c"] {
            assert_eq!(pack(good), Ok(good.to_owned()));
        }
        for bad in ["", "..", "../x", "a/b", "a?b", "a b", "%2e", "-x"] {
            assert!(pack(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_pack_named_twice_is_asked_for_once() {
        let packs = ["a", "b", "a"].map(str::to_owned);
        assert_eq!(each_once(&packs), ["a", "b"]);
    }
}
