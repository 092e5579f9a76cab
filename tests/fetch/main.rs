//! Calls over real sockets: what the network and vendors do, and what each of it leads to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
mod oauth;
mod proxies;
mod redirects;
mod replies;
mod server;
mod tls;
mod waits;
