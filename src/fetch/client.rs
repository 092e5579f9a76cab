//! HTTP clients, made when first needed and shared by all streams whose options look alike.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use once_cell::sync::{Lazy, OnceCell};
use parking_lot::Mutex;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Identity, Proxy};

use super::driver::Driver;
use super::options::Transport;
use super::proxy::Proxies;
use super::tls::Trust;
use crate::error::{Error, Result};

/// So many connections to one host wait to be used again: a thousand streams that poll it together
/// would otherwise leave it as many, with their buffers, and none of them is busy for long.
const MOST_IDLE: usize = 16;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    connect_timeout: Duration,
    proxies: Proxies,
    trust: Trust,
    plain: bool,
}

/// A client that others may hold as well.
#[derive(Default)]
pub(super) struct Shared {
    made: OnceCell<(Client, Driver)>,
}

static CLIENTS: Lazy<Mutex<HashMap<Key, Weak<Shared>>>> = Lazy::new(Mutex::default);

/// The client for some options: the one that is there, else a new one. A `plain` one makes no TLS
/// connection, and so works where a machine has no certificate authorities.
pub(super) fn shared(transport: &Transport, plain: bool) -> Result<Arc<Shared>> {
    let key = Key {
        connect_timeout: transport.connect_timeout,
        proxies: transport.proxies.clone(),
        trust: transport.tls.load()?,
        plain: plain && !transport.proxies.is_encrypted(),
    };
    let shared = {
        let mut clients = CLIENTS.lock();
        clients.retain(|_, client| client.strong_count() > 0);
        let there = clients.get(&key).and_then(Weak::upgrade);
        there.unwrap_or_else(|| {
            let new = Arc::<Shared>::default();
            clients.insert(key.clone(), Arc::downgrade(&new));
            new
        })
    };
    shared.made.get_or_try_init(|| {
        let driver = Driver::start().map_err(|error| {
            Error::Unavailable(format!("no thread could be started to ask with: {error}"))
        })?;
        Ok((client(&key)?, driver))
    })?;
    Ok(shared)
}

impl Shared {
    /// The client, and what runs its exchanges.
    pub(super) fn made(&self) -> Option<&(Client, Driver)> {
        self.made.get()
    }
}

fn client(key: &Key) -> Result<Client> {
    // Fails where somebody was earlier, and then theirs serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let proxies = key.proxies.clone();
    let mut builder = Client::builder()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .proxy(Proxy::custom(move |url| proxies.for_url(url)))
        .connect_timeout(key.connect_timeout)
        .pool_max_idle_per_host(MOST_IDLE)
        .tcp_nodelay(true);
    let trust = &key.trust;
    if !trust.verify {
        builder = builder.tls_danger_accept_invalid_certs(true);
    } else if let Some(pems) = &trust.authorities {
        let mut certificates = Vec::new();
        for pem in pems {
            let found = Certificate::from_pem_bundle(pem);
            certificates.extend(found.map_err(|error| unusable("tls_ca_cert", &error))?);
        }
        builder = builder
            .tls_certs_only(certificates)
            .tls_danger_accept_invalid_hostnames(!trust.hostname);
    } else if key.plain {
        builder = builder.tls_certs_only([]);
    }
    if let Some(pem) = &trust.identity {
        let identity = Identity::from_pem(pem).map_err(|error| unusable("tls_cert", &error))?;
        builder = builder.identity(identity);
    }
    builder.build().map_err(|error| {
        let cause = super::exchange::cause(&error);
        if cause.contains("No CA certificates") {
            return Error::config(
                "tls_ca_cert",
                "this machine has no certificate authorities; install its `ca-certificates` \
                 package, or name a file here",
            );
        }
        Error::config("http options", format!("cannot be used: {cause}"))
    })
}

fn unusable(option: &str, error: &reqwest::Error) -> Error {
    Error::config(
        option,
        format!(
            "not a usable certificate or key in PEM form: {}",
            super::exchange::cause(error)
        ),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn streams_with_equal_options_share_one_client_and_others_do_not() {
        let transport = Transport {
            connect_timeout: Duration::from_millis(12_345),
            ..Transport::default()
        };
        let other = Transport {
            connect_timeout: Duration::from_millis(54_321),
            ..Transport::default()
        };
        let first = shared(&transport, true).unwrap();
        let second = shared(&transport, true).unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        assert!(!Arc::ptr_eq(&first, &shared(&other, true).unwrap()));
    }

    #[test]
    fn a_provider_that_is_already_installed_does_no_harm() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        assert!(shared(&Transport::default(), true).is_ok());
    }
}
