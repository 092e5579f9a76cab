//! A mapping, made ready once and used for every record.

use std::time::Duration;

use serde_json::Value;

use super::attributes::Attributes;
use super::identity::Identity;
use super::line::{Leaf, Log};
use super::message::Message;
use super::plan::Plan;
use super::reading::{Reader, Reading};
use super::status::Status;
use super::tags::Tags;
use super::words::{Word, word};
use super::{Mapped, Moment, Terms, TooOld, event_time, fit, grammar, hidden, names, text};
use crate::error::Result;
use crate::source::{Record, Source};
use crate::written::Written;

/// Datadog takes logs at their own time for 18 hours; within the last 5 minutes of them one may
/// miss that on the way.
const TOO_OLD: Duration = Duration::from_mins(18 * 60 - 5);

/// Clocks differ; what is dated later than this is from no clock.
const FUTURE: Duration = Duration::from_mins(5);

/// The members every log has besides its attributes: status, service, source, message, logwalk.
const MEMBERS: usize = 5;

/// RFC 3339 with milliseconds.
const EVENT_TIME_BYTES: usize = 24;

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
    names: Names,
    source: Word,
    service: Option<Word>,
    ddsource: Word,
    namespace: Word,
    title: String,
    status: Status,
    message: Message,
    attributes: Attributes,
    tags: Tags,
    terms: Terms,
}

/// Names that every log has, shared.
struct Names {
    status: Word,
    service: Word,
    ddsource: Word,
    message: Word,
    logwalk: Word,
    id: Word,
    source: Word,
    event_time: Word,
    error: Word,
}

impl Mapping {
    /// A mapping of a source, as written under `log`.
    ///
    /// # Errors
    /// A key, a type, a path or a name is wrong, or a key to hash with is missing.
    pub fn new(source: &Source, log: &Value, terms: Terms) -> Result<Self> {
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
        let tagged =
            !terms.instance_tags.is_empty() || !tags.is_empty() || terms.too_old == TooOld::Restamp;
        Ok(Self {
            reader: Reader::new(&source.record, plan, hasher, tagged),
            names: Names {
                status: "status",
                service: "service",
                ddsource: "ddsource",
                message: "message",
                logwalk: "logwalk",
                id: "id",
                source: "source",
                event_time: "event_time",
                error: "error",
            },
            source: word(&terms.source_name),
            service: names::service(&fields, &terms)?.as_deref().map(word),
            ddsource: word(&names::ddsource(&fields, source, &terms)?),
            namespace: word(&namespace),
            title: source.title.clone(),
            status,
            message,
            attributes: attributes.for_doubles(tagged),
            tags,
            terms,
        })
    }

    /// Reads a record in one pass; whatever it holds, something can be sent.
    #[must_use]
    pub fn read<'a>(&self, record: Record<'a>) -> Reading<'a> {
        self.reader.read(record)
    }

    /// The log of a record that has been read.
    #[must_use]
    pub fn log(&self, reading: Reading<'_>, moment: Moment) -> Mapped {
        let late = moment.event < moment.now.before(TOO_OLD);
        if late && self.terms.too_old == TooOld::Skip {
            return Mapped::TooOld;
        }
        let restamped = late && self.terms.too_old == TooOld::Restamp;
        let first = |marks: &[usize]| reading.first(marks);
        let instance_tags = &self.terms.instance_tags;
        let ddtags = self.tags.joined(instance_tags, restamped, first);

        let mut fields = Vec::with_capacity(MEMBERS + self.attributes.len());
        let own_status = reading.first(self.status.from()).map(text::plain);
        let status = self.status.meaning(own_status.as_deref());
        fields.push((self.names.status, Leaf::Word(status)));
        if let Some(service) = &self.service {
            fields.push((self.names.service, Leaf::Word(service)));
        }
        fields.push((self.names.ddsource, Leaf::Word(self.ddsource)));
        let message = self.message(&reading);
        fields.push((self.names.message, Leaf::Text(message)));
        self.attributes
            .render(first, |name, leaf| fields.push((name, leaf)));
        let facts = self.facts(&reading, moment);
        fields.push((self.names.logwalk, facts));

        let is_object = reading.problem.is_none();
        let record = is_object.then(|| (self.namespace, reading.text.into_owned()));
        let mut log = Log {
            timestamp: (!restamped).then_some(moment.event),
            ddtags,
            fields,
            record,
            line_bytes: 0,
            truncated: false,
            late,
            future: moment.event > moment.now.after(FUTURE),
        };
        log.line_bytes = log.measured(instance_tags);
        if log.line_bytes > self.terms.log_bytes {
            fit::fit(&mut log, self.terms.log_bytes, instance_tags);
        }
        Mapped::Log(log)
    }

    fn message(&self, reading: &Reading<'_>) -> String {
        if reading.problem.is_some() {
            return text::plain(&reading.text).into_owned();
        }
        let message = self.message.render(&reading.text, &reading.marks);
        if message.is_empty() {
            return self.title.clone();
        }
        message
    }

    /// What `logwalk` holds.
    fn facts(&self, reading: &Reading<'_>, moment: Moment) -> Leaf {
        let id = match &reading.identity {
            Identity::Id(id) => id.clone().into_owned(),
            Identity::Content(hash) => format!("{}-{}", hidden::hex(hash), moment.ordinal),
        };
        let mut event_time = String::with_capacity(EVENT_TIME_BYTES);
        event_time::push(moment.event, &mut event_time);
        let names = &self.names;
        // One more than most logs need: a log that is cut says so here.
        let mut facts = Vec::with_capacity(4);
        facts.push((names.id, Leaf::Text(id)));
        facts.push((names.source, Leaf::Word(self.source)));
        facts.push((names.event_time, Leaf::Text(event_time)));
        if let Some(problem) = reading.problem {
            facts.push((names.error, Leaf::Text(problem.to_owned())));
        }
        Leaf::Object(facts)
    }
}
