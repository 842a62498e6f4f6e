//! Any request at any endpoint, through all of the router in this process: an answer that ends, and none that
//! blames the program. The input is `METHOD PATH`, lines of headers, an empty line and the body; a header
//! `key: ROLE` stands for the key of somebody of that role.
#![cfg_attr(fuzzing, no_main)]

use std::{
    fs,
    sync::{Arc, LazyLock},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use gateway::{config::Config, http, installation::Installation, pipeline::Line, wiring::Stages};
use tokio::runtime::Runtime;
use tower::Service as _;
use types::{Principal, Role};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(
    // A panic of a parser of files is caught where it is called, and one of ours is answered 500, which fails
    // below: the hook of the fuzzer, which would end the first kind too, is taken out.
    init: drop(std::panic::take_hook()),
    |data: &[u8]| run(data)
);

/// One model, which answers at once, and no limit for strangers.
const CONFIGURATION: &str =
    "[auth]\nanonymous_checks_per_minute = 0\n[generators.null]\nkind = \"null\"\n";
const ANSWER_BYTES_MAX: usize = 64 << 20;
const LIMIT: Duration = Duration::from_secs(20);

/// A newsroom in this process, in a folder that is left when it ends.
struct Newsroom {
    runtime: Runtime,
    router: Router,
    keys: Vec<(&'static str, String)>,
}

static NEWSROOM: LazyLock<Option<Newsroom>> = LazyLock::new(open);

fn open() -> Option<Newsroom> {
    let folder = tempfile::tempdir().ok()?.keep();
    let made = Installation::create(&folder, "Test Press").ok()?;
    fs::write(made.config_file(), CONFIGURATION).ok()?;
    let config = Config::load(Some(&made.config_file())).ok()?;
    let runtime = Runtime::new().ok()?;
    let stages = runtime.block_on(Stages::open(Installation::new(folder, config))).ok()?;
    let mut keys = Vec::new();
    for (role, name) in Role::ALL {
        let (tenant, desk, subject) = ("press".to_owned(), "city".to_owned(), name.to_owned());
        let principal = Principal { tenant, desk, role, subject };
        keys.push((name, runtime.block_on(stages.accounts.create(principal)).ok()?.1));
    }
    let router = http::api(Line::new(Arc::new(stages)));
    Some(Newsroom { runtime, router, keys })
}

pub(crate) fn run(data: &[u8]) {
    let newsroom = NEWSROOM.as_ref();
    assert!(newsroom.is_some(), "the newsroom opens");
    let Some((newsroom, request)) = newsroom.and_then(|room| Some((room, request(room, data)?)))
    else {
        return;
    };
    let asked = format!("{} {}", request.method(), request.uri());
    newsroom.runtime.block_on(async {
        let answered = tokio::time::timeout(LIMIT, async {
            let answer = newsroom.router.clone().call(request).await;
            let Ok(answer) = answer;
            let status = answer.status();
            assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR, "{asked}");
            drop(to_bytes(answer.into_body(), ANSWER_BYTES_MAX).await);
        });
        assert!(answered.await.is_ok(), "{asked} is not answered in {LIMIT:?}");
    });
}

/// The request that the input spells, if it is one.
fn request(newsroom: &Newsroom, data: &[u8]) -> Option<Request<Body>> {
    let end = data.windows(2).position(|two| two == b"\n\n")?;
    let (head, body) = data.split_at(end);
    let mut lines = std::str::from_utf8(head).ok()?.lines();
    let (method, path) = lines.next()?.split_once(' ')?;
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        let key = newsroom.keys.iter().find(|(role, _)| name == "key" && *role == value);
        request = match key {
            Some((_, key)) => request.header("authorization", format!("Bearer {key}")),
            None => request.header(name, value),
        };
    }
    request.body(Body::from(body.get(2..).unwrap_or_default().to_vec())).ok()
}
