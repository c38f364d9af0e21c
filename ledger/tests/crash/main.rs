//! Does a killed ledger ever lose, double or invent anything? A real process sells answers on real
//! books and is killed with SIGKILL, again and again, now and then while its disk or its server
//! refuses to work; after every death the books are opened, audited by the independent model, and
//! compared with what the dead process had promised to its callers.
//!
//! `cargo xtask crash ledger [--operations N] [--seed N]`; part of every test run, with few operations.

mod acts;
#[path = "../it/desk.rs"]
#[expect(dead_code, reason = "the desk of the tests has more on it than is used here")]
mod desk;
mod engine;
mod promises;
mod seller;
mod trouble;

use promises::Promises;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use seller::Seller;
use std::time::{Duration, Instant};
use trouble::Disk;

/// Operations in the test run: some seconds.
const OPERATIONS: u64 = 4_000;
/// Operations on one set of books: each death is followed by an audit of all of them.
const VOLUME: u64 = 8_000;
/// Operations that a seller lives for, about: some deaths per set of books.
const LIFE: u64 = 1_500;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, rest @ ..] = arguments.as_slice()
        && mode == seller::MODE
    {
        return acts::sell(rest);
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return;
    }
    let operations = number(&arguments, "--operations").unwrap_or(OPERATIONS);
    let seed = number(&arguments, "--seed").unwrap_or_else(rand::random);
    println!("crash: seed {seed}, {operations} operations");
    let started = Instant::now();
    let mut random = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    while tally.operations < operations {
        let volume = VOLUME.min(operations - tally.operations);
        run_volume(&mut random, volume, &mut tally);
    }
    println!("crash: {tally:?} in {:.1} s, nothing lost, doubled or invented", {
        started.elapsed().as_secs_f64()
    });
    assert!(tally.deaths > 0 && tally.captures > 0 && tally.troubles > 0, "{tally:?}");
}

fn number(arguments: &[String], name: &str) -> Option<u64> {
    let at = arguments.iter().position(|argument| argument == name)?;
    let value = arguments.get(at + 1).and_then(|value| value.parse().ok());
    Some(value.unwrap_or_else(|| panic!("{name} needs a number")))
}

/// What really happened: a test of nothing would show here.
#[derive(Debug, Default)]
struct Tally {
    operations: u64,
    captures: u64,
    voids: u64,
    deaths: u64,
    /// Times that the disk or the server refused to work.
    troubles: u64,
    /// Operations that failed for it, and whose outcome their caller does not know.
    unknown: u64,
}

/// Keys of one life: no two sellers of the same books use the same.
const KEYS: u64 = 1_000_000;

/// One set of books, sold on by one seller after the other.
fn run_volume(random: &mut StdRng, operations: u64, tally: &mut Tally) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut promises = Promises::default();
    let mut done = 0;
    let mut lives = 0;
    while done < operations {
        let life = random.random_range(LIFE / 3..LIFE).min(operations - done);
        let mut seller = Seller::start(&folder, random.random(), lives * KEYS);
        lives += 1;
        // Every second one, the first among them: a run without trouble would prove less.
        let disk = (lives % 2 == 1).then(|| Disk::of(&seller, &folder));
        let mut refused = false;
        // A seller reaches the end of its life, or stops promising because of its troubles.
        let deadline = Instant::now() + Duration::from_secs(30);
        while seller.promised() < life && Instant::now() < deadline && seller.is_alive() {
            std::thread::sleep(Duration::from_millis(5));
            if let Some(disk) = &disk
                && !refused
                && seller.promised() > life / 2
            {
                disk.refuse_for(Duration::from_millis(random.random_range(20..250)), random);
                refused = true;
            }
        }
        let told = seller.kill();
        assert!(told.len() as u64 >= life.min(1), "a seller did nothing: {}", seller.errors());
        tally.deaths += 1;
        tally.troubles += u64::from(refused);
        done += told.len() as u64;
        for line in &told {
            promises.note(line);
        }
        promises.check(&folder);
    }
    tally.operations += done;
    tally.captures += promises.captures();
    tally.voids += promises.voids();
    tally.unknown += promises.unknown();
}
