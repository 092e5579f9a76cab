//! Where a used sheet waits to be written on again.

use std::sync::Arc;

use parking_lot::Mutex;

use super::sheet::{Mark, Sheet};

/// Whoever is done with a page's sheet puts it here, and the next page is written on it.
///
/// A page is a megabyte or two: asking the system for as much anew costs five hundred page faults.
#[derive(Debug, Clone, Default)]
pub struct Tray(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    sheet: Option<Sheet>,
    marks: Vec<Mark>,
}

impl Tray {
    /// A clean sheet with room for the records of a body of so many bytes.
    #[must_use]
    pub fn sheet(&self, bytes: usize) -> Sheet {
        let mut waiting = self.0.lock();
        let mut sheet = waiting.sheet.take().unwrap_or_default();
        sheet.marks = std::mem::take(&mut waiting.marks);
        sheet.make_room(bytes);
        sheet
    }

    /// Takes from a sheet that is written what only its writing needed: one sheet is written at a
    /// time, while another is read.
    pub fn written(&self, sheet: &mut Sheet) {
        sheet.marks.clear();
        self.0.lock().marks = std::mem::take(&mut sheet.marks);
    }

    /// Takes a sheet back that was read.
    pub fn give_back(&self, mut sheet: Sheet) {
        sheet.clear();
        self.0.lock().sheet = Some(sheet);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_used_sheet_comes_back_clean() {
        let tray = Tray::default();
        let mut sheet = tray.sheet(10);
        sheet.write("a page");
        sheet.marks.push(Mark::at(0..1, false));
        tray.written(&mut sheet);
        assert!(sheet.marks.is_empty());
        tray.give_back(sheet);
        assert_eq!(tray.sheet(10), Sheet::default());
    }
}
