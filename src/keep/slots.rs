//! Two slots written in turn, for a store that writes in place and swallows errors.

use super::sealed::{self, Opened, open};
use super::{Keep, Kept, checked, newer_version, superseded};
use crate::error::{Error, Result};

const WHOSE: &str = "the resume point in the Agent's cache";
const REMOVAL: &str = "remove this check's files under the Agent's run_path";

/// Two named texts in a store that can lose or tear the one it is writing, never the other.
pub trait Slots {
    /// The text of slot 0 or 1; none, or an empty one, where nothing was ever written.
    fn read(&self, slot: usize) -> Result<Option<String>>;

    /// Replaces the text of slot 0 or 1; success is not believed until it was read back.
    fn write(&self, slot: usize, text: &str) -> Result<()>;
}

/// A resume point in two slots: a torn write costs the newest place, never both.
#[derive(Debug)]
pub struct TwoSlots<S> {
    slots: S,
}

impl<S: Slots> TwoSlots<S> {
    /// Reads and writes nothing yet.
    pub fn new(slots: S) -> Self {
        Self { slots }
    }

    fn opened(&self, slot: usize) -> Result<Opened> {
        opened(&self.slots.read(slot)?.unwrap_or_default())
    }

    /// The number of a whole place; what is not whole is older than every number.
    fn number(&self, slot: usize) -> Result<Option<u64>> {
        let text = self.slots.read(slot)?.unwrap_or_default();
        if let Some(number) = sealed::number(&text) {
            return Ok(Some(number));
        }
        match opened(&text)? {
            Opened::Whole { sequence, .. } => Ok(Some(sequence)),
            Opened::Newer { .. } | Opened::Torn | Opened::Empty => Ok(None),
        }
    }
}

impl<S: Slots> Keep for TwoSlots<S> {
    fn load(&mut self) -> Result<Kept> {
        let newest = match (self.opened(0)?, self.opened(1)?) {
            (Opened::Empty, Opened::Empty) => return Ok(Kept::default()),
            (
                Opened::Whole { sequence, place },
                Opened::Whole {
                    sequence: other_sequence,
                    place: other_place,
                },
            ) => {
                return Ok(if sequence > other_sequence {
                    Kept::whole(sequence, place, Vec::new())
                } else {
                    Kept::whole(other_sequence, other_place, Vec::new())
                });
            }
            (Opened::Whole { sequence, place }, other)
            | (other, Opened::Whole { sequence, place }) => (sequence, place, other),
            (_, _) => {
                return Ok(Kept::lost(format!(
                    "{WHOSE} is damaged in both of its copies: the walk begins at `start` again, \
                     so records are sent twice or, if they are older than `start`, not at all; \
                     look for a full or failing disk under the Agent's run_path"
                )));
            }
        };
        let (sequence, place, other) = newest;
        // After the very first save the second slot has never been written.
        let first_save = sequence <= 1 && other == Opened::Empty;
        let said = if first_save {
            Vec::new()
        } else {
            vec![format!(
                "the newest copy of {WHOSE} was cut short, as by a crash: going on from the copy \
                 before it, number {sequence}; at most the page after it is sent again"
            )]
        };
        Ok(Kept::whole(sequence, place, said))
    }

    fn save(&mut self, sequence: u64, place: &str) -> Result<()> {
        let text = checked(WHOSE, sequence, place)?;
        let numbers = [self.number(0)?, self.number(1)?];
        let newest = numbers[0].max(numbers[1]);
        if let Some(found) = newest.filter(|found| *found >= sequence) {
            return Err(superseded(WHOSE, found, sequence));
        }
        let slot = usize::from(numbers[0] > numbers[1]);
        self.slots.write(slot, &text)?;
        let back = self.slots.read(slot)?.unwrap_or_default();
        if back == text {
            return Ok(());
        }
        match sealed::number(&back) {
            Some(found) if found >= sequence => Err(superseded(WHOSE, found, sequence)),
            Some(_) | None => Err(Error::Store(format!(
                "{WHOSE} did not stick: what was written is not what is read back; the Agent's \
                 run_path may be on a full disk, or its files may belong to another user (after \
                 `agent check` as root): free space, or give them back to the Agent's user"
            ))),
        }
    }
}

