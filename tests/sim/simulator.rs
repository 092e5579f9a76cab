//! The simulator itself: its own endpoints, its data, its limits.

use std::io::Read;
use std::time::Duration;

use logwalk::sim::{Options, Prerender, Stream, serve};
use logwalk::time::Time;
use serde_json::Value;

use super::wire::{BEARER, encoded, merge, send};
use super::{NOW, small, vendor};

#[test]
fn the_ledger_says_what_should_have_arrived() {
    let vendor = vendor();
    let ledger = send(
        vendor.addr(),
        "GET",
        "/sim/ledger?stream=tool_calls",
        "",
        "",
    );
    let ids: Vec<&str> = ledger.text().lines().collect();
    assert_eq!(ids, vendor.ids(Stream::ToolCalls, Time(0), NOW));
    let from = encoded(&NOW.before(Duration::from_secs(10)).to_string());
    let part = send(
        vendor.addr(),
        "GET",
        &format!("/sim/ledger?stream=agent_handler/tool_calls&from={from}"),
        "",
        "",
    );
    assert!((80..120).contains(&part.text().lines().count()));
    assert_eq!(
        send(vendor.addr(), "GET", "/sim/ledger?stream=x", "", "").status,
        400
    );
}

#[test]
fn what_was_asked_is_remembered_without_what_authorised_it() {
    let vendor = vendor();
    merge(
        vendor.addr(),
        "/logs/tool-calls/?page_size=5&api_key=hidden",
    );
    let asked = send(vendor.addr(), "GET", "/sim/requests", "", "");
    assert!(!asked.text().contains("sim-production-key") && !asked.text().contains("hidden"));
    let asked = asked.json();
    assert_eq!(asked.as_array().unwrap().len(), 1);
    assert_eq!(asked[0]["path"], "/api/v1/logs/tool-calls/");
    assert_eq!(asked[0]["query"][0], serde_json::json!(["page_size", "5"]));
    assert_eq!(
        (&asked[0]["method"], &asked[0]["status"]),
        (&Value::from("GET"), &Value::from(200))
    );
    assert_eq!(
        send(vendor.addr(), "DELETE", "/sim/requests", "", "").status,
        200
    );
    assert!(vendor.requests().is_empty());
}

#[test]
fn records_and_the_clock_can_be_set_over_http() {
    let vendor = vendor();
    let time = encoded(&NOW.after(Duration::from_secs(30)).to_string());
    let target = format!("/sim/records?stream=tool_calls&id=mine&time={time}");
    assert_eq!(
        send(
            vendor.addr(),
            "POST",
            &target,
            "",
            r#"{"id":"mine","n":12345678901234567890}"#
        )
        .status,
        200
    );
    let newest = || {
        merge(vendor.addr(), "/logs/tool-calls/?page_size=1000")
            .ids()
            .pop()
            .unwrap()
    };
    assert_ne!(newest(), "mine");
    let clock = send(vendor.addr(), "POST", "/sim/clock?advance=1m", "", "");
    assert_eq!(
        clock.json()["now"],
        NOW.after(Duration::from_mins(1)).to_string()
    );
    assert_eq!(newest(), "mine");
    assert!(
        merge(vendor.addr(), "/logs/tool-calls/?page_size=1000")
            .text()
            .contains("12345678901234567890")
    );
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let page = |seed| {
        let vendor = serve(Options { seed, ..small() }).unwrap();
        merge(vendor.addr(), "/logs/tool-calls/?page_size=1000").body
    };
    assert_eq!(page(3), page(3));
    assert_ne!(page(3), page(4));
}

#[test]
fn replies_are_compressed_for_those_who_ask_for_it() {
    let options = Options {
        gzip: true,
        ..small()
    };
    let vendor = serve(options).unwrap();
    let target = "/api/v1/logs/tool-calls/";
    let plain = send(vendor.addr(), "GET", target, BEARER, "");
    let packed = send(
        vendor.addr(),
        "GET",
        target,
        &format!("{BEARER}\r\nAccept-Encoding: gzip"),
        "",
    );
    assert_eq!(
        (
            plain.header("content-encoding"),
            packed.header("content-encoding")
        ),
        (None, Some("gzip"))
    );
    let mut opened = Vec::new();
    flate2::read::GzDecoder::new(packed.body.as_slice())
        .read_to_end(&mut opened)
        .unwrap();
    assert_eq!(opened, plain.body);
    let ratio = plain.body.len() / packed.body.len();
    assert!(
        (2..6).contains(&ratio),
        "real logs shrink to a third or a fifth, these by {ratio}"
    );
}

#[test]
fn pages_written_ahead_are_the_same_pages() {
    let ahead = Options {
        prerender: Some(Prerender {
            stream: Stream::ToolCalls,
            pages: 100,
            page_size: 60,
        }),
        ..small()
    };
    let (ready, fresh) = (serve(ahead).unwrap(), vendor());
    let mut target = "/logs/tool-calls/?page_size=60".to_owned();
    let mut pages = 0;
    loop {
        let page = merge(ready.addr(), &target);
        assert_eq!(page.text(), merge(fresh.addr(), &target).text());
        pages += 1;
        let Some(cursor) = page.json()["next_cursor"].as_str().map(encoded) else {
            break;
        };
        target = format!("/logs/tool-calls/?page_size=60&cursor={cursor}");
    }
    assert_eq!(pages, 5);
}

#[test]
fn pages_are_written_ahead_on_demand_but_not_where_they_may_still_change() {
    let vendor = vendor();
    let page = || merge(vendor.addr(), "/logs/tool-calls/?page_size=60").body;
    let before = page();
    let target = "/sim/prerender?stream=tool_calls&pages=3&page_size=60";
    let written = send(vendor.addr(), "POST", target, "", "");
    assert_eq!(written.json()["pages"], 3);
    assert_eq!(page(), before);
    let late = serve(Options {
        late_share: 0.1,
        ..small()
    });
    let written = send(late.unwrap().addr(), "POST", target, "", "");
    assert_eq!(written.json()["pages"], 0);
}

#[test]
fn options_that_cannot_be_are_refused_by_name() {
    let refused = |options: Options| serve(options).unwrap_err().to_string();
    assert!(
        refused(Options {
            listen: ([0, 0, 0, 0], 0).into(),
            ..small()
        })
        .contains("loopback")
    );
    assert!(
        refused(Options {
            rate: 0.0,
            ..small()
        })
        .starts_with("rate: ")
    );
    assert!(
        refused(Options {
            late_share: 1.5,
            ..small()
        })
        .starts_with("late_share: ")
    );
    let prerender = Some(Prerender {
        stream: Stream::ToolCalls,
        pages: 1,
        page_size: 10,
    });
    assert!(
        refused(Options {
            prerender,
            late_share: 0.1,
            ..small()
        })
        .starts_with("prerender: ")
    );
}

#[test]
fn a_vendor_that_is_dropped_answers_no_more() {
    let vendor = vendor();
    let addr = vendor.addr();
    vendor.stop();
    std::thread::sleep(Duration::from_millis(50));
    assert!(std::net::TcpStream::connect(addr).is_err());
}
