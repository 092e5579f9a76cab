//! What a check found.

use serde_json::{Value, json};

/// As much of a vendor's text as a line bears.
const LONGEST_QUOTE: usize = 60;

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// As it should be.
    Good,
    /// Worth knowing; the stream works all the same.
    Note,
    /// To be mended.
    Bad,
    /// It would have meant nothing.
    Untried,
}

impl Verdict {
    /// As scripts read it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Note => "note",
            Self::Bad => "failed",
            Self::Untried => "not tried",
        }
    }
}

/// What a check found, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// What was checked, in a word.
    pub(super) check: &'static str,
    /// How that went.
    pub(super) verdict: Verdict,
    /// What was seen.
    pub(super) words: String,
    /// What to do; empty where there is nothing to do.
    pub(super) fix: String,
}

impl Finding {
    pub(super) fn good(check: &'static str, words: impl Into<String>) -> Self {
        Self::new(check, Verdict::Good, words, "")
    }

    pub(super) fn note(
        check: &'static str,
        words: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self::new(check, Verdict::Note, words, fix)
    }

    pub(super) fn bad(
        check: &'static str,
        words: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self::new(check, Verdict::Bad, words, fix)
    }

    pub(super) fn untried(check: &'static str, why: impl Into<String>) -> Self {
        Self::new(check, Verdict::Untried, why, "")
    }

    fn new(
        check: &'static str,
        verdict: Verdict,
        words: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            check,
            verdict,
            words: words.into(),
            fix: fix.into(),
        }
    }

    /// The same without what must not be seen, and without what would move a terminal's cursor.
    pub(super) fn scrubbed(self, scrub: &dyn Fn(&str) -> String) -> Self {
        let clean = |text: &str| crate::cli::wording::visible(&scrub(text));
        Self {
            words: clean(&self.words),
            fix: clean(&self.fix),
            ..self
        }
    }

    pub(super) fn as_json(&self) -> Value {
        json!({
            "check": self.check,
            "verdict": self.verdict.word(),
            "text": self.words,
            "fix": self.fix,
        })
    }
}

/// A text of the vendor's, cut, between quotes.
pub(super) fn quoted(text: &str) -> String {
    let begin: String = text.chars().take(LONGEST_QUOTE).collect();
    let dots = if begin.len() < text.len() { "..." } else { "" };
    format!("`{begin}{dots}`")
}

/// So many of something.
pub(super) fn several(number: usize, one: &str) -> String {
    if number == 1 {
        return format!("1 {one}");
    }
    format!("{} {one}s", crate::cli::wording::grouped(number))
}
