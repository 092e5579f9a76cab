//! A mapping, made ready once and used for every record.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::attributes::Attributes;
use super::hidden::{Hasher, Hiding};
use super::identity::{self, Identity};
use super::line::{Leaf, Log};
use super::message::Message;
use super::plan::Plan;
use super::rewrite::{Rules, rewrite};
use super::status::Status;
use super::tags::Tags;
use super::{Mapped, Moment, Terms, TooOld, event_time, fit, grammar, text};
use crate::error::{Error, Result};
use crate::source::{Record, Source, TimeFormat};
use crate::time::Time;
use crate::written::{Fields, Written, nearest};

/// Datadog takes logs at their own time for 18 hours; what is this old may miss it on the way.
const TOO_OLD: Duration = Duration::from_secs(18 * 3600 - 5 * 60);

/// Clocks differ; what is dated later than this is from no clock.
const FUTURE: Duration = Duration::from_secs(5 * 60);

/// What Datadog reads at the top level of a log, and what logwalk writes there: no record may
/// stand under such a name.
const RESERVED: [&str; 26] = [
    "timestamp",
    "ddtags",
    "ddsource",
    "status",
    "service",
    "message",
    "logwalk",
    "host",
    "hostname",
    "source",
    "date",
    "@timestamp",
    "_timestamp",
    "Timestamp",
    "eventTime",
    "published_date",
    "time",
    "severity",
    "level",
    "syslog",
    "dd",
    "msg",
    "log",
    "trace_id",
    "span_id",
    "tags",
];

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
    rules: Rules,
    ids: Vec<Id>,
    versions: Vec<usize>,
    times: Vec<usize>,
    time_format: Option<TimeFormat>,
    names: Names,
    service: Option<Arc<str>>,
    ddsource: Arc<str>,
    namespace: Arc<str>,
    title: String,
    status: Status,
    message: Message,
    attributes: Attributes,
    tags: Tags,
    hides: bool,
    terms: Terms,
}

/// Where an id is, and whether its value may not be shown.
struct Id {
    raw: usize,
    hidden: bool,
}

/// Names that every log has, shared.
struct Names {
    status: Arc<str>,
    service: Arc<str>,
    ddsource: Arc<str>,
    message: Arc<str>,
    logwalk: Arc<str>,
}

/// A record that has been read.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The record's identity as the walk remembers it.
    pub known_as: u64,
    /// Known by its content, so that equal records share `known_as` and are told apart by number.
    pub by_content: bool,
    /// When the event happened, where the record says so.
    pub time: Option<Time>,
    identity: Identity<'a>,
    text: Cow<'a, str>,
    marks: Vec<Option<Range<usize>>>,
    problem: Option<&'static str>,
}

impl Reading<'_> {
    /// The first value present among marks, as JSON.
    fn first(&self, marks: &[usize]) -> Option<&str> {
        marks.iter().find_map(|mark| {
            let range = self.marks.get(*mark)?.clone()?;
            self.text.get(range)
        })
    }
}

impl Mapping {
    /// A mapping of a source, as written under `log`.
    pub fn new(source: &Source, log: &Value, terms: Terms) -> Result<Self> {
        let fields = Written::new(log, "log").fields(&grammar::KEYS)?;
        let mut plan = Plan::default();
        hide_and_open(&fields, &mut plan)?;
        let hasher = hasher(&fields, &terms)?;
        let namespace = namespace(&fields, source, &terms)?;
        let mut reserved = WRITTEN.to_vec();
        reserved.push(&namespace);
        let attributes = Attributes::new(&fields.at("attributes"), &reserved, &mut plan)?;
        let tags = Tags::new(&fields.at("tags"), &mut plan)?;
        let status = Status::new(&fields.at("status"), &mut plan)?;
        let message = Message::new(&fields.at("message"), &mut plan)?;

        time_is_shown(&fields, source)?;
        let mut ids = Vec::new();
        for path in source.record.id.iter().flat_map(|paths| &paths.0) {
            let hidden = plan.hides(path);
            ids.push(Id {
                raw: plan.raw(path),
                hidden,
            });
        }
        let versions = source.record.version.iter();
        let versions = versions.map(|path| plan.raw(path)).collect();
        let times = source.record.time.iter().flat_map(|paths| &paths.0);
        let times = times.map(|path| plan.raw(path)).collect();

        // Where tags come with a log, the Agent reads its numbers as doubles and writes them anew.
        let tagged =
            !terms.instance_tags.is_empty() || !tags.is_empty() || terms.too_old == TooOld::Restamp;
        let hides = plan.is_hiding();
        let (root, marks, raws) = plan.finish();
        Ok(Self {
            rules: Rules {
                root,
                marks,
                raws,
                hasher,
                doubles: tagged,
            },
            ids,
            versions,
            times,
            time_format: source.record.time_format,
            names: Names {
                status: "status".into(),
                service: "service".into(),
                ddsource: "ddsource".into(),
                message: "message".into(),
                logwalk: "logwalk".into(),
            },
            service: service(&fields, &terms)?.map(Into::into),
            ddsource: ddsource(&fields, source, &terms)?.into(),
            namespace: namespace.into(),
            title: source.title.clone(),
            status,
            message,
            attributes: attributes.for_doubles(tagged),
            tags,
            hides,
            terms,
        })
    }

