//! What names mean while they are edited: the rules, the log that survives, and a race in which every
//! answer must have been true at some instant between question and reply.

use footnote_domain::id::{DatanetId, Digest};
use footnote_generator::adapter::alias::{
    AliasBook, AliasChange as Change, AliasError, AliasEvent, AliasName, AliasState, AliasStatus,
    AliasTable, Mirrored, MirroredVersion,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

fn name(text: &str) -> AliasName {
    AliasName::parse(text).expect("a name")
}

fn digest(of: &str) -> Digest {
    Digest::of(&[of.as_bytes()])
}

fn publish(of: &str) -> Change {
    Change::Publish { digest: digest(of), payee: None }
}

fn edit(book: &AliasBook, alias: &str, change: Change) -> Result<AliasEvent, AliasError> {
    book.change(&name(alias), None, change, "a test", 7)
}

/// What `alias` answers with, as one of the given texts, or the error.
fn answer(book: &AliasBook, alias: &str) -> Result<Digest, String> {
    let resolved = book.resolve(&name(alias)).map_err(|error| error.to_string())?;
    Ok(resolved.digest)
}

#[test]
fn an_alias_lives_freezes_rolls_back_redirects_and_is_disabled() {
    let book = AliasBook::in_memory();
    edit(&book, "law", publish("law 1")).expect("made");
    edit(&book, "law", publish("law 2")).expect("published");
    edit(&book, "tea", publish("tea 1")).expect("made");
    assert_eq!(answer(&book, "law"), Ok(digest("law 2")));
    edit(&book, "law", Change::RollBack { version: 1 }).expect("rolled back");
    assert_eq!(answer(&book, "law"), Ok(digest("law 1")));

    edit(&book, "law", Change::Freeze).expect("frozen");
    assert_eq!(answer(&book, "law"), Ok(digest("law 1")), "frozen goes on answering");
    assert!(matches!(edit(&book, "law", publish("law 3")), Err(AliasError::Frozen(_))));
    edit(&book, "law", Change::RollBack { version: 2 }).expect("possible in every status");
    edit(&book, "law", Change::Unfreeze).expect("unfrozen");

    edit(&book, "law", Change::Redirect { to: name("tea") }).expect("redirected");
    assert_eq!(answer(&book, "law"), Ok(digest("tea 1")));
    assert_eq!(book.resolve(&name("law")).expect("tea").answering, name("tea"));
    assert!(matches!(edit(&book, "law", publish("law 3")), Err(AliasError::Redirected(..))));
    edit(&book, "tea", Change::Disable).expect("disabled");
    let refused = answer(&book, "law").expect_err("never its own, never the base");
    assert!(refused.contains("`tea` is disabled"), "{refused}");
    edit(&book, "law", Change::Unredirect).expect("back");
    assert_eq!(answer(&book, "law"), Ok(digest("law 2")));
    let states: Vec<AliasState> =
        book.events().expect("the log").into_iter().map(|event| event.to).collect();
    assert_eq!(states[0], AliasState::Live(digest("law 1")));
    assert_eq!(states[4], AliasState::Frozen(digest("law 1")));
    assert_eq!(states[7], AliasState::Redirect(name("tea")));
    assert_eq!(states[8], AliasState::Disabled);
}

#[test]
fn what_leads_nowhere_or_in_circles_is_refused() {
    let book = AliasBook::in_memory();
    assert!(matches!(book.resolve(&name("law")), Err(AliasError::Unknown(_))));
    assert!(matches!(edit(&book, "law", Change::Freeze), Err(AliasError::Unknown(_))));
    for alias in ["a", "b", "c"] {
        edit(&book, alias, publish(alias)).expect("made");
    }
    let redirect = |from: &str, to: &str| edit(&book, from, Change::Redirect { to: name(to) });
    assert!(matches!(redirect("a", "a"), Err(AliasError::BadRedirect { .. })), "itself");
    assert!(matches!(redirect("a", "z"), Err(AliasError::Unknown(_))));
    redirect("a", "b").expect("one step");
    assert!(matches!(redirect("b", "a"), Err(AliasError::BadRedirect { .. })), "a circle");
    assert!(matches!(redirect("b", "c"), Err(AliasError::BadRedirect { .. })), "two steps");
    assert!(matches!(redirect("c", "a"), Err(AliasError::BadRedirect { .. })), "two steps");
    assert!(matches!(redirect("a", "b"), Err(AliasError::NoChange(_))));
    for version in [0, 2] {
        let back = edit(&book, "c", Change::RollBack { version });
        assert!(matches!(back, Err(AliasError::UnknownVersion { .. })));
    }
    assert!(matches!(edit(&book, "c", publish("c")), Err(AliasError::NoChange(_))));
}

#[test]
fn of_two_edits_decided_on_the_same_state_one_wins() {
    let book = AliasBook::in_memory();
    let law = name("law");
    let upload = |of: &str, expected| book.change(&law, Some(expected), publish(of), "x", 0);
    let made = upload("law 1", 0).expect("the first upload");
    let late = upload("other 1", 0).expect_err("the second upload of one name");
    assert!(
        matches!(late, AliasError::Conflict { expected: 0, found, .. } if found == made.generation)
    );
    upload("law 2", made.generation).expect("decided on what is there");
    assert!(matches!(upload("law 3", made.generation), Err(AliasError::Conflict { .. })));
    assert_eq!(answer(&book, "law"), Ok(digest("law 2")));
}

fn mirrored(of: &[&str], current: u32, status: AliasStatus, to: Option<&str>) -> Change {
    let versions = of.iter().map(|one| MirroredVersion { digest: digest(one), payee: None });
    let (versions, redirect) = (versions.collect(), to.map(name));
    Change::Mirror(Mirrored { versions, current, status, redirect })
}

#[test]
fn a_followed_entry_governs_its_alias_and_the_operator_can_still_disable_it() {
    let book = AliasBook::in_memory();
    let entry = DatanetId([7; 32]);
    let mirror = |change| edit(&book, "law", change);
    assert!(matches!(
        mirror(mirrored(&[], 0, AliasStatus::Active, None)),
        Err(AliasError::Unknown(_))
    ));
    edit(&book, "law", Change::Follow { entry }).expect("follows");
    assert!(answer(&book, "law").expect_err("no version yet").contains("no version"));
    assert!(matches!(edit(&book, "law", publish("mine")), Err(AliasError::OnChain(..))));
    let twice = edit(&book, "other", Change::Follow { entry });
    assert!(matches!(twice, Err(AliasError::FollowedBy { .. })));
    mirror(mirrored(&["1", "2"], 2, AliasStatus::Active, None)).expect("mirrored");
    assert_eq!(answer(&book, "law"), Ok(digest("2")));
    let same = mirror(mirrored(&["1", "2"], 2, AliasStatus::Active, None));
    assert!(matches!(same, Err(AliasError::NoChange(_))));
    mirror(mirrored(&["1", "2"], 1, AliasStatus::Frozen, None)).expect("rolled back, frozen");
    assert_eq!(answer(&book, "law"), Ok(digest("1")));
    edit(&book, "law", Change::Disable).expect("in an emergency");
    mirror(mirrored(&["1", "2"], 2, AliasStatus::Active, None)).expect("mirrored");
    assert!(answer(&book, "law").is_err(), "the chain does not enable what is disabled here");
    edit(&book, "law", Change::Enable).expect("enabled");
    mirror(mirrored(&["1", "2"], 2, AliasStatus::Retracted, None)).expect("retracted");
    assert!(answer(&book, "law").expect_err("retracted").contains("retracted"));
    // A reorganisation: the chain that holds now has one version only.
    mirror(mirrored(&["1"], 1, AliasStatus::Active, None)).expect("reorganised");
    assert_eq!(answer(&book, "law"), Ok(digest("1")));

    // The registry allows a → b and later b → c; readers of a go one step.
    for (alias, id) in [("b", 8), ("c", 9)] {
        edit(&book, alias, Change::Follow { entry: DatanetId([id; 32]) }).expect("follows");
        edit(&book, alias, mirrored(&[alias], 1, AliasStatus::Active, None)).expect("mirrored");
    }
    mirror(mirrored(&["1"], 1, AliasStatus::Active, Some("b"))).expect("redirected");
    assert_eq!(answer(&book, "law"), Ok(digest("b")));
    edit(&book, "b", mirrored(&["b"], 1, AliasStatus::Active, Some("c"))).expect("redirected");
    assert!(answer(&book, "law").expect_err("two steps").contains("redirects again"));
}

#[test]
fn aliases_and_their_history_survive_and_a_torn_line_is_cut() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || AliasBook::open(folder.path());
    let log = folder.path().join("aliases.log");
    {
        let book = open().expect("new");
        edit(&book, "law", publish("law 1")).expect("made");
        edit(&book, "law", publish("law 2")).expect("published");
    }
    let whole = std::fs::read(&log).expect("the log");
    let book = open().expect("again");
    let events = book.events().expect("the log");
    assert_eq!((events.len(), events[1].by.as_str(), events[1].at), (2, "a test", 7));
    assert_eq!(events[1].from, Some(AliasState::Live(digest("law 1"))));
    assert_eq!(events[1].to, AliasState::Live(digest("law 2")));
    drop(book);

    for cut in [1, 40, 90] {
        std::fs::write(&log, &whole[..whole.len() - cut]).expect("torn");
        let book = open().expect("a torn line was never acknowledged");
        assert_eq!(answer(&book, "law"), Ok(digest("law 1")));
        edit(&book, "law", publish("law 3")).expect("written over the torn line");
        drop(book);
        assert_eq!(answer(&open().expect("whole again"), "law"), Ok(digest("law 3")));
    }

    for at in [70, whole.len() / 2, whole.len() - 10] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        std::fs::write(&log, changed).expect("damaged");
        assert!(matches!(open().err(), Some(AliasError::Damaged { .. })), "byte {at}");
    }
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    std::fs::write(&log, [lines[0], lines[2]].concat()).expect("a line left out");
    assert!(matches!(open().err(), Some(AliasError::Damaged { .. })));
}

