//! Does what is on this machine let the stream run?

use crate::cli::test::Finding;
use crate::cli::test::facts::{AgentSide, Around, Place};

use super::answer::parted;

pub(super) fn judged(around: &Around) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(agent) = &around.agent {
        findings.extend(agents(agent));
    }
    findings.extend(place(&around.place));
    if let Some((path, kept)) = &around.dead_letters {
        findings.push(match kept {
            Ok(()) => Finding::good(
                "dead letters",
                format!("what is refused for good can be kept in {}", path.display()),
            ),
            Err(why) => Finding::bad(
                "dead letters",
                format!("nothing can be kept in {}: {why}", path.display()),
                "free that disk or give that file to the user that logwalk runs as, or set \
                 `destination.dead_letter` to another path",
            ),
        });
    }
    findings
}

fn agents(agent: &AgentSide) -> Vec<Finding> {
    let config = agent.config.display();
    let mut findings = Vec::new();
    match &agent.logs_enabled {
        None => {}
        Some(Ok(true)) => findings.push(Finding::good(
            "Agent",
            format!("`logs_enabled` is true in {config}"),
        )),
        Some(Ok(false)) => findings.push(Finding::bad(
            "Agent",
            format!("`logs_enabled` is not true in {config}: the Agent collects no logs"),
            "set `logs_enabled: true` there, or DD_LOGS_ENABLED=true in the Agent's environment, \
             and restart the Agent",
        )),
        Some(Err(why)) => findings.push(Finding::note(
            "Agent",
            format!("{config} cannot be read: {why}"),
            "try it as the Agent's user (`sudo -u dd-agent`), or name the file with --agent-config",
        )),
    }
    if agent.problems.is_empty() {
        findings.push(Finding::good(
            "file",
            "the Agent takes logs by its `logs` section",
        ));
        if !agent.from_the_beginning {
            findings.push(Finding::note(
                "file",
                "its `logs` section does not say where to begin: the Agent may pass over the first \
                 logs",
                "put `start_position: beginning` beside `type: integration`",
            ));
        }
    }
    findings.extend(agent.problems.iter().map(|problem| {
        let (words, fix) = match problem.rsplit_once(": add `logs:") {
            Some((words, rest)) => (words, format!("add `logs:{rest}")),
            None => (
                problem.as_str(),
                "correct the file: `logwalk validate` shows all".to_owned(),
            ),
        };
        Finding::bad("file", words, fix)
    }));
    findings
}

fn place(place: &Place) -> Option<Finding> {
    Some(match place {
        Place::Agents => return None,
        Place::Usable(folder) => Finding::good(
            "store",
            format!("the place can be kept in {}", folder.display()),
        ),
        Place::Unusable(why) => {
            let (words, fix) = parted(why);
            Finding::bad("store", words, fix)
        }
        Place::Lost(why) => {
            let (words, _) = parted(why);
            Finding::bad(
                "store",
                words,
                "put a backup of the file back, or `logwalk cursor reset` to begin at `start`",
            )
        }
    })
}
