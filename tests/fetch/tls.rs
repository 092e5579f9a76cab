//! TLS on loopback, with certificates made here.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use logwalk::error::Error;
use logwalk::fetch::Fetch;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use crate::common::{ask, get, options, setup};
use crate::server::{Server, reply};

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    pem: String,
}

struct Leaf {
    certificate: CertificateDer<'static>,
    key: Vec<u8>,
    pem: String,
    key_pem: String,
}

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Authority {
        pem: certificate.pem(),
        certificate: certificate.der().clone(),
        issuer: Issuer::new(params, key),
    }
}

impl Authority {
    fn leaf(&self, name: &str) -> Leaf {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Leaf {
            certificate: certificate.der().clone(),
            pem: certificate.pem(),
            key: key.serialize_der(),
            key_pem: key.serialize_pem(),
        }
    }
}

fn server(leaf: &Leaf, clients: Option<&Authority>) -> Server {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match clients {
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.certificate.clone()).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.unwrap())
        }
        None => builder.with_no_client_auth(),
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf.key.clone()));
    let config = Arc::new(
        builder
            .with_single_cert(vec![leaf.certificate.clone()], key)
            .unwrap(),
    );
    let wrap = move |stream| {
        let connection = ServerConnection::new(Arc::clone(&config)).ok()?;
        Some(StreamOwned::new(connection, stream))
    };
    Server::over(wrap, |_, _| reply(200, &[], "safe"))
}

fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("logwalk-{name}-{}", std::process::id()));
    fs::create_dir_all(&path).unwrap();
    path
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

fn asked(server: &Server, instance: Value) -> Result<String, Error> {
    let base = format!("https://localhost:{}", server.address.port());
    let fetch = Fetch::new(&options(instance), setup(&base)).unwrap();
    let reply = ask(&fetch, &get(&format!("{base}/logs")), 3)?;
    Ok(reply.text().into_owned())
}

#[test]
fn a_server_is_trusted_by_the_users_own_authority_in_a_file_or_directory() {
    let authority = authority();
    let server = server(&authority.leaf("localhost"), None);
    let folder = folder("authority");
    let file = write(&folder, "ca.pem", &authority.pem);
    assert_eq!(
        asked(&server, json!({"tls_ca_cert": file})).as_deref(),
        Ok("safe")
    );
    assert_eq!(
        asked(&server, json!({"tls_ca_cert": folder})).as_deref(),
        Ok("safe")
    );
}

#[test]
fn a_server_that_nobody_vouches_for_is_not_trusted_and_the_fix_is_named() {
    let authority = authority();
    let server = server(&authority.leaf("localhost"), None);
    let file = write(&folder("stranger"), "ca.pem", &self::authority().pem);
    for instance in [json!({}), json!({"tls_ca_cert": file})] {
        let error = asked(&server, instance).unwrap_err();
        // A machine may have no authorities at all, and that is told apart.
        assert!(
            matches!(&error, Error::Unavailable(_) | Error::Config { .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains("tls_ca_cert"), "{error}");
    }
    assert_eq!(server.asked().len(), 0, "nothing was sent");
}

#[test]
fn a_server_is_not_checked_where_the_user_says_so() {
    let server = server(&authority().leaf("elsewhere.example.com"), None);
    assert_eq!(
        asked(&server, json!({"tls_verify": false})).as_deref(),
        Ok("safe")
    );
}

#[test]
fn a_certificate_for_another_name_counts_only_where_names_are_not_checked() {
    let authority = authority();
    let server = server(&authority.leaf("elsewhere.example.com"), None);
    let file = write(&folder("name"), "ca.pem", &authority.pem);
    let error = asked(&server, json!({"tls_ca_cert": file})).unwrap_err();
    assert!(error.to_string().contains("is not trusted"), "{error}");
    let unchecked = json!({"tls_ca_cert": file, "tls_validate_hostname": false});
    assert_eq!(asked(&server, unchecked).as_deref(), Ok("safe"));
}

#[test]
fn a_client_shows_its_certificate_with_the_key_apart_or_in_the_same_file() {
    let (authority, clients) = (authority(), authority_of_clients());
    let server = server(&authority.leaf("localhost"), Some(&clients));
    let me = clients.leaf("me");
    let folder = folder("client");
    let ca = write(&folder, "ca.pem", &authority.pem);
    let certificate = write(&folder, "me.pem", &me.pem);
    let key = write(&folder, "me.key", &me.key_pem);
    let both = write(&folder, "both.pem", &format!("{}{}", me.key_pem, me.pem));
    let apart = json!({"tls_ca_cert": ca, "tls_cert": certificate, "tls_private_key": key});
    assert_eq!(asked(&server, apart).as_deref(), Ok("safe"));
    let together = json!({"tls_ca_cert": ca, "tls_cert": both});
    assert_eq!(asked(&server, together).as_deref(), Ok("safe"));
    let error = asked(&server, json!({"tls_ca_cert": ca})).unwrap_err();
    assert!(matches!(&error, Error::Unavailable(_)), "{error:?}");
}

fn authority_of_clients() -> Authority {
    authority()
}

#[test]
fn a_rotated_certificate_is_read_by_the_next_stream() {
    let (old, new) = (authority(), authority());
    let server = server(&new.leaf("localhost"), None);
    let folder = folder("rotated");
    let file = write(&folder, "ca.pem", &old.pem);
    assert!(asked(&server, json!({"tls_ca_cert": file})).is_err());
    write(&folder, "ca.pem", &new.pem);
    assert_eq!(
        asked(&server, json!({"tls_ca_cert": file})).as_deref(),
        Ok("safe")
    );
}

#[test]
fn a_file_that_is_no_certificate_is_refused_by_its_option() {
    let server = server(&authority().leaf("localhost"), None);
    let file = write(&folder("broken"), "me.pem", "nonsense");
    let error = asked(&server, json!({"tls_cert": file})).unwrap_err();
    assert!(error.to_string().starts_with("tls_cert: "), "{error}");
}
