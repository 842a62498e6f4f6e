//! A route over servers that fail in every way: another one takes over wherever nothing was told yet,
//! and nowhere else.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use generators::{
    EventSender, Generator, GeneratorError, Hedge, Route, RouteSettings, Upstream,
    openai::{Settings, Waits},
};

use crate::{
    code,
    faults::{Row, bodies, noise, silence, statuses},
    job, run, run_model,
    server::{
        Close, DONE, Pause, STOP, Server, UntilGone, WHOLE, answer, events, json, said, send,
    },
};

fn route(settings: Vec<Settings>, hedge: Hedge) -> Route {
    let model = |settings| {
        let model = Upstream::new("m", settings).unwrap();
        ("m".to_owned(), Arc::new(model) as Arc<dyn Generator>)
    };
    let models = settings.into_iter().map(model).collect();
    Route::new("desk", models, RouteSettings { hedge, ..RouteSettings::default() }).unwrap()
}

async fn check(row: Row, whole: bool) {
    let Row { name, script, expected } = row;
    // All rows run at once: a short wait would end for want of a processor, before a word was told.
    let millis = Duration::from_millis;
    let waits = Waits {
        connect: millis(2000),
        first_byte: millis(2000),
        idle: millis(2000),
        total: millis(5000),
    };
    let patient = |server: &Server| Settings { waits, ..server.settings() };
    let bad = Server::start(vec![script]).await;
    let good = Server::start(vec![vec![json(WHOLE)]]).await;
    let route = route(vec![patient(&bad), patient(&good)], Hedge::Never);
    let (result, told) = run_model(&route, whole).await;
    let asked = good.requests();
    // How much of a broken answer arrives is a matter of chance. Whoever was told something is not told again.
    match &result {
        Ok(output) => {
            assert_ne!(expected, "upstream_refused", "{name}");
            let whole = "The Elbe rises.";
            assert_eq!((output.text.as_str(), told.as_str(), asked), (whole, whole, 1), "{name}");
        }
        Err(_) => {
            assert_eq!((code(&result), asked), (expected, 0), "{name}");
            assert!(!told.is_empty() || expected == "upstream_refused", "{name}: nobody took over");
        }
    }
}

#[tokio::test]
async fn another_server_takes_over_where_nothing_was_told_and_nowhere_else() {
    let streams = silence().into_iter().chain(noise()).map(|row| (row, false));
    let whole = bodies().into_iter().chain(statuses()).map(|row| (row, true));
    let checks: Vec<_> =
        streams.chain(whole).map(|(row, whole)| tokio::spawn(check(row, whole))).collect();
    for check in checks {
        check.await.unwrap();
    }
}

#[tokio::test]
async fn what_a_server_forbids_is_asked_nowhere_else() {
    let body = r#"{"error":{"message":"no","code":"content_filter"}}"#;
    let ended =
        r#"{"choices":[{"index":0,"message":{"content":"The"},"finish_reason":"content_filter"}]}"#;
    for (script, refused) in [
        (vec![answer("400 Bad Request", "", body)], true),
        (vec![answer("403 Forbidden", "", "{}")], true),
        (vec![json(body)], true),
        (vec![json(ended)], false),
    ] {
        let first = Server::start(vec![script]).await;
        let good = Server::start(vec![vec![json(WHOLE)]]).await;
        let route = route(vec![first.settings(), good.settings()], Hedge::Never);
        let (result, _) = run_model(&route, true).await;
        assert_eq!((result.is_err(), good.requests()), (refused, 0), "{result:?}");
    }
}

#[tokio::test]
async fn a_slow_server_is_raced_and_its_connection_is_closed() {
    let slow = Server::start(vec![vec![events(), UntilGone]]).await;
    let script = vec![events(), said("The "), said("Elbe."), send(STOP), send(DONE), Close];
    let quick = Server::start(vec![script]).await;
    let waits = Waits { first_byte: Duration::from_secs(5), ..slow.settings().waits };
    let patient = |server: &Server| Settings { waits, ..server.settings() };
    let hedge = Hedge::After(Duration::from_millis(50));
    let route = route(vec![patient(&slow), patient(&quick)], hedge);
    let (text, _) = run_model(&route, false).await;
    assert_eq!(text.unwrap().text, "The Elbe.");
    gone(&slow).await;
    let health = route.health().unwrap();
    assert_eq!((health.hedges, health.hedges_won, health.failures), (1, 1, 0));
}

#[tokio::test]
async fn whoever_leaves_a_route_ends_the_connection() {
    let server = Server::start(vec![vec![events(), said("The"), UntilGone]]).await;
    let route = route(vec![server.settings()], Hedge::Never);
    let (sender, mut receiver) = EventSender::channel(1);
    let leaving = async move { assert!(receiver.recv().await.is_some()) };
    let (output, ()) = tokio::join!(route.generate(job(false), sender), leaving);
    assert_eq!(output, Err(GeneratorError::Cancelled));
    gone(&server).await;
}

/// Waits, ten seconds at most, until the server's client has gone.
async fn gone(server: &Server) {
    let start = Instant::now();
    while server.gone.load(Ordering::SeqCst) == 0 {
        assert!(start.elapsed() < Duration::from_secs(10), "the server was not told");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_short_rest_that_a_server_asks_for_is_waited_for() {
    let busy = vec![answer("429 Too Many Requests", "retry-after: 1\r\n", "")];
    let server = Server::start(vec![busy, vec![json(WHOLE)]]).await;
    let waits = Waits { total: Duration::from_secs(3), ..server.settings().waits };
    let start = Instant::now();
    let (text, _) = run(Settings { waits, ..server.settings() }, true).await;
    assert!(text.is_ok() && start.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_server_that_began_no_answer_is_asked_again_within_the_time() {
    let server = Server::start(vec![vec![Pause(400)], vec![json(WHOLE)]]).await;
    assert!(run(server.settings(), false).await.0.is_ok());
    assert_eq!(server.requests(), 2);
    // The caller's own time is the shorter one.
    let server = Server::start(vec![vec![Pause(20_000)]]).await;
    let long = Duration::from_secs(20);
    let waits = Waits { first_byte: long, total: long, ..server.settings().waits };
    let settings = Settings { waits, ..server.settings() };
    let model = Upstream::new("m", settings).unwrap();
    let (sender, _receiver) = EventSender::channel(1);
    let deadline = Some(tokio::time::Instant::now() + Duration::from_millis(100));
    let start = Instant::now();
    let output = model.generate(generators::Job { deadline, ..job(true) }, sender).await;
    assert!(output.is_err() && start.elapsed() < long / 2, "{output:?}");
    assert_eq!(server.requests(), 1);
}
