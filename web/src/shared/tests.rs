//! One suite for everything that is shared, in process and on a real Redis server.

use super::*;
use crate::ask::AnswerEvent;
use footnote_domain::id::AnswerId;
use footnote_domain::money::Nano;
use futures::StreamExt;
use std::time::Duration;

#[path = "../../tests/journey/redis.rs"]
mod server;

use server::Server;

/// Runs one test on both.
async fn on_both(test: impl AsyncFn(Shared)) {
    test(Shared::in_process(LiveAnswers::default())).await;
    let Some(server) = Server::start() else { return };
    let redis = Redis::new(&server.url(), "tests/").expect("an address");
    test(Shared::on_redis(redis)).await;
}

fn nano(amount: i128) -> Nano {
    Nano::new(amount).expect("in range")
}

fn draw(slot: &str, limit: i128) -> Draw {
    Draw { slot: slot.to_owned(), limit: nano(limit) }
}

#[tokio::test]
async fn an_allowance_is_drawn_on_as_a_whole_or_not_at_all() {
    on_both(async |shared| {
        let own = shared.allowances;
        let both = [draw("ip", 30), draw("session", 20)];
        let slots = own.draw(1, &both, nano(20)).await.expect("answers").expect("is free");
        assert_eq!(own.draw(1, &both, nano(1)).await.expect("answers"), Err(1));
        // What was refused by the second was not taken from the first.
        assert!(own.draw(1, &both[..1], nano(10)).await.expect("answers").is_ok());
        assert_eq!(own.draw(1, &both[..1], nano(1)).await.expect("answers"), Err(0));
        own.give_back(1, &slots, nano(5)).await.expect("answers");
        assert!(own.draw(1, &both, nano(5)).await.expect("answers").is_ok());
        assert!(own.draw(1, &both, nano(1)).await.expect("answers").is_err());
        // A new day forgets, and what the old one gives back is past.
        assert!(own.draw(2, &both, nano(20)).await.expect("answers").is_ok());
        own.give_back(1, &slots, nano(20)).await.expect("answers");
        assert_eq!(own.draw(2, &both, nano(1)).await.expect("answers"), Err(1));
        // More than was drawn is never given back.
        own.give_back(2, &slots, nano(50)).await.expect("answers");
        assert_eq!(own.draw(2, &both, nano(21)).await.expect("answers"), Err(1));
    })
    .await;
}

#[tokio::test]
async fn of_many_at_once_exactly_as_many_draw_as_there_is() {
    on_both(async |shared| {
        let mut drawing = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let own = Arc::clone(&shared.allowances);
            drawing.spawn(async move {
                own.draw(3, &[draw("one", 7)], nano(1)).await.expect("answers").is_ok()
            });
        }
        let drawn = drawing.join_all().await.into_iter().filter(|drawn| *drawn).count();
        assert_eq!(drawn, 7);
    })
    .await;
}

#[tokio::test]
async fn invented_sessions_share_one_allowance_beyond_a_bound() {
    let own = ProcessAllowances::default();
    let each = |n: usize| [draw(&format!("session {n}"), 10)];
    for n in 0..100_000 {
        assert!(own.draw(1, &each(n), nano(1)).await.expect("answers").is_ok());
    }
    assert!(own.draw(1, &each(100_001), nano(6)).await.expect("answers").is_ok());
    assert!(own.draw(1, &each(100_002), nano(6)).await.expect("answers").is_err());
    assert_eq!(own.remembered(), 100_001);
    let slots = own.draw(1, &each(5), nano(1)).await.expect("answers").expect("is free");
    own.give_back(1, &slots, nano(2)).await.expect("answers");
    assert_eq!(own.remembered(), 100_000, "nothing is remembered of who spent nothing");
}

fn sentence() -> AnswerEvent {
    AnswerEvent::Reading { results: vec![] }
}

fn last() -> AnswerEvent {
    AnswerEvent::Failed { code: "x".into(), message: "with \"quotes\" and\nlines".into() }
}

