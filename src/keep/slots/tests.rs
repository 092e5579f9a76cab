//! What holds for two slots in a cache that tears, forgets and answers nothing.

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
    /// What a power cut leaves.
    on_disk: [Option<String>; 2],
}

impl Slots for Cache {
    fn read(&self, slot: usize) -> Result<Option<String>> {
        Ok(self.0.lock().texts[slot].clone())
    }

    fn settle(&self, slot: usize) -> Result<()> {
        let mut state = self.0.lock();
        state.on_disk[slot] = state.texts[slot].clone();
        Ok(())
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
    cache_of(texts.map(|text| Some(text.to_owned())))
}

fn cache_of(texts: [Option<String>; 2]) -> Cache {
    let cache = Cache::default();
    cache.0.lock().texts = texts;
    cache
}

fn keep(cache: &Cache) -> TwoSlots<Cache> {
    TwoSlots::new(cache.clone())
}

fn store_error(result: Result<()>) -> String {
    match result {
        Err(Error::Store(text) | Error::Superseded(text)) => text,
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
fn a_power_cut_takes_no_more_than_the_newest_place() {
    let cache = Cache::default();
    for sequence in 1..=6 {
        keep(&cache).save(sequence, "{}").unwrap();
        let on_disk = cache.0.lock().on_disk.clone();
        let after = cache_of(on_disk);
        let kept = keep(&after).load().unwrap();
        assert_eq!(kept.sequence, sequence - 1);
    }
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
