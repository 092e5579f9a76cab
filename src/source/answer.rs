//! Reads a reply: its records, and where it leads.

mod find;
mod links;
mod shape;
mod split;
mod view;

#[cfg(test)]
mod tests;

use super::{Answer, Format, Reads, Reply, Source};
use crate::error::{Error, Result};
use crate::json::Broken;
use split::{Found, Split};
use view::View;

const NO_CONTENT: u16 = 204;

impl Source {
    /// What a reply of 2xx says; `text` is its body, of which the records are read by `reader`.
    pub fn answer<'a>(
        &self,
        text: &'a str,
        reply: &'a Reply,
        reader: &mut dyn Reads<'a>,
    ) -> Result<Answer<'a>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut split = match self.format {
            Format::Ndjson => split::lines(text, reader),
            Format::Json => self.split(text, reply.status, reader)?,
        };
        let records = std::mem::take(&mut split.records);
        let view = View {
            source: self,
            split: &split,
            records: &records,
            reply,
        };
        let next = view.next()?;
        let more = view.more();
        let partial = self.partial.iter().find_map(|sign| view.sign(sign));
        let warnings = view.warnings();
        Ok(Answer {
            records,
            next,
            more,
            partial,
            warnings,
        })
    }

    fn split<'a>(
        &self,
        text: &'a str,
        status: u16,
        reader: &mut dyn Reads<'a>,
    ) -> Result<Split<'a>> {
        if text.trim().is_empty() && status == NO_CONTENT {
            return Ok(Split::default());
        }
        let split = split::split(text, &self.records.0, reader)
            .map_err(|broken| self.not_json(text, broken))?;
        match split.found {
            Found::Array | Found::Null => Ok(split),
            Found::Nothing if self.records_may_be_missing => Ok(split),
            Found::Nothing => Err(Error::Shape(format!(
                "{}: nothing at `{}`, where the records should be: the reply is {}; set `records` to the path of the array",
                self.name,
                self.records,
                shape::of_split(&split, text)
            ))),
            Found::Else(kind) if self.records.is_whole() => Err(Error::Shape(format!(
                "{}: expected an array of records, found {kind}: the reply is {}; set `records` to the path of the array",
                self.name,
                shape::of_split(&split, text)
            ))),
            Found::Else(kind) => Err(Error::Shape(format!(
                "{}: expected an array of records at `{}`, found {kind}; set `records` to the path of the array",
                self.name, self.records
            ))),
        }
    }

    fn not_json(&self, text: &str, broken: Broken) -> Error {
        let begins_as_json = text.trim_start().starts_with(['{', '[']);
        if begins_as_json && broken.is_cut_off(text) {
            return Error::Unavailable(format!(
                "{}: the reply was cut off after {} bytes",
                self.name,
                text.len()
            ));
        }
        if begins_as_json {
            let (line, column) = broken.line_and_column(text);
            return Error::Shape(format!(
                "{}: the reply is not valid JSON at line {line} column {column}",
                self.name
            ));
        }
        Error::Shape(format!(
            "{}: expected JSON, found {}; is base_url the API's and not a page's?",
            self.name,
            shape::of_text(text)
        ))
    }
}
