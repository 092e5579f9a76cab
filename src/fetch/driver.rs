//! The thread on which a client's exchanges run, all of them, however many wait at once.

use std::io;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

/// Runs exchanges. Let go of, it ends with whatever still runs, and nobody waits for that.
pub(super) struct Driver {
    handle: Handle,
    /// Its end is the thread's.
    _held: oneshot::Sender<()>,
}

/// An exchange under way. Let go of, it ends, and so does its connection.
pub(super) struct Running(AbortHandle);

impl Driver {
    /// Starts the thread; an error says that the system gave none, or nothing to wait with.
    pub(super) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .thread_name("logwalk-lookup")
            .build()?;
        let handle = runtime.handle().clone();
        let (held, let_go) = oneshot::channel();
        std::thread::Builder::new()
            .name("logwalk-wire".to_owned())
            // What runs ends with the runtime; a name look-up that hangs is waited for here only.
            .spawn(move || runtime.block_on(let_go))?;
        Ok(Self {
            handle,
            _held: held,
        })
    }

    /// Runs something until it is done or let go of. A fault in it ends nothing else.
    pub(super) fn run(&self, exchange: impl Future<Output = ()> + Send + 'static) -> Running {
        Running(self.handle.spawn(exchange).abort_handle())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::sync::mpsc::{RecvTimeoutError, channel};
    use std::time::{Duration, Instant};

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn whoever_lets_go_of_it_does_not_wait_for_what_hangs_and_the_rest_ends() {
        let driver = Driver::start().unwrap();
        let (hangs, hanging) = channel();
        let (waits, ended) = channel::<()>();
        let _running = driver.run(async move {
            let lookup = tokio::task::spawn_blocking(move || {
                hangs.send(()).unwrap();
                std::thread::sleep(Duration::from_secs(5));
            });
            let _waits = waits;
            let _ = lookup.await;
        });
        hanging.recv_timeout(LONG).unwrap();
        let begin = Instant::now();
        drop(driver);
        let ended = ended.recv_timeout(Duration::from_secs(4));
        assert_eq!(ended, Err(RecvTimeoutError::Disconnected));
        assert!(begin.elapsed() < Duration::from_secs(4));
    }

    #[test]
    fn what_is_let_go_of_ends_and_what_breaks_ends_nothing_else() {
        let driver = Driver::start().unwrap();
        let (waits, ended) = channel::<()>();
        drop(driver.run(async move {
            let _waits = waits;
            std::future::pending::<()>().await;
        }));
        let ended = ended.recv_timeout(LONG);
        assert_eq!(ended, Err(RecvTimeoutError::Disconnected));
        let (told, tells) = channel();
        let _broken = driver.run(async { panic!("a fault") });
        let _sound = driver.run(async move { told.send(1).unwrap() });
        assert_eq!(tells.recv_timeout(LONG), Ok(1));
    }
}
