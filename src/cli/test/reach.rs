//! The way to an API, as far as it can be gone without asking anything.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use reqwest::Url;

use super::facts::{Linked, Named, Reached};
use crate::config::Config;

/// Looks the host up and connects to it; behind a proxy, to the proxy.
pub(super) fn reached(config: &Config, base: &Url, patience: Duration) -> Reached {
    let transport = config.http.transport();
    let proxy = transport.proxies.for_url(base);
    let asked = proxy.as_ref().unwrap_or(base);
    let host = asked.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = asked.port_or_known_default().unwrap_or(1080);
    let patience = patience.min(transport.connect_timeout);
    let named = named(host, port, patience);
    let linked = named.as_ref().ok().map(|named| {
        linked(&named.addresses, patience).map_err(|error| format!("{host}:{port}: {error}"))
    });
    Reached {
        host: host.to_owned(),
        proxied: proxy.is_some(),
        named,
        linked,
    }
}

/// The system's look-up cannot be called off, but it can be left behind.
fn named(host: &str, port: u16, patience: Duration) -> Result<Named, String> {
    let (tell, told) = channel();
    let whole = (host.to_owned(), port);
    std::thread::spawn(move || {
        let found = whole.to_socket_addrs().map(Vec::from_iter);
        let _ = tell.send(found);
    });
    match told.recv_timeout(patience) {
        Ok(Ok(addresses)) if addresses.is_empty() => Err("it has no address".to_owned()),
        Ok(Ok(addresses)) => Ok(Named { addresses }),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {} s", patience.as_secs_f64())),
    }
}

/// The first address that takes a connection, as the client itself would find it.
fn linked(addresses: &[SocketAddr], patience: Duration) -> Result<Linked, std::io::Error> {
    let mut last = std::io::Error::other("it has no address");
    for address in addresses {
        let begin = Instant::now();
        match TcpStream::connect_timeout(address, patience) {
            Ok(_) => {
                return Ok(Linked {
                    address: *address,
                    took: begin.elapsed(),
                });
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}
