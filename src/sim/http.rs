//! The wire: requests in, replies out, as whole or as broken as was decided.

mod message;
mod outflow;
mod packing;

use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Body, Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::vendor::Vendor;
pub(crate) use message::{Asked, Delivery, Reply};
use outflow::Outflow;
pub(crate) use packing::{Packings, packed};

/// No honest client sends more than this to a log API.
const REQUEST_BYTES: usize = 64 << 20;

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
    let packings = (vendor.gzip && asked.takes_gzip()).then_some(&vendor.packings);
    response(reply, &delivery, packings).ok_or(HungUp)
}

fn response(
    reply: Reply,
    delivery: &Delivery,
    packings: Option<&Packings>,
) -> Option<Response<Outflow>> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    let worth_packing = delivery.filling == 0 && reply.body.iter().any(|piece| !piece.is_empty());
    let takes = packings.filter(|_| worth_packing && !reply.has("content-encoding"));
    let Some(packings) = takes else {
        return response.body(Outflow::new(reply.body, delivery)).ok();
    };
    let body = vec![packings.packed(&reply.body)];
    response
        .header("content-encoding", "gzip")
        .body(Outflow::new(body, delivery))
        .ok()
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
