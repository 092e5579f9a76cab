//! `logwalk sim`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{Folder, logwalk, run};

fn started(words: &[&str]) -> (Child, String) {
    let mut child = logwalk()
        .args([
            "sim",
            "--listen",
            "127.0.0.1:0",
            "--json",
            "--until-stdin-closes",
        ])
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    (child, line)
}

fn ends_soon(mut child: Child) -> Option<i32> {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(10) {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    panic!("still running");
}

fn get(url: &str, path: &str) -> String {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer sim-production-key\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).unwrap();
    String::from_utf8_lossy(&reply).into_owned()
}

#[test]
fn the_first_line_says_where_the_vendors_answer_and_how_to_ask_them() {
    let (mut child, line) = started(&["--backlog", "10"]);
    let first: Value = serde_json::from_str(&line).unwrap();
    let url = first["url"].as_str().unwrap();
    let base = first["streams"]["agent_handler/tool_calls"]["base_url"].as_str();
    assert_eq!(base, Some(format!("{url}/api/v1").as_str()));
    let reply = get(url, "/api/v1/logs/tool-calls/");
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    let folder = Folder::new();
    let conf = folder.file("conf.yaml", first["conf"].as_str().unwrap());
    let out = run(&["validate", "-c", &conf]).done();
    assert!(out.contains("valid, 5 streams"), "{out}");
    drop(child.stdin.take());
    assert_eq!(ends_soon(child), Some(0));
}

#[test]
fn a_fault_that_was_ordered_happens() {
    let (mut child, line) = started(&["--fault", "{do: {status: {code: 503}}, times: 1}"]);
    let first: Value = serde_json::from_str(&line).unwrap();
    let url = first["url"].as_str().unwrap();
    let replies = [(); 2].map(|()| get(url, "/api/v1/logs/tool-calls/"));
    assert!(replies[0].starts_with("HTTP/1.1 503"), "{}", replies[0]);
    assert!(replies[1].starts_with("HTTP/1.1 200"), "{}", replies[1]);
    drop(child.stdin.take());
    assert_eq!(ends_soon(child), Some(0));
}

#[cfg(unix)]
#[test]
fn it_ends_at_sigterm() {
    let (child, _) = started(&[]);
    let kill = std::process::Command::new("kill")
        .arg(child.id().to_string())
        .status();
    assert!(kill.unwrap().success());
    let mut child = child;
    let held = child.stdin.take();
    assert_eq!(ends_soon(child), Some(0));
    drop(held);
}

#[test]
fn an_option_that_makes_no_sense_ends_with_2_and_names_it() {
    for (words, expected) in [
        (["--listen", "0.0.0.0:0"], "loopback"),
        (["--rate", "0"], "rate"),
        (["--late-share", "7"], "late_share"),
        (["--quota", "many"], "60/10s"),
        (["--fault", "{do: explode}"], "explode"),
        (["--start", "now"], "2026-11-20T09:30:00Z"),
    ] {
        let words: Vec<&str> = ["sim"].into_iter().chain(words).collect();
        let errors = run(&words).failed(2);
        assert!(errors.contains(expected), "{errors}");
    }
}

#[test]
fn an_address_that_is_taken_ends_with_2_and_names_it() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let errors = run(&["sim", "--listen", &address]).failed(2);
    assert!(errors.contains(&address), "{errors}");
}
