//! Waiting until somebody says that it is enough.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

/// The end of a command that goes on until it is told to stop.
pub(crate) struct End {
    told: Receiver<()>,
    _signals: Runtime,
}

impl End {
    /// Watches for ctrl-c and SIGTERM from now on, and for the end of standard input if asked to.
    pub(crate) fn watched(stdin_too: bool) -> io::Result<Self> {
        let (tell, told) = channel();
        let mut signals = Signals::new()?;
        signals.watch(ends, &tell, ())?;
        if stdin_too {
            thread::spawn(move || {
                drain(&mut io::stdin().lock());
                let _ = tell.send(());
            });
        }
        Ok(Self {
            told,
            _signals: signals.0,
        })
    }

    /// Returns once one of them has come.
    pub(crate) fn wait(self) {
        let _ = self.told.recv();
    }

    /// Whether one of them has come.
    pub(crate) fn has_come(&self) -> bool {
        self.told.try_recv() != Err(TryRecvError::Empty)
    }
}

/// What somebody wants of a command that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// It is enough.
    Enough,
    /// Read again what was read at the beginning.
    Again,
}

/// What is wanted of a command that goes on, as signals say it.
pub(crate) struct Orders {
    told: Receiver<Told>,
    _signals: Runtime,
}

impl Orders {
    /// Watches for ctrl-c, SIGTERM and SIGHUP from now on.
    pub(crate) fn watched() -> io::Result<Self> {
        let (tell, told) = channel();
        let mut signals = Signals::new()?;
        signals.watch(ends, &tell, Told::Enough)?;
        signals.watch(hangups, &tell, Told::Again)?;
        Ok(Self {
            told,
            _signals: signals.0,
        })
    }

    /// The next one, if it comes so soon.
    pub(crate) fn next(&self, span: Duration) -> Option<Told> {
        match self.told.recv_timeout(span) {
            Ok(told) => Some(told),
            Err(RecvTimeoutError::Timeout) => None,
            // Nobody watches any more: not to be stopped is worse than to stop.
            Err(RecvTimeoutError::Disconnected) => Some(Told::Enough),
        }
    }
}

/// What listens for signals.
struct Signals(Runtime);

impl Signals {
    fn new() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("signals")
            .enable_io()
            .build()?;
        Ok(Self(runtime))
    }

    /// Tells this whenever one of the signals comes.
    fn watch<T: Clone + Send + Sync + 'static>(
        &mut self,
        which: fn() -> io::Result<Vec<Listened>>,
        tell: &Sender<T>,
        this: T,
    ) -> io::Result<()> {
        let inside = self.0.enter();
        for mut asked in which()? {
            let (tell, this) = (tell.clone(), this.clone());
            self.0.spawn(async move {
                while asked.recv().await.is_some() {
                    if tell.send(this.clone()).is_err() {
                        return;
                    }
                }
            });
        }
        drop(inside);
        Ok(())
    }
}

#[cfg(unix)]
type Listened = tokio::signal::unix::Signal;

#[cfg(unix)]
fn ends() -> io::Result<Vec<Listened>> {
    use tokio::signal::unix::{SignalKind, signal};
    Ok(vec![
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    ])
}

#[cfg(unix)]
fn hangups() -> io::Result<Vec<Listened>> {
    use tokio::signal::unix::{SignalKind, signal};
    Ok(vec![signal(SignalKind::hangup())?])
}

#[cfg(windows)]
type Listened = tokio::signal::windows::CtrlC;

#[cfg(windows)]
fn ends() -> io::Result<Vec<Listened>> {
    Ok(vec![tokio::signal::windows::ctrl_c()?])
}

#[cfg(windows)]
fn hangups() -> io::Result<Vec<Listened>> {
    Ok(Vec::new())
}

fn drain(input: &mut impl Read) {
    let mut unread = [0; 1024];
    while matches!(input.read(&mut unread), Ok(read) if read > 0) {}
}
