//! The floor of every forwarder: the same bytes fetched, compressed and posted, and never looked at.
//!
//! `floor ADDRESS KEY INTAKE_KEY (zstd|gzip)`. Bare sockets, two connections, buffers that are used
//! again; one thread fetches while the other compresses and posts. Of a page only its last bytes
//! are read, where the next cursor stands.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use flate2::write::{GzDecoder, GzEncoder};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The cursor stands within so many bytes of a page's end.
const TAIL: usize = 400;
const LEVEL: i32 = 1;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, key, intake_key, encoding] = &arguments[..] else {
        return Err("floor ADDRESS KEY INTAKE_KEY (zstd|gzip)".into());
    };
    let (pages, fetched) = sync_channel::<Vec<u8>>(1);
    let (empties, emptied) = channel();
    std::thread::scope(|scope| {
        let posting = scope.spawn(|| post_all(address, intake_key, encoding, fetched, &empties));
        let fetching = fetch_all(address, key, pages, &emptied);
        let posted = posting.join().map_err(|_| "the poster died")?;
        fetching.and(posted)
    })
}

/// Fetches page after page and hands each on; `emptied` are buffers to use again.
fn fetch_all(
    address: &str,
    key: &str,
    pages: SyncSender<Vec<u8>>,
    emptied: &Receiver<Vec<u8>>,
) -> Outcome<()> {
    let mut wire = Wire::to(address)?;
    let mut after = "created_after=2000-01-01T00:00:00Z".to_owned();
    let mut packed = Vec::new();
    loop {
        let mut page = emptied.try_recv().unwrap_or_default();
        page.clear();
        write!(
            wire.0.get_mut(),
            "GET /api/v1/logs/tool-calls/?page_size=1000&{after} HTTP/1.1\r\nHost: {address}\r\n\
             Authorization: Bearer {key}\r\nAccept-Encoding: gzip\r\n\r\n"
        )?;
        packed.clear();
        let head = wire.answer(200, &mut packed)?;
        if head.gzip {
            let mut decoder = GzDecoder::new(page);
            decoder.write_all(&packed)?;
            page = decoder.finish()?;
        } else {
            std::mem::swap(&mut page, &mut packed);
        }
        let cursor = next_cursor(&page);
        if pages.send(page).is_err() {
            return Ok(());
        }
        match cursor {
            Some(cursor) => after = format!("cursor={cursor}"),
            None => return Ok(()),
        }
    }
}

/// Compresses and posts what comes, each page as it is.
fn post_all(
    address: &str,
    key: &str,
    encoding: &str,
    pages: Receiver<Vec<u8>>,
    empties: &std::sync::mpsc::Sender<Vec<u8>>,
) -> Outcome<()> {
    let mut wire = Wire::to(address)?;
    let mut zstd = zstd::bulk::Compressor::new(LEVEL)?;
    let mut packed = Vec::new();
    let mut answer = Vec::new();
    for page in pages {
        packed.clear();
        if encoding == "gzip" {
            let mut encoder = GzEncoder::new(packed, flate2::Compression::fast());
            encoder.write_all(&page)?;
            packed = encoder.finish()?;
        } else {
            packed.reserve(zstd::zstd_safe::compress_bound(page.len()));
            zstd.compress_to_buffer(&page, &mut packed)?;
        }
        write!(
            wire.0.get_mut(),
            "POST /api/v2/logs HTTP/1.1\r\nHost: {address}\r\nDD-API-KEY: {key}\r\n\
             Content-Type: application/json\r\nContent-Encoding: {encoding}\r\n\
             Content-Length: {}\r\n\r\n",
            packed.len()
        )?;
        wire.0.get_mut().write_all(&packed)?;
        answer.clear();
        wire.answer(202, &mut answer)?;
        // The fetcher may have ended.
        let _ = empties.send(page);
    }
    Ok(())
}

/// One connection that stays open.
struct Wire(BufReader<TcpStream>);

#[derive(Default)]
struct Head {
    bytes: usize,
    gzip: bool,
}

impl Wire {
    fn to(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Reads an answer of the expected status; its body goes into the buffer.
    fn answer(&mut self, status: u16, body: &mut Vec<u8>) -> Outcome<Head> {
        let mut head = Head::default();
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        if line.split_whitespace().nth(1) != Some(status.to_string().as_str()) {
            return Err(format!("expected {status}: {line}").into());
        }
        loop {
            line.clear();
            self.0.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            match (name.to_ascii_lowercase().as_str(), value.trim()) {
                ("content-length", bytes) => head.bytes = bytes.parse()?,
                ("content-encoding", encoding) => head.gzip = encoding == "gzip",
                _ => {}
            }
        }
        body.reserve(head.bytes);
        (&mut self.0).take(head.bytes as u64).read_to_end(body)?;
        Ok(head)
    }
}

/// The cursor at the end of a page, percent-encoded; none on the last one.
fn next_cursor(page: &[u8]) -> Option<String> {
    let tail = String::from_utf8_lossy(page.get(page.len().saturating_sub(TAIL)..)?);
    let (_, rest) = tail.rsplit_once("\"next_cursor\":\"")?;
    let (cursor, _) = rest.split_once('"')?;
    Some(
        cursor
            .replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D"),
    )
}
