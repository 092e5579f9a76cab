//! Datadog's standard attributes, lifted out of the record.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;
use serde_json::value::RawValue;

use super::decimal::{Decimal, double_keeps};
use super::grammar;
use super::plan::Plan;
use super::reading::Reading;
use super::sheet::{Field, Mark, Sheet, Value as Held};
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

    /// Puts what a record has of them onto its log.
    pub(super) fn put(&self, reading: &Reading, sheet: &mut Sheet) {
        for (name, branch) in &self.top {
            if let Some(value) = self.written(*name, branch, reading, sheet) {
                let name = *name;
                sheet.fields.push(Field { name, value });
            }
        }
    }

    /// Writes what a record has of a branch; as what.
    fn written(
        &self,
        name: Word,
        branch: &Branch,
        reading: &Reading,
        sheet: &mut Sheet,
    ) -> Option<Held> {
        match branch {
            Branch::Object(members) => {
                let object = sheet.object(name, |sheet| {
                    for (name, branch) in members {
                        self.written(*name, branch, reading, sheet);
                    }
                });
                object.map(Held::Json)
            }
            Branch::Value(attribute) => {
                let mark = reading.first(sheet, &attribute.from)?;
                if let Some(factor) = attribute.times {
                    let product = attribute.number(mark, sheet)?.times(factor)?;
                    return written_number(name, product, self.doubles, sheet);
                }
                let held = attribute.held(mark, self.doubles, sheet)?;
                sheet.name(name);
                Some(sheet.push(held))
            }
        }
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
    fn held(&self, mark: Mark, doubles: bool, sheet: &mut Sheet) -> Option<Held> {
        let span = mark.span;
        if mark.bare && self.map.is_empty() {
            return Some(Held::Literal(span));
        }
        let is_text = sheet.text(span).starts_with('"');
        let text = self.text(mark, sheet)?;
        let meaning = self.map.get(text.as_ref());
        Some(match (meaning, text) {
            (Some(meaning), _) => Held::Word(*meaning),
            (None, Cow::Owned(text)) => sheet.keep(&text),
            (None, Cow::Borrowed(_)) if is_text => Held::Literal(span),
            (None, Cow::Borrowed(number)) if doubles && changes(number) => {
                let number = number.to_owned();
                sheet.keep(&number)
            }
            (None, Cow::Borrowed(_)) => Held::Json(span),
        })
    }

    /// The attribute's value where it is a number.
    fn number(&self, mark: Mark, sheet: &Sheet) -> Option<Decimal> {
        let text = self.text(mark, sheet)?;
        let meaning = self.map.get(text.as_ref());
        let number = meaning.map_or(text.as_ref(), |meaning| meaning.text());
        Decimal::parse(text::trimmed(number))
    }

    /// What the value reads as.
    fn text<'s>(&self, mark: Mark, sheet: &'s Sheet) -> Option<Cow<'s, str>> {
        if let Some(between) = &self.join {
            let json = sheet.text(mark.span);
            if json.starts_with('[') {
                return joined(json, between).map(Cow::Owned);
            }
        }
        Some(sheet.plain(mark))
    }
}

/// The items of a list as one text.
fn joined(json: &str, between: &str) -> Option<String> {
    let items: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    let texts: Vec<_> = items.iter().map(|item| text::plain(item.get())).collect();
    Some(texts.join(between))
}

/// Writes a number in digits, as a text where a double would change it; as what.
fn written_number(name: Word, number: Decimal, doubles: bool, sheet: &mut Sheet) -> Option<Held> {
    let digits = number.in_digits()?;
    sheet.name(name);
    if doubles && changes(&digits) {
        return Some(sheet.say(&digits));
    }
    Some(Held::Json(sheet.write(&digits)))
}

/// Whether this is a number that a double would change.
fn changes(json: &str) -> bool {
    let is_number = json.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    is_number && !double_keeps(json, json.contains(['e', 'E']))
}

/// Puts an attribute at its place; false where the place is taken.
fn place(members: &mut Vec<(Word, Branch)>, steps: &[String], attribute: Attribute) -> bool {
    let Some((key, rest)) = steps.split_first() else {
        return false;
    };
    let found = members.iter().position(|(other, _)| other.text() == key);
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
