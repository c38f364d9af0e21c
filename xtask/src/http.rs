//! A GET and a POST to a server on this machine: enough to ask whether it is up.
//!
//! Not for anything else: no TLS, no redirects, no keep-alive, bodies without transfer encoding
//! checks. It spares the tool an HTTP library.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};

/// Longer than any answer of a healthy local server, short enough to notice a dead one.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What a server answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Response {
    /// The HTTP status, such as 200.
    pub(crate) status: u16,
    /// The body as it came.
    pub(crate) body: String,
}

/// `GET path` from the server on `port` of this machine.
pub(crate) fn get(port: u16, path: &str) -> Result<Response> {
    exchange(port, &format!("GET {path} HTTP/1.1\r\n{}\r\n", headers(port)))
}

/// `POST path` with a JSON body to the server on `port` of this machine.
pub(crate) fn post_json(port: u16, path: &str, body: &str) -> Result<Response> {
    let length = body.len();
    let kind = format!("Content-Type: application/json\r\nContent-Length: {length}\r\n");
    exchange(port, &format!("POST {path} HTTP/1.1\r\n{}{kind}\r\n{body}", headers(port)))
}

fn headers(port: u16) -> String {
    format!("Host: 127.0.0.1:{port}\r\nConnection: close\r\n")
}

fn exchange(port: u16, request: &str) -> Result<Response> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    parse(&String::from_utf8_lossy(&bytes))
}

fn parse(text: &str) -> Result<Response> {
    let (head, body) = text.split_once("\r\n\r\n").context("the answer is not HTTP")?;
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    let status = status.context("the answer has no HTTP status")?;
    Ok(Response { status, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn a_local_server_is_asked_and_understood() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 512];
            let length = stream.read(&mut request).unwrap();
            stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\n\r\nindexing").unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        let response = get(port, "/readyz").unwrap();
        assert_eq!(response, Response { status: 503, body: "indexing".to_owned() });
        assert!(server.join().unwrap().starts_with("GET /readyz HTTP/1.1\r\n"));
    }

    #[test]
    fn something_that_is_not_http_is_an_error() {
        assert!(parse("SSH-2.0-OpenSSH\r\n").is_err());
        assert!(parse("nonsense\r\n\r\n").is_err());
    }
}
