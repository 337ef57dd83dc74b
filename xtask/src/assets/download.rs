//! Downloads that go on where they stopped.

use super::error::AssetError;
use super::progress::Progress;
use anyhow::{Context, Result};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::time::Duration;
use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, Body};

/// How long to wait for a server; a whole download may take as long as it takes.
const PATIENCE: Duration = Duration::from_secs(20);
const BUFFER_BYTES: usize = 1 << 16;

/// Downloads `url` to `partial`, of which a part may be there, and returns the length of the whole.
///
/// # Errors
/// When the server cannot be reached, stops early (what has arrived is kept), or sends more than `limit` bytes.
pub fn download(url: &str, partial: &Path, what: &str, limit: u64) -> Result<u64> {
    let have = match fs::metadata(partial) {
        Ok(metadata) if metadata.len() <= limit => metadata.len(),
        _ => 0,
    };
    let mut response = ask(url, have)?;
    if have > 0 && response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
        // The part is no part of this file.
        fs::remove_file(partial)?;
        response = ask(url, 0)?;
    }
    let start = match response.status() {
        StatusCode::OK => 0,
        StatusCode::PARTIAL_CONTENT if continues(&response, have) => have,
        status => {
            let reason = format!("the server answered {status}");
            return Err(AssetError::Unreachable { url: url.to_owned(), reason }.into());
        }
    };
    let rest = response.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    let total = rest.map(|rest| rest.saturating_add(start));
    let too_large = |got| AssetError::WrongSize { file: what.to_owned(), expected: format!("at most {limit}"), got };
    if let Some(total) = total.filter(|total| *total > limit) {
        return Err(too_large(total).into());
    }
    let mut file = OpenOptions::new().create(true).write(true).truncate(false).open(partial);
    if let Ok(file) = &mut file {
        file.set_len(start)?;
        std::io::Seek::seek(file, std::io::SeekFrom::Start(start))?;
    }
    let file = file.with_context(|| format!("cannot write {}", partial.display()))?;
    let mut progress = Progress::new(&format!("Fetching {what}"), total.unwrap_or(limit));
    progress.advance(start);
    let done = copy(response.into_body(), file, url, start, limit, &mut progress)?;
    if done > limit {
        fs::remove_file(partial).ok();
        return Err(too_large(done).into());
    }
    if let Some(total) = total.filter(|total| done < *total) {
        let reason = format!("it ended after {done} of {total} bytes");
        return Err(AssetError::Interrupted { url: url.to_owned(), reason }.into());
    }
    progress.done();
    Ok(done)
}

fn ask(url: &str, from: u64) -> Result<Response<Body>, AssetError> {
    let agent: Agent = Agent::config_builder()
        // Nor may it lead to an address that is not encrypted.
        .https_only(url.starts_with("https:"))
        .http_status_as_error(false)
        .timeout_resolve(Some(PATIENCE))
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .build()
        .into();
    // Bytes as they are: ranges of a compressed stream would be others.
    let mut request = agent.get(url).header(header::ACCEPT_ENCODING, "identity");
    if from > 0 {
        request = request.header(header::RANGE, format!("bytes={from}-"));
    }
    request.call().map_err(|e| AssetError::Unreachable { url: url.to_owned(), reason: e.to_string() })
}

/// Whether an answer begins where it was asked to.
fn continues(response: &Response<Body>, from: u64) -> bool {
    let range = response.headers().get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {from}-")))
}

