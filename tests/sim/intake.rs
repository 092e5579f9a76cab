//! The log intake takes and refuses as Datadog's does, and shows what came.

use logwalk::sim::{Fault, Rule};

use super::vendor;
use super::wire::{Answer, send};

const KEY: &str = "DD-API-KEY: sim-api-key";

fn post(addr: std::net::SocketAddr, headers: &str, body: &str) -> Answer {
    send(addr, "POST", "/api/v2/logs", headers, body)
}

#[test]
fn what_is_taken_can_be_read_again() {
    let vendor = vendor();
    let taken = post(vendor.addr(), KEY, "[{\"n\":1.10},{\"n\":2}]");
    assert_eq!((taken.status, taken.text()), (202, "{}"));
    assert_eq!(post(vendor.addr(), KEY, "{\"n\":3}").status, 202);
    assert_eq!(vendor.arrived(), ["{\"n\":1.10}", "{\"n\":2}", "{\"n\":3}"]);
    let shown = send(vendor.addr(), "GET", "/sim/arrived", "", "");
    assert_eq!(shown.text(), "{\"n\":1.10}\n{\"n\":2}\n{\"n\":3}\n");
    let count = send(vendor.addr(), "GET", "/sim/arrived?count", "", "");
    assert_eq!(count.json()["count"], 3);
    send(vendor.addr(), "DELETE", "/sim/arrived", "", "");
    assert!(vendor.arrived().is_empty());
}

#[test]
fn keys_are_judged_as_they_are_at_datadog() {
    let vendor = vendor();
    let addr = vendor.addr();
    assert_eq!(post(addr, "X-Other: 1", "[]").status, 401);
    assert_eq!(
        post(addr, "DD-API-KEY: sim-application-key", "[]").status,
        403
    );
    let judged = |key: &str| send(addr, "GET", "/prefix/api/v1/validate", key, "");
    assert_eq!(judged(KEY).json()["valid"], true);
    assert_eq!(judged("DD-API-KEY: x").status, 403);
    assert_eq!(judged("X-Other: 1").status, 403);
}

#[test]
fn what_cannot_be_read_or_is_too_much_is_refused_whole() {
    let vendor = vendor();
    let many = format!("[{}]", vec!["{}"; 1_001].join(","));
    let large = format!("[{{\"m\":\"{}\"}}]", "x".repeat(5_000_000));
    for (body, status) in [
        ("[{]", 400),
        ("[1]", 400),
        ("", 400),
        (many.as_str(), 413),
        (large.as_str(), 413),
    ] {
        assert_eq!(post(vendor.addr(), KEY, body).status, status);
    }
    let packed = format!("{KEY}\r\nContent-Encoding: gzip");
    assert_eq!(post(vendor.addr(), &packed, "[{}]").status, 400);
    let packed = format!("{KEY}\r\nContent-Encoding: br");
    assert_eq!(post(vendor.addr(), &packed, "[{}]").status, 415);
    assert!(vendor.arrived().is_empty());
}

#[test]
fn a_log_of_more_than_a_megabyte_loses_its_end_in_silence() {
    let vendor = vendor();
    let large = format!("[{{\"m\":\"{}\"}}]", "x".repeat(1_000_000));
    assert_eq!(post(vendor.addr(), KEY, &large).status, 202);
    assert!(vendor.arrived()[0].contains("cut off"));
}

#[test]
fn it_can_be_made_to_refuse() {
    let vendor = vendor();
    let text = "sick".to_owned();
    vendor.fault(Rule::next(Fault::RefuseWith { text }).storm(1.0));
    vendor.fault(Rule::next(Fault::RefuseOver { bytes: 50 }).storm(1.0));
    let post = |body: &str| post(vendor.addr(), KEY, body).status;
    assert_eq!(post("[{\"m\":\"sick\"}]"), 400);
    assert_eq!(post("[{\"m\":\"well\"}]"), 202);
    assert_eq!(post(&format!("[{{\"m\":\"{}\"}}]", "x".repeat(50))), 413);
}
