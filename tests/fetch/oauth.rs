//! OAuth client credentials: a token asked for, used, shared and renewed.

use logwalk::error::Error;
use logwalk::fetch::{Auth, Deadline, Fetch};
use serde_json::json;

use crate::common::{Skipping, ask, fetch, get, options, setup, text};
use crate::server::{Asked, Server, Step, reply, silence};

fn oauth(server: &Server) -> Auth {
    Auth::OAuth2 {
        token_url: server.url("/token"),
        client_id: "me".to_owned(),
        client_secret: format!("hunter2 of {}", server.address),
        scope: None,
        audience: Some("logs".to_owned()),
        extra: [].into(),
    }
}

fn stream(tokens: &Server, api: &Server) -> Fetch {
    let mut setup = setup(&api.url(""));
    setup.auth = oauth(tokens);
    fetch(json!({}), setup)
}

/// Grants `token0`, `token1` and so on.
fn granting() -> Server {
    Server::new(|count, _| {
        let body = format!(r#"{{"access_token": "token{count}", "expires_in": 3600}}"#);
        reply(200, &[], body)
    })
}

fn lets_in(token: &'static str) -> impl Fn(usize, &Asked) -> Vec<Step> {
    move |_, asked| match asked.header("authorization") {
        Some(text) if text == format!("Bearer {token}") => reply(200, &[], "in"),
        sent => reply(401, &[], format!("out with {}", sent.unwrap_or_default())),
    }
}

#[test]
fn a_token_is_asked_for_once_and_used_by_every_stream_of_the_client() {
    let tokens = granting();
    let api = Server::new(lets_in("token0"));
    let (first, second) = (stream(&tokens, &api), stream(&tokens, &api));
    for fetch in [&first, &second, &first] {
        let mut call = get(&api.url("/"));
        call.headers.clear();
        assert_eq!(ask(fetch, &call, 10).unwrap().text(), "in");
    }
    let asked = tokens.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].line, "POST /token HTTP/1.1");
    assert_eq!(
        asked[0].header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert!(
        asked[0]
            .body
            .starts_with("audience=logs&client_id=me&client_secret=hunter2+of+")
    );
    assert!(asked[0].body.ends_with("&grant_type=client_credentials"));
    assert_eq!(asked[0].header("authorization"), None);
}

#[test]
fn a_refused_token_is_renewed_once() {
    let tokens = granting();
    let api = Server::new(lets_in("token1"));
    let fetch = stream(&tokens, &api);
    assert_eq!(ask(&fetch, &get(&api.url("/")), 10).unwrap().text(), "in");
    assert_eq!((tokens.asked().len(), api.asked().len()), (2, 2));
}

#[test]
fn a_second_refusal_is_final() {
    let tokens = granting();
    let api = Server::new(lets_in("never"));
    let fetch = stream(&tokens, &api);
    let refusal = ask(&fetch, &get(&api.url("/")), 10).unwrap();
    assert_eq!(refusal.status, 401);
    let words = fetch.words(&refusal, &[].into());
    assert!(words.ends_with("out with Bearer [secret]"), "{words}");
    assert_eq!((tokens.asked().len(), api.asked().len()), (2, 2));
}

#[test]
fn a_client_that_is_refused_a_token_has_wrong_credentials() {
    let tokens = Server::new(|_, asked| {
        let body = format!(
            r#"{{"error": "invalid_client", "error_description": "who is {}?"}}"#,
            asked.body
        );
        reply(401, &[], body)
    });
    let api = Server::new(|_, _| reply(200, &[], ""));
    let fetch = stream(&tokens, &api);
    let error = ask(&fetch, &get(&api.url("/")), 10).unwrap_err();
    assert!(matches!(&error, Error::Credentials(_)), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains(&format!("401 from {}: invalid_client", tokens.address)),
        "{text}"
    );
    assert!(!text.contains("hunter2"), "{text}");
    assert_eq!(api.asked().len(), 0);
}

#[test]
fn a_token_server_that_is_down_is_asked_again() {
    let tokens = Server::new(|count, _| match count {
        0 => reply(500, &[], ""),
        1 => vec![Step::Close],
        _ => reply(200, &[], r#"{"access_token": "token0"}"#),
    });
    let api = Server::new(lets_in("token0"));
    let fetch = stream(&tokens, &api);
    let reply = fetch
        .call(&get(&api.url("/")), Deadline::NEVER, &Skipping::default())
        .unwrap();
    assert_eq!(reply.text(), "in");
    assert_eq!(tokens.asked().len(), 3);
}

#[test]
fn an_answer_without_a_token_or_from_nowhere_is_an_error_of_its_own() {
    let page = Server::new(|_, _| reply(200, &[], "<html>Log in"));
    let missing = Server::new(|_, _| reply(404, &[], ""));
    let api = Server::new(|_, _| reply(200, &[], ""));
    let error = ask(&stream(&page, &api), &get(&api.url("/")), 10).unwrap_err();
    assert!(matches!(&error, Error::Shape(_)), "{error:?}");
    let error = ask(&stream(&missing, &api), &get(&api.url("/")), 10).unwrap_err();
    assert!(matches!(&error, Error::Refused(_)), "{error:?}");
    assert!(error.to_string().contains("check `token_url`"), "{error}");
}

#[test]
fn a_token_that_comes_too_slowly_is_no_reason_for_a_smaller_page() {
    let tokens = Server::new(|_, _| silence());
    let mut setup = setup("http://api.example.com");
    setup.auth = oauth(&tokens);
    let fetch = fetch(json!({"connect_timeout": 0.1, "read_timeout": 0.1}), setup);
    let error = ask(&fetch, &get("http://api.example.com/"), 10).unwrap_err();
    assert!(matches!(&error, Error::Unavailable(_)), "{error:?}");
}

#[test]
fn the_client_secret_does_not_follow_a_redirect_elsewhere() {
    let thief = Server::new(|_, _| reply(200, &[], r#"{"access_token": "x"}"#));
    let there = thief.url("/");
    let tokens = Server::new(move |_, _| reply(307, &[("Location", &there)], ""));
    let api = Server::new(|_, _| reply(200, &[], ""));
    let error = text(ask(&stream(&tokens, &api), &get(&api.url("/")), 10));
    assert!(error.contains("credentials are sent to"), "{error}");
    assert_eq!(thief.connections(), 0);
}

#[test]
fn a_user_name_beside_oauth_is_refused() {
    let tokens = granting();
    let mut setup = setup("https://api.example.com");
    setup.auth = oauth(&tokens);
    let options = options(json!({"username": "me", "password": "x"}));
    let error = Fetch::new(&options, setup).unwrap_err();
    assert!(error.to_string().starts_with("username: "), "{error}");
}

#[test]
fn basic_credentials_of_a_source_are_sent_and_the_users_win() {
    let api = Server::new(|_, _| reply(200, &[], ""));
    let mut setup = setup(&api.url(""));
    setup.auth = Auth::Basic {
        username: "me".to_owned(),
        password: "hunter2".to_owned(),
    };
    ask(&fetch(json!({}), setup.clone()), &get(&api.url("/")), 10).unwrap();
    let own = json!({"username": "you", "password": "other"});
    ask(&fetch(own, setup), &get(&api.url("/")), 10).unwrap();
    let asked = api.asked();
    assert_eq!(
        asked[0].header("authorization"),
        Some("Basic bWU6aHVudGVyMg==")
    );
    assert_eq!(asked[1].header("authorization"), Some("Basic eW91Om90aGVy"));
}
