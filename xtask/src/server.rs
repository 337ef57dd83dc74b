//! A plain static file server, as any host has one: directory index, redirect to a trailing slash, 404.

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// Serves a folder from the moment it is made until it is dropped.
pub struct Server {
    address: SocketAddr,
    below: String,
    _runtime: Runtime,
}

impl Server {
    /// Serves `folder` on 127.0.0.1. Port 0 takes a free one. `below` is a path such as `/some/where`
    /// under which the folder appears, or empty.
    ///
    /// # Errors
    /// When the port is taken or may not be used.
    pub fn start(folder: &Path, below: &str, port: u16) -> Result<Self> {
        Self::serve(folder, below, port, None)
    }

    /// As [`Server::start`], but files whose path contains `part` are `late`: a slow connection.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn start_slow(folder: &Path, part: &'static str, late: Duration) -> Result<Self> {
        Self::serve(folder, "", 0, Some((part, late)))
    }

    fn serve(folder: &Path, below: &str, port: u16, slow: Option<(&'static str, Duration)>) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = match runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port))) {
            Ok(listener) => listener,
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                bail!("port {port} is taken by another program; stop that one, or choose another with --port")
            }
            Err(error) => return Err(error).with_context(|| format!("cannot serve on port {port}")),
        };
        let address = listener.local_addr()?;
        let files = ServeDir::new(folder).redirect_path_prefix(below);
        let site = if below.is_empty() {
            Router::new().fallback_service(files)
        } else {
            Router::new().nest_service(below, files)
        };
        let wait = move |request: Request, next: Next| async move {
            if let Some((_, late)) = slow.filter(|(part, _)| request.uri().path().contains(part)) {
                tokio::time::sleep(late).await;
            }
            next.run(request).await
        };
        // Browsers must ask again each time: the file names of the workers do not change with their content.
        let site = site.layer(middleware::from_fn(wait));
        let site =
            site.layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static("no-cache")));
        runtime.spawn(async move { axum::serve(listener, site).await });
        Ok(Self { address, below: below.to_owned(), _runtime: runtime })
    }

    /// Where the folder's root is, with a trailing slash.
    pub fn url(&self) -> String {
        format!("http://{}{}/", self.address, self.below)
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpStream;

    fn get(server: &Server, path: &str) -> String {
        let mut stream = TcpStream::connect(server.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.to_lowercase()
    }

    fn site() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("lenet")).unwrap();
        std::fs::write(folder.path().join("lenet/index.html"), "the lab").unwrap();
        std::fs::write(folder.path().join("m.wasm"), "").unwrap();
        folder
    }

    #[test]
    fn behaves_like_any_static_host() {
        let folder = site();
        let server = Server::start(folder.path(), "", 0).unwrap();
        let answer = get(&server, "/lenet?seed=2");
        assert!(answer.starts_with("http/1.1 307") && answer.contains("location: /lenet/?seed=2"), "{answer}");
        assert!(get(&server, "/lenet/").ends_with("the lab"));
        assert!(get(&server, "/nothing").starts_with("http/1.1 404"));
        assert!(get(&server, "/m.wasm").contains("content-type: application/wasm"));
    }

    #[test]
    fn serves_below_a_path() {
        let folder = site();
        let server = Server::start(folder.path(), "/some/where", 0).unwrap();
        assert!(get(&server, "/some/where/lenet").contains("location: /some/where/lenet/"));
        assert!(get(&server, "/some/where/lenet/").ends_with("the lab"));
        assert!(get(&server, "/lenet/").starts_with("http/1.1 404"));
    }

    #[test]
    fn says_when_the_port_is_taken() {
        let folder = site();
        let server = Server::start(folder.path(), "", 0).unwrap();
        let error = Server::start(folder.path(), "", server.address.port()).err().unwrap();
        assert!(error.to_string().contains("is taken"));
    }
}
