//! The Agent's persistent cache, reached through the check.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::error::{Error, Result};
use crate::keep::{self, Slots, slot_key};

/// The Agent's persistent cache, reached through the check.
pub(super) struct Cache {
    pub(super) check: Py<PyAny>,
    /// Where the Agent keeps both slots; none where there is no Agent.
    pub(super) files: Option<[PathBuf; 2]>,
}

impl Slots for Cache {
    fn read(&self, slot: usize) -> Result<Option<String>> {
        Python::attach(|py| {
            let read = self
                .check
                .bind(py)
                .call_method1("read_persistent_cache", (slot_key(slot),));
            read.and_then(|text| text.extract())
                .map_err(|error| unreadable(&error))
        })
    }

    /// Without a copy: there are three looks at half a megabyte for every page.
    fn show(&self, slot: usize, see: &mut dyn FnMut(&str)) -> Result<()> {
        Python::attach(|py| {
            let read = self
                .check
                .bind(py)
                .call_method1("read_persistent_cache", (slot_key(slot),));
            let text = read.and_then(|text| Ok(text.extract::<Option<Bound<'_, PyString>>>()?));
            let shown = text.and_then(|text| {
                let text = text.as_ref().map(|text| text.to_str()).transpose()?;
                see(text.unwrap_or_default());
                Ok(())
            });
            shown.map_err(|error| unreadable(&error))
        })
    }

    fn settle(&self, slot: usize) -> Result<()> {
        let file = self.files.as_ref().and_then(|files| files.get(slot));
        file.map_or(Ok(()), |file| keep::sync(file))
    }

    fn write(&self, slot: usize, text: &str) -> Result<()> {
        Python::attach(|py| {
            let arguments = (slot_key(slot), text);
            let written = self
                .check
                .bind(py)
                .call_method1("write_persistent_cache", arguments);
            written.map(drop).map_err(|error| {
                Error::Store(format!("the Agent's cache cannot be written: {error}"))
            })
        })
    }
}

fn unreadable(error: &PyErr) -> Error {
    Error::Store(format!(
        "the Agent's cache cannot be read ({error}): nothing was read"
    ))
}
