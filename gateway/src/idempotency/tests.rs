use audit::SledState;
use types::Role;

use super::*;

struct Place {
    _folder: tempfile::TempDir,
    state: Arc<dyn StateStore>,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = Arc::new(SledState::open(folder.path()).unwrap());
        Self { _folder: folder, state }
    }

    /// The keys as a newly started process sees them.
    fn start(&self) -> Idempotency {
        Idempotency::new(Arc::clone(&self.state))
    }
}

fn digest(n: u8) -> Sha256 {
    Sha256::of(&[n])
}

fn at(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap()
}

fn answer() -> Answer {
    Answer::Inline(Kept {
        status: 200,
        headers: vec![],
        body: Body::Json(Value::Null),
        fills: vec![],
    })
}

#[tokio::test]
async fn a_key_is_handled_once_and_answered_again_for_a_day() {
    let place = Place::new();
    let keys = place.start();
    let Claim::First(turn) = keys.claim(digest(1), digest(9), at(0)).await.unwrap() else {
        panic!("the first one is handled")
    };
    assert!(matches!(keys.claim(digest(1), digest(9), at(1)).await.unwrap(), Claim::Busy));
    assert!(matches!(keys.claim(digest(2), digest(9), at(1)).await.unwrap(), Claim::First(_)));
    turn.keep(answer()).await.unwrap();
    for keys in [keys, place.start()] {
        let again = keys.claim(digest(1), digest(9), at(86_399)).await.unwrap();
        assert!(matches!(again, Claim::Answered(kept) if kept == answer()));
        let other = keys.claim(digest(1), digest(8), at(86_399)).await.unwrap();
        assert!(matches!(other, Claim::Reused));
    }
    let later = place.start().claim(digest(1), digest(8), at(86_400)).await.unwrap();
    assert!(matches!(later, Claim::First(_)), "after a day the key is free");
}

#[tokio::test]
async fn who_left_without_an_answer_is_told_apart_from_a_process_that_ended() {
    let place = Place::new();
    let keys = place.start();
    drop(keys.claim(digest(1), digest(9), at(0)).await.unwrap());
    let again = keys.claim(digest(1), digest(9), at(5)).await.unwrap();
    let Claim::Unanswered(turn, before) = again else { panic!("{again:?}") };
    assert!(before.here && before.age == Duration::from_secs(5));
    drop(turn);
    let again = place.start().claim(digest(1), digest(9), at(7)).await.unwrap();
    let Claim::Unanswered(mut turn, before) = again else { panic!("{again:?}") };
    assert!(!before.here);
    assert!(turn.take_over().await.unwrap());
}

#[tokio::test]
async fn of_two_gateways_one_takes_a_request_over() {
    let place = Place::new();
    drop(place.start().claim(digest(1), digest(9), at(0)).await.unwrap());
    let (one, two) = (place.start(), place.start());
    let claims = [&one, &two].map(|keys| keys.claim(digest(1), digest(9), at(7)));
    let mut taken = 0;
    for claim in futures::future::join_all(claims).await {
        if let Claim::Unanswered(mut turn, _) = claim.unwrap() {
            taken += u32::from(turn.take_over().await.unwrap());
        }
    }
    assert_eq!(taken, 1);
}

#[test]
fn a_key_says_nothing_and_belongs_to_its_caller_and_path() {
    let secret = Secret::random();
    let caller = |subject: &str| Principal {
        tenant: "press".into(),
        desk: "city".into(),
        role: Role::Journalist,
        subject: subject.into(),
    };
    let of = |subject: &str, path: &str| commitment(&secret, &caller(subject), path, "k");
    assert_eq!(of("ada", "/v1/a"), of("ada", "/v1/a"));
    assert_ne!(of("ada", "/v1/a"), of("grace", "/v1/a"));
    assert_ne!(of("ada", "/v1/a"), of("ada", "/v1/b"));
}
