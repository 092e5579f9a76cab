//! Values that are written anew: strings that hold JSON, opened, and whatever is hidden.

use super::super::hidden::{Hiding, REDACTED};
use super::super::plan::Node;
use super::super::text;
use super::Pass;
use super::token::Origin;
use crate::json::Broken;

impl Pass<'_> {
    /// A string, opened where it holds JSON.
    pub(super) fn opened(
        &mut self,
        origin: &mut Origin<'_>,
        at: usize,
        node: &Node,
    ) -> Result<usize, Broken> {
        let inside = at + 1;
        if !node.is_inner()
            && matches!(origin.byte(inside), b'{' | b'[')
            && let Some(end) = self.peel(origin, at)
        {
            return Ok(end);
        }
        if !matches!(
            origin.byte(inside),
            b'{' | b'[' | b'\\' | b' ' | b'\n' | b'\r' | b'\t'
        ) {
            return Ok(self.string(origin, at)?.0);
        }
        let mut unescaped = std::mem::take(&mut self.unescaped);
        let read = text::unescape(origin.text, inside, &mut unescaped);
        let said = read.and_then(|(length, quote)| {
            let json = str::from_utf8(&unescaped[..length]).unwrap_or_default();
            let json = json.trim_matches([' ', '\n', '\r', '\t']);
            let first = json.as_bytes().first();
            if matches!(first, Some(b'{' | b'[')) && self.open(origin, at, json, node).is_ok() {
                origin.copied = quote + 1;
            } else if node.below.hides && matches!(first, Some(b'{' | b'[' | b'"')) {
                // Cut or broken JSON: what is to be hidden in it cannot be found, so all of it is.
                let place = self.place(origin, at);
                self.replace(origin, place, quote + 1, &text::quoted(REDACTED));
            } else {
                self.string(origin, at)?;
            }
            Ok(quote + 1)
        });
        self.unescaped = unescaped;
        said
    }

    /// Writes the JSON that a string at `at` holds in its place; nothing where it breaks.
    fn open(
        &mut self,
        origin: &mut Origin<'_>,
        at: usize,
        json: &str,
        node: &Node,
    ) -> Result<(), Broken> {
        self.copy(origin, at);
        let (place, deepest) = (self.out.len(), self.deepest);
        let mut inner = Origin::opened(json);
        let read = match inner.byte(0) {
            b'{' if node.is_inner() => self.object(&mut inner, 0, node),
            b'[' if node.is_inner() => self.list(&mut inner, 0, node),
            _ => self.plain(&mut inner, 0),
        };
        match read {
            Ok(end) if end == json.len() => {
                self.copy(&mut inner, end);
                Ok(())
            }
            broken => {
                self.out.truncate(place);
                self.deepest = deepest;
                self.forget_below(node);
                broken.and_then(|at| Err(Broken { at }))
            }
        }
    }

    pub(super) fn hide(
        &mut self,
        origin: &mut Origin<'_>,
        place: usize,
        end: usize,
        hiding: Hiding,
    ) {
        match (hiding, &self.rules.hasher) {
            // Its key goes too, which whoever reads the members sees to.
            (Hiding::Drop, _) => {}
            (Hiding::Hash, Some(hasher)) => {
                self.copy(origin, end);
                let value = self.out.get(place..).unwrap_or_default();
                if value != "null" {
                    let hash = text::quoted(&hasher.hash(value));
                    self.replace(origin, place, end, &hash);
                }
            }
            (Hiding::Redact | Hiding::Hash, _) => {
                self.replace(origin, place, end, &text::quoted(REDACTED));
            }
        }
    }
}
