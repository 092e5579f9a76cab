//! What an answer of the intake means for the logs that it answers.

use std::time::Duration;

use crate::source::Reply;

/// What becomes of the logs of a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// They were taken.
    Accepted,
    /// Not for now: the same again, after so long where the intake says how long.
    Again {
        /// The wait it asks for.
        after: Option<Duration>,
        /// Why, in words.
        why: String,
    },
    /// It took too long: the same again, in smaller pieces.
    Slow(String),
    /// Too many bytes at once.
    TooLarge(String),
    /// One of them at least cannot be read.
    Bad(String),
    /// Whoever sends them is refused, whatever is sent.
    Refused(String),
}

/// What the answer of an intake means; `stated` is the answer in words, `wait` what it asks for, and
/// `fix` what a person does where the sender is refused.
#[must_use]
pub fn judge(reply: &Reply, stated: String, wait: Option<Duration>, fix: &str) -> Verdict {
    match reply.status {
        // Proxies that speak for the intake say 200; so does whoever wants somebody to sign in.
        200..300 if reply.status == 202 || is_json_or_nothing(reply) => Verdict::Accepted,
        200..300 => Verdict::Refused(format!("{stated}; that is no log intake: {fix}")),
        400 | 422 => Verdict::Bad(stated),
        413 => Verdict::TooLarge(stated),
        415 => Verdict::Refused(format!(
            "{stated}; set `destination.compression` to `gzip` or `none`"
        )),
        407 => Verdict::Refused(format!(
            "{stated}; put user name and password into the URL of `destination.proxy`"
        )),
        300..400 => Verdict::Refused(format!(
            "{stated}, a redirect, which is not followed with a key: {fix}"
        )),
        401 | 403 | 404 | 405 | 410 | 501 | 505 => Verdict::Refused(format!("{stated}; {fix}")),
        _ => Verdict::Again {
            after: wait,
            why: stated,
        },
    }
}

fn is_json_or_nothing(reply: &Reply) -> bool {
    let body = reply.body.trim_ascii();
    body.is_empty() || serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> Verdict {
        let reply = Reply {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        };
        judge(&reply, "said".to_owned(), None, "fix it")
    }

    #[test]
    fn taken_is_202_or_what_a_proxy_says_in_json() {
        for (status, body) in [
            (202, "{}"),
            (202, ""),
            (202, "x"),
            (200, "{}"),
            (204, " \n"),
        ] {
            assert_eq!(of(status, body), Verdict::Accepted, "{status} {body}");
        }
        for body in ["<html><title>Sign in</title>", "OK then"] {
            assert!(
                matches!(of(200, body), Verdict::Refused(words) if words.contains("no log intake"))
            );
        }
    }

    #[test]
    fn what_passes_by_itself_is_sent_again() {
        for status in [408, 409, 425, 429, 500, 502, 503, 504, 520, 599, 100] {
            assert!(matches!(of(status, ""), Verdict::Again { .. }), "{status}");
        }
    }

    #[test]
    fn what_a_person_must_change_stops_and_says_so() {
        for status in [301, 302, 307, 401, 403, 404, 405, 410, 501] {
            let refused =
                matches!(of(status, ""), Verdict::Refused(words) if words.contains("fix it"));
            assert!(refused, "{status}");
        }
        assert!(matches!(of(415, ""), Verdict::Refused(words) if words.contains("compression")));
        assert!(matches!(of(407, ""), Verdict::Refused(words) if words.contains("proxy")));
    }

    #[test]
    fn the_logs_themselves_can_be_wrong() {
        assert_eq!(of(400, ""), Verdict::Bad("said".to_owned()));
        assert_eq!(of(422, ""), Verdict::Bad("said".to_owned()));
        assert_eq!(of(413, ""), Verdict::TooLarge("said".to_owned()));
    }
}
