//! Somebody else's site: static pages on an origin of their own, under the strictest policy that the
//! chat promises to live with.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

/// A site that is served until the test's process ends.
pub(crate) struct Site {
    pub(crate) origin: String,
}

impl Site {
    /// Serves pages that may load from `footnote` and from nowhere else, by path and body; `{script}`
    /// stands for the loader with this key.
    pub(crate) fn open(pages: Vec<(&'static str, String)>, footnote: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let policy = format!(
            "default-src 'none'; script-src {footnote}; connect-src {footnote}; \
             frame-src {footnote}; require-trusted-types-for 'script'; trusted-types 'none'; \
             base-uri 'none'; form-action 'none'"
        );
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A browser that hangs up early loses its page, nobody else's.
                let _ = answer(&stream, &pages, &policy);
            }
        });
        // Another host than the service's, so another site altogether.
        Self { origin: format!("http://localhost:{port}") }
    }
}

fn answer(
    mut stream: &TcpStream,
    pages: &[(&'static str, String)],
    policy: &str,
) -> std::io::Result<()> {
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or("/");
    let found = pages.iter().find(|(known, _)| *known == path);
    let (status, body) = found.map_or(("404 Not Found", ""), |(_, body)| ("200 OK", body.as_str()));
    let kind = "Content-Type: text/html; charset=utf-8";
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{kind}\r\nContent-Security-Policy: {policy}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
