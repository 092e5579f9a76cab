//! The rules, one by one.

use std::time::Duration;

use super::*;

fn outbox() -> Outbox<Page> {
    Outbox::default()
}

fn sent(outbox: &mut Outbox<Page>) -> Option<Parcel> {
    match outbox.next(Duration::MAX) {
        Next::Send(parcel) => Some(parcel),
        Next::At(_) | Next::Idle => None,
    }
}

fn answer(outbox: &mut Outbox<Page>, parcel: &Parcel, verdict: Verdict) {
    outbox.answered(parcel.number, verdict, Duration::ZERO, 0.5);
}

fn bad() -> Verdict {
    Verdict::Bad("400".to_owned())
}

/// Sends until nothing more can be, by the judge's verdicts; how many requests that took.
fn drive(outbox: &mut Outbox<Page>, judge: impl Fn(&str) -> Verdict) -> usize {
    let mut requests = 0;
    while let Some(parcel) = sent(outbox) {
        requests += 1;
        assert!(requests < 500, "it does not end");
        answer(outbox, &parcel, judge(&parcel.json()));
    }
    requests
}

#[test]
fn a_body_holds_the_lines_as_they_are_written() {
    let mapping = mapping();
    let page = sheet(&mapping, &[1, 2], 5);
    let mut outbox = outbox();
    outbox.take(written(&page), Page(1));
    let parcel = sent(&mut outbox).unwrap();
    let lines: Vec<String> = page.lines().map(Line::to_json).collect();
    assert_eq!(parcel.json(), format!("[{}]", lines.join(",")));
    assert_eq!(parcel.bytes(), parcel.json().len());
    assert!(parcel.json().contains("\"ddtags\":\"env:test\""));
    assert!(parcel.json().contains("\"timestamp\":1795167000000,"));
}

#[test]
fn a_page_spans_payloads_just_under_the_limits_and_its_place_comes_last() {
    let mapping = mapping();
    let all: Vec<usize> = (0..2_500).collect();
    let mut outbox = outbox();
    outbox.take(written(&sheet(&mapping, &all, 5)), Page(1));
    let first = sent(&mut outbox).unwrap();
    assert_eq!(first.len(), PAYLOAD_LOGS);
    assert!(sent(&mut outbox).is_none(), "the first goes alone");
    answer(&mut outbox, &first, Verdict::Accepted);
    let (second, third) = (sent(&mut outbox).unwrap(), sent(&mut outbox).unwrap());
    assert_eq!((second.len(), third.len()), (1_000, 500));
    answer(&mut outbox, &third, Verdict::Accepted);
    assert!(outbox.landed().is_none());
    answer(&mut outbox, &second, Verdict::Accepted);
    assert_eq!(outbox.landed().unwrap().stamp, Page(1));
    assert!(outbox.is_empty());
}

#[test]
fn by_bytes_a_payload_is_filled_to_the_last_log_that_fits() {
    let mapping = mapping();
    let all: Vec<usize> = (100..200).collect();
    let page = sheet(&mapping, &all, 90_000);
    let line = page.line(0).unwrap().log.line_bytes;
    let mut outbox = outbox();
    outbox.take(written(&page), Page(1));
    let first = sent(&mut outbox).unwrap();
    assert_eq!(first.bytes(), first.json().len());
    assert!(first.bytes() <= PAYLOAD_BYTES && first.bytes() + line > PAYLOAD_BYTES);
}

#[test]
fn small_pages_that_wait_share_a_payload() {
    let mapping = mapping();
    let mut outbox = outbox();
    outbox.take(written(&sheet(&mapping, &[1], 5)), Page(1));
    let first = sent(&mut outbox).unwrap();
    for page in 2..5 {
        assert!(outbox.wants_page_beside(0));
        outbox.take(written(&sheet(&mapping, &[page], 5)), Page(page));
    }
    outbox.take(written(&Part::default()), Page(5));
    answer(&mut outbox, &first, Verdict::Accepted);
    assert!(sent(&mut outbox).is_none(), "not before the place is kept");
    assert_eq!(outbox.landed().unwrap().stamp, Page(1));
    let second = sent(&mut outbox).unwrap();
    assert_eq!(ids(&second.json()), [2, 3, 4]);
    answer(&mut outbox, &second, Verdict::Accepted);
    assert_eq!(outbox.landed().unwrap().stamp, Page(5));
}