    /// Reads a record in one pass; whatever it holds, something can be sent.
    #[must_use]
    pub fn read<'a>(&self, record: Record<'a>) -> Reading<'a> {
        let json = match record {
            Record::Json(json) => json,
            Record::Broken(line) => return self.broken(line),
        };
        let read = rewrite(&self.rules, json);
        let raws = &read.raws;
        let raw = |at: usize| raws.get(at).and_then(Option::as_deref);
        let time = self
            .times
            .iter()
            .find_map(|at| event_time::parse(&text::plain(raw(*at)?), self.time_format));
        let own = self
            .ids
            .iter()
            .find(|id| raw(id.raw).is_some_and(|json| json != "\"\""));
        let versions = self.versions.iter().map(|at| raw(*at));
        let (known_as, identity) = match own {
            Some(id) => {
                let plain = plain_of(raws.get(id.raw).cloned().flatten().unwrap_or_default());
                let known_as = identity::by_id(&plain, versions);
                let hasher = self.rules.hasher.as_ref();
                let carried = identity::carried(plain, id.hidden, hasher);
                (known_as, Identity::Id(carried))
            }
            None => {
                let (known_as, hash) = identity::by_content(json);
                (known_as, Identity::Content(hash))
            }
        };
        Reading {
            known_as,
            by_content: own.is_none(),
            time,
            identity,
            problem: (!read.text.starts_with('{')).then_some("the record is no object"),
            text: Cow::Owned(read.text),
            marks: read.marks,
        }
    }

    /// A line that is no JSON: known by its content, sent as it is.
    fn broken<'a>(&self, line: &'a str) -> Reading<'a> {
        let (known_as, hash) = identity::by_content(line);
        let (text, problem) = if self.hides && line.trim_start().starts_with(['{', '[', '"']) {
            let hidden = super::hidden::REDACTED;
            let problem = "the record is no JSON, so that what is to be hidden in it cannot be found: none of it is shown";
            (hidden, problem)
        } else {
            (line, "the record is no JSON")
        };
        Reading {
            known_as,
            by_content: true,
            time: None,
            identity: Identity::Content(hash),
            text: Cow::Borrowed(text),
            marks: Vec::new(),
            problem: Some(problem),
        }
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

        let mut fields = Vec::with_capacity(8);
        let own_status = reading.first(self.status.from()).map(text::plain);
        let status = self.status.meaning(own_status.as_deref());
        fields.push((self.names.status.clone(), Leaf::Word(status)));
        if let Some(service) = &self.service {
            fields.push((self.names.service.clone(), Leaf::Word(service.clone())));
        }
        fields.push((
            self.names.ddsource.clone(),
            Leaf::Word(self.ddsource.clone()),
        ));
        let message = self.message(&reading);
        fields.push((self.names.message.clone(), Leaf::Text(message)));
        self.attributes.render(first, |name, json| {
            fields.push((name.clone(), Leaf::Json(json)));
        });
        let facts = self.facts(&reading, moment);
        fields.push((self.names.logwalk.clone(), Leaf::Json(facts)));

        let is_object = reading.problem.is_none();
        let record = is_object.then(|| (self.namespace.clone(), reading.text.into_owned()));
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
    fn facts(&self, reading: &Reading<'_>, moment: Moment) -> String {
        let mut facts = String::with_capacity(160);
        facts.push_str("{\"id\":");
        match &reading.identity {
            Identity::Id(id) => text::push_quoted(id, &mut facts),
            Identity::Content(hash) => {
                let hash = super::hidden::hex(hash);
                text::push_quoted(&format!("{hash}-{}", moment.ordinal), &mut facts);
            }
        }
        facts.push_str(",\"source\":");
        text::push_quoted(&self.terms.source_name, &mut facts);
        facts.push_str(",\"event_time\":");
        text::push_quoted(&moment.event.to_string(), &mut facts);
        if let Some(problem) = reading.problem {
            facts.push_str(",\"error\":");
            text::push_quoted(problem, &mut facts);
        }
        facts.push('}');
        facts
    }
}

