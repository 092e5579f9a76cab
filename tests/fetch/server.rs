//! A server that does as it is told: replies can be cut, delayed, compressed and malformed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use parking_lot::Mutex;

/// A request as it came in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) connection: usize,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// What the server does next on a connection.
pub(crate) enum Step {
    Send(Vec<u8>),
    Wait(Duration),
    Close,
}

/// A whole reply, the connection stays.
pub(crate) fn reply(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<Step> {
    let body = body.as_ref();
    let mut bytes = format!("HTTP/1.1 {status} Whatever\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    bytes.extend(body);
    vec![Step::Send(bytes)]
}

/// A silence longer than any test is ready to wait.
pub(crate) fn silence() -> Vec<Step> {
    vec![Step::Wait(Duration::from_mins(1))]
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    connections: Arc<AtomicUsize>,
    arrivals: Mutex<Receiver<()>>,
}

impl Server {
    /// Answers each request by its number (from 0) and what it says.
    pub(crate) fn new(answer: impl Fn(usize, &Asked) -> Vec<Step> + Send + Sync + 'static) -> Self {
        Self::over(Some, answer)
    }

    /// The same over something around the socket, such as TLS; none ends the connection.
    pub(crate) fn over<S: Read + Write>(
        wrap: impl Fn(TcpStream) -> Option<S> + Send + Sync + 'static,
        answer: impl Fn(usize, &Asked) -> Vec<Step> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let (arrived, arrivals) = channel();
        let server = Self {
            address,
            asked: Arc::clone(&asked),
            connections: Arc::clone(&connections),
            arrivals: Mutex::new(arrivals),
        };
        let (wrap, answer) = (Arc::new(wrap), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let number = connections.fetch_add(1, Ordering::SeqCst);
                let asked = Arc::clone(&asked);
                let (wrap, answer) = (Arc::clone(&wrap), Arc::clone(&answer));
                let arrived = arrived.clone();
                std::thread::spawn(move || {
                    let Some(stream) = wrap(stream) else { return };
                    let mut stream = BufReader::new(stream);
                    while let Some(mut request) = read(&mut stream) {
                        request.connection = number;
                        let count = {
                            let mut all = asked.lock();
                            all.push(request.clone());
                            all.len() - 1
                        };
                        let _ = arrived.send(());
                        for step in answer(count, &request) {
                            match step {
                                Step::Send(bytes) => {
                                    let sent = stream.get_mut().write_all(&bytes);
                                    if sent.and_then(|()| stream.get_mut().flush()).is_err() {
                                        return;
                                    }
                                }
                                Step::Wait(span) => std::thread::sleep(span),
                                Step::Close => return,
                            }
                        }
                    }
                });
            }
        });
        server
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Waits until one more request has arrived.
    pub(crate) fn await_request(&self) {
        let arrived = self.arrivals.lock().recv_timeout(Duration::from_secs(10));
        assert!(arrived.is_ok(), "no request came");
    }
}

fn read(stream: &mut impl BufRead) -> Option<Asked> {
    let mut asked = Asked::default();
    let line = |stream: &mut dyn BufRead| {
        let mut text = Vec::new();
        let read = stream.read_until(b'\n', &mut text).ok()?;
        (read > 0).then(|| String::from_utf8_lossy(&text).trim_end().to_owned())
    };
    asked.line = line(stream)?;
    loop {
        let text = line(stream)?;
        let Some((name, value)) = text.split_once(':') else {
            break;
        };
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        asked.headers.push((name, value));
    }
    let length = asked.header("content-length").and_then(|n| n.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    asked.body = String::from_utf8_lossy(&body).into_owned();
    Some(asked)
}
