//! Logs as Python dicts: the mapped fields as Python objects, the record as the bytes it is.

use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use super::frame::Frames;
use super::words::Words;
use crate::log::{Field, Fields, Line, Member, Value};
use crate::time::Time;

/// Builds dicts; remembers what logs repeat.
pub(super) struct Emitter {
    json: Json,
    stock: Mutex<(Frames, Stock)>,
}

/// What was made for earlier logs and serves the next.
#[derive(Default)]
struct Stock {
    words: Words,
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
            stock: Mutex::default(),
        }
    }

    /// A log as `send_log` takes it.
    pub(super) fn dict<'py>(
        &self,
        py: Python<'py>,
        line: Line<'_>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let mut stock = self.stock.lock();
        let (frames, stock) = &mut *stock;
        let (log, places) = frames.of(py, line, &mut stock.words)?.begin(py)?;
        for (place, (_, member)) in places.zip(line.members()) {
            match member {
                Member::Time(time) => match whole_seconds(time) {
                    Some(seconds) => place.put(&log, seconds)?,
                    None => place.put(&log, seconds(time))?,
                },
                Member::Tags(tags) if place.has_tags(tags) => {}
                Member::Tags(tags) => place.put(&log, tags)?,
                Member::Record(record) => place.put(&log, self.json(py, record)?)?,
                Member::Field(field, inside) => match field.value {
                    Value::Word(word) if place.has_word(word) => {}
                    _ => place.put(&log, self.value(py, line, field, inside, stock)?)?,
                },
            }
        }
        Ok(log)
    }

    /// What logwalk says of a log, open to whoever is between it and the Agent: the record's id.
    fn own<'py>(
        &self,
        py: Python<'py>,
        line: Line<'_>,
        fields: Fields<'_>,
        stock: &mut Stock,
    ) -> PyResult<Bound<'py, PyDict>> {
        let own = PyDict::new(py);
        for (field, inside) in fields {
            let value = self.value(py, line, field, inside, stock)?;
            own.set_item(stock.words.get(py, field.name), value)?;
        }
        if line.dots > 0 {
            own.set_item("padding", ".".repeat(line.dots))?;
        }
        Ok(own)
    }

    /// A mapped value as Python has it; what is JSON as JSON, which costs a fifth of a dict.
    fn value<'py>(
        &self,
        py: Python<'py>,
        line: Line<'_>,
        field: &Field,
        inside: Fields<'_>,
        stock: &mut Stock,
    ) -> PyResult<Bound<'py, PyAny>> {
        let sheet = line.sheet();
        let text = match field.value {
            Value::Word(word) => return Ok(stock.words.get(py, word).into_any()),
            Value::Text(_) | Value::Literal(_) => sheet.reads(field.value),
            Value::Json(json) => {
                let json = sheet.text(json);
                return match whole_number(json) {
                    Some(number) => Ok(number.into_pyobject(py)?.into_any()),
                    None => self.json(py, json),
                };
            }
            Value::Object(_) => return Ok(self.own(py, line, inside, stock)?.into_any()),
        };
        Ok(PyString::new(py, text).into_any())
    }

    /// JSON as it is: what Python would change, what is inside an object, and the vendor's own.
    fn json<'py>(&self, py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
        match &self.json {
            Json::Fragment(fragment) => fragment
                .bind(py)
                .call1((PyBytes::new(py, text.as_bytes()),)),
            Json::Loads(loads) => loads.bind(py).call1((text,)),
            Json::Missing(error) => Err(error.clone_ref(py)),
        }
    }
}

/// A number that Python writes as it stands here: it knows no negative zero.
fn whole_number(json: &str) -> Option<i64> {
    json.parse()
        .ok()
        .filter(|number| *number != 0 || json == "0")
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
    fn a_number_that_python_would_write_otherwise_stays_as_it_is() {
        for same in [
            "0",
            "7",
            "-7",
            "9223372036854775807",
            "-9223372036854775808",
        ] {
            assert_eq!(
                whole_number(same).map(|number| number.to_string()),
                Some(same.to_owned())
            );
        }
        for other in ["-0", "1.0", "1e3", "9223372036854775808", "true", "[1]"] {
            assert_eq!(whole_number(other), None, "{other}");
        }
    }

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