#[test]
fn no_more_than_four_pages_ahead_are_taken() {
    let mapping = mapping();
    let mut outbox = outbox();
    let all: Vec<usize> = (0..900).collect();
    outbox.take(written(&sheet(&mapping, &all, 5)), Page(1));
    assert!(sent(&mut outbox).is_some());
    for page in [2, 3, 4, 5] {
        assert!(outbox.wants_page_beside(0));
        outbox.take(written(&sheet(&mapping, &all, 5)), Page(page));
    }
    assert!(!outbox.wants_page_beside(0));
}

#[test]
fn a_full_payload_that_waits_is_told_once_and_made_small_is_what_is_sent() {
    let mapping = mapping();
    let mut outbox = outbox();
    let all: Vec<usize> = (0..900).collect();
    outbox.take(written(&sheet(&mapping, &[1], 5)), Page(1));
    assert!(outbox.full().is_empty(), "others may join it");
    outbox.take(written(&sheet(&mapping, &all, 5)), Page(2));
    let full = outbox.full();
    assert_eq!(full.len(), 1);
    assert!(outbox.full().is_empty(), "it was told");
    let presses = Presses::new(Compression::Zstd);
    let small = full[0].small(&presses).unwrap();
    let parcel = sent(&mut outbox).unwrap();
    assert_eq!(parcel.small(&presses).unwrap(), small);
    let read = zstd::decode_all(&small[..]).unwrap();
    assert_eq!(parcel.json().as_bytes(), read);
    assert_eq!(parcel.len(), 901);
}

#[test]
fn a_page_without_logs_moves_the_place_behind_whatever_is_on_its_way() {
    let mapping = mapping();
    let mut outbox = outbox();
    outbox.take(written(&Part::default()), Page(1));
    assert_eq!(outbox.landed().unwrap().stamp, Page(1));
    outbox.take(written(&sheet(&mapping, &[1], 5)), Page(2));
    let parcel = sent(&mut outbox).unwrap();
    outbox.take(written(&Part::default()), Page(3));
    assert!(outbox.landed().is_none());
    answer(&mut outbox, &parcel, Verdict::Accepted);
    outbox.take(written(&Part::default()), Page(4));
    assert_eq!(outbox.landed().unwrap().stamp, Page(4));
}

#[test]
fn what_passes_is_sent_again_without_end_one_by_one_with_growing_waits() {
    let mapping = mapping();
    let mut outbox = outbox();
    outbox.take(written(&sheet(&mapping, &[1], 5)), Page(1));
    let mut tick = Duration::ZERO;
    let mut waits = Vec::new();
    for _ in 0..50 {
        let Next::Send(parcel) = outbox.next(tick) else {
            panic!("not sent")
        };
        let why = "503".to_owned();
        outbox.answered(
            parcel.number,
            Verdict::Again { after: None, why },
            tick,
            0.5,
        );
        let Next::At(next) = outbox.next(tick) else {
            panic!("no wait")
        };
        waits.push(next.saturating_sub(tick));
        tick = next;
    }
    assert_eq!(waits[..3], [500, 1000, 2000].map(Duration::from_millis));
    assert_eq!(waits[49], Duration::from_secs(30));
    assert_eq!((outbox.trouble(), outbox.retries()), (Some("503"), 50));
    let Next::Send(parcel) = outbox.next(tick) else {
        panic!("not sent")
    };
    let after = Some(Duration::from_secs(90));
    let why = "429".to_owned();
    outbox.answered(parcel.number, Verdict::Again { after, why }, tick, 0.5);
    assert!(
        matches!(outbox.next(tick), Next::At(at) if at.saturating_sub(tick) == Duration::from_secs(90))
    );
}

