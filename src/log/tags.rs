//! The tags a record gives its log.

use serde_json::value::RawValue;

use super::grammar;
use super::plan::Plan;
use super::reading::Reading;
use super::sheet::Sheet;
use super::text;
use crate::error::Result;
use crate::written::Written;

/// Datadog cuts a tag here.
const TAG_CHARS: usize = 200;

/// Datadog drops the tags beyond this many.
const MOST_TAGS: usize = 100;

/// What marks a log that is sent without its own time.
const LATE: &str = "logwalk_late:true";

/// A tag and where its value comes from.
#[derive(Debug)]
struct Tag {
    name: String,
    from: Vec<usize>,
}

/// The mapping's tags.
#[derive(Debug)]
pub(super) struct Tags(Vec<Tag>);

impl Tags {
    /// Tags as written: name and path, or paths.
    pub(super) fn new(written: &Written<'_>, plan: &mut Plan) -> Result<Self> {
        let fields = written.any_fields()?;
        let mut tags = Vec::new();
        for name in fields.keys() {
            let value = fields.at(name);
            if value.is_absent() {
                continue;
            }
            if name.is_empty() || name.contains(|c: char| c == ',' || c == ':' || c.is_whitespace())
            {
                return Err(value.problem("a tag's name may hold no comma, colon or white space"));
            }
            tags.push(Tag {
                name: name.clone(),
                from: grammar::marks(&value, plan)?,
            });
        }
        Ok(Self(tags))
    }

    /// Whether no record can have a tag of its own.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The instance's tags with the record's own behind them; false where there are no own ones.
    pub(super) fn join(
        &self,
        instance: &str,
        late: bool,
        reading: &Reading,
        sheet: &Sheet,
        joined: &mut String,
    ) -> bool {
        joined.clear();
        joined.push_str(instance);
        let mut count = 0;
        for tag in &self.0 {
            let Some(mark) = reading.first(sheet, &tag.from) else {
                continue;
            };
            let json = sheet.text(mark.span);
            if json.starts_with('[') {
                let items: Vec<&RawValue> = serde_json::from_str(json).unwrap_or_default();
                for item in items {
                    let value = text::plain(item.get());
                    count += usize::from(push(joined, &tag.name, item.get(), &value, count));
                }
            } else {
                let value = sheet.plain(mark);
                count += usize::from(push(joined, &tag.name, json, &value, count));
            }
        }
        if late {
            separate(joined);
            joined.push_str(LATE);
        }
        late || count > 0
    }
}

/// The instance's tags and the mark of a late log.
pub(super) fn late_alone(instance: &str) -> String {
    let mut joined = instance.to_owned();
    separate(&mut joined);
    joined + LATE
}

/// Writes one tag, if the value makes one.
fn push(joined: &mut String, name: &str, json: &str, value: &str, count: usize) -> bool {
    let value = text::trimmed(value);
    if value.is_empty() || json == "null" || json.starts_with(['{', '[']) || count >= MOST_TAGS {
        return false;
    }
    separate(joined);
    joined.push_str(name);
    joined.push(':');
    if name.len() + ":".len() + value.len() <= TAG_CHARS
        && value
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b',')
    {
        joined.push_str(value);
        return true;
    }
    let room = TAG_CHARS.saturating_sub(name.chars().count() + ":".len());
    joined.extend(value.chars().take(room).map(|c| match c {
        // A comma would begin another tag.
        ',' => '_',
        c if c.is_control() => ' ',
        c => c,
    }));
    true
}

fn separate(joined: &mut String) {
    if !joined.is_empty() {
        joined.push(',');
    }
}
