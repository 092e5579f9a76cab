//! Would the destination take the logs?

use super::answer::parted;
use crate::cli::test::Finding;
use crate::cli::test::facts::Delivered;
use crate::deliver::datadog::Verdict;

const OTHER_SITE: &str = "the usual cause is a key of another site: set `destination.site` to the \
                          organisation's, as in the address of its Datadog pages";

pub(super) fn judged(delivered: &Delivered) -> Vec<Finding> {
    let key = match &delivered.key {
        Ok(Some(verdict)) => key(verdict, &delivered.told),
        Ok(None) => silent("key", &delivered.told),
        Err(error) => {
            let (words, fix) = parted(&error.to_string());
            Finding::bad("key", words, or(fix, "correct `destination`"))
        }
    };
    let tried = matches!(
        delivered.key,
        Ok(Some(Verdict::Accepted | Verdict::Again { .. }))
    );
    let event = match &delivered.event {
        Some(verdict) => event(verdict, &delivered.told),
        None if tried => silent("event", &delivered.told),
        None => Finding::untried("event", "no event without a key"),
    };
    vec![key, event]
}

fn key(verdict: &Verdict, told: &str) -> Finding {
    match verdict {
        Verdict::Accepted => Finding::good("key", format!("an API key of {told}")),
        Verdict::Bad(words) => Finding::bad("key", format!("{told} answers {words}"), OTHER_SITE),
        Verdict::Refused(words) => {
            let (words, fix) = parted(words);
            Finding::bad("key", words, or(fix, OTHER_SITE))
        }
        Verdict::Again { why, .. } => Finding::note(
            "key",
            format!("it could not be judged: {why}"),
            "see whether the event below was taken; else try again",
        ),
        Verdict::Slow(words) | Verdict::TooLarge(words) => broken("key", words),
    }
}

fn event(verdict: &Verdict, told: &str) -> Finding {
    match verdict {
        Verdict::Accepted => Finding::good(
            "event",
            format!("a synthetic event was accepted at {told}: search for `logwalk_test:true`"),
        ),
        Verdict::Bad(words) => Finding::bad(
            "event",
            format!("a well-formed event was answered with {words}"),
            format!("{OTHER_SITE}; a proxy at `destination.url` may also spoil it"),
        ),
        Verdict::TooLarge(words) => Finding::bad(
            "event",
            format!("a single small event is too large: {words}"),
            "what stands before the intake takes smaller bodies than Datadog does: raise its limit \
             to 5 MB",
        ),
        Verdict::Refused(words) => {
            let (words, fix) = parted(words);
            Finding::bad("event", words, or(fix, OTHER_SITE))
        }
        Verdict::Again { why, .. } | Verdict::Slow(why) => broken("event", why),
    }
}

fn broken(check: &'static str, words: &str) -> Finding {
    let (words, _) = parted(words);
    Finding::bad(
        check,
        format!("no usable answer: {words}"),
        "look at Datadog's status page and at what stands between, and try again; logs wait at the \
         source meanwhile",
    )
}

fn silent(check: &'static str, told: &str) -> Finding {
    Finding::bad(
        check,
        format!("{told} did not answer in time"),
        "check the name and port, and what stands between: a firewall, or a proxy to be named in \
         `destination.proxy`; `--timeout` waits longer",
    )
}

fn or(fix: String, general: &str) -> String {
    if fix.is_empty() {
        return general.to_owned();
    }
    fix
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cli::test;

    fn found(key: Option<Verdict>, event: Option<Verdict>) -> Vec<(test::Verdict, String)> {
        let delivered = Delivered {
            told: "`destination.site` (datadoghq.eu)".to_owned(),
            key: Ok(key),
            event,
        };
        let told = |finding: Finding| {
            (
                finding.verdict,
                format!("{} {}", finding.words, finding.fix),
            )
        };
        judged(&delivered).into_iter().map(told).collect()
    }

    fn again() -> Verdict {
        Verdict::Again {
            after: None,
            why: "429 from host: slow down".to_owned(),
        }
    }

    #[test]
    fn each_answer_about_the_key_has_its_words() {
        let refused = Verdict::Refused("403 from host: Forbidden; check both".to_owned());
        for (verdict, expected, words) in [
            (Verdict::Accepted, test::Verdict::Good, "datadoghq.eu"),
            (
                refused,
                test::Verdict::Bad,
                "403 from host: Forbidden check both",
            ),
            (
                Verdict::Bad("400 from host: no".to_owned()),
                test::Verdict::Bad,
                "a key of another site",
            ),
            (again(), test::Verdict::Note, "could not be judged: 429"),
            (
                Verdict::Slow("host is slow".to_owned()),
                test::Verdict::Bad,
                "no usable answer: host is slow",
            ),
        ] {
            let found = found(Some(verdict), None);
            assert_eq!(found[0].0, expected, "{found:?}");
            assert!(found[0].1.contains(words), "{found:?}");
        }
        assert!(found(None, None)[0].1.contains("did not answer in time"));
    }

    #[test]
    fn each_answer_to_the_event_has_its_words_and_without_a_key_there_is_none() {
        for (verdict, expected, words) in [
            (Verdict::Accepted, test::Verdict::Good, "logwalk_test:true"),
            (
                Verdict::Bad("400 from host: no".to_owned()),
                test::Verdict::Bad,
                "a key of another site",
            ),
            (
                Verdict::TooLarge("413 from host".to_owned()),
                test::Verdict::Bad,
                "raise its limit to 5 MB",
            ),
            (again(), test::Verdict::Bad, "status page"),
        ] {
            let found = found(Some(Verdict::Accepted), Some(verdict));
            assert_eq!(found[1].0, expected, "{found:?}");
            assert!(found[1].1.contains(words), "{found:?}");
        }
        let refused = Verdict::Refused("403".to_owned());
        assert_eq!(found(Some(refused), None)[1].0, test::Verdict::Untried);
    }
}