#[test]
fn what_one_process_has_edited_every_other_sees_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let books = [(); 2].map(|()| AliasBook::open(folder.path()).expect("opened"));
    edit(&books[0], "law", publish("0")).expect("made");
    let (acknowledged, began) = (AtomicU64::new(1), Instant::now());
    std::thread::scope(|scope| {
        for (at, book) in books.iter().enumerate() {
            let acknowledged = &acknowledged;
            scope.spawn(move || {
                for round in 0..150 {
                    let event = edit(book, "law", publish(&format!("{at} {round}")));
                    let generation = event.expect("no expectation, no conflict").generation;
                    acknowledged.fetch_max(generation, Ordering::SeqCst);
                }
            });
            scope.spawn(move || {
                while acknowledged.load(Ordering::SeqCst) < 301 {
                    assert!(began.elapsed() < Duration::from_secs(120), "a writer has given up");
                    let before = acknowledged.load(Ordering::SeqCst);
                    let seen = book.resolve(&name("law")).expect("live").generation;
                    assert!(seen >= before, "generation {before} was acknowledged, {seen} seen");
                }
            });
        }
    });
    let events = books[0].events().expect("the log");
    let generations: Vec<u64> = events.iter().map(|event| event.generation).collect();
    assert_eq!(generations, (1..=301).collect::<Vec<u64>>(), "none lost, none twice");
    assert_eq!(books[0].table().expect("table"), books[1].table().expect("table"));
}

