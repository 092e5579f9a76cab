//! All that goes wrong with one request.

use std::io::{self, Read};
use std::time::Duration;

use crate::sim::faults::{Change, Fault};
use crate::sim::http::{Asked, Delivery, Reply, packed};
use crate::sim::{agent_handler, datadog};

/// What is to be different about one page.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(clippy::struct_excessive_bools)]
pub(crate) struct Twist {
    pub(crate) repeat: bool,
    pub(crate) empty: bool,
    pub(crate) double: bool,
    pub(crate) partial: bool,
    pub(crate) warn: bool,
    pub(crate) at_most: Option<usize>,
    /// A payload that holds one of these texts cannot be read.
    pub(crate) refuse_with: Vec<String>,
    pub(crate) refuse_over: Option<usize>,
}

/// The faults that one request meets, put together.
#[derive(Debug, Default)]
pub(super) struct Mishap {
    pub(super) instead: Option<Reply>,
    pub(super) twist: Twist,
    pub(super) delivery: Delivery,
    /// Cursors are refused from now on, with this status.
    pub(super) expire: Option<u16>,
    pub(super) skew: i64,
    pub(super) garbled: bool,
    pub(super) rewrites: Vec<(String, Change)>,
}

impl Mishap {
    pub(super) fn of(faults: Vec<Fault>, asked: &Asked) -> Self {
        let mut mishap = Self::default();
        for fault in faults {
            mishap.add(fault, asked);
        }
        mishap
    }

    fn add(&mut self, fault: Fault, asked: &Asked) {
        match fault {
            Fault::Status {
                code,
                body,
                headers,
            } => {
                let mut reply = match body {
                    Some(body) => Reply::page(code, body),
                    None => failure(asked, code),
                };
                reply.headers.extend(headers);
                self.instead = Some(reply);
            }
            Fault::Html => {
                self.instead = Some(Reply::new(200, "text/html; charset=utf-8", SIGN_IN));
            }
            Fault::Redirect { to } => {
                self.instead = Some(Reply::new(302, "text/plain", "").with("location", to));
            }
            Fault::Bomb { bytes } => self.instead = Some(bomb(bytes)),
            Fault::Delay { ms } => self.delivery.delay += Duration::from_millis(ms),
            Fault::Cut { after } => self.delivery.cut_after = Some(after),
            Fault::Hangup => self.delivery.hangup = true,
            Fault::Drip { bytes_per_second } => {
                self.delivery.bytes_per_second = Some(bytes_per_second);
            }
            Fault::Huge { bytes } => self.delivery.filling = bytes,
            Fault::Skew { seconds } => self.skew = seconds,
            Fault::Garbage => self.garbled = true,
            Fault::Expire { status } => self.expire = Some(status),
            Fault::Repeat => self.twist.repeat = true,
            Fault::Empty => self.twist.empty = true,
            Fault::Double => self.twist.double = true,
            Fault::Partial => self.twist.partial = true,
            Fault::Warn => self.twist.warn = true,
            Fault::Rewrite { at, to } => self.rewrites.push((at, to)),
            Fault::Short { records } => self.twist.at_most = Some(records),
            Fault::RefuseWith { text } => self.twist.refuse_with.push(text),
            Fault::RefuseOver { bytes } => self.twist.refuse_over = Some(bytes),
        }
    }
}

const SIGN_IN: &str = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html>";

/// A status in the words of the vendor that was asked.
fn failure(asked: &Asked, code: u16) -> Reply {
    if asked.path.starts_with("/api/v2/") {
        return datadog::error(code, &format!("simulated status {code}"));
    }
    if code >= 500 {
        return Reply::new(
            code,
            "text/html",
            format!("<html><body><h1>{code}</h1></body></html>"),
        );
    }
    agent_handler::error(code, "simulated", &format!("simulated status {code}"))
}

/// White space that takes a thousandth of its size on the wire.
fn bomb(bytes: u64) -> Reply {
    Reply::page(200, packed(io::repeat(b' ').take(bytes))).with("content-encoding", "gzip")
}
