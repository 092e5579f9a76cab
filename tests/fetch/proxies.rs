//! Calls that go through a proxy on loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use logwalk::error::Error;
use logwalk::fetch::{AgentFacts, AgentProxy, Fetch};
use serde_json::{Value, json};

use crate::common::{ask, get, options_with, setup, text};
use crate::server::{Server, reply};

const API: &str = "http://api.example.com";

/// The answer of `API` through whatever proxy the options name.
fn through(instance: Value, agent: &AgentFacts) -> String {
    let fetch = Fetch::new(&options_with(instance, agent), setup(API)).unwrap();
    match ask(&fetch, &get(&format!("{API}/logs")), 1) {
        Ok(reply) => reply.text().into_owned(),
        Err(error) => error.to_string(),
    }
}

fn proxy(name: &'static str) -> Server {
    Server::new(move |_, _| reply(200, &[], name))
}

#[test]
fn the_instances_proxy_outranks_the_agents_and_is_really_used() {
    let (own, agents) = (proxy("own"), proxy("agents"));
    let agent = AgentFacts {
        proxy: AgentProxy {
            http: Some(agents.url("")),
            ..AgentProxy::default()
        },
        ..AgentFacts::default()
    };
    assert_eq!(through(json!({}), &agent), "agents");
    assert_eq!(
        through(json!({"proxy": {"http": own.url("")}}), &agent),
        "own"
    );
    let asked = &own.asked()[0];
    assert_eq!(asked.line, "GET http://api.example.com/logs HTTP/1.1");
    assert_eq!(asked.header("authorization"), Some("Bearer hunter2"));
}

#[test]
fn a_proxys_own_credentials_go_to_it() {
    let own = proxy("own");
    let url = format!("http://me:p%40ss@{}", own.address);
    assert_eq!(
        through(json!({"proxy": {"http": url}}), &AgentFacts::default()),
        "own"
    );
    let sent = own.asked()[0]
        .header("proxy-authorization")
        .map(str::to_owned);
    assert_eq!(sent.as_deref(), Some("Basic bWU6cEBzcw=="));
}

#[test]
fn what_no_proxy_covers_goes_straight() {
    let own = proxy("own");
    let api = Server::new(|_, _| reply(200, &[], "straight"));
    let instance = json!({"proxy": {"http": own.url(""), "no_proxy": "127.0.0.0/8"}});
    let options = options_with(instance, &AgentFacts::default());
    let fetch = Fetch::new(&options, setup(&api.url(""))).unwrap();
    assert_eq!(
        ask(&fetch, &get(&api.url("/")), 10).unwrap().text(),
        "straight"
    );
    assert_eq!(own.connections(), 0);
}

#[test]
fn a_proxy_that_is_down_is_not_walked_around() {
    let api = Server::new(|_, _| reply(200, &[], "straight"));
    let instance = json!({"proxy": {"http": "127.0.0.1:1"}});
    let options = options_with(instance, &AgentFacts::default());
    let fetch = Fetch::new(&options, setup(&api.url(""))).unwrap();
    assert!(text(ask(&fetch, &get(&api.url("/")), 2)).contains("no connection"));
    assert_eq!(api.connections(), 0);
}

#[test]
fn a_proxy_that_refuses_us_is_told_from_an_api_that_does() {
    let own = Server::new(|_, _| reply(407, &[], "<title>Who are you?</title>"));
    let proxy = json!({"proxy": {"http": own.url(""), "https": own.url("")}});
    for base in ["http://api.example.com", "https://api.example.com"] {
        let options = options_with(proxy.clone(), &AgentFacts::default());
        let fetch = Fetch::new(&options, setup(base)).unwrap();
        let error = ask(&fetch, &get(base), 5).unwrap_err();
        assert!(matches!(&error, Error::Credentials(_)), "{error:?}");
        assert!(
            error
                .to_string()
                .contains("407: the proxy on the way to api.example.com")
        );
    }
    let asked = own.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1].line, "CONNECT api.example.com:443 HTTP/1.1");
    assert_eq!(
        asked[1].header("authorization"),
        None,
        "the proxy sees no credential of the API"
    );
}

#[test]
fn a_socks5h_proxy_is_told_the_name_to_look_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        socks(stream)
    });
    let url = format!("socks5h://{address}");
    assert_eq!(
        through(json!({"proxy": {"http": url}}), &AgentFacts::default()),
        "by socks"
    );
    assert_eq!(serving.join().unwrap(), "api.example.com:80");
}

/// One SOCKS 5 connection, answered in place of the host it asks for; gives that host.
fn socks(stream: TcpStream) -> String {
    let mut stream = BufReader::new(stream);
    let mut greeting = [0; 2];
    stream.read_exact(&mut greeting).unwrap();
    let mut methods = vec![0; greeting[1].into()];
    stream.read_exact(&mut methods).unwrap();
    stream.get_mut().write_all(&[5, 0]).unwrap();
    let mut head = [0; 5];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(head[..4], [5, 1, 0, 3], "a request to connect to a name");
    let mut name = vec![0; head[4].into()];
    stream.read_exact(&mut name).unwrap();
    let mut port = [0; 2];
    stream.read_exact(&mut port).unwrap();
    stream
        .get_mut()
        .write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
        .unwrap();
    let mut line = String::new();
    while stream.read_line(&mut line).unwrap() > 2 {
        line.clear();
    }
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nby socks";
    stream.get_mut().write_all(answer).unwrap();
    format!(
        "{}:{}",
        String::from_utf8(name).unwrap(),
        u16::from_be_bytes(port)
    )
}
