//! The loop walk, deliver, keep, for destinations that acknowledge what they take.
//!
//! A thread walks, a few pages ahead, and writes them as what is sent; one makes payloads small
//! before their turn; each is posted on a thread of its own; this one puts them together and keeps a
//! place only when everything before it was accepted.

mod account;
mod course;
mod headway;
mod packer;
mod posters;
mod route;
mod unkept;
mod walker;

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use parking_lot::Mutex;

use crate::deliver::datadog::{Next, Outbox, Stamp, Stopped, Verdict, Writer};
use crate::error::{Error, Result};
use crate::fetch::{Reality, Surroundings};
use crate::pages;

pub use account::Account;
use account::Pages;
pub use course::Course;
pub use headway::Headway;
use packer::Packer;
use posters::{Means, Posters};
pub use route::Route;
use unkept::Unkept;
use walker::{Walker, Written};

/// How often the loop looks up from its waits.
const LOOK_UP: Duration = Duration::from_millis(50);

/// What the threads tell.
enum Event {
    Page(Written),
    Over(Result<()>),
    /// What became of the parcel of a number; none where nobody waited for it.
    Answer(u64, Option<Verdict>),
}

/// Walks on and delivers until the end of the log, or until the course says to stop; `keep` keeps
/// each place once everything before it was accepted.
///
/// `account` is kept up to date on the way.
pub fn ship(
    walk: impl FnOnce(Reality) -> Result<pages::Run<Reality>>,
    route: &Arc<Route>,
    course: &Course,
    account: &Arc<Mutex<Account>>,
    keep: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<()> {
    let around = Reality::default();
    if let Some((_, Stopped(words))) = route.intake.still_refused(around.tick()) {
        return Err(Error::Credentials(words));
    }
    route.intake.prepare()?;
    let walking = Reality::default();
    let signs = walking.clone();
    let (events, inbox) = channel();
    let (told, kept) = (events.clone(), Arc::clone(account));
    let walker = Walker::begin(walk(walking)?, Writer::default(), signs, told, kept)?;
    let begin = around.tick();
    let presses = Arc::new(route.intake.presses());
    let means = Means {
        route: Arc::clone(route),
        presses: Arc::clone(&presses),
        around: around.clone(),
        events,
    };
    let mut voyage = Voyage {
        route,
        account,
        keep,
        outbox: Outbox::default(),
        unkept: None,
        walker,
        packer: Packer::new(presses),
        posters: Posters::new(means),
        around,
        over: None,
        begin,
        headway: course.headway.clone(),
        stopping: None,
    };
    let ended = loop {
        match voyage.step(course) {
            Ok(Step::Again) => {}
            Ok(Step::Wait(span)) => match inbox.recv_timeout(span) {
                Ok(event) => voyage.take(event),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            },
            Ok(Step::End(ended)) => break ended,
            Err(error) => break Err(error),
        }
    };
    // What is still out is left behind; its answer would be nobody's.
    voyage.around.cancel.raise();
    let mut account = account.lock();
    account.retries += voyage.outbox.retries();
    account.trouble = voyage.outbox.trouble().map(str::to_owned);
    account.ended = ended.is_ok() && voyage.outbox.is_empty() && voyage.stopping.is_none();
    ended
}

enum Step {
    Again,
    Wait(Duration),
    End(Result<()>),
}

struct Voyage<'a> {
    route: &'a Arc<Route>,
    account: &'a Arc<Mutex<Account>>,
    keep: &'a mut dyn FnMut(&str) -> Result<()>,
    outbox: Outbox<Pages>,
    /// Delivered, and could not be kept.
    unkept: Option<Unkept>,
    walker: Walker,
    packer: Packer,
    posters: Posters,
    around: Reality,
    /// How the walk ended, once it has.
    over: Option<Result<()>>,
    begin: Duration,
    headway: Headway,
    /// Since when the voyage is to end.
    stopping: Option<Duration>,
}

