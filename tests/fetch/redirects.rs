//! Redirects: within the origin only, and the credentials with them.

use logwalk::error::Error;
use logwalk::source::Call;
use serde_json::json;

use crate::common::{ask, fetch, get, setup, text};
use crate::server::{Server, reply};

#[test]
fn a_redirect_within_the_origin_is_followed_with_the_credentials() {
    let server = Server::new(|_, asked| match asked.line.as_str() {
        "GET /logs HTTP/1.1" => reply(301, &[("Location", "/logs/")], ""),
        _ => reply(200, &[], "here"),
    });
    let fetch = fetch(json!({}), setup(&server.url("")));
    assert_eq!(
        ask(&fetch, &get(&server.url("/logs")), 10).unwrap().text(),
        "here"
    );
    let asked = server.asked();
    assert_eq!(asked[1].line, "GET /logs/ HTTP/1.1");
    assert_eq!(asked[1].header("authorization"), Some("Bearer hunter2"));
}

#[test]
fn a_post_stays_a_post_unless_told_to_see_elsewhere() {
    for (status, line, body) in [
        (302, "POST /b HTTP/1.1", "{}"),
        (308, "POST /b HTTP/1.1", "{}"),
        (303, "GET /b HTTP/1.1", ""),
    ] {
        let server = Server::new(move |count, _| match count {
            0 => reply(status, &[("Location", "/b")], ""),
            _ => reply(200, &[], ""),
        });
        let fetch = fetch(json!({}), setup(&server.url("")));
        let call = Call {
            post: true,
            body: Some(b"{}".to_vec()),
            ..get(&server.url("/a"))
        };
        ask(&fetch, &call, 10).unwrap();
        let second = server.asked()[1].clone();
        assert_eq!((second.line.as_str(), second.body.as_str()), (line, body));
    }
}

#[test]
fn a_redirect_out_of_the_origin_is_refused_and_nobody_there_is_asked() {
    let elsewhere = Server::new(|_, _| reply(200, &[], "gotcha"));
    let there = elsewhere.url("/steal");
    let server = Server::new(move |_, _| reply(302, &[("Location", &there)], ""));
    let fetch = fetch(json!({}), setup(&server.url("")));
    let error = ask(&fetch, &get(&server.url("/")), 10).unwrap_err();
    assert!(matches!(&error, Error::Refused(_)), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains(&server.url("")) && text.contains(&elsewhere.url("")),
        "{text}"
    );
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn a_next_page_out_of_the_origin_is_refused_and_nobody_there_is_asked() {
    let elsewhere = Server::new(|_, _| reply(200, &[], "gotcha"));
    let fetch = fetch(json!({}), setup("https://api.example.com"));
    let error = text(ask(&fetch, &get(&elsewhere.url("/next")), 10));
    assert!(
        error.contains("credentials are sent to https://api.example.com only"),
        "{error}"
    );
    assert_eq!(elsewhere.connections(), 0);
    let error = text(ask(&fetch, &get("not a url"), 10));
    assert!(error.contains("no usable URL"), "{error}");
}

#[test]
fn a_circle_of_redirects_ends() {
    let server = Server::new(|_, _| reply(302, &[("Location", "/again")], ""));
    let fetch = fetch(json!({}), setup(&server.url("")));
    let error = text(ask(&fetch, &get(&server.url("/")), 10));
    assert!(error.contains("redirects in a circle"), "{error}");
    assert_eq!(server.asked().len(), 11);
}

#[test]
fn a_redirect_is_an_error_where_none_is_allowed() {
    let server = Server::new(|_, _| reply(302, &[("Location", "/again")], ""));
    let fetch = fetch(json!({"allow_redirects": false}), setup(&server.url("")));
    let error = text(ask(&fetch, &get(&server.url("/")), 10));
    assert!(error.contains("`allow_redirects` is false"), "{error}");
    assert_eq!(server.asked().len(), 1);
}
