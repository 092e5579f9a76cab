//! A mapping, made ready once and used for every record.

use std::time::Duration;

use super::attributes::Attributes;
use super::identity::Identity;
use super::message::Message;
use super::plan::Plan;
use super::reading::{Reader, Reading};
use super::sheet::{Log, Sheet, Value};
use super::status::Status;
use super::tags::Tags;
use super::words::{self, Word, word};
use super::{Mapped, Moment, Terms, TooOld, fit, grammar, hidden, line, names, text};
use crate::error::Result;
use crate::json::Broken;
use crate::source::Source;
use crate::written::Written;

/// Datadog takes logs at their own time for 18 hours; within the last 5 minutes of them one may
/// miss that on the way.
pub const TOO_OLD: Duration = Duration::from_mins(18 * 60 - 5);

/// Clocks differ; what is dated later than this is from no clock.
const FUTURE: Duration = Duration::from_mins(5);

/// What attributes may not be: all that logwalk itself writes beside the record.
const WRITTEN: [&str; 7] = [
    "timestamp",
    "ddtags",
    "ddsource",
    "status",
    "service",
    "message",
    "logwalk",
];

/// One source's mapping, with what an instance adds to it.
pub struct Mapping {
    reader: Reader,
    source: Word,
    service: Option<Word>,
    ddsource: Word,
    namespace: Word,
    title: String,
    status: Status,
    message: Message,
    attributes: Attributes,
    tags: Tags,
    /// The instance's, where it has any.
    instance_tags: Option<Word>,
    terms: Terms,
}

impl Mapping {
    /// A mapping of a source, as written under `log`.
    ///
    /// # Errors
    /// A key, a type, a path or a name is wrong, or a key to hash with is missing.
    pub fn new(source: &Source, log: &serde_json::Value, terms: Terms) -> Result<Self> {
        let fields = Written::new(log, "log").fields(&grammar::KEYS)?;
        let mut plan = Plan::default();
        hidden::hide_and_open(&fields, &mut plan)?;
        hidden::time_is_shown(&fields, source)?;
        let hasher = hidden::hasher(&fields, &terms)?;
        let namespace = names::namespace(&fields, source, &terms)?;
        let mut taken = WRITTEN.to_vec();
        taken.push(&namespace);
        let attributes = Attributes::new(&fields.at("attributes"), &taken, &mut plan)?;
        let tags = Tags::new(&fields.at("tags"), &mut plan)?;
        let status = Status::new(&fields.at("status"), &mut plan)?;
        let message = Message::new(&fields.at("message"), &mut plan)?;

        // Where tags come with a log, the Agent reads its numbers as doubles and writes them anew.
        let instance_tags = Some(&terms.instance_tags).filter(|tags| !tags.is_empty());
        let tagged =
            !terms.instance_tags.is_empty() || !tags.is_empty() || terms.too_old == TooOld::Restamp;
        Ok(Self {
            reader: Reader::new(&source.record, plan, hasher, tagged),
            source: word(&terms.source_name),
            service: names::service(&fields, &terms)?.as_deref().map(word),
            ddsource: word(&names::ddsource(&fields, source, &terms)?),
            namespace: word(&namespace),
            title: source.title.clone(),
            status,
            message,
            attributes: attributes.for_doubles(tagged),
            tags,
            instance_tags: instance_tags.map(|tags| word(tags)),
            terms,
        })
    }

    /// Reads the record at a place of a text onto a sheet, in one pass, and says where it ends, or
    /// where it is no JSON; whatever else it holds, something can be sent.
    pub fn read(
        &self,
        text: &str,
        at: usize,
        sheet: &mut Sheet,
    ) -> std::result::Result<(Reading, usize), Broken> {
        self.reader.json(text, at, sheet)
    }

    /// Reads a line that is no JSON onto a sheet.
    #[must_use]
    pub fn read_broken(&self, line: &str, sheet: &mut Sheet) -> Reading {
        self.reader.broken(line, sheet)
    }

    /// Writes the log of a record that was read onto the same sheet.
    #[must_use]
    pub fn log(&self, reading: &Reading, moment: Moment, sheet: &mut Sheet) -> Mapped {
        let late = moment.event < moment.now.before(TOO_OLD);
        if late && self.terms.too_old == TooOld::Skip {
            return Mapped::TooOld;
        }
        let restamped = late && self.terms.too_old == TooOld::Restamp;
        let instance_tags = &self.terms.instance_tags;
        let mut words = std::mem::take(&mut sheet.words);
        let has_own = self
            .tags
            .join(instance_tags, restamped, reading, sheet, &mut words);
        let own_status = reading.first(sheet, self.status.from());
        let own_status = own_status.map(|mark| sheet.plain(mark));
        let status = self.status.meaning(own_status.as_deref());

        let first_field = sheet.fields.len();
        let timestamp = (!restamped).then_some(moment.event);
        let from = sheet.begin(timestamp);
        sheet.put(words::STATUS, Value::Word(status));
        if let Some(service) = self.service {
            sheet.put(words::SERVICE, Value::Word(service));
        }
        sheet.put(words::DDSOURCE, Value::Word(self.ddsource));
        let ddtags = self.put_tags(has_own.then_some(&words), sheet);
        self.put_message(reading, sheet, &mut words);
        sheet.words = words;
        self.attributes.put(reading, sheet);
        let is_object = reading.problem.is_none();
        let record = is_object.then_some((self.namespace, reading.text));
        let around = sheet.put_around(from, record, |sheet| self.put_facts(reading, moment, sheet));

        let line_bytes = line::bytes(around, record);
        sheet.logs.push(Log {
            timestamp,
            ddtags,
            record,
            line_bytes,
            truncated: false,
            late,
            future: moment.event > moment.now.after(FUTURE),
            around,
            fields: first_field..sheet.fields.len(),
        });
        if line_bytes > self.terms.log_bytes {
            fit::fit(sheet, self.terms.log_bytes, instance_tags);
        }
        Mapped::Log
    }

    /// All tags; of a record that has none of its own they are not kept, being those of any other.
    fn put_tags(&self, own: Option<&String>, sheet: &mut Sheet) -> Option<Value> {
        if let Some(all) = own {
            sheet.name(words::DDTAGS);
            return Some(sheet.say(all));
        }
        if let Some(tags) = self.instance_tags {
            sheet.name(words::DDTAGS);
            sheet.push(Value::Word(tags));
        }
        None
    }

    fn put_message(&self, reading: &Reading, sheet: &mut Sheet, words: &mut String) {
        if reading.problem.is_some() {
            let text = text::plain(sheet.text(reading.text)).into_owned();
            sheet.put_text(words::MESSAGE, &text);
            return;
        }
        let message = self.message.render(reading, sheet, words);
        let message = if message.is_empty() {
            &self.title
        } else {
            message
        };
        sheet.put_text(words::MESSAGE, message);
    }

    /// What `logwalk` holds.
    fn put_facts(&self, reading: &Reading, moment: Moment, sheet: &mut Sheet) {
        match reading.identity {
            Identity::Id(id) => sheet.put(words::ID, id),
            Identity::Content(hash) => {
                let id = format!("{}-{}", hidden::hex(&hash), moment.ordinal);
                sheet.put_text(words::ID, &id);
            }
        }
        sheet.put(words::SOURCE, Value::Word(self.source));
        sheet.put_time(words::EVENT_TIME, moment.event);
        if let Some(problem) = reading.problem {
            sheet.put(words::ERROR, Value::Word(word(problem)));
        }
    }
}
