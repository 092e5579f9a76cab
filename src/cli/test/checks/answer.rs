//! Is the first request answered, or who refuses it and why?

use super::{Look, Outcome};
use crate::cli::test::Finding;
use crate::cli::test::heard::Heard;
use crate::error::Error;
use crate::source::Reply;

const REFUSED: &str = "there is no page to look at";

/// Signs of a conversation that ended before it was one.
const NO_TLS: [&str; 4] = [
    "corrupt message",
    "handshake",
    "fatal alert",
    "InvalidContentType",
];

pub(super) fn judged(look: &Look) -> Outcome {
    let secure = look.terms.base.scheme() == "https";
    let heard = &look.facts.walk.heard;
    // A page that was asked for again in halves was no refusal.
    let mut judged = heard.iter();
    let first = judged.find(|heard| !matches!(heard.came, Err(Error::TooLarge(_))));
    let first = first.or(heard.last());
    let verified = look.terms.config.http.transport().tls.verifies();
    let tls = match first.map(|first| &first.came) {
        Some(Ok(_)) if secure && !verified => Finding::note(
            "TLS",
            "the certificate is not looked at: whoever is in between can read the credentials",
            "leave `tls_verify: false` out, and name the API's authority in `tls_ca_cert`",
        ),
        Some(Ok(_)) if secure => Finding::good("TLS", "its certificate is trusted"),
        Some(Ok(_)) if is_here(look) => {
            Finding::good("TLS", "none, and none is needed on this machine")
        }
        Some(Ok(_)) => Finding::note(
            "TLS",
            "none: records and credentials pass in the clear",
            "begin `base_url` with https:// if the API has it",
        ),
        Some(Err(error)) => match tls_failed(error, secure) {
            Some(bad) => return Outcome::last(bad, "nothing can be asked"),
            None => return no_reply(look, error),
        },
        // The walk failed before it asked.
        None => return never_asked(look),
    };
    // Later requests are other checks' subject.
    let Some(turned_down) = first.filter(|first| first.good().is_none()) else {
        return Outcome::found(vec![
            tls,
            Finding::good("credentials", "accepted"),
            Finding::good("permission", "the log may be read"),
            Finding::good("request", took(first)),
        ]);
    };
    match &turned_down.came {
        Ok(reply) => refused(look, reply).after(vec![tls]),
        Err(error) => no_reply(look, error).after(vec![tls]),
    }
}

fn took(heard: Option<&Heard>) -> String {
    let took = heard.map_or(0, |heard| heard.took.as_millis());
    format!("answered within {took} ms")
}

fn is_here(look: &Look) -> bool {
    let host = look.terms.base.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// What is wrong with the encryption, where that is what is wrong.
fn tls_failed(error: &Error, secure: bool) -> Option<Finding> {
    let (words, fix) = parted(&error.to_string());
    match error {
        Error::Config { at, .. } if at.starts_with("tls_") => Some(Finding::bad("TLS", words, fix)),
        Error::Unavailable(text) if text.contains("is not trusted") => Some(Finding::bad(
            "TLS",
            words,
            "name the authority that signed it in `tls_ca_cert`; a proxy that opens TLS has one \
             of its own",
        )),
        Error::Unavailable(text) if secure && NO_TLS.iter().any(|sign| text.contains(sign)) => {
            Some(Finding::bad(
                "TLS",
                format!("that port does not speak TLS as we do: {words}"),
                "check the port in `base_url`, and whether it has to begin with http://",
            ))
        }
        _ => None,
    }
}

/// The vendor answered and said no.
fn refused(look: &Look, reply: &Reply) -> Outcome {
    let stated = look.facts.walk.failed.as_ref().map(ToString::to_string);
    let hint = look.terms.config.source.hints.get(&reply.status);
    let words = stated.unwrap_or_else(|| format!("{} from {}", reply.status, host(look)));
    // The hint is the fix, and is not to be said twice.
    let words = match hint {
        Some(hint) => words
            .trim_end_matches(hint)
            .trim_end_matches("; ")
            .to_owned(),
        None => words,
    };
    let (check, general) = match reply.status {
        401 => (
            "credentials",
            "put a key that is still valid, of this environment and region, into `credentials`",
        ),
        403 => (
            "permission",
            "give the key the permission to read this log, and see that the plan includes it; some \
             vendors answer so to a wrong key as well",
        ),
        410 => (
            "request",
            "the API says that this is gone for good: compare `request.path` with its documentation",
        ),
        413 => (
            "request",
            "the API takes no request or gives no page of that size: set a smaller `page_size`, and \
             see what `query` makes of the URL",
        ),
        404 => (
            "request",
            "check `request.path` (a slash at its end is part of it), `base_url` and `settings`; a \
             key of another environment can mean this too",
        ),
        400 | 422 => (
            "request",
            "the API did not accept a parameter: compare `query`, `start` and `page_size` with its \
             documentation",
        ),
        405 => (
            "request",
            "set `request.method` to the one that the API takes",
        ),
        _ => (
            "request",
            "compare `base_url`, `request` and `credentials` with the API's documentation",
        ),
    };
    let before = match check {
        "request" => Vec::new(),
        _ => vec![Finding::good("request", "the API answers")],
    };
    let fix = hint.map_or(general, String::as_str);
    Outcome::last(Finding::bad(check, words, fix), REFUSED).after(before)
}

/// Nobody gave an answer that could be judged.
fn no_reply(look: &Look, error: &Error) -> Outcome {
    let (words, fix) = parted(&error.to_string());
    let or = |general: &str| {
        if fix.is_empty() {
            general.to_owned()
        } else {
            fix.clone()
        }
    };
    let finding = match error {
        Error::Credentials(_) => Finding::bad("credentials", words, or("check `credentials`")),
        Error::Waiting { until, why } => {
            let hint = look.terms.config.source.hints.get(&429);
            let limit = "the quota is used up: let it fill before you try again, and look for \
                         what else asks with this key; `limits.requests_per_second` asks slower";
            Finding::bad(
                "request",
                format!("told to wait until {until} before the first page: {why}"),
                hint.map_or(limit.to_owned(), |hint| format!("{hint}; {limit}")),
            )
        }
        Error::Refused(_) => Finding::bad("request", words, or("check `base_url`")),
        Error::TooLarge(_) => Finding::bad(
            "request",
            words,
            or("raise `limits.body_bytes` or `read_timeout`; see whether `base_url` is the log's"),
        ),
        _ => Finding::bad(
            "request",
            words,
            "the API, or what stands before it, gives no usable answer now: look at the vendor's \
             status page and try again; `--timeout` waits longer",
        ),
    };
    Outcome::last(finding, REFUSED)
}

/// The walk failed before it asked anything.
fn never_asked(look: &Look) -> Outcome {
    match &look.facts.walk.failed {
        Some(error) => {
            if let Some(bad) = tls_failed(error, true) {
                return Outcome::last(bad, "nothing can be asked");
            }
            no_reply(look, error)
        }
        None => Outcome::last(
            Finding::note(
                "request",
                "there was nothing to ask: the walk was at its end before it began",
                "set `start` further back",
            ),
            REFUSED,
        ),
    }
}

fn host<'l>(look: &'l Look) -> &'l str {
    look.terms.base.host_str().unwrap_or_default()
}

/// Our errors say what happened, and then what to do.
pub(super) fn parted(text: &str) -> (String, String) {
    match text.split_once("; ") {
        Some((words, fix)) => (words.to_owned(), fix.to_owned()),
        None => (text.to_owned(), String::new()),
    }
}
