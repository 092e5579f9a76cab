//! Why a command ends short of what was asked, and with which status.

use std::io::{self, ErrorKind, Write};

use crate::error::Error;

/// The exit status of a command that did what was asked.
pub(crate) const DONE: i32 = 0;
const FELL_SHORT: i32 = 1;
const WRONG_USAGE: i32 = 2;

/// Why a command ends short of what was asked.
#[derive(Debug)]
pub(crate) enum Stop {
    /// What was asked or configured cannot be done; each problem in words.
    Usage(Vec<String>),
    /// It was tried, and this fell short.
    Short(Vec<String>),
    /// The answer could not be written.
    Output(io::Error),
}

impl Stop {
    /// One problem of usage or configuration.
    pub(crate) fn usage(problem: impl Into<String>) -> Self {
        Self::Usage(vec![problem.into()])
    }

    /// One thing that fell short.
    pub(crate) fn short(problem: impl Into<String>) -> Self {
        Self::Short(vec![problem.into()])
    }

    /// What is wrong, each in words.
    pub(crate) fn problems(&self) -> Vec<String> {
        match self {
            Self::Usage(problems) | Self::Short(problems) => problems.clone(),
            Self::Output(error) => vec![format!("cannot write the output: {error}")],
        }
    }

    /// Says why on the given stream; the result is the exit status.
    pub(crate) fn told(&self, errors: &mut dyn Write) -> i32 {
        let status = match self {
            Self::Usage(_) => WRONG_USAGE,
            // Whoever read our output has seen enough, as `head` does.
            Self::Output(error) if error.kind() == ErrorKind::BrokenPipe => return DONE,
            Self::Short(_) | Self::Output(_) => FELL_SHORT,
        };
        for problem in self.problems() {
            // Where standard error is closed the status still tells.
            let _ = writeln!(errors, "error: {problem}");
        }
        status
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error {
            Error::Config { .. } => Self::usage(error.to_string()),
            Error::Credentials(_)
            | Error::Refused(_)
            | Error::Unavailable(_)
            | Error::Waiting { .. }
            | Error::Shape(_)
            | Error::Stuck(_)
            | Error::TooLarge(_)
            | Error::Store(_)
            | Error::Superseded(_)
            | Error::Cancelled => Self::short(error.to_string()),
        }
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(stop: &Stop) -> (i32, String) {
        let mut text = Vec::new();
        let status = stop.told(&mut text);
        (status, String::from_utf8_lossy(&text).into_owned())
    }

    #[test]
    fn the_status_tells_configuration_from_what_fell_short() {
        assert_eq!(
            told(&Error::config("a.yaml:1:1", "wrong").into()),
            (2, "error: a.yaml:1:1: wrong\n".to_owned())
        );
        assert_eq!(
            told(&Error::Credentials("the key was refused".into()).into()),
            (1, "error: the key was refused\n".to_owned())
        );
    }

    #[test]
    fn every_problem_is_told() {
        let stop = Stop::Usage(vec!["a".into(), "b".into()]);
        assert_eq!(told(&stop), (2, "error: a\nerror: b\n".to_owned()));
    }

    #[test]
    fn a_reader_that_went_away_is_no_error_and_a_full_disk_is() {
        let gone: Stop = io::Error::from(ErrorKind::BrokenPipe).into();
        assert_eq!(told(&gone), (0, String::new()));
        let full: Stop = io::Error::from(ErrorKind::StorageFull).into();
        assert_eq!(told(&full).0, 1);
    }
}