const ALIASES: usize = 12;
const EVENTS: u64 = 120_000;

/// What a reader saw, and between which generations it looked.
struct Read {
    alias: usize,
    before: u64,
    after: u64,
    /// With the generation that the answer claims, when there was one.
    seen: Result<(Digest, u64), String>,
}

fn alias(number: usize) -> AliasName {
    name(&format!("alias-{number}"))
}

/// A random edit, of an alias that may not allow it.
fn random_change(table: &AliasTable, number: usize, random: &mut StdRng) -> Change {
    let versions = table.entry(&alias(number)).map_or(0, |entry| entry.versions.len());
    match random.random_range(0..14) {
        0 if versions < 40 => publish(&format!("{number}, version {}", versions + 1)),
        0..5 => Change::RollBack { version: random.random_range(1..=versions as u32) },
        5 | 6 => Change::Redirect { to: alias(random.random_range(0..ALIASES)) },
        7 | 8 => Change::Unredirect,
        9 => Change::Freeze,
        10 | 11 => Change::Unfreeze,
        12 => Change::Disable,
        _ => Change::Enable,
    }
}

#[test]
fn in_a_race_every_answer_was_true_at_some_instant_of_its_question() {
    let book = AliasBook::in_memory();
    for number in 0..ALIASES {
        for version in 1..=3 {
            let change = publish(&format!("{number}, version {version}"));
            book.change(&alias(number), None, change, "set up", 0).expect("made");
        }
    }
    let (ended, reads) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    let generation = || book.table().expect("in memory").generation();
    std::thread::scope(|scope| {
        let write = |seed: u64| {
            let mut random = StdRng::seed_from_u64(seed);
            let (mut conflicts, mut refused) = (0u64, 0u64);
            while generation() < EVENTS {
                let number = random.random_range(0..ALIASES);
                let table = book.table().expect("in memory");
                let expected = table.entry(&alias(number)).expect("made").generation;
                let expected = random.random_bool(0.5).then_some(expected);
                let change = random_change(&table, number, &mut random);
                match book.change(&alias(number), expected, change, "a writer", seed) {
                    Ok(_) => {}
                    Err(AliasError::Conflict { .. }) => conflicts += 1,
                    Err(_) => refused += 1,
                }
            }
            (conflicts, refused)
        };
        let read = |seed: u64| {
            let mut random = StdRng::seed_from_u64(seed);
            let mut mine = Vec::new();
            while !ended.load(Ordering::SeqCst) {
                let number = random.random_range(0..ALIASES);
                let before = generation();
                let seen = book.resolve(&alias(number));
                let after = generation();
                let seen = seen.map(|one| (one.digest, one.generation)).map_err(|e| e.to_string());
                mine.push(Read { alias: number, before, after, seen });
                std::thread::yield_now();
            }
            reads.lock().expect("not poisoned").extend(mine);
        };
        for seed in 100..103 {
            scope.spawn(move || read(seed));
        }
        let writers: Vec<_> = (0..3).map(|seed| scope.spawn(move || write(seed))).collect();
        let counts: Vec<_> = writers.into_iter().map(|one| one.join()).collect();
        // Readers end even where a writer failed.
        ended.store(true, Ordering::SeqCst);
        let counts: Vec<_> = counts.into_iter().map(|one| one.expect("no panic")).collect();
        assert!(counts.iter().any(|(conflicts, _)| *conflicts > 0), "a race: {counts:?}");
    });
    let events = book.events().expect("in memory");
    assert!(events.len() as u64 >= EVENTS);
    check(&events, &reads.into_inner().expect("not poisoned"));
}

