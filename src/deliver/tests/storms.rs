//! Through a model of the Agent, over thousands of stories: nothing is lost, and nothing is repeated
//! but what a crash explains.

use crate::deliver::model::{Agent, AtTheCap, Chance, Check, Story};

/// How many stories of each kind are told in every test; more with `LOGWALK_STORIES`,
/// and the one that failed with `LOGWALK_STORY`.
const STORIES: u64 = 120;

fn stories() -> std::ops::Range<u64> {
    let asked = |name: &str| std::env::var(name).ok()?.parse().ok();
    match asked("LOGWALK_STORY") {
        Some(seed) => seed..seed + 1,
        None => 0..asked("LOGWALK_STORIES").unwrap_or(STORIES),
    }
}

fn lived(seed: u64, story: Story) -> Check {
    let mut chance = Chance::new(seed);
    let at_the_cap = if chance.one_in(2) {
        AtTheCap::Truncate
    } else {
        AtTheCap::Recreate
    };
    let cap = usize::try_from(chance.between(300, 3_000)).unwrap();
    let mut agent = Agent::new(cap, at_the_cap);
    agent.pipeline.from_the_beginning = true;
    let story = Story {
        records: chance.between(1, 400),
        page: chance.between(1, 60),
        ..story
    };
    let mut check = Check::new(agent, story, chance);
    if let Err(words) = check.live() {
        panic!("seed {seed}, {at_the_cap:?}, cap {cap}, {story:?}: {words}");
    }
    assert_eq!(check.unsynced, 0, "seed {seed}: kept before it was synced");
    let pages = check.cut_off * story.page + check.resent + check.read_again();
    let free = story.emptied || story.power_cuts;
    assert!(
        free || check.repeated() <= pages,
        "seed {seed}, {at_the_cap:?}, cap {cap}, {story:?}: {} repeated\n{}",
        check.repeated(),
        check.told()
    );
    check
}

fn every(story: Story) {
    for seed in stories() {
        lived(seed, story);
    }
}

#[test]
fn in_peace_every_record_arrives_once() {
    for seed in stories() {
        let check = lived(seed, Story::default());
        assert_eq!(
            (check.resent, check.passed, check.repeated(), check.pieces()),
            (0, 0, 0, 0),
            "seed {seed}"
        );
    }
}

#[test]
fn through_outages_every_record_arrives_once() {
    for seed in stories() {
        let check = lived(
            seed,
            Story {
                outages: true,
                ..Story::default()
            },
        );
        assert_eq!(
            (check.resent, check.passed, check.repeated(), check.pieces()),
            (0, 0, 0, 0),
            "seed {seed}"
        );
    }
}

#[test]
fn a_kill_repeats_at_most_one_page() {
    every(Story {
        kills: true,
        outages: true,
        ..Story::default()
    });
}

#[test]
fn after_a_kill_alone_nothing_is_thought_lost() {
    for seed in stories() {
        let kills = Story {
            kills: true,
            ..Story::default()
        };
        let check = lived(seed, kills);
        assert_eq!((check.resent, check.passed), (0, 0), "seed {seed}");
    }
}

#[test]
fn a_registry_that_is_torn_now_and_then_loses_nothing() {
    for seed in stories() {
        let check = lived(
            seed,
            Story {
                torn_registries: true,
                outages: true,
                kills: seed % 2 == 0,
                ..Story::default()
            },
        );
        assert_eq!(check.passed, 0, "seed {seed}");
    }
}

#[test]
fn an_edit_loses_nothing() {
    every(Story {
        edits: true,
        outages: true,
        ..Story::default()
    });
}

#[test]
fn an_edit_and_a_kill_lose_nothing() {
    for seed in stories() {
        let _ = lived(
            seed,
            Story {
                edits: true,
                kills: true,
                outages: true,
                emptied: false,
                ..Story::default()
            },
        );
    }
}

#[test]
fn a_power_cut_loses_nothing() {
    every(Story {
        kills: true,
        power_cuts: true,
        outages: true,
        ..Story::default()
    });
}

#[test]
fn a_file_that_somebody_empties_loses_nothing() {
    every(Story {
        kills: true,
        emptied: true,
        outages: true,
        ..Story::default()
    });
}

#[test]
fn what_the_intake_refuses_is_sent_again() {
    every(Story {
        refusals: true,
        edits: false,
        ..Story::default()
    });
}

#[test]
fn everything_at_once_loses_nothing() {
    every(Story {
        kills: true,
        power_cuts: true,
        edits: true,
        outages: true,
        emptied: true,
        ..Story::default()
    });
}
