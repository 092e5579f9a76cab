//! The kinds of pieces, and how Datadog's API lists, makes and replaces each.

use serde_json::Value;

use super::shelf::Piece;
use crate::cli::account::Datadog;
use crate::cli::stop::Stop;
use crate::fetch::Verb;

/// More the API does not give at once.
const PAGE: usize = 100;

/// No organisation has so many pages: a list that never ends is none.
const MOST_PAGES: usize = 1_000;

/// By this tag our monitors are found among thousands.
const TAG: &str = "integration:logwalk";

/// A kind of pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Pipeline,
    Dashboard,
    Monitor,
    Rule,
}

/// One that is there.
#[derive(Debug)]
pub(super) struct Present {
    pub(super) id: String,
    pub(super) name: String,
}

impl Kind {
    /// Pipelines first: the others look at what these make.
    pub(super) const ALL: [Self; 4] = [Self::Pipeline, Self::Dashboard, Self::Monitor, Self::Rule];

    /// What a person calls it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pipeline => "pipeline",
            Self::Dashboard => "dashboard",
            Self::Monitor => "monitor",
            Self::Rule => "rule",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Pipeline => "/api/v1/logs/config/pipelines",
            Self::Dashboard => "/api/v1/dashboard",
            Self::Monitor => "/api/v1/monitor",
            Self::Rule => "/api/v2/security_monitoring/rules",
        }
    }

    /// Where a piece's name stands.
    pub(super) fn name_of_a_piece(self) -> &'static str {
        match self {
            Self::Dashboard => "title",
            Self::Pipeline | Self::Monitor | Self::Rule => "name",
        }
    }

    /// Those that are there and could be ours: what belongs to Datadog itself is not.
    pub(super) fn listed(self, datadog: &Datadog) -> Result<Vec<Present>, Stop> {
        let mut found = Vec::new();
        for page in 0..MOST_PAGES {
            let answer = self.page(datadog, page)?;
            let list = match self {
                Self::Pipeline | Self::Monitor => &answer,
                Self::Dashboard => &answer["dashboards"],
                Self::Rule => &answer["data"],
            };
            let items = list.as_array().ok_or_else(|| datadog.strange())?;
            for item in items.iter().filter(|item| item["is_read_only"] != true) {
                found.push(self.present(item).ok_or_else(|| datadog.strange())?);
            }
            if !self.is_paged() || items.len() < PAGE {
                return Ok(found);
            }
        }
        Err(datadog.strange())
    }

    fn is_paged(self) -> bool {
        matches!(self, Self::Monitor | Self::Rule)
    }

    fn page(self, datadog: &Datadog, page: usize) -> Result<Value, Stop> {
        let (page, size) = (page.to_string(), PAGE.to_string());
        let query: &[(&str, &str)] = match self {
            Self::Pipeline | Self::Dashboard => &[],
            Self::Monitor => &[("monitor_tags", TAG), ("page", &page), ("page_size", &size)],
            Self::Rule => &[("page[number]", &page), ("page[size]", &size)],
        };
        datadog.ask(Verb::Get, self.path(), query, "look at --site")
    }

    fn present(self, item: &Value) -> Option<Present> {
        let id = match &item["id"] {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.to_string(),
            _ => return None,
        };
        Some(Present {
            id,
            name: item[self.name_of_a_piece()].as_str()?.to_owned(),
        })
    }

    /// One that is there, with all that it says.
    pub(super) fn whole(self, datadog: &Datadog, id: &str) -> Result<Value, Stop> {
        datadog.ask(Verb::Get, &self.at(id), &[], "look at --site")
    }

    pub(super) fn create(self, datadog: &Datadog, piece: &Piece) -> Result<(), Stop> {
        let body = Verb::Post(piece.body.to_string().into());
        self.put(datadog, body, self.path(), piece)
    }

    pub(super) fn update(self, datadog: &Datadog, id: &str, piece: &Piece) -> Result<(), Stop> {
        let body = Verb::Put(piece.body.to_string().into());
        self.put(datadog, body, &self.at(id), piece)
    }

    fn put(self, datadog: &Datadog, verb: Verb, path: &str, piece: &Piece) -> Result<(), Stop> {
        let doubt = format!(
            "the {} {} is not as this organisation's Datadog wants it: report these words",
            self.word(),
            piece.name
        );
        datadog.ask(verb, path, &[], &doubt).map(|_| ())
    }

    fn at(self, id: &str) -> String {
        format!("{}/{id}", self.path())
    }
}
