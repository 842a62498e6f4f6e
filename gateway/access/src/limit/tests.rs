use std::sync::atomic::{AtomicI64, Ordering};

use super::*;
use crate::memory::Memory;

fn who(tenant: &str, desk: &str, key: &str) -> Counted {
    Counted { tenant: tenant.to_owned(), desk: desk.to_owned(), key: key.to_owned() }
}

fn limits(state: &Arc<Memory>, now: &Arc<AtomicI64>, budgets: Vec<Budget>) -> Limits {
    let (state, now) = (Arc::clone(state), Arc::clone(now));
    let clock = Clock::new(move || now.load(Ordering::Relaxed));
    Limits::new(state, clock, Amount::default(), budgets)
}

fn images(tenant: &str, images_per_day: u64) -> Budget {
    Budget { tenant: Some(tenant.to_owned()), images_per_day, ..Budget::default() }
}

fn over(error: LimitError) -> OverLimit {
    match error {
        LimitError::Over(over) => over,
        error => panic!("{error}"),
    }
}

#[tokio::test]
async fn requests_beyond_the_rate_wait_and_others_are_not_touched() {
    let state = Arc::new(Memory::default());
    let each = Amount { requests_per_minute: 3, ..Amount::default() };
    let limits = Limits::new(state, Clock::default(), each, Vec::new());
    for remaining in [2, 1, 0] {
        let left = limits.admit(&who("press", "city", "a")).await.unwrap().unwrap();
        assert_eq!((left.limit, left.remaining), (3, remaining));
    }
    let over = over(limits.admit(&who("press", "city", "a")).await.unwrap_err());
    assert_eq!((over.unit, over.limit), (Unit::Requests, 3));
    assert!(over.wait > Duration::from_secs(10) && over.wait <= Duration::from_secs(20));
    limits.admit(&who("press", "city", "b")).await.unwrap();
}

#[tokio::test]
async fn a_desk_shares_its_rate() {
    let state = Arc::new(Memory::default());
    let desk = Budget {
        tenant: Some("press".into()),
        desk: Some("city".into()),
        requests_per_minute: 2,
        ..Budget::default()
    };
    let limits = Limits::new(state, Clock::default(), Amount::default(), vec![desk]);
    limits.admit(&who("press", "city", "a")).await.unwrap();
    limits.admit(&who("press", "city", "b")).await.unwrap();
    assert!(limits.admit(&who("press", "city", "c")).await.is_err());
    assert_eq!(limits.admit(&who("press", "sport", "a")).await.unwrap(), None);
    assert_eq!(limits.admit(&who("other", "city", "a")).await.unwrap(), None);
}

#[tokio::test]
async fn gateways_share_a_rate_and_the_next_minute_begins_anew() {
    let (state, now) = (Arc::new(Memory::default()), Arc::new(AtomicI64::new(610)));
    let each = Amount { requests_per_minute: 60, ..Amount::default() };
    let gateways = [(); 3].map(|()| {
        let (state, now) = (Arc::clone(&state), Arc::clone(&now));
        let clock = Clock::new(move || now.load(Ordering::Relaxed));
        Limits::new(state.clone(), clock.clone(), each, Vec::new()).among_others(state, clock)
    });
    let ada = who("press", "city", "a");
    let mut admitted = 0;
    for n in 0..90 {
        match gateways[n % 3].admit(&ada).await {
            Ok(left) => {
                admitted += 1;
                assert_eq!(left.unwrap().limit, 60);
            }
            Err(error) => assert_eq!(over(error).wait, Duration::from_secs(50)),
        }
    }
    assert_eq!(admitted, 60, "one limit for all, and nothing of it is left in a batch of one");
    now.store(660, Ordering::Relaxed);
    // Each gateway by itself has let 20 in, a moment ago.
    gateways[0].admit(&ada).await.unwrap();
    now.store(800, Ordering::Relaxed);
    gateways[1].admit(&ada).await.unwrap();
    tokio::task::yield_now().await;
    assert!(state.len() <= 2, "minutes that are over are forgotten");
}

#[tokio::test]
async fn gateways_that_share_a_budget_never_exceed_it() {
    let (state, now) = (Arc::new(Memory::default()), Arc::new(AtomicI64::new(100)));
    let mut asking = Vec::new();
    for _ in 0..4 {
        let limits = limits(&state, &now, vec![images("press", 1000)]);
        for _ in 0..4 {
            let limits = limits.clone();
            asking.push(tokio::spawn(async move {
                let mut taken = 0;
                for _ in 0..100 {
                    taken += u64::from(
                        limits.take(&who("press", "", ""), Unit::Images, 1).await.is_ok(),
                    );
                }
                taken
            }));
        }
    }
    let mut taken = 0;
    for asked in asking {
        taken += asked.await.unwrap();
    }
    // What a gateway has taken out and not used is lost: a batch each.
    assert!((1000 - 4 * 15..=1000).contains(&taken), "{taken}");
}

#[tokio::test]
async fn the_next_day_begins_anew_and_old_counts_are_removed() {
    let (state, now) = (Arc::new(Memory::default()), Arc::new(AtomicI64::new(1000)));
    let limits = limits(&state, &now, vec![images("press", 2)]);
    let ada = who("press", "city", "a");
    limits.take(&ada, Unit::Images, 2).await.unwrap();
    let over = over(limits.take(&ada, Unit::Images, 1).await.unwrap_err());
    assert_eq!(over.wait, Duration::from_secs(86_400 - 1000));
    assert_eq!(limits.left(&ada, Unit::Images).await.unwrap().remaining, 0);
    for day in 1..4 {
        now.store(day * 86_400, Ordering::Relaxed);
        limits.take(&ada, Unit::Images, 2).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert!(state.len() <= 2, "today and yesterday");
}

#[tokio::test]
async fn what_is_known_afterwards_goes_over_by_one_request_at_most() {
    let (state, now) = (Arc::new(Memory::default()), Arc::new(AtomicI64::new(0)));
    let tokens = Budget { tokens_per_day: 100, ..Budget::default() };
    let limits = limits(&state, &now, vec![tokens]);
    let ada = who("press", "city", "a");
    let mut used = 0;
    while limits.open(&ada, Unit::Tokens).await.is_ok() {
        limits.charge(&ada, Unit::Tokens, 30).await.unwrap();
        used += 30;
    }
    assert_eq!(used, 120);
    assert_eq!(limits.left(&ada, Unit::Tokens).await.unwrap().remaining, 0);
}

#[tokio::test]
async fn without_a_limit_nothing_is_counted() {
    let (state, now) = (Arc::new(Memory::default()), Arc::new(AtomicI64::new(0)));
    let limits = limits(&state, &now, vec![images("press", 1)]);
    let other = who("other", "city", "a");
    limits.take(&other, Unit::Images, 1000).await.unwrap();
    limits.charge(&other, Unit::Tokens, 1000).await.unwrap();
    assert_eq!(limits.left(&other, Unit::Images).await, None);
    assert_eq!(state.len(), 0);
}
