//! How many charged answers a second do the books take? Each is a hold, a capture with a split in
//! ten, a receipt that recomputes and is signed, and a stored answer; on SQLite, on PostgreSQL, and
//! beside them `pgbench` on the same server.
//!
//! `cargo bench --profile dev -p footnote-ledger --features postgres --bench answers -- --json`

#[path = "../../tests/it/desk.rs"]
#[expect(dead_code, reason = "the desk of the tests has more on it than is used here")]
mod desk;
mod engine;
#[path = "../../tests/postgres/server.rs"]
#[expect(dead_code, reason = "the server of the tests does more than is used here")]
mod server;

use desk::{Desk, PAYER, PRICE, author, begin, capture};
use footnote_ledger::{Begun, Ledger};
use serde_json::{Value, json};
use server::Server;
use std::process::Command;
use std::time::{Duration, Instant};

/// Readers who ask at once.
const ASKING: u64 = 64;
/// Answers before anything is counted.
const WARM_UP: u64 = 256;
/// Payees of one answer; with the platform's line ten.
const PAYEES: u8 = 9;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let as_json = arguments.iter().any(|argument| argument == "--json");
    let seconds = if arguments.iter().any(|argument| argument == "--short") { 3 } else { 10 };
    let time = Duration::from_secs(seconds);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let server = Server::start_durable();
    let sqlite = runtime.block_on(measure(Desk::open(), time));
    server.create_database("answers");
    engine::use_server(server.url("answers"));
    let postgres = runtime.block_on(measure(Desk::open(), time));
    let tps = pgbench(&server, seconds);
    let report = json!({
        "postgres": postgres,
        "sqlite": sqlite,
        "pgbench": { "tps": tps },
        // Hold, capture and ten lines.
        "transfers_per_answer": 12,
        "answers_at_once": ASKING,
        "seconds": seconds,
    });
    if as_json {
        println!("{report}");
        return;
    }
    for name in ["postgres", "sqlite"] {
        println!(
            "{name:<9} {:>8} answers/s   p50 {} ms   p99 {} ms",
            report[name]["answers_per_s"], report[name]["p50_ms"], report[name]["p99_ms"]
        );
    }
    println!("pgbench   {tps:>8} tps (TPC-B, prepared, 16 clients)");
}

/// Sells answers for a while, and audits the books afterwards.
async fn measure(opening: impl Future<Output = Desk>, time: Duration) -> Value {
    let desk = opening.await;
    desk.fund(PAYER, 10_000_000 * PRICE, 0).await;
    let mut warming = tokio::task::JoinSet::new();
    for n in 0..WARM_UP {
        warming.spawn(sell(desk.ledger.clone(), u64::MAX - n));
    }
    warming.join_all().await;
    let started = Instant::now();
    let mut asking = tokio::task::JoinSet::new();
    for reader in 0..ASKING {
        let ledger = desk.ledger.clone();
        asking.spawn(async move {
            let mut took = Vec::new();
            for n in (reader..).step_by(ASKING as usize) {
                if started.elapsed() >= time {
                    break;
                }
                took.push(sell(ledger.clone(), n).await);
            }
            took
        });
    }
    let mut took: Vec<Duration> = asking.join_all().await.into_iter().flatten().collect();
    let seconds = started.elapsed().as_secs_f64();
    took.sort_unstable();
    desk.audited().await;
    let at = |per_cent: usize| took[(took.len() - 1) * per_cent / 100].as_secs_f64() * 1_000.0;
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    json!({
        "answers_per_s": tenth(took.len() as f64 / seconds),
        "p50_ms": tenth(at(50)),
        "p99_ms": tenth(at(99)),
    })
}

/// One paid answer, from the reservation to the signed receipt; how long both took together.
async fn sell(ledger: Ledger, n: u64) -> Duration {
    let started = Instant::now();
    let Ok(Begun::Held(hold)) = ledger.begin(begin(n)).await else { panic!("not held") };
    let payees: Vec<_> = (1..=PAYEES).map(author).collect();
    ledger.capture(capture(&hold, &[(&payees, 920_000)])).await.expect("captured");
    started.elapsed()
}

/// The TPC-B rate of the same server.
fn pgbench(server: &Server, seconds: u64) -> f64 {
    server.create_database("pgbench");
    let run = |arguments: &[&str]| {
        let mut command: Command = server.client("pgbench");
        let output = command.args(arguments).arg("pgbench").output().expect("pgbench starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    run(&["-i", "-q", "-s", "10"]);
    let said = run(&["-M", "prepared", "-c", "16", "-j", "2", "-T", &seconds.to_string()]);
    let line = said.lines().find_map(|line| line.strip_prefix("tps = "));
    let tps = line.and_then(|line| line.split(' ').next()).expect("it says its rate");
    tps.parse::<f64>().expect("a number").round()
}
