//! A real Redis server on loopback, gone when the test ends.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server, which keeps nothing.
pub(crate) struct Server {
    port: u16,
    child: Option<Child>,
}

impl Server {
    /// Starts one, or says aloud why it cannot.
    pub(crate) fn start() -> Option<Self> {
        let version = Command::new("redis-server").arg("--version").output();
        if version.is_err() {
            eprintln!(
                "SKIPPED: no redis-server is installed: on Debian, apt-get install redis-server"
            );
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|bound| bound.local_addr());
        let mut server = Self { port: port.expect("a free port").port(), child: None };
        server.serve();
        Some(server)
    }

    /// Starts it again after [`Self::stop`], empty, on the same port.
    pub(crate) fn serve(&mut self) {
        let child = Command::new("redis-server")
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it was there a moment ago");
        self.child = Some(child);
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(20), "redis-server does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills it.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
