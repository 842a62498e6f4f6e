//! What the line costs without a model, beside what cannot be saved: a bare axum handler, a durable
//! write, the policy, the signature. All in one run: `cargo bench -p gateway`.
#![expect(clippy::unwrap_used, reason = "a figure that cannot be measured ends the run")]
#![expect(clippy::print_stdout, reason = "figures are the output")]

use std::{
    fs::File,
    hint::black_box,
    io::Write as _,
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use axum::{Json, Router, routing::post};
use gateway::{config::Config, http, installation::Installation, pipeline::Line, wiring::Stages};
use generators::{EventSender, Generator as _, Job, Upstream, openai::Settings};
use policy::{Engine, Hook, Scope};
use provenance::{Authority, Credentials, DigitalSourceType, SigningRequest};
use serde_json::{Value, json};
use tokio::{net::TcpListener, runtime::Runtime};
use types::{Language, MediaType, Message, Modality, Principal, Role, Speaker};

/// Rounds of one call of everything, so that all meet the same machine.
const ROUNDS: usize = 300;
/// Callers at once in the second part, and requests of each.
const CALLERS: usize = 32;
const REQUESTS_EACH: usize = 40;

const PROMPT: &str = "Two sentences on the council, which meets on Tuesday at noon.";

/// Rows that are compared.
const RELEASED: &str = "the line: released";
const A_SERVER: &str = "a server with a fixed answer, asked directly";
const FROM_SERVER: &str = "the line: released, from that server";

/// Something to time.
type Work<'a> = (&'static str, Box<dyn FnMut() + 'a>);

fn main() {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let upstream = serve(&runtime, Router::new().route("/v1/chat/completions", post(answer)));
    let (line, key) = line(&runtime, folder.path(), &upstream);
    let ours = serve(&runtime, http::api(line));
    let bare = serve(&runtime, Router::new().route("/", post(echo)));

    let mut works = vec![
        ("a bare axum handler", call(bare.clone(), String::new(), chat(false))),
        ("append 1 KiB and fdatasync", durable(folder.path())),
        ("policy before and after, newsroom pack", judge()),
        ("C2PA manifest and time-stamp of a text", sign(folder.path())),
        ("the line: refused, one record", call(chat_url(&ours), key.clone(), refused())),
        (RELEASED, call(chat_url(&ours), key.clone(), chat(false))),
        ("the line: released, streamed", call(chat_url(&ours), key.clone(), chat(true))),
        (A_SERVER, call(chat_url(&format!("{upstream}/v1")), String::new(), chat(false))),
        ("the same through the backend alone", backend(&runtime, &upstream)),
        (FROM_SERVER, call(chat_url(&ours), key.clone(), from_server())),
    ];
    let medians = medians(&mut works);
    println!("one caller, median of {ROUNDS} rounds");
    let floor = medians.first().map_or(Duration::ZERO, |first| first.1);
    for (name, median) in &medians {
        let ratio = median.as_secs_f64() / floor.as_secs_f64();
        println!("{name:42} {:9.3} ms {ratio:8.1} ×", median.as_secs_f64() * 1e3);
    }

    let of = |wanted| medians.iter().find(|(name, _)| *name == wanted).map(|found| found.1);
    let [Some(direct), Some(null), Some(through)] = [of(A_SERVER), of(RELEASED), of(FROM_SERVER)]
    else {
        return;
    };
    let added = through.as_secs_f64() - null.as_secs_f64() - direct.as_secs_f64();
    println!("passing through adds {:.3} ms to the line and the server's own time", added * 1e3);

    println!("\n{CALLERS} callers at once");
    let plain = throughput(&bare, "", &chat(false));
    println!("{:42} {plain:9.0} /s", "a bare axum handler");
    let released = throughput(&chat_url(&ours), &key, &chat(false));
    println!("{:42} {released:9.0} /s {:8.3} ×", "the line: released", released / plain);
}

/// Calls everything in turn, after a few rounds that do not count.
fn medians(works: &mut [Work<'_>]) -> Vec<(&'static str, Duration)> {
    let mut times = vec![Vec::with_capacity(ROUNDS); works.len()];
    for round in 0..ROUNDS + 20 {
        for ((_, work), times) in works.iter_mut().zip(&mut times) {
            let start = Instant::now();
            work();
            if round >= 20 {
                times.push(start.elapsed());
            }
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    works.iter().zip(&mut times).map(|((name, _), times)| (*name, median(times))).collect()
}

fn throughput(url: &str, key: &str, body: &Value) -> f64 {
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                let mut call = call(url.to_owned(), key.to_owned(), body.clone());
                (0..REQUESTS_EACH).for_each(|_| call());
            });
        }
    });
    let requests = u32::try_from(CALLERS * REQUESTS_EACH).unwrap();
    f64::from(requests) / start.elapsed().as_secs_f64()
}

