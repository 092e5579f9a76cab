//! Any answers, any crashes: nothing is lost, places stay in order, and a crash repeats one group.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

/// So small that pages span payloads and share them.
const MOST: usize = 3_000;

/// What the intake does with one request.
#[derive(Debug, Clone, Copy)]
enum Mood {
    Takes,
    /// It takes the logs, and its answer is lost.
    TakesInSilence,
    Again,
    Slow,
    TooLarge,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Page,
    Send,
    /// Answers the parcel that has been out for so long, with this mood.
    Answer(usize, Mood),
    Keep,
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    let mood = prop_oneof![
        6 => Just(Mood::Takes),
        1 => Just(Mood::TakesInSilence),
        1 => Just(Mood::Again),
        1 => Just(Mood::Slow),
        1 => Just(Mood::TooLarge),
    ];
    prop_oneof![
        4 => Just(Step::Page),
        6 => Just(Step::Send),
        8 => (0_usize..4, mood).prop_map(|(which, mood)| Step::Answer(which, mood)),
        4 => Just(Step::Keep),
        1 => Just(Step::Crash),
    ]
}

struct World {
    pages: Vec<Vec<usize>>,
    /// Logs that are never taken.
    sick: Vec<usize>,
    mapping: Mapping,
    outbox: Outbox<Page>,
    out: Vec<Parcel>,
    /// The pages before this one are kept.
    kept: usize,
    /// The next page to be taken.
    next: usize,
    tick: Duration,
    delivered: BTreeMap<usize, usize>,
    buried: BTreeMap<usize, usize>,
    excused: BTreeMap<usize, usize>,
}

impl World {
    fn new(pages: Vec<Vec<usize>>, sick: Vec<usize>) -> Self {
        Self {
            pages,
            sick,
            mapping: mapping(),
            outbox: Self::outbox(),
            out: Vec::new(),
            kept: 0,
            next: 0,
            tick: Duration::ZERO,
            delivered: BTreeMap::new(),
            buried: BTreeMap::new(),
            excused: BTreeMap::new(),
        }
    }

    fn outbox() -> Outbox<Page> {
        Outbox::default().of_at_most(MOST)
    }

    fn go(&mut self, step: Step) {
        match step {
            Step::Page => self.page(),
            Step::Send => self.send(),
            Step::Answer(which, mood) => self.answer(which, mood),
            Step::Keep => self.keep(),
            Step::Crash => self.crash(),
        }
    }

    fn page(&mut self) {
        if self.next >= self.pages.len() {
            self.outbox.no_more();
        } else if self.outbox.wants_page_beside(0) {
            let page = sheet(&self.mapping, &self.pages[self.next], 100);
            self.next += 1;
            self.outbox.take(written(&page), Page(self.next));
        }
    }

    fn send(&mut self) {
        match self.outbox.next(self.tick) {
            Next::Send(parcel) => {
                assert!(parcel.bytes() <= MOST || parcel.len() == 1);
                self.out.push(parcel);
            }
            Next::At(at) => self.tick = at,
            Next::Idle => {}
        }
    }

    fn answer(&mut self, which: usize, mood: Mood) {
        if self.out.is_empty() {
            return;
        }
        let parcel = self.out.remove(which % self.out.len());
        let ids = ids(&parcel.json());
        let why = String::new();
        let is_sick = ids.iter().any(|id| self.sick.contains(id));
        let verdict = match mood {
            Mood::Again => Verdict::Again { after: None, why },
            Mood::Slow => Verdict::Slow(why),
            Mood::TooLarge if ids.len() > 1 => Verdict::TooLarge(why),
            _ if is_sick => Verdict::Bad(why),
            Mood::Takes | Mood::TooLarge => {
                self.deliver(&ids);
                Verdict::Accepted
            }
            Mood::TakesInSilence => {
                self.deliver(&ids);
                self.excuse(&ids);
                Verdict::Again { after: None, why }
            }
        };
        self.outbox.answered(parcel.number, verdict, self.tick, 0.5);
    }