/// What a slot holds; an error where only a newer version can say.
fn opened(text: &str) -> Result<Opened> {
    match open(text) {
        Opened::Newer { version } => Err(newer_version(WHOSE, version, REMOVAL)),
        opened => Ok(opened),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::super::sealed::seal;
    use super::*;
    use parking_lot::Mutex;
    use proptest::prelude::*;
    use std::sync::Arc;

    /// The Agent's cache: writes in place, answers nothing, can be cut short.
    #[derive(Default, Clone)]
    struct Cache(Arc<Mutex<State>>);

    #[derive(Default)]
    struct State {
        texts: [Option<String>; 2],
        cut: Option<usize>,
        deaf: bool,
        writes: Vec<usize>,
    }

    impl Slots for Cache {
        fn read(&self, slot: usize) -> Result<Option<String>> {
            Ok(self.0.lock().texts[slot].clone())
        }

        fn write(&self, slot: usize, text: &str) -> Result<()> {
            let mut state = self.0.lock();
            state.writes.push(slot);
            if !state.deaf {
                let end = state.cut.map_or(text.len(), |cut| cut.min(text.len()));
                state.texts[slot] = Some(text[..end].to_owned());
            }
            Ok(())
        }
    }

    fn cache(texts: [&str; 2]) -> Cache {
        let cache = Cache::default();
        cache.0.lock().texts = texts.map(|text| Some(text.to_owned()));
        cache
    }

    fn keep(cache: &Cache) -> TwoSlots<Cache> {
        TwoSlots::new(cache.clone())
    }

    fn store_error(result: Result<()>) -> String {
        match result {
            Err(Error::Store(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_first_run_finds_nothing_and_says_nothing() {
        assert_eq!(keep(&Cache::default()).load().unwrap(), Kept::default());
        assert_eq!(keep(&cache(["", ""])).load().unwrap(), Kept::default());
    }

    #[test]
    fn after_the_first_save_the_empty_second_slot_is_no_news() {
        let cache = Cache::default();
        keep(&cache).save(1, "{\"a\":1}").unwrap();
        let kept = keep(&cache).load().unwrap();
        assert_eq!(kept, Kept::whole(1, "{\"a\":1}".into(), Vec::new()));
    }

    #[test]
    fn slots_are_written_in_turn_and_the_newest_is_loaded() {
        let cache = Cache::default();
        for sequence in 1..=5 {
            keep(&cache)
                .save(sequence, &format!("{{\"n\":{sequence}}}"))
                .unwrap();
        }
        assert_eq!(cache.0.lock().writes, [0, 1, 0, 1, 0]);
        let kept = keep(&cache).load().unwrap();
        assert_eq!(
            (kept.sequence, kept.place.as_deref()),
            (5, Some("{\"n\":5}"))
        );
    }

    #[test]
    fn one_torn_or_empty_slot_is_a_crash_and_the_other_goes_on() {
        let whole = seal(7, "{}");
        for broken in ["", "{\"sum\":\"00", "garbage"] {
            for texts in [[whole.as_str(), broken], [broken, whole.as_str()]] {
                let kept = keep(&cache(texts)).load().unwrap();
                assert_eq!((kept.sequence, kept.place.as_deref()), (7, Some("{}")));
                assert!(!kept.lost);
                assert!(kept.said[0].contains("number 7"), "{:?}", kept.said);
            }
        }
    }

    #[test]
    fn the_broken_slot_is_the_one_that_is_written_next() {
        let cache = cache(["garbage", &seal(7, "{}")]);
        keep(&cache).save(8, "{}").unwrap();
        assert_eq!(cache.0.lock().writes, [0]);
    }

    #[test]
    fn both_slots_broken_are_said_loudly_and_the_walk_starts_over() {
        for texts in [["x", "y"], ["x", ""], ["", "y"]] {
            let kept = keep(&cache(texts)).load().unwrap();
            assert_eq!((kept.sequence, kept.place, kept.lost), (0, None, true));
            assert!(kept.said[0].contains("`start` again"), "{:?}", kept.said);
        }
    }

    #[test]
    fn a_place_of_a_newer_version_is_refused_by_load_and_save() {
        let body = "{\"version\":2,\"sequence\":9}";
        let newer = format!(
            "{{\"sum\":\"{:08x}\",\"body\":{body}}}",
            crc32fast::hash(body.as_bytes())
        );
        for texts in [[newer.as_str(), ""], [&seal(1, "{}"), newer.as_str()]] {
            let cache = cache(texts);
            let words = store_error(keep(&cache).load().map(drop));
            assert!(words.contains("format 2, this one knows 1"), "{words}");
            store_error(keep(&cache).save(10, "{}"));
            assert_eq!(cache.0.lock().writes, [0; 0]);
        }
    }

    #[test]
    fn a_writer_that_was_overtaken_is_refused_and_writes_nothing() {
        let cache = Cache::default();
        let (mut old, mut new) = (keep(&cache), keep(&cache));
        old.save(1, "{\"by\":\"old\"}").unwrap();
        new.save(2, "{\"by\":\"new\"}").unwrap();
        for sequence in [1, 2] {
            let words = store_error(old.save(sequence, "{\"by\":\"old\"}"));
            assert!(words.starts_with("superseded:"), "{words}");
        }
        assert_eq!(cache.0.lock().writes.len(), 2);
        assert_eq!(
            new.load().unwrap().place.as_deref(),
            Some("{\"by\":\"new\"}")
        );
    }

    #[test]
    fn a_write_that_did_not_stick_is_an_error_with_the_fix() {
        let cache = Cache::default();
        keep(&cache).save(1, "{}").unwrap();
        cache.0.lock().deaf = true;
        let words = store_error(keep(&cache).save(2, "{}"));
        assert!(
            words.contains("did not stick") && words.contains("free space"),
            "{words}"
        );
    }

    #[test]
    fn a_place_that_is_no_json_is_never_written() {
        let cache = Cache::default();
        for place in ["", "{", "1 2", "{},\"x\":{}", "{\"a\":}"] {
            assert!(store_error(keep(&cache).save(1, place)).contains("not valid JSON"));
        }
        assert_eq!(cache.0.lock().writes, [0; 0]);
    }

    #[test]
    fn a_reset_place_keeps_its_number_and_begins_at_start() {
        let cache = Cache::default();
        keep(&cache).save(1, "{\"a\":1}").unwrap();
        keep(&cache).save(2, super::super::NO_PLACE).unwrap();
        let kept = keep(&cache).load().unwrap();
        assert_eq!((kept.sequence, kept.place, kept.lost), (2, None, false));
    }

    proptest! {
        #[test]
        fn a_crash_at_any_byte_leaves_the_old_place_or_the_new(
            saves in 1..6_u64, cut: prop::sample::Index
        ) {
            let cache = Cache::default();
            for sequence in 1..=saves {
                keep(&cache).save(sequence, &format!("{{\"n\":{sequence}}}")).unwrap();
            }
            let next = saves + 1;
            let place = format!("{{\"n\":{next}}}");
            let length = seal(next, &place).len();
            cache.0.lock().cut = Some(cut.index(length + 1));
            let saved = keep(&cache).save(next, &place);
            let kept = keep(&cache).load().unwrap();
            let expected = if saved.is_ok() { next } else { saves };
            prop_assert_eq!(kept.sequence, expected);
            prop_assert_eq!(kept.place, Some(format!("{{\"n\":{expected}}}")));
        }
    }
}
