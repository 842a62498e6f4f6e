//! A log with a receiver and a clock that do as they are told.

use std::{path::Path, sync::atomic::AtomicBool};

use async_trait::async_trait;
use audit::{Event, LogKey, LogOptions, SledState, StateError};
use types::{AssetId, RequestId};

use super::super::*;
use crate::{Call, Reply, Secret, signature::signatures};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A clock that only the test moves.
#[derive(Debug)]
pub(super) struct Hand(Mutex<i64>);

impl Hand {
    pub(super) fn advance(&self, seconds: i64) {
        *self.0.lock().unwrap() += seconds;
    }
}

impl Time for Hand {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(*self.0.lock().unwrap()).unwrap()
    }
}

type Answering = Box<dyn Fn(&Call) -> Result<u16, Failure> + Send + Sync>;

/// A receiver.
pub(super) struct Receiver {
    answer: Mutex<Answering>,
    heard: Mutex<Vec<Call>>,
    under_way: AtomicU64,
    pub(super) under_way_max: AtomicU64,
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receiver")
    }
}

#[async_trait]
impl Transport for Receiver {
    async fn post(&self, call: Call) -> Result<Reply, Failure> {
        let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.under_way_max.fetch_max(under_way, Ordering::SeqCst);
        tokio::task::yield_now().await;
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        let answer = (self.answer.lock().unwrap())(&call);
        self.heard.lock().unwrap().push(call);
        answer.map(|status| Reply { status, retry_after: None })
    }
}

impl Receiver {
    pub(super) fn answers(
        &self,
        answer: impl Fn(&Call) -> Result<u16, Failure> + Send + Sync + 'static,
    ) {
        *self.answer.lock().unwrap() = Box::new(answer);
    }

    /// The calls since this was asked last: id, kind and subject of each.
    pub(super) fn heard(&self) -> Vec<(String, String, String)> {
        let calls = std::mem::take(&mut *self.heard.lock().unwrap());
        calls.iter().map(parts).collect()
    }

    pub(super) fn kinds(&self) -> Vec<String> {
        self.heard().into_iter().map(|(_, kind, _)| kind).collect()
    }
}

fn parts(call: &Call) -> (String, String, String) {
    let body: serde_json::Value = serde_json::from_str(&call.body).unwrap();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let timestamp: i64 = call.headers[1].1.parse().unwrap();
    let secrets = Secret::parse_all(SECRET).unwrap();
    let signed = signatures(&secrets, &call.headers[0].1, timestamp, &call.body);
    assert_eq!((&text("id"), &signed), (&call.headers[0].1, &call.headers[2].1));
    (text("id"), text("type"), text("subject"))
}

/// A state that takes nothing while it is told to.
#[derive(Debug)]
pub(super) struct Refusing {
    state: SledState,
    pub(super) refuses: AtomicBool,
}

#[async_trait]
impl StateStore for Refusing {
    async fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        self.state.get(key).await
    }

    async fn compare_and_swap(
        &self,
        key: &[u8],
        old: Option<&[u8]>,
        new: Option<&[u8]>,
    ) -> Result<bool, StateError> {
        if self.refuses.load(Ordering::SeqCst) {
            return Err(StateError::Store("told to refuse".to_owned()));
        }
        self.state.compare_and_swap(key, old, new).await
    }

    async fn scan(&self, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StateError> {
        self.state.scan(prefix).await
    }
}

pub(super) struct Desk {
    _folder: tempfile::TempDir,
    pub(super) log: Log,
    pub(super) state: Arc<Refusing>,
    pub(super) receiver: Arc<Receiver>,
    pub(super) time: Arc<Hand>,
}

impl Desk {
    pub(super) fn new() -> Self {
        // Where syncs cost nothing, if there is such a place.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            tempfile::tempdir_in(memory).unwrap()
        } else {
            tempfile::tempdir().unwrap()
        };
        let key = LogKey::create(&folder.path().join("key")).unwrap();
        let log = Log::open(&folder.path().join("log"), key, LogOptions::new("test/log")).unwrap();
        let state = SledState::open(&folder.path().join("state")).unwrap();
        let receiver = Receiver {
            answer: Mutex::new(Box::new(|_| Ok(204))),
            heard: Mutex::default(),
            under_way: AtomicU64::new(0),
            under_way_max: AtomicU64::new(0),
        };
        Self {
            _folder: folder,
            log,
            state: Arc::new(Refusing { state, refuses: false.into() }),
            receiver: Arc::new(receiver),
            time: Arc::new(Hand(Mutex::new(1_800_000_000))),
        }
    }

    pub(super) fn subscription(&self) -> Subscription {
        let secrets = Secret::parse_all(SECRET).unwrap();
        Subscription::new("cms", "https://cms.example/hook", secrets).unwrap()
    }

    pub(super) fn courier_of(&self, subscription: Subscription, holder: Option<&str>) -> Courier {
        let around = Surroundings {
            log: self.log.clone(),
            state: Arc::clone(&self.state) as _,
            transport: Arc::clone(&self.receiver) as _,
            time: Arc::clone(&self.time) as _,
            holder: holder.map(str::to_owned),
        };
        Courier::new(subscription, around)
    }

    /// A courier as after a start: it remembers only what is written down.
    pub(super) async fn courier(&self) -> Courier {
        let courier = self.courier_of(self.subscription(), None);
        courier.round().await.unwrap();
        courier
    }

    pub(super) async fn append(&self, event: Event, asset: AssetId) -> u64 {
        let mut record = Record::new(event, "press", "actor");
        record.asset_id = Some(asset);
        record.request_id = Some(RequestId::new());
        self.log.append(record).await.unwrap().index
    }

    pub(super) fn state(&self) -> Arc<dyn StateStore> {
        Arc::clone(&self.state) as _
    }
}
