//! Datadog's standard attributes, lifted out of the record.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;
use serde_json::value::RawValue;

use super::decimal::{Decimal, double_keeps};
use super::grammar;
use super::line::Leaf;
use super::plan::Plan;
use super::text;
use super::words::{Word, word};
use crate::error::Result;
use crate::source::Path;
use crate::written::Written;

/// One attribute: where it comes from, and what is done to it on the way.
#[derive(Debug)]
struct Attribute {
    from: Vec<usize>,
    times: Option<Decimal>,
    map: HashMap<String, Word>,
    join: Option<String>,
}

/// An attribute, or an object of such.
#[derive(Debug)]
enum Branch {
    Value(Attribute),
    Object(Vec<(Word, Branch)>),
}

/// The mapping's attributes, by what stands at a log's top level.
#[derive(Debug)]
pub(super) struct Attributes {
    top: Vec<(Word, Branch)>,
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
            let first = steps.first().map_or("", String::as_str);
            if reserved.contains(&first) {
                return Err(value.problem(format!(
                    "`{first}` is written by logwalk itself; choose another attribute"
                )));
            }
            let attribute = Attribute::new(&value, plan)?;
            if !place(&mut root, &steps, attribute) {
                return Err(value.problem(
                    "collides with another attribute, which stands at the same place or inside this one",
                ));
            }
        }
        Ok(Self {
            top: root,
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

    /// What a record puts at its log's top level.
    pub(super) fn render<'r>(
        &self,
        first: impl Fn(&[usize]) -> Option<&'r str>,
        mut put: impl FnMut(Word, Leaf),
    ) {
        for (key, branch) in &self.top {
            if let Some(leaf) = self.leaf(branch, &first) {
                put(key, leaf);
            }
        }
    }

    fn leaf<'r>(
        &self,
        branch: &Branch,
        first: &impl Fn(&[usize]) -> Option<&'r str>,
    ) -> Option<Leaf> {
        let members = match branch {
            Branch::Object(members) => members,
            Branch::Value(attribute) => {
                return attribute.leaf(first(&attribute.from)?, self.doubles);
            }
        };
        let mut leaves = Vec::with_capacity(members.len());
        for (key, branch) in members {
            if let Some(leaf) = self.leaf(branch, first) {
                leaves.push((*key, leaf));
            }
        }
        (!leaves.is_empty()).then_some(Leaf::Object(leaves))
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
            .map(|(word, meaning)| (word, self::word(&meaning)));
        Ok(Self {
            from: grammar::marks(&from, plan)?,
            times: factor,
            map: map.collect(),
            join: fields.at("join").text()?,
        })
    }

    /// The attribute's value; none where it cannot be made.
    fn leaf(&self, json: &str, doubles: bool) -> Option<Leaf> {
        let mut text = text::plain(json);
        let mut is_text = json.starts_with('"');
        if let Some(between) = self.join.as_deref().filter(|_| json.starts_with('[')) {
            let items: Vec<&RawValue> = serde_json::from_str(json).ok()?;
            let texts: Vec<_> = items.iter().map(|item| text::plain(item.get())).collect();
            text = Cow::Owned(texts.join(between));
            is_text = true;
        }
        let meaning = self.map.get(&*text);
        if let Some(factor) = self.times {
            let word = meaning.map_or(&*text, |meaning| meaning);
            let product = Decimal::parse(word.trim())?.times(factor)?.in_digits()?;
            return Some(number(product, doubles));
        }
        if let Some(meaning) = meaning {
            return Some(Leaf::Word(meaning));
        }
        if is_text {
            return Some(Leaf::Text(text.into_owned()));
        }
        let digits = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        Some(number(text.into_owned(), doubles && digits))
    }
}

/// A number, as a text where a double would change it; anything else as it is.
fn number(json: String, doubles: bool) -> Leaf {
    if doubles && !double_keeps(&json) {
        Leaf::Text(json)
    } else {
        Leaf::Json(json)
    }
}

/// Puts an attribute at its place; false where the place is taken.
fn place(members: &mut Vec<(Word, Branch)>, steps: &[String], attribute: Attribute) -> bool {
    let Some((key, rest)) = steps.split_first() else {
        return false;
    };
    let found = members.iter().position(|(other, _)| **other == **key);
    match (found, rest.is_empty()) {
        (None, true) => members.push((word(key), Branch::Value(attribute))),
        (None, false) => {
            let mut inner = Vec::new();
            place(&mut inner, rest, attribute);
            members.push((word(key), Branch::Object(inner)));
        }
        (Some(at), false) => {
            let Branch::Object(inner) = &mut members[at].1 else {
                return false;
            };
            return place(inner, rest, attribute);
        }
        (Some(_), true) => return false,
    }
    true
}
