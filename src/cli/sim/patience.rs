//! Waiting until somebody says that it is enough.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use tokio::runtime::{Builder, Runtime};

/// The end of a command that goes on until it is told to stop.
pub(super) struct End {
    told: Receiver<()>,
    _signals: Runtime,
}

impl End {
    /// Watches for ctrl-c and SIGTERM from now on, and for the end of standard input if asked to.
    pub(super) fn watched(stdin_too: bool) -> io::Result<Self> {
        let (tell, told) = channel();
        let signals = signals(&tell)?;
        if stdin_too {
            thread::spawn(move || {
                drain(&mut io::stdin().lock());
                let _ = tell.send(());
            });
        }
        Ok(Self {
            told,
            _signals: signals,
        })
    }

    /// Returns once one of them has come.
    pub(super) fn wait(self) {
        let _ = self.told.recv();
    }
}

fn signals(tell: &Sender<()>) -> io::Result<Runtime> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("signals")
        .enable_io()
        .build()?;
    let inside = runtime.enter();
    for mut asked in watched()? {
        let tell = tell.clone();
        runtime.spawn(async move {
            asked.recv().await;
            let _ = tell.send(());
        });
    }
    drop(inside);
    Ok(runtime)
}

#[cfg(unix)]
fn watched() -> io::Result<[tokio::signal::unix::Signal; 2]> {
    use tokio::signal::unix::{SignalKind, signal};
    Ok([
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    ])
}

#[cfg(windows)]
fn watched() -> io::Result<[tokio::signal::windows::CtrlC; 1]> {
    Ok([tokio::signal::windows::ctrl_c()?])
}

fn drain(input: &mut impl Read) {
    let mut unread = [0; 1024];
    while matches!(input.read(&mut unread), Ok(read) if read > 0) {}
}