/// Writes what arrives, and returns where it ended; at most one buffer beyond the limit.
fn copy(body: Body, mut file: File, url: &str, start: u64, limit: u64, progress: &mut Progress) -> Result<u64> {
    let mut body = body.into_reader();
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut done = start;
    while done <= limit {
        let read = match body.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => {
                return Err(AssetError::Interrupted { url: url.to_owned(), reason: error.to_string() }.into());
            }
        };
        file.write_all(&buffer[..read]).context("the downloaded part cannot be written; is the disk full?")?;
        done += read as u64;
        progress.advance(read as u64);
    }
    file.sync_all()?;
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Server;
    use std::net::TcpListener;
    use std::thread;

    const LIMIT: u64 = 1 << 20;

    fn content() -> Vec<u8> {
        (0..200_000_u32).map(|i| (i % 251) as u8).collect()
    }

    /// A folder that is served, another one to download to, and the server.
    fn served() -> (tempfile::TempDir, tempfile::TempDir, Server) {
        let (site, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(site.path().join("a.pth"), content()).unwrap();
        let server = Server::start(site.path(), "", 0).unwrap();
        (site, own, server)
    }

    /// A server that gives this answer once, whatever it is asked. Returns its address and what it was asked.
    fn answering(answer: Vec<u8>) -> (String, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/a.pth", listener.local_addr().unwrap());
        let asked = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                request.push(byte[0]);
            }
            stream.write_all(&answer).unwrap();
            String::from_utf8(request).unwrap().to_lowercase()
        });
        (url, asked)
    }

    fn failure(outcome: Result<u64>) -> AssetError {
        outcome.unwrap_err().downcast().unwrap()
    }

    #[test]
    fn a_download_begins_at_nothing_or_goes_on_where_it_stopped() {
        let (_site, own, server) = served();
        let (url, partial) = (format!("{}a.pth", server.url()), own.path().join("a.pth.partial"));
        for have in [0, 1, 150_000, 199_999] {
            fs::write(&partial, &content()[..have]).unwrap();
            assert_eq!(download(&url, &partial, "a.pth", LIMIT).unwrap(), 200_000, "{have} bytes were there");
            assert_eq!(fs::read(&partial).unwrap(), content(), "{have} bytes were there");
        }
        // More than the whole is no part of it; exactly the whole is asked for again.
        for have in [200_000, 200_001, 900_000] {
            fs::write(&partial, vec![7; have]).unwrap();
            assert_eq!(download(&url, &partial, "a.pth", LIMIT).unwrap(), 200_000, "{have} bytes were there");
            assert_eq!(fs::read(&partial).unwrap(), content(), "{have} bytes were there");
        }
    }

    #[test]
    fn only_the_rest_is_asked_for() {
        let own = tempfile::tempdir().unwrap();
        let partial = own.path().join("a.pth.partial");
        fs::write(&partial, "abc").unwrap();
        let answer = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 3-5/6\r\nContent-Length: 3\r\n\r\ndef";
        let (url, asked) = answering(answer.into());
        assert_eq!(download(&url, &partial, "a.pth", LIMIT).unwrap(), 6);
        assert_eq!(fs::read(&partial).unwrap(), b"abcdef");
        assert!(asked.join().unwrap().contains("range: bytes=3-\r\n"));
    }

    #[test]
    fn a_server_that_cannot_go_on_starts_anew() {
        let own = tempfile::tempdir().unwrap();
        let partial = own.path().join("a.pth.partial");
        fs::write(&partial, "xyz and more").unwrap();
        let (url, _) = answering("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef".into());
        assert_eq!(download(&url, &partial, "a.pth", LIMIT).unwrap(), 6);
        assert_eq!(fs::read(&partial).unwrap(), b"abcdef");
        // One that answers with another part than was asked for is not believed.
        let answer = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 1-2/6\r\nContent-Length: 2\r\n\r\nbc";
        let (url, _) = answering(answer.into());
        assert!(matches!(failure(download(&url, &partial, "a.pth", LIMIT)), AssetError::Unreachable { .. }));
    }

    #[test]
    fn what_arrived_before_a_break_is_kept() {
        let own = tempfile::tempdir().unwrap();
        let partial = own.path().join("a.pth.partial");
        let (url, _) = answering("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc".into());
        let error = failure(download(&url, &partial, "a.pth", LIMIT));
        assert!(matches!(error, AssetError::Interrupted { .. }), "{error}");
        assert_eq!(fs::read(&partial).unwrap(), b"abc");
    }

    #[test]
    fn a_server_that_sends_more_than_was_published_is_stopped() {
        let own = tempfile::tempdir().unwrap();
        let partial = own.path().join("a.pth.partial");
        let (url, _) = answering("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nabc".into());
        assert!(matches!(failure(download(&url, &partial, "a.pth", 6)), AssetError::WrongSize { .. }));
        let endless = [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec(), vec![b'x'; 10_000]].concat();
        let (url, _) = answering(endless);
        assert!(matches!(failure(download(&url, &partial, "a.pth", 6)), AssetError::WrongSize { .. }));
        assert!(!partial.exists());
    }

    #[test]
    fn what_is_not_there_is_said() {
        let (_site, own, server) = served();
        let partial = own.path().join("b.pth.partial");
        let error = failure(download(&format!("{}b.pth", server.url()), &partial, "b.pth", LIMIT));
        assert!(error.to_string().contains("the server answered 404"), "{error}");
        assert!(!partial.exists());
    }
}