    fn deliver(&mut self, ids: &[usize]) {
        for id in ids {
            *self.delivered.entry(*id).or_default() += 1;
        }
    }

    fn excuse(&mut self, ids: &[usize]) {
        for id in ids {
            *self.excused.entry(*id).or_default() += 1;
        }
    }

    fn keep(&mut self) {
        let Some(landed) = self.outbox.landed() else {
            return;
        };
        for one in &landed.buried {
            let id = ids(&format!("[{}]", one.log))[0];
            assert!(self.sick.contains(&id), "{id} was buried though it is well");
            *self.buried.entry(id).or_default() += 1;
        }
        let Page(number) = landed.stamp;
        assert!(number > self.kept, "places out of order");
        for id in self.pages[self.kept..number].concat() {
            let arrived = self.delivered.contains_key(&id) || self.buried.contains_key(&id);
            assert!(arrived, "{id} is behind the place and never arrived");
        }
        self.kept = number;
    }

    fn crash(&mut self) {
        // What was delivered behind the place comes again: it is of one group.
        let again: Vec<usize> = (self.kept..self.pages.len())
            .filter(|page| {
                let ids = &self.pages[*page];
                ids.iter().any(|id| {
                    self.delivered.get(id).copied().unwrap_or(0)
                        > self.excused.get(id).copied().unwrap_or(0)
                })
            })
            .collect();
        if again.len() > 1 {
            let group = self.pages[again[0]..=again[again.len() - 1]].concat();
            let well: Vec<usize> = group
                .into_iter()
                .filter(|id| !self.sick.contains(id))
                .collect();
            let sheet = sheet(&self.mapping, &well, 100);
            let bytes: usize = sheet.lines().map(|line| line.log.line_bytes).sum();
            assert!(bytes <= MOST, "pages {again:?} are more than one payload");
        }
        for page in again {
            let ids = self.pages[page].clone();
            for id in ids {
                let arrived = self.delivered.get(&id).copied().unwrap_or(0);
                let excused = self.excused.entry(id).or_default();
                *excused = (*excused).max(arrived);
            }
        }
        self.outbox = Self::outbox();
        self.out.clear();
        self.next = self.kept;
    }

    /// All goes well until everything is kept.
    fn finish(&mut self) {
        for _ in 0..10_000 {
            if self.kept == self.pages.len() {
                return;
            }
            self.page();
            self.send();
            self.answer(0, Mood::Takes);
            self.keep();
            if self.outbox.stopped().is_some() {
                self.crash();
                // Later there is more to read, and that proves that it is the logs.
                let id = 10_000 + self.pages.len();
                self.pages.push(vec![id, id + 1_000, id + 2_000]);
            }
        }
        panic!("it never ends: {:?}", self.outbox);
    }

    fn settle_accounts(&self) {
        for id in self.pages.concat() {
            let delivered = self.delivered.get(&id).copied().unwrap_or(0);
            if self.sick.contains(&id) {
                assert_eq!(delivered, 0);
                assert!(self.buried.contains_key(&id), "{id} vanished");
            } else {
                let excused = self.excused.get(&id).copied().unwrap_or(0);
                assert!(delivered >= 1, "{id} is lost");
                assert!(delivered <= 1 + excused, "{id} came {delivered} times");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_whatever_the_intake_answers_and_whenever_it_ends(
        sizes in proptest::collection::vec(0_usize..20, 1..12),
        sick in proptest::collection::vec(0_usize..120, 0..4),
        steps in proptest::collection::vec(step(), 0..200),
    ) {
        let mut next = 0..;
        let pages = sizes.iter().map(|size| next.by_ref().take(*size).collect()).collect();
        let mut world = World::new(pages, sick);
        for step in steps {
            world.go(step);
            if world.outbox.stopped().is_some() {
                world.crash();
            }
        }
        world.finish();
        world.settle_accounts();
    }
}
