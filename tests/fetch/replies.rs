//! What comes back, and what does not.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use logwalk::error::Error;
use logwalk::fetch::{Deadline, Reality};
use logwalk::source::Call;
use serde_json::json;

use crate::common::{Skipping, ask, fetch, get, options, setup, text};
use crate::server::{Server, Step, reply, silence};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_reply_comes_whole_with_its_headers_and_unzipped() {
    let body = br#"{"results": []}"#;
    let server = Server::new(move |_, _| {
        reply(
            200,
            &[("Content-Encoding", "gzip"), ("X-Next", "caf\u{e9}")],
            gzip(body),
        )
    });
    let fetch = fetch(json!({}), setup(&server.url("")));
    let reply = ask(&fetch, &get(&server.url("/logs?page_size=1")), 10).unwrap();
    assert_eq!(
        (reply.status, reply.text().as_ref()),
        (200, r#"{"results": []}"#)
    );
    assert_eq!(reply.header("x-next"), Some("caf\u{e9}"));
    let asked = &server.asked()[0];
    assert_eq!(asked.line, "GET /logs?page_size=1 HTTP/1.1");
    assert_eq!(asked.header("authorization"), Some("Bearer hunter2"));
    assert_eq!(asked.header("accept"), Some("application/json"));
    assert_eq!(asked.header("accept-encoding"), Some("gzip"));
    assert!(asked.header("user-agent").unwrap().starts_with("logwalk/"));
}

#[test]
fn a_header_that_is_not_utf_8_does_not_lose_the_page() {
    let server = Server::new(|_, _| {
        vec![Step::Send(
            b"HTTP/1.1 200 OK\r\nX-A: \xff!\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        )]
    });
    let fetch = fetch(json!({}), setup(&server.url("")));
    let reply = ask(&fetch, &get(&server.url("/")), 10).unwrap();
    assert_eq!(reply.header("x-a"), Some("\u{fffd}!"));
}

#[test]
fn a_post_carries_its_body_and_the_users_headers_win() {
    let server = Server::new(|_, _| reply(200, &[], "{}"));
    let instance = json!({
        "headers": {"X-One": "user's"}, "extra_headers": {"x-two": "user's"},
        "username": "me", "password": "pässword"
    });
    let fetch = fetch(instance, setup(&server.url("")));
    let call = Call {
        post: true,
        url: server.url("/q"),
        headers: vec![("X-Two".to_owned(), "source's".to_owned())],
        body: Some(br#"{"limit":1}"#.to_vec()),
    };
    ask(&fetch, &call, 10).unwrap();
    let asked = &server.asked()[0];
    assert_eq!(asked.line, "POST /q HTTP/1.1");
    assert_eq!(asked.body, r#"{"limit":1}"#);
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert_eq!(asked.header("x-one"), Some("user's"));
    assert_eq!(asked.header("x-two"), Some("user's"));
    assert_ne!(
        asked.header("accept"),
        Some("application/json"),
        "`headers` replaces ours"
    );
    assert_eq!(
        asked.header("authorization"),
        Some("Basic bWU6cORzc3dvcmQ=")
    );
}

#[test]
fn what_the_caller_has_to_judge_is_handed_over_unjudged() {
    for status in [204, 400, 401, 403, 404, 410, 422, 501] {
        let server = Server::new(move |_, _| reply(status, &[], ""));
        let fetch = fetch(json!({}), setup(&server.url("")));
        assert_eq!(
            ask(&fetch, &get(&server.url("/")), 10).unwrap().status,
            status
        );
        assert_eq!(server.asked().len(), 1, "{status}");
    }
}

#[test]
fn a_web_page_with_a_200_is_handed_over() {
    let server = Server::new(|_, _| reply(200, &[("Content-Type", "text/html")], "<html>Log in"));
    let fetch = fetch(json!({}), setup(&server.url("")));
    assert_eq!(
        ask(&fetch, &get(&server.url("/")), 10).unwrap().text(),
        "<html>Log in"
    );
}

#[test]
fn a_refusal_is_worded_with_host_vendors_text_and_hint_and_without_secrets() {
    let server = Server::new(|_, asked| {
        let key = asked
            .header("authorization")
            .unwrap_or_default()
            .replace("Bearer ", "");
        reply(
            401,
            &[],
            format!(r#"{{"error": {{"message": "bad key {key}"}}}}"#),
        )
    });
    let mut setup = setup(&server.url(""));
    setup.secrets.0.push("hunter2".to_owned());
    let fetch = fetch(json!({}), setup);
    let reply = ask(&fetch, &get(&server.url("/")), 10).unwrap();
    let hints = [(401, "credentials.token must be a production key".to_owned())].into();
    assert_eq!(
        fetch.words(&reply, &hints),
        format!(
            "401 from {}: bad key [secret]; credentials.token must be a production key",
            server.address
        )
    );
    assert!(!format!("{fetch:?}").contains("hunter2"));
}

#[test]
fn a_reply_cut_in_the_middle_is_asked_for_again() {
    let server = Server::new(|count, _| {
        if count < 2 {
            let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"results\"".to_vec();
            return vec![Step::Send(half), Step::Close];
        }
        reply(200, &[], "whole")
    });
    let fetch = fetch(json!({}), setup(&server.url("")));
    let around = Skipping::default();
    let reply = fetch
        .call(&get(&server.url("/")), Deadline::NEVER, &around)
        .unwrap();
    assert_eq!(reply.text(), "whole");
    let counts = fetch.take_counts();
    assert_eq!(
        (
            counts.requests["error"],
            counts.requests["2xx"],
            counts.retries
        ),
        (2, 1, 2)
    );
    assert_eq!(fetch.take_counts().requests.len(), 0);
}

#[test]
fn a_zipped_reply_cut_in_the_middle_is_asked_for_again() {
    let server = Server::new(|count, _| {
        let zipped = gzip(&b"0123456789".repeat(1000));
        let length = if count == 0 {
            zipped.len() / 2
        } else {
            zipped.len()
        };
        reply(200, &[("content-encoding", "gzip")], &zipped[..length])
    });
    let fetch = fetch(json!({}), setup(&server.url("")));
    let reply = fetch
        .call(
            &get(&server.url("/")),
            Deadline::NEVER,
            &Skipping::default(),
        )
        .unwrap();
    assert_eq!(reply.body.len(), 10_000);
}

#[test]
fn what_is_no_http_is_asked_for_again_until_the_run_is_over() {
    let server = Server::new(|_, _| vec![Step::Send(b"SSH-2.0-x\r\n".to_vec()), Step::Close]);
    let fetch = fetch(json!({}), setup(&server.url("")));
    let around = Skipping::default();
    let deadline = Deadline::within(Duration::from_secs(30), &around);
    let error = fetch
        .call(&get(&server.url("/")), deadline, &around)
        .unwrap_err();
    assert!(matches!(&error, Error::Unavailable(_)), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(&server.address.to_string()), "{text}");
    assert!(text.contains("the run's time was over after"), "{text}");
    assert!(server.asked().len() > 2);
}

#[test]
fn a_closed_port_is_unavailable_and_says_so() {
    // Nobody listens at the first port of all.
    let base = "http://127.0.0.1:1";
    let fetch = fetch(json!({}), setup(base));
    let error = ask(&fetch, &get(base), 2).unwrap_err();
    assert!(matches!(&error, Error::Unavailable(_)), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("no connection: Connection refused"),
        "{error}"
    );
}

#[test]
fn a_name_that_nobody_has_is_unavailable() {
    let base = "http://no-such-host.invalid";
    let fetch = fetch(json!({}), setup(base));
    let error = ask(&fetch, &get(base), 1).unwrap_err();
    assert!(matches!(&error, Error::Unavailable(_)), "{error:?}");
    assert!(
        error.to_string().starts_with("no-such-host.invalid: "),
        "{error}"
    );
}

#[test]
fn a_body_larger_than_allowed_is_too_large_announced_or_not() {
    let chunked = || {
        let mut bytes = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
        for _ in 0..100 {
            bytes.extend(b"10000\r\n");
            bytes.extend(vec![b'x'; 0x10000]);
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"0\r\n\r\n");
        vec![Step::Send(bytes)]
    };
    for announced in [true, false] {
        let server = Server::new(move |_, _| {
            if announced {
                reply(200, &[], vec![b'x'; 2 << 20])
            } else {
                chunked()
            }
        });
        let fetch = fetch(json!({}), setup(&server.url("")));
        let error = ask(&fetch, &get(&server.url("/")), 10).unwrap_err();
        assert!(matches!(&error, Error::TooLarge(_)), "{error:?}");
        assert!(
            error
                .to_string()
                .contains("1048576 bytes (`limits.body_bytes`)"),
            "{error}"
        );
        assert_eq!(server.asked().len(), 1);
    }
}

#[test]
fn a_body_that_promises_to_be_too_large_is_not_waited_for() {
    let server = Server::new(|_, _| {
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n".to_vec();
        let mut steps = vec![Step::Send(head)];
        steps.extend(silence());
        steps
    });
    let fetch = fetch(json!({}), setup(&server.url("")));
    let error = ask(&fetch, &get(&server.url("/")), 4).unwrap_err();
    assert!(error.to_string().contains("`limits.body_bytes`"), "{error}");
}

#[test]
fn a_body_of_exactly_the_allowed_size_passes() {
    let server = Server::new(|_, _| reply(200, &[], vec![b'x'; 1 << 20]));
    let fetch = fetch(json!({}), setup(&server.url("")));
    assert_eq!(
        ask(&fetch, &get(&server.url("/")), 10).unwrap().body.len(),
        1 << 20
    );
}

#[test]
fn a_zip_bomb_is_too_large_before_it_is_unpacked() {
    let bomb = gzip(&vec![0; 64 << 20]);
    assert!(bomb.len() < 100_000);
    let server = Server::new(move |_, _| reply(200, &[("content-encoding", "gzip")], &bomb));
    let fetch = fetch(json!({}), setup(&server.url("")));
    let error = ask(&fetch, &get(&server.url("/")), 10).unwrap_err();
    assert!(matches!(&error, Error::TooLarge(_)), "{error:?}");
}

#[test]
fn a_server_that_says_nothing_is_too_slow() {
    let server = Server::new(|_, _| silence());
    let instance = json!({"connect_timeout": 0.2, "read_timeout": 0.3});
    let fetch = fetch(instance, setup(&server.url("")));
    let begin = Instant::now();
    let error = ask(&fetch, &get(&server.url("/")), 30).unwrap_err();
    assert!(matches!(&error, Error::TooLarge(_)), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("sent nothing more for 0.3 s (`read_timeout`)"),
        "{error}"
    );
    assert!(begin.elapsed() < Duration::from_secs(5));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_server_that_stops_in_the_middle_is_too_slow_and_a_slow_one_is_not() {
    let piece = |bytes: &str| Step::Send(bytes.as_bytes().to_vec());
    let server = Server::new(move |count, _| {
        let mut steps = vec![piece("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n")];
        if count == 0 {
            for letter in ["a", "b", "c", "d", "e", "f"] {
                steps.extend([Step::Wait(Duration::from_millis(200)), piece(letter)]);
            }
        } else {
            steps.extend([piece("abc")]);
            steps.extend(silence());
        }
        steps
    });
    let instance = json!({"connect_timeout": 5, "read_timeout": 0.8});
    let fetch = fetch(instance, setup(&server.url("")));
    assert_eq!(
        ask(&fetch, &get(&server.url("/")), 30).unwrap().text(),
        "abcdef"
    );
    let begin = Instant::now();
    let error = ask(&fetch, &get(&server.url("/")), 30).unwrap_err();
    assert!(matches!(&error, Error::TooLarge(_)), "{error:?}");
    assert!(begin.elapsed() < Duration::from_secs(4));
}

#[test]
fn the_end_of_the_run_ends_a_wait_for_a_reply() {
    let server = Server::new(|_, _| silence());
    let fetch = fetch(json!({}), setup(&server.url("")));
    let begin = Instant::now();
    let error = ask(&fetch, &get(&server.url("/")), 1).unwrap_err();
    assert!(matches!(&error, Error::Unavailable(_)), "{error:?}");
    assert!(begin.elapsed() < Duration::from_secs(3));
}

#[test]
fn cancelling_ends_a_call_at_once_while_the_server_is_silent() {
    let server = Server::new(|_, _| silence());
    let fetch = fetch(json!({}), setup(&server.url("")));
    let around = Reality::default();
    let cancel = around.cancel.clone();
    let call = get(&server.url("/"));
    let asking = std::thread::spawn(move || {
        let result = fetch.call(&call, Deadline::NEVER, &around);
        // Letting go of the stream must not wait for anything either.
        drop(fetch);
        result
    });
    server.await_request();
    let begin = Instant::now();
    cancel.raise();
    assert_eq!(asking.join().unwrap().unwrap_err(), Error::Cancelled);
    assert!(begin.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_call_that_is_given_up_hangs_up_though_the_server_says_nothing() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nbegun";
    for (said, cancelled) in [("", true), (head, true), ("", false), (head, false)] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let around = Reality::default();
        let cancel = around.cancel.clone();
        let serving = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let limit = Duration::from_secs(20);
            stream.set_read_timeout(Some(limit)).unwrap();
            let mut request = [0; 4096];
            assert!(stream.read(&mut request).unwrap() > 0);
            stream.write_all(said.as_bytes()).unwrap();
            if cancelled {
                cancel.raise();
            }
            // Read to its end or torn down: either way it is closed, where silence is an error.
            let end = stream.read(&mut request);
            !matches!(&end, Err(error) if error.kind() == ErrorKind::WouldBlock)
        });
        // The client outlives the call: what hangs up is not its end.
        let fetch = fetch(
            json!({"connect_timeout": 0.2, "read_timeout": 0.3}),
            setup(&base),
        );
        let error = fetch.call(&get(&base), Deadline::NEVER, &around);
        let error = error.unwrap_err();
        assert_eq!(error == Error::Cancelled, cancelled, "{error}");
        assert!(serving.join().unwrap(), "the client still waits");
        drop(fetch);
    }
}

#[test]
fn a_cancelled_run_makes_no_request() {
    let server = Server::new(|_, _| reply(200, &[], ""));
    let fetch = fetch(json!({}), setup(&server.url("")));
    let around = Reality::default();
    around.cancel.raise();
    let result = fetch.call(&get(&server.url("/")), Deadline::NEVER, &around);
    assert_eq!(result.unwrap_err(), Error::Cancelled);
    assert_eq!(server.asked().len(), 0);
}

#[test]
fn a_connection_serves_many_calls_and_streams() {
    let server = Server::new(|_, _| reply(200, &[], "{}"));
    // A timeout of its own keeps other tests' clients apart.
    let instance = json!({"timeout": 9.25});
    let first = fetch(instance.clone(), setup(&server.url("")));
    let second = fetch(instance, setup(&server.url("/other")));
    for _ in 0..5 {
        ask(&first, &get(&server.url("/")), 10).unwrap();
        ask(&second, &get(&server.url("/")), 10).unwrap();
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_header_from_a_credential_with_a_line_break_is_refused_without_its_value() {
    let server = Server::new(|_, _| reply(200, &[], "{}"));
    let fetch = fetch(json!({}), setup(&server.url("")));
    let mut call = get(&server.url("/"));
    call.headers[0].1 = "Bearer hun\r\nter2".to_owned();
    let error = text(ask(&fetch, &call, 10));
    assert!(
        error.starts_with("source.request.headers.Authorization: "),
        "{error}"
    );
    assert!(!error.contains("ter2"));
    assert_eq!(server.asked().len(), 0);
}

#[test]
fn a_base_url_that_is_none_is_refused() {
    for bad in ["", "api.example.com", "file:///etc/passwd"] {
        let error = logwalk::fetch::Fetch::new(&options(json!({})), setup(bad)).unwrap_err();
        assert!(error.to_string().starts_with("base_url: "), "{error}");
    }
}
