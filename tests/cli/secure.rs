//! The way to Datadog through TLS under an authority of one's own, and through a proxy.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use logwalk::sim::{Options, Running, Stream, serve};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use super::{Ended, Folder, finished, logwalk};

/// One request, head and body, as it came.
fn request(from: &mut impl BufRead) -> Option<(Vec<String>, Vec<u8>)> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        let read = from.read_line(&mut line).ok()?;
        match (read, line.trim_end()) {
            (0, _) => return None,
            (_, "") => break,
            (_, text) => head.push(text.to_owned()),
        }
    }
    let length = head.iter().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    from.read_exact(&mut body).ok()?;
    Some((head, body))
}

/// TLS in front of a vendor, under an authority that nobody else knows; its port and the authority.
fn tls_before(vendor: SocketAddr) -> (u16, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = names.signed_by(&key, &authority).unwrap();
    let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
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
            std::thread::spawn(move || {
                // A client that trusts nobody says nothing.
                let Some((head, body)) = request(&mut stream) else {
                    return;
                };
                let mut behind = TcpStream::connect(vendor).unwrap();
                let head = head.join("\r\n");
                write!(behind, "{head}\r\nConnection: close\r\n\r\n").unwrap();
                behind.write_all(&body).unwrap();
                let mut answer = Vec::new();
                behind.read_to_end(&mut answer).unwrap();
                let stream = stream.get_mut();
                stream.write_all(&answer).unwrap();
                stream.conn.send_close_notify();
                let _ = stream.flush();
            });
        }
    });
    (port, authority.pem())
}

/// A proxy that tunnels for whoever says the password, and counts the tunnels.
struct Tunnels {
    port: u16,
    count: Arc<AtomicUsize>,
}

impl Tunnels {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let counted = Arc::clone(&counted);
                std::thread::spawn(move || tunnel(stream, &counted));
            }
        });
        Self { port, count }
    }

    fn url(&self, who: &str) -> String {
        format!("http://{who}127.0.0.1:{}", self.port)
    }

    fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }
}

/// `me:hunter2`, as a proxy is told it.
const PASSWORD: &str = "proxy-authorization: basic bwu6ahvudgvymg==";

fn tunnel(stream: TcpStream, count: &AtomicUsize) {
    let mut from = BufReader::new(stream.try_clone().unwrap());
    let Some((head, _)) = request(&mut from) else {
        return;
    };
    let mut to = stream;
    if !head.iter().any(|line| line.to_lowercase() == PASSWORD) {
        let _ = to.write_all(b"HTTP/1.1 407 Who?\r\ncontent-length: 0\r\n\r\n");
        return;
    }
    let target = head[0].split(' ').nth(1).unwrap();
    let there = TcpStream::connect(target).unwrap();
    count.fetch_add(1, Ordering::Relaxed);
    to.write_all(b"HTTP/1.1 200 Go on\r\n\r\n").unwrap();
    let mut back = there.try_clone().unwrap();
    let mut answers = to.try_clone().unwrap();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut back, &mut answers);
        let _ = answers.shutdown(std::net::Shutdown::Write);
    });
    let mut there = there;
    let _ = std::io::copy(&mut from, &mut there);
    let _ = there.shutdown(std::net::Shutdown::Write);
}

/// A vendor that is asked in the clear, and whose intake answers under TLS only.
struct World {
    vendor: Running,
    folder: Folder,
    authority: String,
    port: u16,
}

impl World {
    fn new() -> Self {
        let vendor = serve(Options {
            backlog: 120,
            total: Some(120),
            ..Options::default()
        })
        .unwrap();
        let (port, authority) = tls_before(vendor.addr());
        let folder = Folder::new();
        let authority = folder.file("authority.pem", &authority);
        Self {
            vendor,
            folder,
            authority,
            port,
        }
    }

    fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// A conf.yaml whose destination has these options beside URL and key.
    fn conf(&self, further: &Value) -> String {
        let mut destination =
            json!({"type": "datadog", "url": self.url(), "api_key": "sim-api-key"});
        let further = further.as_object().unwrap().clone();
        destination.as_object_mut().unwrap().extend(further);
        let instance = json!({
            "source": "agent_handler/tool_calls",
            "base_url": self.vendor.base_url(Stream::ToolCalls),
            "credentials": {"token": "sim-production-key"},
            "start": "1h", "skip_proxy": true,
            "destination": destination,
            "store": {"type": "file", "path": self.folder.path().join("places")},
        });
        self.folder
            .file("a.yaml", &json!({"instances": [instance]}).to_string())
    }

