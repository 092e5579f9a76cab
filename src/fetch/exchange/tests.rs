//! An exchange ends in time, whatever the other side does.

#![allow(clippy::unwrap_used, clippy::panic)]
use super::*;

const LONG: Duration = Duration::from_hours(1);
const SHORT: Duration = Duration::from_millis(120);

const PATIENT: Bounds = Bounds {
    connect_timeout: LONG,
    read_timeout: LONG,
    body_bytes: 0,
    longest: LONG,
    left: None,
};

/// How a wait ends for a reply that never comes, while `pieces` of it come every 10 ms.
fn ends(bounds: Bounds, pieces: u64) -> Result<(), Failure> {
    let (_done, result) = channel();
    let heard = AtomicU64::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..pieces {
                heard.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        wait(&result, &heard, bounds, &|| false).map(drop)
    })
}

#[test]
fn a_reply_that_trickles_on_and_on_is_too_slow() {
    let bounds = Bounds {
        longest: SHORT,
        ..PATIENT
    };
    let end = ends(bounds, 30);
    assert_eq!(
        end,
        Err(Failure::Slow(
            "did not finish its reply within 0.12 s".into()
        ))
    );
}

#[test]
fn a_run_that_ends_early_is_late_and_one_that_waited_long_enough_was_slow() {
    let late = Bounds {
        left: Some(SHORT),
        ..PATIENT
    };
    assert_eq!(ends(late, 0), Err(Failure::Late { begun: false }));
    assert_eq!(ends(late, 1), Err(Failure::Late { begun: true }));
    let slow = Bounds {
        read_timeout: SHORT / 2,
        ..late
    };
    assert!(matches!(ends(slow, 0), Err(Failure::Slow(_))));
}

#[test]
fn connecting_has_its_own_time_and_a_piece_renews_the_patience() {
    let read = Bounds {
        read_timeout: SHORT,
        left: Some(SHORT * 3),
        ..PATIENT
    };
    // Nothing heard yet: it may still be connecting. It took longer than a read may.
    let begin = Instant::now();
    assert!(matches!(ends(read, 0), Err(Failure::Slow(_))));
    assert!(begin.elapsed() >= SHORT * 3);
    let begin = Instant::now();
    assert!(matches!(ends(read, 1), Err(Failure::Slow(_))));
    assert!(begin.elapsed() < SHORT * 3);
}

#[test]
fn an_exchange_that_breaks_is_no_endless_wait() {
    let driver = Driver::start().unwrap();
    let heard = AtomicU64::new(0);
    let end = told(
        &driver,
        async { panic!("a fault") },
        &heard,
        PATIENT,
        &|| false,
    );
    let broke_off = Failure::Network("the request broke off".to_owned());
    assert_eq!(end.err(), Some(broke_off));
    let whole = Reply {
        status: 200,
        headers: Vec::new(),
        body: Vec::new(),
    };
    let sound = async { Ok(whole) };
    assert!(told(&driver, sound, &heard, PATIENT, &|| false).is_ok());
}

#[test]
fn an_exchange_that_is_given_up_ends() {
    let driver = Driver::start().unwrap();
    let (waits, ended) = channel::<()>();
    let endless = async move {
        let _waits = waits;
        std::future::pending().await
    };
    let end = told(&driver, endless, &AtomicU64::new(0), PATIENT, &|| true);
    assert_eq!(end.err(), Some(Failure::Cancelled));
    let ended = ended.recv_timeout(Duration::from_secs(20));
    assert_eq!(ended, Err(RecvTimeoutError::Disconnected));
}
