//! What a person is told about the way through the Agent.

use std::time::Duration;

use super::ledger::Why;

/// The `logs:` entry for a source's logs, as it is written in conf.d.
#[must_use]
pub fn entry(source: Option<&str>, service: Option<&str>) -> String {
    let source = source.unwrap_or("logwalk");
    let service = service.unwrap_or(source);
    format!(
        "{{type: integration, source: {source}, service: {service}, start_position: beginning}}"
    )
}

/// The file that should be there is not.
pub(super) fn missing(file: &str, entry: &str) -> String {
    format!(
        "{file} is not there although logs were sent, so the Agent has dropped them and the place \
         was not moved; add this section to the check's file in conf.d, beside `instances`, \
         with this one entry, and restart the Agent: logs: [{entry}]; if it is there, the disk may \
         be too full (the Agent writes no such file on a disk that is more than 80 % full)"
    )
}

/// The file is there and does not hold what was sent.
pub(super) fn dropped(file: &str, expected: u64, found: u64, entry: &str) -> String {
    format!(
        "{file} has {found} bytes where {expected} were expected after what was sent, so the Agent \
         has dropped logs; the place was not moved and they are sent again; free space on that disk, \
         and see that the check's file in conf.d still has its section logs: [{entry}] and that \
         nothing else writes into that file or empties it"
    )
}

/// The file was emptied before all of it was read.
pub(super) fn lost(file: &str, records: usize) -> String {
    format!(
        "{records} logs were lost on their way because {file} was emptied, replaced or left behind \
         before the Agent had sent them; the next run sends them again; if this comes back, free \
         disk space and raise logs_config.integrations_logs_total_usage, and let nothing else rotate \
         that file"
    )
}

/// The intake refused what the Agent sent.
pub(super) fn refused(records: usize, dropped: u64) -> String {
    format!(
        "the Agent has dropped {dropped} logs that the intake refused, while {records} of this stream \
         were on their way; those are sent again, a page or a log at a time, until they are taken; see that the \
         Agent's own `api_key` and `site` are right and that the key was not revoked (`agent status`, \
         Logs Agent)"
    )
}

/// Other logs of the Agent are refused all the time.
pub(super) fn others_are_refused() -> String {
    "the Agent drops logs that the intake refuses again and again while it takes others: they are \
     not of this stream, as far as can be told; for an hour, a refusal of some of this stream's logs \
     would not be noticed; see in `agent status`, Logs Agent, whose logs are refused, or whether an \
     additional endpoint has another key"
        .to_owned()
}

/// No receipt has come for a long time.
pub(super) fn waits(why: Why, bytes: u64, idle: Duration) -> String {
    let what = match why {
        Why::Full | Why::Many => "the Agent's file for this check is full",
        Why::Unnoticed => "the Agent has not noticed yet that its file for this check was emptied",
        Why::Refused => "the intake refused what was sent before",
        Why::Entry => "the Agent has just started and does not say yet where it reads on",
        Why::OldFile => "logs sent under the earlier configuration are on their way",
    };
    format!(
        "{what}, and nothing was acknowledged for {} s: {bytes} bytes wait for the intake and nothing \
         more is sent until then; nothing is lost; see in `agent status`, Logs Agent, whether the \
         intake can be reached",
        idle.as_secs()
    )
}

/// Receipts that never came are not waited for any longer.
pub(super) fn passed(records: usize, idle: Duration) -> String {
    format!(
        "{records} logs were not acknowledged for {} s although the Agent's logs pipeline works: they \
         are passed by and counted in records.unconfirmed; a rule in logs_config.processing_rules \
         that excludes them would do this",
        idle.as_secs()
    )
}

/// There is nothing to read receipts from.
pub(super) fn no_receipts() -> String {
    "registry.json in the Agent's run path cannot be read, so nothing tells whether the Agent has \
     sent what it was given: at most 256 KiB a second and `limits.run_bytes` a run go out, and that \
     guarantees nothing; give the check's user the right to read that file"
        .to_owned()
}

/// There were receipts, and they cannot be read now.
pub(super) fn receipts_hidden() -> String {
    "registry.json in the Agent's run path could be read before and cannot be now: nothing is sent \
     until it can, so that nothing that waits is lost; see that it is there and that the check's user \
     may read it"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_is_what_has_to_be_written() {
        assert_eq!(
            entry(Some("okta"), None),
            "{type: integration, source: okta, service: okta, start_position: beginning}"
        );
    }
}