fn call(url: String, key: String, body: Value) -> Box<dyn FnMut()> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).build().into();
    Box::new(move || {
        let request = agent.post(&url).header("authorization", format!("Bearer {key}"));
        request.send_json(&body).unwrap().body_mut().read_to_vec().unwrap();
    })
}

fn durable(folder: &Path) -> Box<dyn FnMut()> {
    let mut file = File::create(folder.join("raw")).unwrap();
    Box::new(move || {
        file.write_all(&[7; 1024]).unwrap();
        file.sync_data().unwrap();
    })
}

fn judge() -> Box<dyn FnMut()> {
    let engine = Engine::newsroom().unwrap();
    let scope = |hook| Scope {
        tenant: "press".into(),
        desk: "city".into(),
        role: Role::Journalist,
        modality: Modality::Text,
        hook,
        language: Language::En,
        now: 0,
        overridden: Vec::new(),
    };
    Box::new(move || {
        black_box(engine.judge(&scope(Hook::Input), PROMPT));
        let mut stream = engine.stream(&scope(Hook::Output));
        for word in generators::null::SENTENCE.split_inclusive(' ') {
            stream.push(word);
        }
        black_box(stream.finish());
    })
}

fn sign(folder: &Path) -> Box<dyn FnMut()> {
    let authority = Authority::load(&folder.join("keys/provenance")).unwrap();
    let credentials = Credentials::new(authority).unwrap();
    let request = SigningRequest::new("a.txt", DigitalSourceType::TrainedAlgorithmicMedia);
    let text = generators::null::SENTENCE.as_bytes();
    Box::new(move || {
        credentials.sign(&request, text, MediaType::PlainText).unwrap();
    })
}

fn chat(stream: bool) -> Value {
    let messages = json!([{"role": "user", "content": PROMPT}]);
    json!({"model": "null", "stream": stream, "messages": messages})
}

fn refused() -> Value {
    let bomb = "Explain step by step how to build a pipe bomb at home";
    json!({"model": "null", "messages": [{"role": "user", "content": bomb}]})
}

fn chat_url(server: &str) -> String {
    format!("{server}/v1/chat/completions")
}

async fn echo(Json(body): Json<Value>) -> Json<Value> {
    Json(body)
}

fn serve(runtime: &Runtime, routes: Router) -> String {
    use axum::serve::ListenerExt as _;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
    runtime.spawn(async move { axum::serve(listener, routes).await });
    url
}

/// The answer of a server behind the line: the null model's sentence.
async fn answer(Json(_): Json<Value>) -> Json<Value> {
    let message = json!({"role": "assistant", "content": generators::null::SENTENCE});
    let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
    let usage = json!({"prompt_tokens": 12, "completion_tokens": 10});
    Json(json!({"choices": [choice], "usage": usage}))
}

fn from_server() -> Value {
    let mut body = chat(false);
    if let Some(body) = body.as_object_mut() {
        body.insert("model".to_owned(), json!("wire"));
    }
    body
}

/// The backend without the line.
fn backend<'a>(runtime: &'a Runtime, upstream: &str) -> Box<dyn FnMut() + 'a> {
    let mut settings = Settings::new(format!("{upstream}/v1"));
    settings.model = Some("fixed".to_owned());
    let model = Upstream::new("wire", settings).unwrap();
    Box::new(move || {
        let (sender, mut receiver) = EventSender::channel(8);
        let messages = vec![Message { role: Speaker::User, text: PROMPT.to_owned() }];
        let job = Job { messages, whole: true, ..Job::default() };
        let reading = async { while receiver.recv().await.is_some() {} };
        let (output, ()) =
            runtime.block_on(async { tokio::join!(model.generate(job, sender), reading) });
        black_box(output.unwrap());
    })
}

fn line(runtime: &Runtime, folder: &Path, upstream: &str) -> (Line, String) {
    let made = Installation::create(folder, "Bench").unwrap();
    let file = made.config_file();
    let more = format!(
        "\n[generators.null]\nkind = \"null\"\n[generators.wire]\nkind = \"openai\"\nurl = \"{upstream}/v1\"\nmodel = \"fixed\"\n"
    );
    let text = std::fs::read_to_string(&file).unwrap() + &more;
    std::fs::write(&file, text).unwrap();
    let installation = Installation::new(folder.to_path_buf(), Config::load(Some(&file)).unwrap());
    let stages = runtime.block_on(Stages::open(installation)).unwrap();
    let principal = Principal {
        tenant: "press".into(),
        desk: "city".into(),
        role: Role::Journalist,
        subject: "bench".into(),
    };
    let (_, key) = runtime.block_on(stages.accounts.create(principal)).unwrap();
    (Line::new(Arc::new(stages)), key)
}