    fn go(&self, words: &[&str], further: &Value) -> Ended {
        let conf = self.conf(further);
        let ended = finished(logwalk().args(words).args(["-c", &conf]), "");
        let told = format!("{}{}", ended.out, ended.errors);
        for secret in ["hunter2", "bWU6", "sim-api-key"] {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
        ended
    }

    /// Asserts that `test` is red, in these words.
    fn fails(&self, further: &Value, words: &[&str]) {
        let ended = self.go(&["test", "--timeout", "5"], further);
        for words in words {
            assert!(ended.out.contains(words), "{words} in {}", ended.out);
        }
        assert_eq!(ended.status, Some(1), "{}", ended.out);
    }
}

#[test]
fn the_intake_is_reached_through_tls_under_an_authority_of_ones_own() {
    let world = World::new();
    let trusted = json!({"tls_ca_cert": world.authority});
    let tried = world.go(&["test"], &trusted).done();
    assert!(tried.contains("a synthetic event was accepted"), "{tried}");
    world.vendor.forget_arrived();
    let ended = world.go(&["run", "--once"], &trusted);
    assert_eq!(ended.status, Some(0), "{}", ended.errors);
    assert_eq!(world.vendor.arrived().len(), 120);
}

#[test]
fn an_authority_that_is_not_trusted_is_told_with_the_option_and_nothing_is_lost() {
    let world = World::new();
    let (_, other) = tls_before(world.vendor.addr());
    let other = world.folder.file("other.pem", &other);
    let stranger = json!({"tls_ca_cert": other});
    world.fails(&stranger, &["not trusted", "`destination.tls_ca_cert`"]);
    let ended = world.go(&["run", "--once"], &stranger);
    assert_eq!(ended.status, Some(1), "{}", ended.errors);
    assert!(
        ended.errors.contains("`destination.tls_ca_cert`"),
        "{}",
        ended.errors
    );
    let missing = json!({"tls_ca_cert": "/nonexistent/ca.pem"});
    world.fails(&missing, &["cannot read /nonexistent/ca.pem"]);
    let ended = world.go(&["run", "--once"], &json!({"tls_ca_cert": world.authority}));
    assert_eq!(ended.status, Some(0), "{}", ended.errors);
    assert_eq!(world.vendor.arrived().len(), 120);
}

#[test]
fn the_intake_is_reached_through_a_proxy_that_asks_for_a_password() {
    let (world, proxy) = (World::new(), Tunnels::new());
    let way =
        |who: &str| json!({"tls_ca_cert": world.authority, "proxy": {"https": proxy.url(who)}});
    world.fails(&way(""), &["wants to know who asks", "`destination.proxy`"]);
    world.fails(&way("me:wrong@"), &["wants to know who asks"]);
    assert_eq!(proxy.count(), 0);
    let tried = world.go(&["test"], &way("me:hunter2@")).done();
    assert!(tried.contains("a synthetic event was accepted"), "{tried}");
    world.vendor.forget_arrived();
    let before = proxy.count();
    let ended = world.go(&["run", "--once"], &way("me:hunter2@"));
    assert_eq!(ended.status, Some(0), "{}", ended.errors);
    assert_eq!(world.vendor.arrived().len(), 120);
    assert!(proxy.count() > before);
    let gone = json!({"tls_ca_cert": world.authority, "proxy": {"https": "http://127.0.0.1:1"}});
    world.fails(&gone, &["no connection", "127.0.0.1"]);
}

#[test]
fn sample_logs_go_the_same_way_by_the_environment() {
    let (world, proxy) = (World::new(), Tunnels::new());
    let list = |who: &str, authority: &str| {
        let mut command = logwalk();
        command.args(["samples", "list", "--url", &world.url()]);
        command.args([
            "--api-key",
            "sim-api-key",
            "--app-key",
            "sim-application-key",
        ]);
        command
            .env("SSL_CERT_FILE", authority)
            .env("HTTPS_PROXY", proxy.url(who));
        command.env_remove("NO_PROXY").env_remove("no_proxy");
        finished(&mut command, "")
    };
    assert!(
        list("me:hunter2@", &world.authority)
            .done()
            .contains("no subscription")
    );
    assert!(proxy.count() > 0);
    let errors = list("", &world.authority).failed(1);
    assert!(errors.contains("HTTPS_PROXY"), "{errors}");
    let (_, other) = tls_before(world.vendor.addr());
    let other = world.folder.file("other.pem", &other);
    let errors = list("me:hunter2@", &other).failed(1);
    assert!(errors.contains("SSL_CERT_FILE"), "{errors}");
    assert!(!errors.contains("hunter2"), "{errors}");
}
