//! A log as it is handed on, and the line it becomes.

use super::text;
use super::words::Word;
use crate::time::Time;

/// A value at a log's top level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leaf {
    /// One of the few words that a mapping says again and again.
    Word(Word),
    /// A text.
    Text(String),
    /// Any JSON, as written.
    Json(String),
    /// An object, in order.
    Object(Vec<(Word, Leaf)>),
}

impl Leaf {
    /// Writes the value as JSON.
    pub(super) fn push(&self, out: &mut String) {
        match self {
            Self::Word(word) => text::push_quoted(word, out),
            Self::Text(text) => text::push_quoted(text, out),
            Self::Json(json) => out.push_str(json),
            Self::Object(members) => {
                for (at, (key, leaf)) in members.iter().enumerate() {
                    out.push(if at == 0 { '{' } else { ',' });
                    text::push_quoted(key, out);
                    out.push(':');
                    leaf.push(out);
                }
                out.push_str(if members.is_empty() { "{}" } else { "}" });
            }
        }
    }

    /// Counts what [`Leaf::push`] writes.
    fn len(&self) -> usize {
        match self {
            Self::Word(word) => text::quoted_len(word),
            Self::Text(text) => text::quoted_len(text),
            Self::Json(json) => json.len(),
            Self::Object(members) if members.is_empty() => "{}".len(),
            Self::Object(members) => {
                let all = members.iter().map(|(key, leaf)| member(key, leaf.len()));
                all.sum::<usize>() + "}".len()
            }
        }
    }
}

/// One log, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// The event's time; none where Datadog would refuse it.
    pub timestamp: Option<Time>,
    /// All tags, the instance's included; none where there are only the instance's.
    pub ddtags: Option<String>,
    /// What stands at the top level by name: `status`, `service`, `ddsource`, `message`, the
    /// attributes, `logwalk`.
    pub fields: Vec<(Word, Leaf)>,
    /// The vendor's record as JSON, and the name it stands under.
    pub record: Option<(Word, String)>,
    /// The line's exact length as compact JSON, its newline included.
    pub line_bytes: usize,
    /// Something was cut so that the line fits.
    pub truncated: bool,
    /// The record is older than Datadog takes at its own time.
    pub late: bool,
    /// The record is dated well after now.
    pub future: bool,
}

impl Log {
    /// The line without its newline; `instance_tags` as the mapping's terms have them.
    #[must_use]
    pub fn to_json(&self, instance_tags: &str) -> String {
        let mut out = String::with_capacity(self.line_bytes);
        if let Some(time) = self.timestamp {
            name("timestamp", &mut out);
            out.push_str(&time.0.to_string());
        }
        for (key, leaf) in &self.fields {
            if &**key == "message" {
                self.push_tags(instance_tags, &mut out);
            }
            if &**key == "logwalk" {
                self.push_record(&mut out);
            }
            name(key, &mut out);
            leaf.push(&mut out);
        }
        out.push('}');
        out
    }

    /// Makes the line longer by so many bytes, or by a few more, with a text that says nothing.
    pub fn pad(&mut self, bytes: u64) {
        let name = "padding";
        let own = self.fields.iter_mut().find(|(key, _)| &**key == "logwalk");
        if let Some((_, Leaf::Object(members))) = own {
            let empty = member(name, "\"\"".len());
            let dots = usize::try_from(bytes)
                .unwrap_or(usize::MAX)
                .saturating_sub(empty);
            members.push((name, Leaf::Text(".".repeat(dots))));
            self.line_bytes += empty + dots;
        }
    }

    fn push_tags(&self, instance_tags: &str, out: &mut String) {
        if let Some(tags) = self.all_tags(instance_tags) {
            name("ddtags", out);
            text::push_quoted(tags, out);
        }
    }

    fn push_record(&self, out: &mut String) {
        if let Some((namespace, record)) = &self.record {
            name(namespace, out);
            out.push_str(record);
        }
    }

    fn all_tags<'s>(&'s self, instance_tags: &'s str) -> Option<&'s str> {
        let instance = Some(instance_tags).filter(|tags| !tags.is_empty());
        self.ddtags.as_deref().or(instance)
    }

    /// Counts the line as [`Log::to_json`] writes it.
    pub(super) fn measured(&self, instance_tags: &str) -> usize {
        let leaves = self.fields.iter();
        let leaves = leaves.map(|(key, leaf)| member(key, leaf.len()));
        let time = self
            .timestamp
            .map_or(0, |time| member("timestamp", length_of(time.0)));
        let tags = self
            .all_tags(instance_tags)
            .map_or(0, |tags| member("ddtags", text::quoted_len(tags)));
        let record = self
            .record
            .as_ref()
            .map_or(0, |(namespace, record)| member(namespace, record.len()));
        // Every member counts a comma, of which the first stands for the opening brace.
        leaves.sum::<usize>() + time + tags + record + "}\n".len()
    }
}

fn name(key: &str, out: &mut String) {
    out.push(if out.is_empty() { '{' } else { ',' });
    text::push_quoted(key, out);
    out.push(':');
}

fn member(key: &str, value: usize) -> usize {
    text::quoted_len(key) + value + ",:".len()
}

fn length_of(number: i64) -> usize {
    let digits = number.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 1;
    digits + usize::from(number < 0)
}