/// Replays the log, which no reader took part in, and holds every read against it.
fn check(events: &[AliasEvent], reads: &[Read]) {
    let mut table = AliasTable::default();
    let mut kinds: HashMap<Result<Digest, String>, u32> = HashMap::new();
    let mut kind = |answer: Result<Digest, String>| {
        let next = kinds.len() as u32;
        *kinds.entry(answer).or_insert(next)
    };
    let mut truth = Vec::with_capacity(events.len() + 1);
    truth.push([kind(Err("nothing yet".to_owned())); ALIASES]);
    for event in events {
        table.apply(event);
        truth.push(std::array::from_fn(|number| {
            let answer = table.resolve(&alias(number));
            kind(answer.map(|(_, version)| version.digest).map_err(|error| error.to_string()))
        }));
    }
    let (mut answered, mut during_an_edit) = (0, 0);
    for read in reads {
        let instants = read.before as usize..=read.after as usize;
        during_an_edit += u64::from(read.before != read.after);
        match &read.seen {
            Ok((digest, generation)) => {
                answered += 1;
                assert!(instants.contains(&(*generation as usize)), "an answer out of its time");
                assert_eq!(truth[*generation as usize][read.alias], kind(Ok(*digest)), "wrong");
            }
            Err(error) => {
                let seen = kind(Err(error.clone()));
                let mut instants = truth[instants].iter();
                assert!(instants.any(|then| then[read.alias] == seen), "{error} was never true");
            }
        }
    }
    println!("{} edits, {answered} of {} reads answered", events.len(), reads.len());
    assert!(answered > 1_000 && answered < reads.len(), "{answered} of {}", reads.len());
    assert!(during_an_edit > 100, "{during_an_edit} reads met an edit");
}
