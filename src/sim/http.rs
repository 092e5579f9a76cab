//! The wire: requests in, replies out, as whole or as broken as was decided.

mod outflow;

use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::{Body, Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use reqwest::Url;
use serde_json::Value;
use tokio::net::TcpListener;

use super::vendor::Vendor;
pub(crate) use outflow::Outflow;

/// No honest client sends more than this to a log API.
const REQUEST_BYTES: usize = 64 << 20;

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    /// As it came, without the question mark.
    pub(crate) raw_query: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Asked {
    fn new(method: &str, target: &str, headers: HeaderMap, body: Bytes) -> Self {
        let (path, raw_query) = target.split_once('?').unwrap_or((target, ""));
        let query = Url::parse(&format!("http://vendor/?{raw_query}"))
            .map(|url| url.query_pairs().into_owned().collect())
            .unwrap_or_default();
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            raw_query: raw_query.to_owned(),
            query,
            headers,
            body,
        }
    }

    #[cfg(test)]
    pub(crate) fn get(target: &str) -> Self {
        Self::new("GET", target, HeaderMap::new(), Bytes::new())
    }

    /// The value of a query parameter; the last one where it is written twice.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let mut found = self.query.iter().rev().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn has_cursor(&self) -> bool {
        self.value("cursor")
            .or(self.value("page[cursor]"))
            .is_some()
    }

    fn takes_gzip(&self) -> bool {
        self.header("accept-encoding")
            .is_some_and(|takes| takes.contains("gzip"))
    }
}

/// A reply.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// In pieces, so that a page written ahead need not be copied.
    pub(crate) body: Vec<Bytes>,
}

impl Reply {
    pub(crate) fn new(status: u16, kind: &str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), kind.to_owned())],
            body: vec![body.into()],
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::page(status, body.to_string())
    }

    /// A body that is JSON already.
    pub(crate) fn page(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, "application/json", body)
    }

    /// A body that is JSON already, in pieces.
    pub(crate) fn pieces(body: Vec<Bytes>) -> Self {
        Self {
            body,
            ..Self::page(200, "")
        }
    }

    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(header, _)| header == name)
    }

    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }
}

/// How a reply is sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Delivery {
    pub(crate) delay: Duration,
    /// The connection ends without a reply.
    pub(crate) hangup: bool,
    pub(crate) cut_after: Option<usize>,
    pub(crate) bytes_per_second: Option<u64>,
    /// So many bytes of filling come after the body.
    pub(crate) filling: u64,
}

/// The connection ends here, on purpose.
#[derive(Debug, thiserror::Error)]
#[error("the simulated vendor hung up")]
struct HungUp;

/// Answers all who connect, for as long as the runtime lives.
pub(crate) async fn accept(listener: TcpListener, vendor: Arc<Vendor>) {
    loop {
        // Refused connections (too many files) pass by; the next one may do.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Replies go out in two writes; delayed acknowledgements would add 40 ms to each.
        let _ = stream.set_nodelay(true);
        let vendor = Arc::clone(&vendor);
        tokio::spawn(async move {
            let service = service_fn(move |request| reply_to(request, Arc::clone(&vendor)));
            // A connection that ends badly is what a simulator is for.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn reply_to(
    request: Request<Incoming>,
    vendor: Arc<Vendor>,
) -> Result<Response<Outflow>, HungUp> {
    let (head, body) = request.into_parts();
    let target = head
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let body = whole(body).await.ok_or(HungUp)?;
    let asked = Asked::new(head.method.as_str(), target, head.headers, body);

    let (reply, delivery) = vendor.answer(&asked);
    if !delivery.delay.is_zero() {
        tokio::time::sleep(delivery.delay).await;
    }
    if delivery.hangup {
        return Err(HungUp);
    }
    response(reply, &delivery, vendor.gzip && asked.takes_gzip()).ok_or(HungUp)
}

fn response(reply: Reply, delivery: &Delivery, gzip: bool) -> Option<Response<Outflow>> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    let worth_packing = delivery.filling == 0 && reply.body.iter().any(|piece| !piece.is_empty());
    if !gzip || !worth_packing || reply.has("content-encoding") {
        return response.body(Outflow::new(reply.body, delivery)).ok();
    }
    let body = vec![packed(reply.body.concat().as_slice())];
    response
        .header("content-encoding", "gzip")
        .body(Outflow::new(body, delivery))
        .ok()
}

/// A body compressed as fast as it goes.
pub(crate) fn packed(mut body: impl Read) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail; an empty body would be seen by every reader.
    let written = io::copy(&mut body, &mut encoder).and_then(|_| encoder.finish());
    Bytes::from(written.unwrap_or_default())
}

async fn whole(mut body: Incoming) -> Option<Bytes> {
    let mut bytes = Vec::new();
    loop {
        let frame =
            std::future::poll_fn(|context| std::pin::Pin::new(&mut body).poll_frame(context)).await;
        match frame {
            None => return Some(Bytes::from(bytes)),
            Some(Err(_)) => return None,
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    bytes.extend_from_slice(data);
                }
            }
        }
        if bytes.len() > REQUEST_BYTES {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_and_its_last_value_counts() {
        let asked = Asked::get("/x?a=1&page%5Bcursor%5D=ab%3D%3D&a=%2B2+3");
        assert_eq!(asked.value("a"), Some("+2 3"));
        assert_eq!(asked.value("page[cursor]"), Some("ab=="));
        assert_eq!(asked.value("b"), None);
        assert!(asked.has_cursor());
    }
}
