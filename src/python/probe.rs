//! What `agent diagnose` asks: does the API answer, does the intake take the key?

use std::sync::Arc;
use std::time::Duration;

use crate::deliver::datadog::Verdict;
use crate::error::{Error, Result};
use crate::fetch::Reality;
use crate::pages::{self, Budget};
use crate::ship::Route;

/// Whoever waits for a diagnosis does not wait for long.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks the API for one page, as a first run would; how many logs its records make. Nothing is kept.
pub(super) fn api(stream: &Arc<pages::Stream>) -> Result<u64> {
    let budget = Budget {
        bytes: None,
        span: Some(PATIENCE),
    };
    let mut run = pages::Run::new(Arc::clone(stream), None, budget, Reality::default())?;
    let page = run.next_page()?;
    Ok(page.map_or(0, |page| page.tally.logs))
}

/// Asks the intake whether the key is one of its own.
pub(super) fn key(route: &Route) -> Result<()> {
    match route.intake().validate(&Reality::default()) {
        Some(Verdict::Accepted) => Ok(()),
        Some(Verdict::Refused(words) | Verdict::Bad(words)) => Err(Error::Credentials(words)),
        Some(Verdict::Again { why, .. } | Verdict::Slow(why) | Verdict::TooLarge(why)) => {
            Err(Error::Unavailable(why))
        }
        None => Err(Error::Cancelled),
    }
}