#[test]
fn payloads_that_fail_together_are_one_failure() {
    let mapping = mapping();
    let mut outbox = outbox();
    let all: Vec<usize> = (0..4_000).collect();
    outbox.take(written(&sheet(&mapping, &all, 5)), Page(1));
    let first = sent(&mut outbox).unwrap();
    answer(&mut outbox, &first, Verdict::Accepted);
    let together: Vec<Parcel> = (0..3).map(|_| sent(&mut outbox).unwrap()).collect();
    for parcel in &together {
        let why = String::new();
        answer(&mut outbox, parcel, Verdict::Again { after: None, why });
    }
    let Next::At(next) = outbox.next(Duration::ZERO) else {
        panic!("no wait")
    };
    assert_eq!(next, Duration::from_millis(500));
    assert!(matches!(outbox.next(next), Next::Send(_)));
    assert!(matches!(outbox.next(next), Next::Idle), "one by one");
}

#[test]
fn what_takes_too_long_is_sent_in_halves() {
    let mapping = mapping();
    let mut outbox = outbox();
    let all: Vec<usize> = (0..100).collect();
    outbox.take(written(&sheet(&mapping, &all, 1_000)), Page(1));
    let parcel = sent(&mut outbox).unwrap();
    answer(&mut outbox, &parcel, Verdict::Slow("slow".to_owned()));
    let half = sent(&mut outbox).unwrap();
    assert_eq!(ids(&half.json()), all[..50]);
}

#[test]
fn a_refusal_stops_everything_and_keeps_the_place() {
    let mapping = mapping();
    let mut outbox = outbox();
    outbox.take(written(&sheet(&mapping, &[1], 5)), Page(1));
    let parcel = sent(&mut outbox).unwrap();
    answer(&mut outbox, &parcel, Verdict::Refused("403".to_owned()));
    assert_eq!(outbox.stopped(), Some(&Stopped("403".to_owned())));
    assert!(sent(&mut outbox).is_none() && outbox.landed().is_none());
}

#[test]
fn the_bad_log_is_found_by_halving_and_the_rest_goes() {
    let mapping = mapping();
    let all: Vec<usize> = (100..200).collect();
    for sick in [100, 150, 199] {
        let mut outbox = outbox();
        outbox.take(written(&sheet(&mapping, &all, 5)), Page(1));
        let requests = drive(&mut outbox, |json| {
            if ids(json).contains(&sick) {
                bad()
            } else {
                Verdict::Accepted
            }
        });
        assert!(requests < 20, "{requests}");
        let landed = outbox.landed().unwrap();
        assert_eq!(landed.buried.len(), 1);
        let Buried {
            status,
            reason,
            log,
        } = &landed.buried[0];
        assert_eq!((*status, reason.as_str()), (400, "400"));
        assert_eq!(ids(&format!("[{log}]")), [sick]);
    }
}

#[test]
fn bad_logs_side_by_side_do_not_pass_for_a_wrong_configuration() {
    let mapping = mapping();
    let mut outbox = outbox();
    let all: Vec<usize> = (0..64).collect();
    outbox.take(written(&sheet(&mapping, &all, 5)), Page(1));
    drive(&mut outbox, |json| {
        if ids(json).iter().any(|id| *id < 20) {
            bad()
        } else {
            Verdict::Accepted
        }
    });
    assert_eq!(outbox.stopped(), None);
    assert_eq!(outbox.landed().unwrap().buried.len(), 20);
}

#[test]
fn where_every_log_is_refused_nothing_is_buried() {
    let mapping = mapping();
    let mut outbox = outbox();
    let all: Vec<usize> = (0..1_000).collect();
    outbox.take(written(&sheet(&mapping, &all, 5)), Page(1));
    let requests = drive(&mut outbox, |_| bad());
    assert!(requests < 40, "{requests}");
    assert!(outbox.landed().is_none());
    let Stopped(words) = outbox.stopped().unwrap();
    assert!(words.contains("4 logs were tried alone"), "{words}");
}

