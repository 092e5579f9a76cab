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
        let signals = signals(tell.clone())?;
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

fn signals(tell: Sender<()>) -> io::Result<Runtime> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("signals")
        .enable_io()
        .build()?;
    let _inside = runtime.enter();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
            let mut asked = signal(kind)?;
            let tell = tell.clone();
            runtime.spawn(async move {
                asked.recv().await;
                let _ = tell.send(());
            });
        }
    }
    #[cfg(not(unix))]
    runtime.spawn(async move {
        let _ = tokio::signal::ctrl_c().await;
        let _ = tell.send(());
    });
    drop(_inside);
    Ok(runtime)
}

fn drain(input: &mut impl Read) {
    let mut unread = [0; 1024];
    while matches!(input.read(&mut unread), Ok(read) if read > 0) {}
}
