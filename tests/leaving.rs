//! Whoever leaves before the end stops the model, and the record says `interrupted`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use audit::{Event, Log, Record};
use generators::{
    Event as Progress, EventSender, Generator, GeneratorError, Job, ModelCard, Output, Token,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::inside;

/// Writes a word every ten milliseconds until it is stopped.
#[derive(Debug)]
pub(crate) struct Endless {
    pub(crate) card: ModelCard,
    pub(crate) stopped: Arc<AtomicBool>,
}

/// Notices also when its run is simply dropped.
struct Stopping(Arc<AtomicBool>);

impl Drop for Stopping {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[async_trait]
impl Generator for Endless {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, _job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let _stopping = Stopping(Arc::clone(&self.stopped));
        loop {
            events.send(Progress::token("word ".to_owned())).await?;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
        None
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_leaves_a_stream_stops_the_model() {
    leave("true").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up_before_the_answer_stops_the_model() {
    leave("false").await;
}

async fn leave(stream: &str) {
    let folder = tempfile::tempdir().unwrap();
    let installation = inside::installation(folder.path());
    let mut stages = inside::open(installation, inside::log_options()).await.unwrap();
    let stopped = Arc::new(AtomicBool::new(false));
    let card = stages.generators["null"].card().clone();
    let endless = Endless { card, stopped: Arc::clone(&stopped) };
    stages.generators.insert("endless".to_owned(), Arc::new(endless));
    let key = inside::key(&stages.accounts).await;
    let line = inside::line(stages);
    let address = inside::serve(&line).await;

    let body = format!(
        r#"{{"model": "endless", "stream": {stream}, "messages": [{{"role": "user", "content": "Go on."}}]}}"#
    );
    let request = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut connection = TcpStream::connect(&address).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    if stream == "true" {
        let mut read = String::new();
        while !read.contains("word") {
            let mut piece = [0; 4096];
            let bytes = connection.read(&mut piece).await.unwrap();
            assert!(bytes > 0, "{read}");
            read.push_str(&String::from_utf8_lossy(&piece[..bytes]));
        }
    } else {
        until(|| line.stages().metrics.generator_calls.get() == 1).await;
    }
    drop(connection);

    until(|| events(&line.stages().log).contains(&Event::Interrupted)).await;
    until(|| stopped.load(Ordering::SeqCst)).await;
    let ends = events(&line.stages().log).into_iter().filter(|event| event.is_terminal()).count();
    assert_eq!(ends, 1, "one terminal record");
}

pub(crate) fn events(log: &Log) -> Vec<Event> {
    let entries = log.entries(0, log.size()).unwrap();
    entries.iter().map(|entry| Record::parse(entry).unwrap().event).collect()
}

/// Waits, within reason, until something has happened.
pub(crate) async fn until(happened: impl Fn() -> bool) {
    for _ in 0..2000 {
        if happened() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it has not happened");
}
