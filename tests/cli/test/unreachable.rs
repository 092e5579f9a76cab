//! What is wrong before anything can be asked.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{Checks, Vendor, instance, test};
use crate::Folder;

fn at(base: &str, more: &str) -> Checks {
    let folder = Folder::new();
    let instance = instance("agent_handler/tool_calls", base, "token: some-secret", more);
    Checks::of(&test(&folder, &instance, &["--json"]))
}

#[test]
fn a_host_that_nobody_knows_ends_it() {
    let checks = at("https://api.example.invalid/api/v1", "");
    checks.say("name", "failed", &["api.example.invalid", "base_url"]);
    checks.say(
        "the rest",
        "not tried",
        &["credentials", "no host, no request"],
    );
    assert_eq!(checks.status, Some(1));
    let said: Vec<&str> = checks
        .all
        .iter()
        .map(|one| one["check"].as_str().unwrap())
        .collect();
    assert_eq!(said, ["name", "the rest", "file", "store"]);
}

#[test]
fn a_port_that_nobody_listens_on_ends_it() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let checks = at(&format!("http://{free}/api/v1"), "");
    checks.say("connection", "failed", &[&free.to_string(), "firewall"]);
    let proxied = format!("    proxy: {{http: \"http://{free}\", https: \"http://{free}\"}}\n");
    let checks = at("http://api.example.invalid/api/v1", &proxied);
    checks.say("connection", "failed", &["whether that proxy runs"]);
}

/// A port that speaks TLS under a certificate that nobody vouches for.
fn stranger() -> u16 {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], secret)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = BufReader::new(StreamOwned::new(connection, stream));
            let mut line = String::new();
            while stream.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            // A client that turned away hears nothing of it.
            let _ = stream
                .get_mut()
                .write_all(b"HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n");
        }
    });
    port
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_told_with_the_option() {
    let port = stranger();
    // Some authority, so that it is no matter whether this machine has any.
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(Vec::new())
        .unwrap()
        .self_signed(&key)
        .unwrap();
    let folder = Folder::new();
    let authority = folder.file("ca.pem", &own.pem());
    let checks = at(
        &format!("https://localhost:{port}/api/v1"),
        &format!("    tls_ca_cert: {authority}\n"),
    );
    checks.say("TLS", "failed", &["not trusted", "tls_ca_cert"]);
    checks.say("connection", "ok", &[]);
}

#[test]
fn a_certificate_that_is_not_looked_at_is_noted() {
    let base = format!("https://localhost:{}/api/v1", stranger());
    let checks = at(&base, "    tls_verify: false\n");
    checks.say("TLS", "note", &["not looked at", "tls_ca_cert"]);
    checks.say("credentials", "failed", &["401"]);
}

#[test]
fn a_port_without_tls_is_told_from_a_certificate() {
    let vendor = Vendor::new();
    let base = format!("https://{}/api/v1", vendor.running.addr());
    let folder = Folder::new();
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(Vec::new())
        .unwrap()
        .self_signed(&key)
        .unwrap();
    let authority = folder.file("ca.pem", &own.pem());
    let checks = at(&base, &format!("    tls_ca_cert: {authority}\n"));
    checks.say("TLS", "failed", &["does not speak TLS", "http://"]);
}
