//! `/healthz` and `/metrics`, for whoever watches over the process.

use std::convert::Infallible;
use std::fmt::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use super::board::{Board, Row, View};
use crate::cli::stop::Stop;

/// Answers until it is dropped.
pub(super) struct Served {
    addr: SocketAddr,
    runtime: Option<Runtime>,
}

impl Served {
    pub(super) fn begin(listen: SocketAddr, board: Arc<Board>) -> Result<Self, Stop> {
        let broken = |error: std::io::Error| {
            Stop::usage(format!("--listen: cannot listen on {listen}: {error}"))
        };
        let listener = TcpListener::bind(listen).map_err(broken)?;
        let addr = listener.local_addr().map_err(broken)?;
        listener.set_nonblocking(true).map_err(broken)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("served")
            .enable_all()
            .build()
            .map_err(broken)?;
        let inside = runtime.enter();
        let listener = tokio::net::TcpListener::from_std(listener).map_err(broken)?;
        runtime.spawn(accept(listener, board));
        drop(inside);
        Ok(Self {
            addr,
            runtime: Some(runtime),
        })
    }

    pub(super) fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn accept(listener: tokio::net::TcpListener, board: Arc<Board>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let board = Arc::clone(&board);
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let answer = answer(request.method().as_str(), request.uri().path(), &board);
                async move { Ok::<_, Infallible>(answer) }
            });
            // Whoever hangs up has seen enough.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

fn answer(method: &str, path: &str, board: &Board) -> Response<String> {
    let (status, kind, body) = match (method, path) {
        ("GET" | "HEAD", "/healthz") => {
            let (well, body) = health(board);
            (
                if well { 200 } else { 503 },
                "application/json",
                body.to_string(),
            )
        }
        ("GET" | "HEAD", "/metrics") => (
            200,
            "text/plain; version=0.0.4; charset=utf-8",
            metrics(board),
        ),
        (_, "/healthz" | "/metrics") => (405, "text/plain", "only GET\n".to_owned()),
        _ => (
            404,
            "text/plain",
            "known here: /healthz, /metrics\n".to_owned(),
        ),
    };
    let response = Response::builder()
        .status(status)
        .header("content-type", kind);
    response.body(body).unwrap_or_default()
}

/// Healthy is a process whose streams are at work. One that a vendor refuses is at work: starting the
/// process anew would not mend it, and what is wrong stands beside it. One that has died, or has given
/// no sign of life for long, is not.
fn health(board: &Board) -> (bool, Value) {
    let mut status = "ok";
    let mut streams = Vec::new();
    for row in board.rows() {
        let view = row.view();
        let stuck = !view.dead && !view.is_well(board.stuck_after);
        if view.dead {
            status = "a stream has died";
        } else if stuck && status == "ok" {
            status = "a stream is stuck";
        }
        streams.push(json!({
            "stream": row.label,
            "alive": !view.dead,
            "stuck": stuck,
            "last_success": view.health.last_success.map(|time| time.to_string()),
            "failures_in_a_row": view.health.failures_in_a_row,
            "last_error": view.health.last_error,
            "trouble": view.trouble,
        }));
    }
    (
        status == "ok",
        json!({"status": status, "streams": streams}),
    )
}

/// Everything that is counted, as Prometheus reads it.
fn metrics(board: &Board) -> String {
    let rows: Vec<(Arc<Row>, View)> = board
        .rows()
        .into_iter()
        .map(|row| {
            let view = row.view();
            (row, view)
        })
        .collect();
    let mut out = String::new();
    let mut names: Vec<&'static str> = rows
        .iter()
        .flat_map(|(_, view)| view.counters.keys().map(|(name, _)| *name))
        .collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let _ = writeln!(out, "# TYPE logwalk_{name}_total counter");
        for (row, view) in &rows {
            for ((own, by), number) in view.counters.range((name, None)..) {
                if *own != name {
                    break;
                }
                let labels = labels(row, *by);
                let _ = writeln!(out, "logwalk_{name}_total{{{labels}}} {number}");
            }
        }
    }
    for (name, value) in GAUGES {
        let _ = writeln!(out, "# TYPE logwalk_{name} gauge");
        for (row, view) in &rows {
            if let Some(value) = value(view) {
                let labels = labels(row, None);
                let _ = writeln!(out, "logwalk_{name}{{{labels}}} {value}");
            }
        }
    }
    out
}

type Gauge = (&'static str, fn(&View) -> Option<f64>);

#[allow(clippy::cast_precision_loss)]
const GAUGES: [Gauge; 9] = [
    ("missed_signs_of_life_seconds", |view| {
        Some(view.missed_for.as_secs_f64())
    }),
    ("behind", |view| {
        Some(f64::from(u8::from(view.standing?.behind)))
    }),
    ("lag_seconds", |view| Some(view.standing?.lag.as_secs_f64())),
    ("gap_seconds", |view| Some(view.standing?.gap.as_secs_f64())),
    ("cursor_age_seconds", |view| {
        Some(view.standing?.cursor_age.as_secs_f64())
    }),
    ("retention_left_seconds", |view| {
        Some(view.standing?.retention_left?.as_secs_f64())
    }),
    ("delivering", |view| {
        Some(f64::from(u8::from(view.trouble.is_none() && !view.dead)))
    }),
    ("failures_in_a_row", |view| {
        Some(view.health.failures_in_a_row as f64)
    }),
    ("last_success_timestamp_seconds", |view| {
        Some(view.health.last_success?.0 as f64 / 1000.0)
    }),
];

fn labels(row: &Row, by: Option<&str>) -> String {
    let mut labels = format!("log_source=\"{}\"", escaped(&row.source));
    if let Some(stream) = &row.stream {
        let _ = write!(labels, ",stream=\"{}\"", escaped(stream));
    }
    if let Some(status) = by {
        let _ = write!(labels, ",status=\"{status}\"");
    }
    labels
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
