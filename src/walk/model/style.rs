//! The ways in which log APIs lead from page to page.

use std::collections::BTreeMap;
use std::time::Duration;

use super::OVERLAP;
use crate::source::{
    Auth, Bound, Format, From, Next, Pace, PageSize, Path, Paths, RecordPaths, Source, Template,
    TimeFormat, To,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::walk) enum Style {
    Cursor,
    Fleeting,
    Sticky,
    Offset,
    Page,
    NewestFirstByPage,
    NewestFirstByCursor,
    NewestFirstWindow,
    OneWindow,
    Windows,
    LastId,
}

pub(in crate::walk) const STYLES: [Style; 11] = [
    Style::Cursor,
    Style::Fleeting,
    Style::Sticky,
    Style::Offset,
    Style::Page,
    Style::NewestFirstByPage,
    Style::NewestFirstByCursor,
    Style::NewestFirstWindow,
    Style::OneWindow,
    Style::Windows,
    Style::LastId,
];

impl Style {
    fn takes_bounds(self) -> bool {
        !matches!(
            self,
            Self::Sticky | Self::NewestFirstByPage | Self::NewestFirstByCursor
        )
    }

    pub(in crate::walk) fn counts(self) -> bool {
        matches!(self, Self::Offset | Self::Page | Self::NewestFirstByPage)
    }

    pub(in crate::walk) fn descending(self) -> bool {
        matches!(
            self,
            Self::NewestFirstByPage | Self::NewestFirstByCursor | Self::NewestFirstWindow
        )
    }

    pub(in crate::walk) fn source(self, by_content: bool, settle: u64) -> Source {
        let bound = |required| Bound {
            to: To::Query("t".into()),
            format: TimeFormat::EpochMs,
            template: None,
            inclusive: true,
            required,
        };
        let from = match self {
            Self::Offset => From::Offset { start: 0 },
            Self::Page | Self::NewestFirstByPage => From::Page { start: 1 },
            Self::LastId => From::Last(Path(vec!["id".into()])),
            _ => From::Body(Path(vec!["next".into()])),
        };
        let next = Next {
            from,
            to: To::Query("cursor".into()),
            more: None,
            sticky: self == Self::Sticky,
            durable: self != Self::Fleeting,
            first_only: Vec::new(),
            page_size: Some(PageSize {
                to: To::Query("n".into()),
                default: 4,
                max: 4,
            }),
        };
        let until_required = matches!(self, Self::Windows | Self::OneWindow);
        let takes_until = until_required || self == Self::NewestFirstWindow;
        let id = Paths(vec![Path(vec!["id".into()])]);
        Source {
            name: "model/events".into(),
            title: String::new(),
            docs: None,
            base_url: "http://127.0.0.1".into(),
            settings: BTreeMap::default(),
            credentials: BTreeMap::default(),
            request: Template {
                post: false,
                path: "/".into(),
                headers: BTreeMap::default(),
                query: BTreeMap::default(),
                body: serde_json::Value::Null,
            },
            auth: Auth::Headers,
            records: Path::default(),
            records_may_be_missing: false,
            format: Format::Json,
            descending: self.descending(),
            next: (self != Self::OneWindow).then_some(next),
            since: self.takes_bounds().then(|| bound(true)),
            until: takes_until.then(|| bound(until_required)),
            window: matches!(self, Self::Windows | Self::OneWindow).then(|| Duration::from_secs(3)),
            retention: None,
            overlap: Duration::from_millis(OVERLAP),
            settle: Duration::from_millis(settle),
            record: RecordPaths {
                id: (!by_content).then(|| id.clone()),
                version: Vec::new(),
                time: Some(id),
                time_format: None,
            },
            partial: Vec::new(),
            warnings: Vec::new(),
            pace: Pace::default(),
            rate_limit: None,
            hints: BTreeMap::default(),
            log: serde_json::Value::Null,
        }
    }
}
