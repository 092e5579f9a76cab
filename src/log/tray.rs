//! Where a used sheet waits to be written on again.

use std::sync::Arc;

use parking_lot::Mutex;

use super::sheet::Sheet;

/// Whoever is done with a page's sheet puts it here, and the next page is written on it.
///
/// A page is a megabyte or two: asking the system for as much anew costs five hundred page faults.
#[derive(Debug, Clone, Default)]
pub struct Tray(Arc<Mutex<Option<Sheet>>>);

impl Tray {
    /// A clean sheet with room for the records of a body of so many bytes.
    #[must_use]
    pub fn sheet(&self, bytes: usize) -> Sheet {
        let used = self.0.lock().take();
        let mut sheet = used.unwrap_or_default();
        sheet.make_room(bytes);
        sheet
    }

    /// Takes a sheet back.
    pub fn give_back(&self, mut sheet: Sheet) {
        sheet.clear();
        *self.0.lock() = Some(sheet);
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
        tray.give_back(sheet);
        assert_eq!(tray.sheet(10), Sheet::default());
    }
}
