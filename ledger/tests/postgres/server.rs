//! A real PostgreSQL on loopback, in a folder of its own, gone when the tests end, however they end.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

/// Where Debian and others put what is not on the path.
const FOLDERS: [&str; 4] = [
    "/usr/lib/postgresql/17/bin",
    "/usr/lib/postgresql/16/bin",
    "/usr/lib/postgresql/15/bin",
    "/usr/local/pgsql/bin",
];

/// Runs the server as long as its standard input is open; then ends it and removes the folder. A
/// test run that is killed closes it too.
const KEEPER: &str = r#"
    "$@" 2>"$FOLDER/log" & server=$!
    echo started; cat >/dev/null
    kill -INT "$server"; wait "$server"; rm -rf "$FOLDER"
"#;

static SERVER: LazyLock<Server> = LazyLock::new(|| Server::start());

/// The server that all suites share.
pub(crate) fn server() -> &'static Server {
    &SERVER
}

/// A running server.
pub(crate) struct Server {
    port: u16,
    bin: PathBuf,
    folder: PathBuf,
    durable: bool,
    keepers: Vec<(Child, ChildStdin)>,
}

impl Server {
    /// Makes a cluster and starts it. `fsync` is off: these tests kill the ledger and the server, not the machine.
    pub(crate) fn start() -> Self {
        Self::make(false)
    }

    /// As in production, for measurements: what is committed is on the disk.
    pub(crate) fn start_durable() -> Self {
        Self::make(true)
    }

    fn make(durable: bool) -> Self {
        let bin = binaries();
        let folder = tempfile::Builder::new().prefix("footnote-postgres-").tempdir();
        let folder = folder.map(TempDir::keep).expect("a folder");
        give_away(&folder);
        let data = folder.join("data");
        let made = as_its_user(&bin.join("initdb"))
            .args(["--auth=trust", "--no-sync", "--no-instructions", "--locale=C"])
            .args(["--encoding=UTF8", "--username=footnote", "--pgdata"])
            .arg(&data)
            .output()
            .expect("initdb starts");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let mut server = Self { port: free_port(), bin, folder, durable, keepers: Vec::new() };
        server.serve();
        server
    }

    /// Starts it, the first time or after [`Self::stop`].
    pub(crate) fn serve(&mut self) {
        let mut serve = as_its_user(&self.bin.join("postgres"));
        serve.arg("-D").arg(self.folder.join("data")).arg("-k").arg(&self.folder);
        serve.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
        let fsync = if self.durable { "fsync=on" } else { "fsync=off" };
        serve.args(["-c", fsync, "-c", "max_connections=200"]);
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(serve.get_program()).args(serve.get_args());
        keeper.env("FOLDER", &self.folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut keeper = keeper.spawn().expect("sh starts");
        let mut started = String::new();
        let output = keeper.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut started).expect("it says so");
        let open = keeper.stdin.take().expect("it is piped");
        self.keepers.push((keeper, open));
        self.wait();
    }

    /// Ends it at once, as a crash would.
    pub(crate) fn stop(&self) {
        let mut stop = as_its_user(&self.bin.join("pg_ctl"));
        stop.args(["stop", "--silent", "--mode=immediate", "-D"]).arg(self.folder.join("data"));
        assert!(stop.status().expect("pg_ctl starts").success(), "it did not stop");
    }

    fn wait(&self) {
        for _ in 0..300 {
            let ready = self.client("pg_isready").arg("--quiet").status().expect("it starts");
            if ready.success() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        panic!("PostgreSQL does not answer:\n{log}");
    }

    pub(crate) fn client(&self, program: &str) -> Command {
        let mut client = Command::new(self.bin.join(program));
        client.args(["-h", "127.0.0.1", "-U", "footnote", "-p", &self.port.to_string()]);
        client
    }

    /// An empty database.
    pub(crate) fn create_database(&self, name: &str) {
        let made = self.client("createdb").args(["-T", "template0", name]).status();
        assert!(made.expect("createdb starts").success(), "{name} was not made");
    }

    /// Runs a statement as the administrator, beside the ledger.
    pub(crate) fn run(&self, database: &str, sql: &str) -> String {
        let mut client = self.client("psql");
        client.args(["-v", "ON_ERROR_STOP=1", "-A", "-t", "-d", database, "-c", sql]);
        let output = client.output().expect("psql starts");
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://footnote@127.0.0.1:{}/{database}", self.port)
    }
}

fn binaries() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> =
        FOLDERS.map(PathBuf::from).into_iter().chain(std::env::split_paths(&path)).collect();
    let complete = |folder: &&PathBuf| {
        ["initdb", "postgres", "pg_ctl", "pg_isready", "createdb", "psql"]
            .iter()
            .all(|program| folder.join(program).exists())
    };
    folders.iter().find(complete).cloned().unwrap_or_else(|| {
        panic!("initdb, postgres, createdb and psql are needed: apt-get install postgresql")
    })
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id starts");
    id.stdout == b"0\n"
}

/// PostgreSQL refuses to run as root: then it runs as the user that its package made.
fn as_its_user(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
    command
}

fn give_away(folder: &Path) {
    if is_root() {
        let given = Command::new("chown").arg("postgres:postgres").arg(folder).status();
        assert!(given.expect("chown starts").success(), "is there a user named postgres?");
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}
