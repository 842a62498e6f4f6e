//! Couriers over a log, with receivers and a clock that do as they are told.

mod desk;

use audit::Event;
use proptest::prelude::*;
use types::{AssetId, RequestId};

use self::desk::Desk;
use super::*;
use crate::{delivery::GIVEN_UP_S, ledger};

/// Rounds until there is nothing to do now.
async fn settle(courier: &Courier) {
    for _ in 0..1000 {
        if courier.round().await.unwrap() == 0 {
            return;
        }
    }
    panic!("it never ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_is_told_once_and_in_order() {
    let desk = Desk::new();
    let before = AssetId::new();
    desk.append(Event::Released, before).await;
    let courier = desk.courier().await;
    assert_eq!(desk.receiver.kinds(), [""; 0], "what was before is history");
    let asset = AssetId::new();
    for event in [Event::Admitted, Event::Held, Event::Approved, Event::Published] {
        desk.append(event, asset).await;
    }
    settle(&courier).await;
    assert_eq!(desk.receiver.kinds(), ["asset.held", "review.decided", "asset.published"]);
    settle(&desk.courier().await).await;
    assert_eq!(desk.receiver.kinds(), [""; 0], "another start tells nothing again");
    assert_eq!((courier.counts(), courier.standing()), ((3, 0), Standing::default()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_recorded_before_the_end_is_told_after_the_start() {
    let desk = Desk::new();
    drop(desk.courier().await);
    desk.append(Event::Held, AssetId::new()).await;
    settle(&desk.courier().await).await;
    assert_eq!(desk.receiver.kinds(), ["asset.held"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_but_not_written_down_is_told_again_under_its_id() {
    let desk = Desk::new();
    let courier = desk.courier().await;
    desk.append(Event::Held, AssetId::new()).await;
    desk.state.refuses.store(true, Ordering::SeqCst);
    assert!(courier.round().await.is_err());
    desk.state.refuses.store(false, Ordering::SeqCst);
    let first = desk.receiver.heard();
    settle(&desk.courier().await).await;
    assert_eq!((first.len(), desk.receiver.heard()), (1, first));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_fails_hears_it_later_and_in_order_and_others_do_not_wait() {
    let desk = Desk::new();
    let courier = desk.courier().await;
    let (bad, good) = (AssetId::new(), AssetId::new());
    let failing = bad.to_string();
    desk.receiver.answers(move |call| Ok(if call.body.contains(&failing) { 500 } else { 200 }));
    desk.append(Event::Held, bad).await;
    desk.append(Event::Held, good).await;
    desk.append(Event::Approved, bad).await;
    desk.append(Event::Approved, good).await;
    settle(&courier).await;
    desk.append(Event::Published, bad).await;
    settle(&courier).await;
    let heard = desk.receiver.heard();
    let of = |asset: AssetId| heard.iter().filter(|one| one.2 == asset.to_string()).count();
    assert_eq!((of(bad), of(good)), (1, 2), "what follows a failure waits behind it");
    assert_eq!(courier.standing().waiting, 3);
    desk.receiver.answers(|_| Ok(200));
    settle(&courier).await;
    assert_eq!(desk.receiver.kinds(), [""; 0], "it is left alone for a while");
    desk.time.advance(7);
    settle(&desk.courier().await).await;
    assert_eq!(desk.receiver.kinds(), ["asset.held", "review.decided", "asset.published"]);
    assert!(ledger::waiting(&desk.state(), "cms").await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_day_a_message_is_given_up_and_a_person_can_have_it_tried_again() {
    let desk = Desk::new();
    let courier = desk.courier().await;
    desk.receiver.answers(|_| Err(Failure::TimedOut));
    let asset = AssetId::new();
    desk.append(Event::Held, asset).await;
    let mut tries = 0;
    for _ in 0..GIVEN_UP_S / 600 + 2 {
        settle(&courier).await;
        tries += desk.receiver.heard().len();
        desk.time.advance(600);
    }
    settle(&courier).await;
    let standing = courier.standing();
    assert_eq!((standing.waiting, standing.parked), (0, 1));
    assert!((20..50).contains(&tries), "{tries}");
    desk.receiver.answers(|_| Ok(200));
    desk.append(Event::Rejected, asset).await;
    settle(&courier).await;
    assert_eq!(desk.receiver.kinds(), ["review.decided"], "it holds nothing back any more");
    let now = desk.time.now().unix_timestamp();
    assert_eq!(ledger::retry(&desk.state(), "cms", now).await.unwrap(), 1);
    desk.time.advance(REFRESH_S);
    settle(&courier).await;
    assert_eq!(desk.receiver.kinds(), ["asset.held"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_gone_is_not_called_again_until_a_person_says_so() {
    let desk = Desk::new();
    let courier = desk.courier().await;
    desk.receiver.answers(|_| Ok(410));
    desk.append(Event::Held, AssetId::new()).await;
    settle(&courier).await;
    assert_eq!(desk.receiver.heard().len(), 1);
    desk.append(Event::Held, AssetId::new()).await;
    desk.time.advance(GIVEN_UP_S * 2);
    settle(&desk.courier().await).await;
    assert_eq!(desk.receiver.heard().len(), 0);
    let standing = ledger::standing(&desk.state(), "cms", desk.log.size()).await.unwrap();
    assert_eq!((standing.disabled, standing.behind), (Some(1_800_000_000), 1));
    desk.receiver.answers(|_| Ok(200));
    let now = desk.time.now().unix_timestamp();
    ledger::retry(&desk.state(), "cms", now).await.unwrap();
    settle(&desk.courier().await).await;
    assert_eq!(desk.receiver.heard().len(), 2, "nothing was lost meanwhile");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_gateways_one_is_at_work_and_the_next_takes_over() {
    let desk = Desk::new();
    let one = desk.courier_of(desk.subscription(), Some("one"));
    let other = desk.courier_of(desk.subscription(), Some("other"));
    one.round().await.unwrap();
    for _ in 0..3 {
        desk.append(Event::Held, AssetId::new()).await;
        let (first, second) = tokio::join!(one.round(), other.round());
        assert_eq!((first.unwrap(), second.unwrap()), (1, 0));
    }
    // The first one is gone, and its turn ends.
    desk.append(Event::Held, AssetId::new()).await;
    assert_eq!(other.round().await.unwrap(), 0);
    desk.time.advance(121);
    settle(&other).await;
    assert_eq!(one.round().await.unwrap(), 0);
    let mut ids: Vec<String> = desk.receiver.heard().into_iter().map(|one| one.0).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4, "each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_hears_of_its_own_assets_whoever_decides_about_them() {
    let desk = Desk::new();
    let mut subscription = desk.subscription();
    subscription.desks = ["politics".to_owned()].into();
    let courier = desk.courier_of(subscription, None);
    courier.round().await.unwrap();
    for name in ["politics", "sport"] {
        let asset = AssetId::new();
        let mut held = Record::new(Event::Held, "press", "actor");
        (held.asset_id, held.request_id) = (Some(asset), Some(RequestId::new()));
        held.modality = Some(types::Modality::Image);
        held.content = Some(audit::ContentRecord {
            media_type: types::MediaType::Png,
            sha256: types::Sha256::of(name.as_bytes()),
            bytes: 1,
            image_fingerprint: None,
            text_fingerprint: None,
        });
        held.mark = Some(types::Mark::NotMarkable { reason: "short".to_owned() });
        held.c2pa = Some(audit::C2paRecord::new("urn:x".to_owned(), types::Sha256::of(b"m")));
        held.desk = Some(name.to_owned());
        desk.log.append(held).await.unwrap();
        desk.append(Event::Approved, asset).await;
    }
    // Assets are found once the index has followed.
    desk.log.checkpoint_now().await.unwrap();
    settle(&courier).await;
    assert_eq!(desk.receiver.kinds(), ["asset.held", "review.decided"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_sent_at_once_and_an_outage_leaves_them_in_the_log() {
    let desk = Desk::new();
    let courier = desk.courier().await;
    desk.receiver.answers(|_| Err(Failure::Unreachable));
    for _ in 0..300 {
        desk.append(Event::Released, AssetId::new()).await;
    }
    settle(&courier).await;
    let standing = courier.standing();
    assert_eq!((standing.waiting, standing.behind), (64, 236));
    assert_eq!(desk.receiver.under_way_max.load(Ordering::SeqCst), 8);
    desk.receiver.heard();
    desk.receiver.answers(|_| Ok(200));
    desk.time.advance(7);
    settle(&courier).await;
    assert_eq!((desk.receiver.heard().len(), courier.standing()), (300, Standing::default()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5))]

    /// However a receiver fails, everything is delivered, and each subject in its order.
    #[test]
    fn everything_is_told_in_its_order(
        subjects in prop::collection::vec(0_usize..4, 1..24),
        fails in prop::collection::vec(any::<bool>(), 1..40),
    ) {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        runtime.worker_threads(1).enable_all().build().unwrap().block_on(async {
            let desk = Desk::new();
            let delivered = Arc::new(Mutex::new(Vec::new()));
            let (noted, turn) = (Arc::clone(&delivered), AtomicU64::new(0));
            desk.receiver.answers(move |call| {
                let turn = turn.fetch_add(1, Ordering::SeqCst) as usize;
                if fails.get(turn).copied().unwrap_or(false) {
                    return Err(Failure::TimedOut);
                }
                let body: serde_json::Value = serde_json::from_str(&call.body).unwrap();
                let index = body["data"]["receipt"]["index"].as_u64().unwrap();
                noted.lock().unwrap().push((body["subject"].to_string(), index));
                Ok(200)
            });
            drop(desk.courier().await);
            let assets: Vec<AssetId> = (0..4).map(|_| AssetId::new()).collect();
            for subject in &subjects {
                desk.append(Event::Published, assets[*subject]).await;
            }
            for _ in 0..60 {
                // A new courier each time: whatever was in memory is lost.
                settle(&desk.courier().await).await;
                desk.time.advance(1000);
            }
            let delivered = delivered.lock().unwrap().clone();
            assert_eq!(delivered.len(), subjects.len());
            for asset in assets {
                let of = delivered.iter().filter(|(subject, _)| subject.contains(&asset.to_string()));
                let indices: Vec<u64> = of.map(|(_, index)| *index).collect();
                assert!(indices.is_sorted(), "{indices:?}");
            }
        });
    }
}