impl Voyage<'_> {
    fn step(&mut self, course: &Course) -> Result<Step> {
        if let Some(landed) = self.outbox.landed() {
            self.unkept = Some(Unkept::new(landed));
        }
        if let Some(unkept) = self.unkept.take() {
            return self.keep(unkept, course);
        }
        if let Some(stopped) = self.outbox.stopped() {
            self.route.intake.refused(stopped, self.around.tick());
            return Err(Error::Credentials(stopped.0.clone()));
        }
        if self.over.is_some() && self.outbox.is_empty() {
            return Ok(Step::End(self.over.take().unwrap_or(Ok(()))));
        }
        let tick = self.around.tick();
        if !self.walker.is_numb(tick) {
            course.pulse.beat(tick);
        }
        if self.stopping.is_none() && course.is_over(tick, self.begin) {
            self.stopping = Some(tick);
            self.walker.cancel();
        }
        if let Some(since) = self.stopping {
            let patience = tick < since + course.grace;
            if self.outbox.out() > 0 && patience {
                return Ok(Step::Wait(LOOK_UP));
            }
            return Ok(Step::End(self.cut_short(course)));
        }
        if let Some(stall) = course.stalled(tick, self.begin) {
            return Err(self.stalled(stall));
        }
        while self.over.is_none() && self.outbox.wants_page_beside(self.walker.awaited()) {
            self.walker.ask(tick);
        }
        if self.walker.silent_for(tick) > course.silence {
            let mut account = self.account.lock();
            account.trouble.get_or_insert_with(|| {
                let seconds = course.silence.as_secs();
                format!("the source has given no page for more than {seconds} s")
            });
        }
        Ok(match self.outbox.next(tick) {
            Next::Send(parcel) => {
                self.posters.post(parcel, self.outbox.out())?;
                Step::Again
            }
            Next::At(at) => Step::Wait(at.saturating_sub(tick).min(LOOK_UP)),
            Next::Idle => Step::Wait(LOOK_UP),
        })
    }

    fn take(&mut self, event: Event) {
        let tick = self.around.tick();
        match event {
            Event::Page(page) => {
                self.headway.made(tick);
                self.walker.came(tick);
                self.account.lock().trouble = self.outbox.trouble().map(str::to_owned);
                self.outbox.take(page.payloads, page.stamp);
                self.packer.pack(self.outbox.full());
            }
            Event::Over(ended) => {
                self.walker.ended();
                self.over = Some(ended);
                self.outbox.no_more();
            }
            Event::Answer(number, verdict) => {
                let Some(verdict) = verdict else { return };
                if !matches!(verdict, Verdict::Again { .. } | Verdict::Slow(_)) {
                    self.headway.made(tick);
                }
                let random = self.around.random();
                self.outbox.answered(number, verdict, tick, random);
                let mut account = self.account.lock();
                account.trouble = self.outbox.trouble().map(str::to_owned);
                account.posted(self.route.intake.take_counts());
            }
        }
    }

    /// Keeps what was delivered, or says when to try again.
    fn keep(&mut self, mut unkept: Unkept, course: &Course) -> Result<Step> {
        let tick = self.around.tick();
        if let Some(why) = unkept.waits_at(tick) {
            course.pulse.beat(tick);
            if course.is_over(tick, self.begin) || course.stalled(tick, self.begin).is_some() {
                return Err(why);
            }
            self.unkept = Some(unkept);
            return Ok(Step::Wait(LOOK_UP));
        }
        let letters = &self.route.dead_letters;
        match unkept.keep(letters, self.around.now(), self.keep) {
            Ok(()) => {
                let mut account = self.account.lock();
                account.delivered(&unkept.landed);
                account.trouble = self.outbox.trouble().map(str::to_owned);
            }
            Err(why @ Error::Store(_)) if course.holds_on => {
                self.account.lock().trouble = Some(format!(
                    "{why}; what was delivered is remembered, and nothing more is sent before it is \
                     kept"
                ));
                unkept.put_off(why, tick);
                self.unkept = Some(unkept);
            }
            Err(why) => return Err(why),
        }
        Ok(Step::Again)
    }

    /// How a voyage ends that had to: that something does not get through is worth an error.
    fn cut_short(&mut self, course: &Course) -> Result<()> {
        match self.outbox.trouble() {
            Some(trouble) if !course.stop.is_raised() => Err(Error::Unavailable(format!(
                "{trouble}; the run's time was over, and what was not accepted is read and sent \
                 again"
            ))),
            None if self.outbox.out() > 0
                && !course.stop.is_raised()
                && self.account.lock().tally.logs == 0 =>
            {
                let words = "the intake did not answer before the run's time was over; the same \
                             records are read and sent again";
                Err(Error::Unavailable(words.to_owned()))
            }
            _ => self.over.take().unwrap_or(Ok(())),
        }
    }

    fn stalled(&self, stall: Duration) -> Error {
        let seconds = stall.as_secs();
        Error::Unavailable(match self.outbox.trouble() {
            Some(trouble) => format!("{trouble}; nothing was accepted for {seconds} s"),
            None => format!("the source gave no page and the intake no answer for {seconds} s"),
        })
    }
}

impl Stamp for Pages {
    fn then(&mut self, next: Self) {
        self.place = next.place;
        self.tally += next.tally;
        self.standing = next.standing;
    }
}
