//! Logs as Python dicts: the mapped fields as Python objects, the record as the bytes it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use super::words::Words;
use crate::fetch::Cancel;
use crate::log::{DDTAGS, Fields, Line, Part, Sheet, TIMESTAMP, Tray, Value, Word};
use crate::time::Time;

/// Builds dicts; remembers the few names and words that every log repeats.
pub(super) struct Emitter {
    json: Json,
    words: Mutex<Words>,
    frame: Mutex<Option<Frame>>,
}

/// The names of the last log and a dict with nothing but them: logs mostly have the same ones, and
/// a dict that grows name by name makes room for itself three times.
struct Frame {
    names: Vec<Word>,
    blank: Py<PyDict>,
}

impl Frame {
    fn of(line: Line<'_>, dict: &Bound<'_, PyDict>) -> PyResult<Self> {
        let blank = dict.copy()?;
        for name in dict.keys() {
            blank.set_item(name, dict.py().None())?;
        }
        Ok(Self {
            names: line.names().collect(),
            blank: blank.unbind(),
        })
    }

    fn is_of(&self, line: Line<'_>) -> bool {
        line.names().eq(self.names.iter().copied())
    }
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
            words: Mutex::default(),
            frame: Mutex::default(),
        }
    }

    fn dict<'py>(&self, py: Python<'py>, line: Line<'_>) -> PyResult<Bound<'py, PyDict>> {
        let mut words = self.words.lock();
        let mut frame = self.frame.lock();
        let framed = frame.as_ref().filter(|frame| frame.is_of(line));
        let dict = match framed {
            Some(frame) => frame.blank.bind(py).copy()?,
            None => PyDict::new(py),
        };
        let is_new = framed.is_none();
        let sheet = line.sheet();
        if let Some(time) = line.log.timestamp {
            let name = words.get(py, TIMESTAMP);
            match whole_seconds(time) {
                Some(seconds) => dict.set_item(name, seconds)?,
                None => dict.set_item(name, seconds(time))?,
            }
        }
        if let Some(tags) = line.log.ddtags {
            dict.set_item(words.get(py, DDTAGS), sheet.text(tags))?;
        }
        self.fill(py, &mut words, &dict, sheet, line.fields())?;
        if line.dots > 0
            && let Some(own) = dict.get_item("logwalk")?
        {
            own.set_item("padding", ".".repeat(line.dots))?;
        }
        if let Some((namespace, record)) = line.log.record {
            let record = self.fragment(py, sheet.text(record))?;
            dict.set_item(words.get(py, namespace), record)?;
        }
        if is_new {
            *frame = Some(Frame::of(line, &dict)?);
        }
        Ok(dict)
    }

    /// Mapped values as Python has them; what Python would change, and the vendor's own, as it is.
    fn fill<'py>(
        &self,
        py: Python<'py>,
        words: &mut Words,
        dict: &Bound<'py, PyDict>,
        sheet: &Sheet,
        fields: Fields<'_>,
    ) -> PyResult<()> {
        for (field, inside) in fields {
            let name = words.get(py, field.name);
            match field.value {
                Value::Word(word) => dict.set_item(name, words.get(py, word))?,
                Value::Text(text) => dict.set_item(name, sheet.text(text))?,
                Value::Literal(text) => dict.set_item(name, sheet.text(text.inside()))?,
                Value::Json(json) => {
                    let json = sheet.text(json);
                    match json.parse::<i64>() {
                        Ok(number) => dict.set_item(name, number)?,
                        Err(_) => dict.set_item(name, self.fragment(py, json)?)?,
                    }
                }
                Value::Object(_) => {
                    let inner = PyDict::new(py);
                    self.fill(py, words, &inner, sheet, inside)?;
                    dict.set_item(name, inner)?;
                }
            }
        }
        Ok(())
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
}

/// How long a page's logs go on after the run was cancelled: a page that is out whole need not be
/// sent again, and `check` has to return within a second.
const GRACE: Duration = Duration::from_millis(500);

/// The logs of a page, one dict at a time: no more than one of them exists as Python objects.
#[pyclass(frozen, module = "datadog_checks.logwalk._core")]
pub(super) struct Logs {
    part: Part,
    next: AtomicUsize,
    emitter: Arc<Emitter>,
    cancel: Cancel,
    /// When the wish to stop was first seen.
    stopping: Mutex<Option<Instant>>,
    cut: Arc<AtomicBool>,
    tray: Tray,
}

/// What is left of a page serves the next one.
impl Drop for Logs {
    fn drop(&mut self) {
        if let Some(sheet) = std::mem::take(&mut self.part).into_sheet() {
            self.tray.give_back(sheet);
        }
    }
}

impl Logs {
    /// Logs that end early once `cancel` is raised; then `cut` says so.
    pub(super) fn new(
        part: Part,
        emitter: Arc<Emitter>,
        cancel: Cancel,
        cut: Arc<AtomicBool>,
        tray: Tray,
    ) -> Self {
        Self {
            part,
            next: AtomicUsize::new(0),
            emitter,
            cancel,
            stopping: Mutex::default(),
            cut,
            tray,
        }
    }

    fn is_late(&self) -> bool {
        self.cancel.is_raised() && {
            let mut stopping = self.stopping.lock();
            stopping.get_or_insert_with(Instant::now).elapsed() > GRACE
        }
    }
}

#[pymethods]
impl Logs {
    fn __iter__(logs: PyRef<'_, Self>) -> PyRef<'_, Self> {
        logs
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let Some(line) = self.part.line(self.next.fetch_add(1, Ordering::Relaxed)) else {
            return Ok(None);
        };
        if self.is_late() {
            self.cut.store(true, Ordering::Relaxed);
            return Ok(None);
        }
        self.emitter.dict(py, line).map(Some)
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
