//! Datadog's standard attributes, lifted out of the record.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use serde_json::value::RawValue;

use super::decimal::{Decimal, double_keeps};
use super::grammar;
use super::plan::Plan;
use super::text;
use crate::error::Result;
use crate::source::Path;
use crate::written::Written;

/// Room for what most attributes hold, so that it is made once.
const USUAL_BYTES: usize = 96;

/// One attribute: where it comes from, and what is done to it on the way.
#[derive(Debug)]
struct Attribute {
    from: Vec<usize>,
    times: Option<Decimal>,
    map: HashMap<String, String>,
    join: Option<String>,
}

/// An attribute, or an object of such.
#[derive(Debug)]
enum Branch {
    Value(Attribute),
    /// Each key as it is written, with quotes and colon.
    Object(Vec<(String, Branch)>),
}

/// The mapping's attributes, by what stands at a log's top level.
#[derive(Debug)]
pub(super) struct Attributes {
    top: Vec<(Arc<str>, Branch)>,
    doubles: bool,
}

impl Attributes {
    /// Attributes as written; none may stand where logwalk itself writes something.
    pub(super) fn new(written: &Written<'_>, reserved: &[&str], plan: &mut Plan) -> Result<Self> {
        let fields = written.any_fields()?;
        let mut root = Vec::new();
        for name in fields.keys() {
            let value = fields.at(name);
            if value.is_absent() {
                continue;
            }
            let Path(steps) = grammar::path(&value, name)?;
            let Some((first, rest)) = steps.split_first() else {
                continue;
            };
            if reserved.contains(&first.as_str()) {
                return Err(value.problem(format!(
                    "`{first}` is written by logwalk itself; choose another attribute"
                )));
            }
            let attribute = Attribute::new(&value, plan)?;
            if !place(&mut root, first.clone(), rest, attribute) {
                return Err(value.problem(
                    "collides with another attribute, which stands at the same place or inside this one",
                ));
            }
        }
        let top = root.into_iter().map(|(key, branch)| (key.into(), branch));
        Ok(Self {
            top: top.collect(),
            doubles: false,
        })
    }

    /// Numbers that a double would change become strings, also those made here.
    pub(super) fn for_doubles(self, doubles: bool) -> Self {
        Self { doubles, ..self }
    }

    /// How many members a log may have of them.
    pub(super) fn len(&self) -> usize {
        self.top.len()
    }

    /// What a record puts at its log's top level, as JSON.
    pub(super) fn render<'r>(
        &self,
        first: impl Fn(&[usize]) -> Option<&'r str>,
        mut put: impl FnMut(&Arc<str>, String),
    ) {
        for (key, branch) in &self.top {
            let mut json = String::with_capacity(USUAL_BYTES);
            if self.write(branch, &first, &mut json) {
                put(key, json);
            }
        }
    }

    fn write<'r>(
        &self,
        branch: &Branch,
        first: &impl Fn(&[usize]) -> Option<&'r str>,
        out: &mut String,
    ) -> bool {
        let members = match branch {
            Branch::Object(members) => members,
            Branch::Value(attribute) => {
                let value = first(&attribute.from).and_then(|json| attribute.value(json));
                let Some(value) = value else {
                    return false;
                };
                let number = value.starts_with(|c: char| c == '-' || c.is_ascii_digit());
                if self.doubles && number && !double_keeps(&value) {
                    text::push_quoted(&value, out);
                } else {
                    out.push_str(&value);
                }
                return true;
            }
        };
        let begin = out.len();
        out.push('{');
        for (key, branch) in members {
            let before = out.len();
            if before > begin + 1 {
                out.push(',');
            }
            out.push_str(key);
            if !self.write(branch, first, out) {
                out.truncate(before);
            }
        }
        if out.len() == begin + 1 {
            out.truncate(begin);
            return false;
        }
        out.push('}');
        true
    }
}

impl Attribute {
    fn new(written: &Written<'_>, plan: &mut Plan) -> Result<Self> {
        if !written.value.is_object() {
            return Ok(Self {
                from: grammar::marks(written, plan)?,
                times: None,
                map: HashMap::new(),
                join: None,
            });
        }
        let fields = written.fields(&["from", "times", "map", "join"])?;
        let from = fields.at("from");
        if from.is_absent() {
            return Err(from.problem("required, but missing: the path of the value"));
        }
        let times = fields.at("times");
        let factor = match times.value {
            Value::Null => None,
            Value::Number(number) => {
                let parsed = Decimal::parse(&number.to_string());
                Some(parsed.ok_or_else(|| times.wrong("a number of at most 38 digits"))?)
            }
            _ => return Err(times.wrong("a number")),
        };
        let words = fields.at("map").texts()?;
        let map = words
            .into_iter()
            .map(|(word, meaning)| (word, text::quoted(&meaning)));
        Ok(Self {
            from: grammar::marks(&from, plan)?,
            times: factor,
            map: map.collect(),
            join: fields.at("join").text()?,
        })
    }

    /// The attribute's value, as JSON; none where it cannot be made.
    fn value<'r>(&self, json: &'r str) -> Option<Cow<'r, str>> {
        let mut value = Cow::Borrowed(json);
        if let Some(between) = self.join.as_deref().filter(|_| json.starts_with('[')) {
            let items: Vec<&RawValue> = serde_json::from_str(json).ok()?;
            let texts: Vec<_> = items.iter().map(|item| text::plain(item.get())).collect();
            value = Cow::Owned(text::quoted(&texts.join(between)));
        }
        if !self.map.is_empty()
            && let Some(meaning) = self.map.get(&*text::plain(&value))
        {
            value = Cow::Owned(meaning.clone());
        }
        let Some(factor) = self.times else {
            return Some(value);
        };
        let number = Decimal::parse(text::plain(&value).trim())?;
        number.times(factor)?.in_digits().map(Cow::Owned)
    }
}

/// Puts an attribute at its place, which is `key` and the `steps` below it; false where it is taken.
fn place(
    members: &mut Vec<(String, Branch)>,
    key: String,
    steps: &[String],
    attribute: Attribute,
) -> bool {
    let found = members.iter_mut().find(|(other, _)| *other == key);
    let below = steps.split_first().map(|(step, rest)| {
        let inner_key = text::quoted(step) + ":";
        (inner_key, rest)
    });
    match (found, below) {
        (None, None) => members.push((key, Branch::Value(attribute))),
        (None, Some((inner_key, rest))) => {
            let mut inner = Vec::new();
            place(&mut inner, inner_key, rest, attribute);
            members.push((key, Branch::Object(inner)));
        }
        (Some((_, Branch::Object(inner))), Some((inner_key, rest))) => {
            return place(inner, inner_key, rest, attribute);
        }
        (Some(_), _) => return false,
    }
    true
}
