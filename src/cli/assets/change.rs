//! What is to be done with one of our pieces.

use super::kind::Kind;

/// A piece and what becomes of it.
#[derive(Debug)]
pub(super) struct Change<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'a str,
    pub(super) act: Act,
}

/// What becomes of a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// There is none of its name.
    Create,
    /// It is there, and differs at these paths.
    Update { id: String, paths: Vec<String> },
    /// It is there, as it should be.
    Same,
    /// It differs, and somebody may have meant it.
    Keep { paths: Vec<String> },
    /// There are several of its name: which is meant, nobody can tell.
    Unclear,
}

impl Act {
    /// What to do with a piece that is there and differs at some paths, or at none.
    pub(super) fn towards(id: &str, paths: Vec<String>, is_left_alone: bool) -> Self {
        if paths.is_empty() {
            return Self::Same;
        }
        if is_left_alone {
            return Self::Keep { paths };
        }
        Self::Update {
            id: id.to_owned(),
            paths,
        }
    }

    /// In a word.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update { .. } => "update",
            Self::Same => "same",
            Self::Keep { .. } => "keep",
            Self::Unclear => "unclear",
        }
    }

    /// Where it differs.
    pub(super) fn paths(&self) -> &[String] {
        match self {
            Self::Update { paths, .. } | Self::Keep { paths } => paths,
            Self::Create | Self::Same | Self::Unclear => &[],
        }
    }
}