#[tokio::test]
async fn late_early_and_returning_readers_get_every_event_once() {
    on_both(async |shared| {
        let (replay, id) = (shared.replay, AnswerId([1; 16]));
        assert!(replay.follow(id, 0).await.expect("answers").is_none());
        assert_eq!(replay.question(id).await.expect("answers"), None);
        replay.begin(id, "why?").await.expect("answers");
        assert_eq!(replay.question(id).await.expect("answers").as_deref(), Some("why?"));
        let early = replay.follow(id, 0).await.expect("answers").expect("being written");
        let early = tokio::spawn(early.collect::<Vec<_>>());
        replay.push(id, &AnswerEvent::Searching { datanets: 1 }).await.expect("answers");
        replay.push(id, &sentence()).await.expect("answers");
        let returning = replay.follow(id, 1).await.expect("answers").expect("being written");
        replay.push(id, &last()).await.expect("answers");
        let late = replay.follow(id, 0).await.expect("answers").expect("being written");
        replay.end(id).await.expect("answers");
        let all =
            [(0, AnswerEvent::Searching { datanets: 1 }), (1, sentence()), (2, last())].to_vec();
        assert_eq!(early.await.expect("no panic"), all);
        assert_eq!(returning.collect::<Vec<_>>().await, all[1..]);
        assert_eq!(late.collect::<Vec<_>>().await, all);
        assert!(replay.follow(id, 0).await.expect("answers").is_none(), "it has ended");
    })
    .await;
}

#[tokio::test]
async fn a_lease_is_held_once_ends_by_itself_and_is_not_ended_by_others() {
    on_both(async |shared| {
        let leases = shared.leases;
        let long = Duration::from_secs(60);
        let first = leases.take("settler", long).await.expect("answers").expect("free");
        assert_eq!(leases.take("settler", long).await.expect("answers"), None);
        assert!(leases.take("indexer", long).await.expect("answers").is_some());
        assert!(leases.renew(&first, Duration::from_millis(40)).await.expect("answers"));
        tokio::time::sleep(Duration::from_millis(80)).await;
        assert!(!leases.renew(&first, long).await.expect("answers"), "it had ended");
        let second = leases.take("settler", long).await.expect("answers").expect("free again");
        leases.release(first).await.expect("answers");
        assert_eq!(
            leases.take("settler", long).await.expect("answers"),
            None,
            "still the second's"
        );
        leases.release(second).await.expect("answers");
        assert!(leases.take("settler", long).await.expect("answers").is_some());
    })
    .await;
}

#[tokio::test]
async fn what_is_cached_comes_back_whole_until_its_time_is_over() {
    on_both(async |shared| {
        let cache = shared.cache;
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(cache.get("a").await.expect("answers"), None);
        cache.put("a", bytes.clone(), Duration::from_secs(60)).await.expect("answers");
        cache.put("b", Vec::new(), Duration::from_millis(30)).await.expect("answers");
        assert_eq!(cache.get("a").await.expect("answers"), Some(bytes));
        assert_eq!(cache.get("b").await.expect("answers"), Some(Vec::new()));
        tokio::time::sleep(Duration::from_millis(60)).await;
        assert_eq!(cache.get("b").await.expect("answers"), None);
        cache.put("a", b"new".to_vec(), Duration::from_secs(60)).await.expect("answers");
        assert_eq!(cache.get("a").await.expect("answers"), Some(b"new".to_vec()));
    })
    .await;
}

#[tokio::test]
async fn a_server_that_goes_away_is_named_soon_and_found_again() {
    let Some(mut server) = Server::start() else { return };
    let redis = Redis::new(&server.url(), "tests/").expect("an address");
    let shared = Shared::on_redis(redis);
    shared.check().await.expect("it answers");
    server.stop();
    let asked = std::time::Instant::now();
    let error = shared.allowances.draw(1, &[draw("a", 9)], nano(1)).await.expect_err("away");
    assert!(matches!(error, SharedError::Away(_)), "{error}");
    assert!(asked.elapsed() < Duration::from_secs(3), "it took {:?}", asked.elapsed());
    server.serve();
    let found = async {
        while shared.check().await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), found).await.expect("found again");
    assert!(shared.allowances.draw(1, &[draw("a", 9)], nano(1)).await.expect("answers").is_ok());
}
