//! Any bytes as the answer of a server behind the gateway: an output or an error, never a panic and never a wait.
//! The first byte says what was asked.
#![cfg_attr(fuzzing, no_main)]

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{LazyLock, Mutex, PoisonError},
    thread,
    time::Duration,
};

use generators::{
    EventSender, Generator, Hearing, Job, Recogniser as _, Upstream,
    openai::{
        Protocol, Settings, Waits,
        audio::{AudioPaths, SpeechOrder, UpstreamRecogniser, UpstreamVoice},
    },
};
use tokio::runtime::Runtime;
use types::{Message, Modality, Speaker};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| run(data));

/// What the server says next: the type of its answer, and the answer.
static NEXT: Mutex<(&str, Vec<u8>)> = Mutex::new(("", Vec::new()));

/// The address of the server, and what asks it. `None` where there is no loopback.
static BENCH: LazyLock<Option<(String, Runtime)>> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").ok()?;
    let url = format!("http://{}/v1", listener.local_addr().ok()?);
    thread::spawn(move || listener.incoming().flatten().for_each(answer));
    Some((url, tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?))
});

/// Answers one request. The answers are short, so nothing is lost where the request is not read whole.
fn answer(mut stream: TcpStream) {
    let (mut request, mut buffer) = (Vec::new(), [0; 65_536]);
    while let Ok(read) = stream.read(&mut buffer) {
        request.extend(buffer.get(..read).unwrap_or_default());
        if read == 0 || whole(&request) {
            break;
        }
    }
    let (kind, body) = NEXT.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n");
    drop(stream.write_all(&[head.as_bytes(), &body].concat()));
    drop(stream.shutdown(Shutdown::Write));
}

/// Whether a request has come with all of its body.
fn whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(request.get(..end).unwrap_or_default()).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
    request.len() >= end + 4 + length
}

pub(crate) fn run(data: &[u8]) {
    let (Some((first, body)), Some((url, runtime))) = (data.split_first(), BENCH.as_ref()) else {
        return;
    };
    let (asked, streams) = (first & 7, first & 7 == 1);
    let kind = if streams { "text/event-stream" } else { "application/json" };
    *NEXT.lock().unwrap_or_else(PoisonError::into_inner) = (kind, body.to_vec());
    let second = Duration::from_secs(1);
    let waits = Waits { connect: second, first_byte: second, idle: second, total: second * 5 };
    let settings = Settings {
        model: Some("m".to_owned()),
        waits,
        retries_max: 0,
        ..Settings::new(url.clone())
    };
    runtime.block_on(async {
        let limit = tokio::time::timeout(Duration::from_secs(10), ask(asked, settings)).await;
        assert!(limit.is_ok(), "it does not wait for ever");
    });
}

/// Asks for a text (whole, streamed, or without a conversation), a picture, words or a sound.
async fn ask(asked: u8, settings: Settings) {
    let (sender, mut receiver) = EventSender::channel(4);
    let listening = async { while receiver.recv().await.is_some() {} };
    let asking = async {
        match asked {
            4 => {
                let Ok(model) = UpstreamRecogniser::new("m", settings, AudioPaths::default())
                else {
                    return;
                };
                drop(model.hear(Hearing::new(vec![0.0; 160]), sender).await);
            }
            5 => {
                let Ok(model) = UpstreamVoice::new("m", settings, AudioPaths::default()) else {
                    return;
                };
                drop(model.speak(&SpeechOrder::new("Hello."), sender).await);
            }
            6 => {
                drop(sender);
                drop(generators::openai::models::list(&settings).await);
            }
            _ => {
                let modality = if asked == 3 { Modality::Image } else { Modality::Text };
                let protocol = if asked == 2 { Protocol::Completions } else { Protocol::Chat };
                let settings = Settings { modality, protocol, ..settings };
                let Ok(model) = Upstream::new("m", settings) else { return };
                let messages = vec![Message { role: Speaker::User, text: "Who won?".to_owned() }];
                let job = Job { messages, whole: asked != 1, ..Job::default() };
                drop(model.generate(job, sender).await);
            }
        }
    };
    tokio::join!(asking, listening);
}