#[test]
fn one_log_alone_that_is_refused_waits_for_others_to_prove_it() {
    let mapping = mapping();
    let mut outbox = outbox();
    outbox.take(written(&sheet(&mapping, &[1], 5)), Page(1));
    let judge = |json: &str| {
        if ids(json).contains(&1) {
            bad()
        } else {
            Verdict::Accepted
        }
    };
    assert_eq!(drive(&mut outbox, judge), 1);
    assert!(outbox.stopped().is_none() && outbox.landed().is_none() && outbox.wants_page_beside(0));
    outbox.take(written(&sheet(&mapping, &[2], 5)), Page(2));
    assert_eq!(drive(&mut outbox, judge), 1);
    let landed = outbox.landed().unwrap();
    assert_eq!((landed.buried.len(), landed.stamp), (1, Page(2)));

    outbox.take(written(&sheet(&mapping, &[1], 5)), Page(3));
    drive(&mut outbox, judge);
    outbox.no_more();
    assert!(sent(&mut outbox).is_none());
    assert!(outbox.stopped().is_some() && outbox.landed().is_none());
}

#[test]
fn too_large_is_split_and_later_payloads_are_smaller() {
    let mapping = mapping();
    let mut outbox = outbox();
    let all: Vec<usize> = (0..400).collect();
    outbox.take(written(&sheet(&mapping, &all, 1_000)), Page(1));
    let judge = |json: &str| {
        if json.len() > 200_000 {
            Verdict::TooLarge("413".to_owned())
        } else {
            Verdict::Accepted
        }
    };
    assert_eq!(drive(&mut outbox, judge), 7);
    assert!(outbox.landed().unwrap().buried.is_empty());
    outbox.take(written(&sheet(&mapping, &all, 1_000)), Page(2));
    drive(&mut outbox, |json| {
        assert!(json.len() <= 200_000, "{}", json.len());
        Verdict::Accepted
    });
}

#[test]
fn a_log_that_is_too_large_is_cut_to_halves_and_stays_the_same_log() {
    let mapping = mapping();
    let mut outbox = outbox();
    outbox.take(written(&sheet(&mapping, &[7], 50_000)), Page(1));
    let judge = |json: &str| {
        assert_eq!(ids(json), [7]);
        if json.len() > 10_000 {
            Verdict::TooLarge("413".to_owned())
        } else {
            Verdict::Accepted
        }
    };
    assert_eq!(drive(&mut outbox, judge), 4);
    let landed = outbox.landed().unwrap();
    assert_eq!((landed.cut, landed.buried.len()), (1, 0));
}

#[test]
fn a_log_that_cannot_be_cut_any_more_is_kept_whole_elsewhere() {
    let mapping = mapping();
    let mut outbox = outbox();
    outbox.take(written(&sheet(&mapping, &[7], 5_000)), Page(1));
    drive(&mut outbox, |_| Verdict::TooLarge("413".to_owned()));
    let landed = outbox.landed().unwrap();
    assert_eq!(landed.buried[0].status, 413);
    assert!(landed.buried[0].log.len() > 5_000);
}

#[test]
fn a_halved_line_lists_what_was_cut_each_time() {
    let mapping = mapping();
    let page = sheet(&mapping, &[7], 5_000);
    let line = page.line(0).unwrap().to_json();
    let half = crate::log::halved(&line).unwrap();
    assert!(half.len() <= line.len() / 2 + 100, "{}", half.len());
    let again = crate::log::halved(&half).unwrap();
    for text in [half, again] {
        let log: Value = serde_json::from_str(&text).expect(&text);
        let listed = log["logwalk"]["truncated"].as_array().unwrap();
        assert!(
            !listed.is_empty() && listed.iter().all(Value::is_string),
            "{text}"
        );
        assert_eq!(log["logwalk"]["id"], "7");
        assert_eq!(log["ddtags"], "env:test");
    }
}
