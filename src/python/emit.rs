//! Logs as Python dicts: the mapped fields as Python objects, the record as the bytes it is.

use std::borrow::Cow;
use std::sync::Arc;

use parking_lot::Mutex;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::log::{Leaf, Log};
use crate::time::Time;

/// Builds dicts; remembers the few names and words that every log repeats.
pub(super) struct Emitter {
    json: Json,
    words: Mutex<Vec<(Arc<str>, Py<PyString>)>>,
}

/// How a text that is JSON already becomes something that the Agent's encoder takes.
enum Json {
    /// `orjson.Fragment`: the bytes are copied as they are.
    Fragment(Py<PyAny>),
    /// `json.loads`, for an Agent without orjson.
    Loads(Py<PyAny>),
    /// Neither could be imported; the error is raised where a log needs it.
    Missing(PyErr),
}

/// Attributes such as `usr.id` and what stands in them; what lies deeper is the vendor's.
const DEPTH: u8 = 3;

/// Words that a mapping may repeat; more than this are values that vary, and are not remembered.
const MOST_WORDS: usize = 64;

impl Emitter {
    pub(super) fn new(py: Python<'_>) -> Self {
        let attribute = |module: &str, name: &str| {
            PyModule::import(py, module)
                .and_then(|module| module.getattr(name))
                .map(Bound::unbind)
        };
        let json = match (attribute("orjson", "Fragment"), attribute("json", "loads")) {
            (Ok(fragment), _) => Json::Fragment(fragment),
            (Err(_), Ok(loads)) => Json::Loads(loads),
            (Err(_), Err(error)) => Json::Missing(error),
        };
        Self {
            json,
            words: Mutex::default(),
        }
    }

    fn dict<'py>(&self, py: Python<'py>, log: &Log) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        if let Some(time) = log.timestamp {
            match whole_seconds(time) {
                Some(seconds) => dict.set_item(intern!(py, "timestamp"), seconds)?,
                None => dict.set_item(intern!(py, "timestamp"), seconds(time))?,
            }
        }
        if let Some(tags) = &log.ddtags {
            dict.set_item(intern!(py, "ddtags"), tags)?;
        }
        for (name, leaf) in &log.fields {
            let name = self.word(py, name);
            match leaf {
                Leaf::Word(word) => dict.set_item(name, self.word(py, word))?,
                Leaf::Text(text) => dict.set_item(name, text)?,
                Leaf::Json(json) => dict.set_item(name, self.object(py, json, DEPTH)?)?,
            }
        }
        if let Some((namespace, record)) = &log.record {
            dict.set_item(self.word(py, namespace), self.fragment(py, record)?)?;
        }
        Ok(dict)
    }

    /// A mapped value as Python has it; what Python would change, and what is deep, as it is.
    fn object<'py>(&self, py: Python<'py>, json: &str, depth: u8) -> PyResult<Bound<'py, PyAny>> {
        if let Ok(number) = json.parse::<i64>() {
            return Ok(number.into_pyobject(py)?.into_any());
        }
        match (json.as_bytes().first(), depth) {
            (Some(b'"'), _) => match serde_json::from_str::<Cow<'_, str>>(json) {
                Ok(text) => Ok(PyString::new(py, &text).into_any()),
                Err(_) => self.fragment(py, json),
            },
            (Some(b'{'), 1..) => match serde_json::from_str::<Members<'_>>(json) {
                Ok(Members(members)) => {
                    let dict = PyDict::new(py);
                    for (name, value) in members {
                        dict.set_item(&*name, self.object(py, value.get(), depth - 1)?)?;
                    }
                    Ok(dict.into_any())
                }
                Err(_) => self.fragment(py, json),
            },
            _ => self.fragment(py, json),
        }
    }

    fn fragment<'py>(&self, py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
        match &self.json {
            Json::Fragment(fragment) => fragment
                .bind(py)
                .call1((PyBytes::new(py, text.as_bytes()),)),
            Json::Loads(loads) => loads.bind(py).call1((text,)),
            Json::Missing(error) => Err(error.clone_ref(py)),
        }
    }

    fn word<'py>(&self, py: Python<'py>, word: &Arc<str>) -> Bound<'py, PyString> {
        let mut words = self.words.lock();
        if let Some((_, known)) = words.iter().find(|(known, _)| Arc::ptr_eq(known, word)) {
            return known.bind(py).clone();
        }
        let new = PyString::new(py, word);
        if words.len() < MOST_WORDS {
            words.push((Arc::clone(word), new.clone().unbind()));
        }
        new
    }
}

/// An object's members, in order, their values as written.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            members.push((name, map.next_value()?));
        }
        Ok(Members(members))
    }
}

/// A name, borrowed where it holds no escape.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// The logs of a page, one dict at a time: no more than one of them exists as Python objects.
#[pyclass(frozen, module = "datadog_checks.logwalk._core")]
pub(super) struct Logs {
    logs: Mutex<std::vec::IntoIter<Log>>,
    emitter: Arc<Emitter>,
}

impl Logs {
    pub(super) fn new(logs: Vec<Log>, emitter: Arc<Emitter>) -> Self {
        Self {
            logs: Mutex::new(logs.into_iter()),
            emitter,
        }
    }
}

#[pymethods]
impl Logs {
    fn __iter__(logs: PyRef<'_, Self>) -> PyRef<'_, Self> {
        logs
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let next = self.logs.lock().next();
        next.map(|log| self.emitter.dict(py, &log)).transpose()
    }
}

/// `send_log` wants seconds and makes whole milliseconds of them: whole seconds need no fraction.
fn whole_seconds(time: Time) -> Option<i64> {
    (time.0 % 1_000 == 0).then_some(time.0 / 1_000)
}

/// Seconds that `int(seconds * 1000)` turns back into exactly these milliseconds.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
fn seconds(time: Time) -> f64 {
    let seconds = time.0 as f64 / 1_000.0;
    if (seconds * 1_000.0) as i64 == time.0 {
        seconds
    } else {
        seconds.next_up()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_millisecond_survives_the_way_through_seconds() {
        for base in [0_i64, 1_763_631_000_000, 4_102_444_800_000] {
            for offset in 0..200_000 {
                let time = Time(base + offset);
                #[allow(clippy::cast_possible_truncation)]
                let back = (seconds(time) * 1_000.0) as i64;
                assert_eq!(back, time.0);
            }
        }
    }
}
