//! A body on its way out: whole, cut off, or drop by drop.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::Delivery;

/// So often a slow body gives a drop.
const DROPS_PER_SECOND: u64 = 20;
/// What was sent gets out of the door before the connection is cut.
const BEFORE_THE_CUT: Duration = Duration::from_millis(20);
const FILLING: &[u8] = &[b' '; 65_536];

/// A body, and how it goes out.
#[derive(Debug)]
pub(crate) struct Outflow {
    body: VecDeque<Bytes>,
    filling: u64,
    /// What may still be sent before the connection is cut.
    allowed: u64,
    /// Bytes a drop; `None` sends all at once.
    drop_bytes: Option<usize>,
    wait: Option<Pin<Box<Sleep>>>,
}

impl Outflow {
    pub(super) fn new(body: Vec<Bytes>, delivery: &Delivery) -> Self {
        Self {
            body: body.into_iter().filter(|piece| !piece.is_empty()).collect(),
            filling: delivery.filling,
            allowed: delivery.cut_after.map_or(u64::MAX, |bytes| bytes as u64),
            drop_bytes: delivery.bytes_per_second.map(|speed| {
                usize::try_from((speed / DROPS_PER_SECOND).max(1)).unwrap_or(usize::MAX)
            }),
            wait: None,
        }
    }

    fn next_chunk(&mut self) -> Option<Bytes> {
        let mut piece = self.body.pop_front().or_else(|| self.next_filling())?;
        let allowed = usize::try_from(self.allowed).unwrap_or(usize::MAX);
        let size = piece
            .len()
            .min(allowed)
            .min(self.drop_bytes.unwrap_or(usize::MAX));
        self.allowed -= size as u64;
        let chunk = piece.split_to(size);
        if !piece.is_empty() {
            self.body.push_front(piece);
        }
        Some(chunk)
    }

    fn next_filling(&mut self) -> Option<Bytes> {
        let size = self.filling.min(FILLING.len() as u64);
        self.filling -= size;
        let piece = Bytes::from_static(FILLING).slice(..usize::try_from(size).ok()?);
        (!piece.is_empty()).then_some(piece)
    }
}

impl Body for Outflow {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(wait) = self.wait.as_mut() {
            if wait.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.wait = None;
            if self.allowed == 0 {
                return Poll::Ready(Some(Err(io::Error::other("cut on purpose"))));
            }
        }
        if self.allowed == 0 {
            self.wait = Some(Box::pin(sleep(BEFORE_THE_CUT)));
            return self.poll_frame(context);
        }
        let Some(chunk) = self.next_chunk() else {
            return Poll::Ready(None);
        };
        if self.drop_bytes.is_some() {
            self.wait = Some(Box::pin(sleep(Duration::from_millis(
                1_000 / DROPS_PER_SECOND,
            ))));
        }
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }

    fn size_hint(&self) -> SizeHint {
        let pieces: usize = self.body.iter().map(Bytes::len).sum();
        SizeHint::with_exact(pieces as u64 + self.filling)
    }
}