fn plain_of(json: Cow<'_, str>) -> Cow<'_, str> {
    match json {
        Cow::Borrowed(json) => text::plain(json),
        Cow::Owned(json) => Cow::Owned(text::plain(&json).into_owned()),
    }
}

fn hide_and_open(fields: &Fields<'_>, plan: &mut Plan) -> Result<()> {
    for (key, hiding) in [
        ("drop", Hiding::Drop),
        ("redact", Hiding::Redact),
        ("hash", Hiding::Hash),
    ] {
        for path in grammar::paths(&fields.at(key))? {
            plan.hide(&path, hiding);
        }
    }
    for path in grammar::paths(&fields.at("decode"))? {
        plan.open(&path);
    }
    Ok(())
}

/// Every log shows the event's time, so it cannot be redacted or hashed.
fn time_is_shown(fields: &Fields<'_>, source: &Source) -> Result<()> {
    for key in ["redact", "hash"] {
        let written = fields.at(key);
        let mut hidden = Plan::default();
        for path in grammar::paths(&written)? {
            hidden.hide(&path, Hiding::Redact);
        }
        let mut times = source.record.time.iter().flat_map(|paths| &paths.0);
        if let Some(time) = times.find(|path| hidden.hides(path)) {
            return Err(written.problem(format!(
                "`{}` is the record's time, which every log shows; take it out of this list, or use drop",
                time.0.join(".")
            )));
        }
    }
    Ok(())
}

fn hasher(fields: &Fields<'_>, terms: &Terms) -> Result<Option<Hasher>> {
    let hasher = terms.hash_key.as_deref().and_then(Hasher::new);
    let wanted = fields.at("hash");
    if hasher.is_none() && !wanted.items()?.is_empty() {
        return Err(wanted.problem(
            "these paths are hashed with a key, which is missing: give it as credentials.hash_key",
        ));
    }
    Ok(hasher)
}

fn service(fields: &Fields<'_>, terms: &Terms) -> Result<Option<String>> {
    let own = terms.service.clone().filter(|service| !service.is_empty());
    match own {
        Some(service) => Ok(Some(service)),
        None => filled(fields, "service", terms),
    }
}

fn ddsource(fields: &Fields<'_>, source: &Source, terms: &Terms) -> Result<String> {
    let Some(name) = filled(fields, "source", terms)? else {
        return Ok(vendor(source).to_lowercase());
    };
    let odd = |c: char| c.is_uppercase() || c.is_whitespace() || c == ',';
    if name.is_empty() || name.contains(odd) {
        let lower = name.to_lowercase();
        return Err(fields.at("source").problem(format!(
            "`{name}` cannot be a log's source, which is in lower case, without spaces or commas; write `{}`",
            lower.replace(|c: char| c.is_whitespace() || c == ',', "_")
        )));
    }
    Ok(name)
}

fn namespace(fields: &Fields<'_>, source: &Source, terms: &Terms) -> Result<String> {
    let written = filled(fields, "namespace", terms)?;
    let name = written.unwrap_or_else(|| vendor(source).to_owned());
    let at = fields.at("namespace");
    if name.is_empty()
        || !name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
    {
        return Err(at.problem(format!(
            "`{name}` cannot hold the record: choose a name of letters, digits, _ and -"
        )));
    }
    if RESERVED.contains(&name.as_str()) {
        return Err(at.problem(format!(
            "`{name}` has a meaning of its own in Datadog; choose another name for the record"
        )));
    }
    Ok(name)
}

fn vendor(source: &Source) -> &str {
    source.name.split('/').next().unwrap_or_default()
}

/// A text with the instance's settings put in.
fn filled(fields: &Fields<'_>, key: &str, terms: &Terms) -> Result<Option<String>> {
    let at = fields.at(key);
    let Some(template) = at.text()? else {
        return Ok(None);
    };
    let mut out = String::new();
    let mut rest = template.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else {
            break;
        };
        let Some(value) = terms.settings.get(name) else {
            return Err(unknown_setting(&at, name, terms));
        };
        out.push_str(before);
        out.push_str(value);
        rest = behind;
    }
    out.push_str(rest);
    Ok(Some(out))
}

fn unknown_setting(at: &Written<'_>, name: &str, terms: &Terms) -> Error {
    let known: Vec<&str> = terms.settings.keys().map(String::as_str).collect();
    match nearest(name, &known) {
        Some(near) => at.problem(format!(
            "no setting is called `{name}`; did you mean `{near}`?"
        )),
        None => at.problem(format!("no setting is called `{name}`")),
    }
}
