//! A route over models that do as they are told, on a clock that only the test moves.

use std::sync::atomic::{AtomicBool, AtomicUsize};

use types::Modality;

use super::{health::State, *};
use crate::{
    Event, FinishReason, SampledBy, SamplerHook, TextOutput, Usage,
    server::{Fault, UpstreamError},
};

/// A model that waits, writes so many words and ends as it is told.
#[derive(Debug)]
struct Model {
    card: ModelCard,
    wait: Duration,
    words: usize,
    end: Result<(), GeneratorError>,
    /// How it says it is; `None` for a model of this machine.
    health: Option<State>,
    asked: AtomicUsize,
    stopped: Arc<AtomicBool>,
}

impl Model {
    fn new(name: &str) -> Self {
        let mut card = ModelCard::of("test", Modality::Text);
        card.name = name.to_owned();
        let (wait, words, end, health) = (Duration::ZERO, 2, Ok(()), None);
        let (asked, stopped) = (AtomicUsize::new(0), Arc::default());
        Self { card, wait, words, end, health, asked, stopped }
    }

    fn server(name: &str) -> Self {
        Self { health: Some(State::Ready), ..Self::new(name) }
    }

    fn failing(name: &str, words: usize, error: GeneratorError) -> Self {
        Self { words, end: Err(error), ..Self::new(name) }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// Notices that a run was dropped before its end.
struct Running(Arc<AtomicBool>, bool);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.store(!self.1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Generator for Model {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, mut job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut running = Running(Arc::clone(&self.stopped), false);
        tokio::time::sleep(self.wait).await;
        for _ in 0..self.words {
            if let Some(hook) = &mut job.sampler_hook {
                hook.reweigh(None, &mut vec![(0, 1.0)]);
            }
            events.send(Event::token(self.card.name.clone())).await?;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        running.1 = true;
        self.end.clone().map(|()| {
            Output::Text(TextOutput {
                text: self.card.name.repeat(self.words),
                usage: Usage::default(),
                finish_reason: FinishReason::Stop,
                warnings: Vec::new(),
                sampler: SampledBy::Here,
                logprobs: None,
            })
        })
    }

    fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
        None
    }

    fn health(&self) -> Option<Health> {
        self.health.map(|state| Health { state, ..Health::default() })
    }
}

fn route(models: &[&Arc<Model>], settings: RouteSettings) -> Route {
    let named =
        |model: &&Arc<Model>| (model.card.name.clone(), Arc::clone(model) as Arc<dyn Generator>);
    Route::new("desk", models.iter().map(named).collect(), settings).unwrap()
}

/// What a request gets: the text, and who was said to run.
async fn ask(route: &Route, job: Job) -> (Result<String, GeneratorError>, Vec<String>) {
    let (sender, mut receiver) = EventSender::channel(1);
    let listening = async {
        let (mut told, mut ran) = (String::new(), Vec::new());
        while let Some(event) = receiver.recv().await {
            match event {
                Event::Runs { card } => ran.push(card.name),
                Event::Token { text } => told.push_str(&text),
                _ => {}
            }
        }
        (told, ran)
    };
    let (output, (told, ran)) = tokio::join!(route.generate(job, sender), listening);
    let text = output.map(|output| match output {
        Output::Text(text) => text.text,
        other => panic!("{other:?}"),
    });
    if let Ok(text) = &text {
        assert_eq!(&told, text, "what was told is the text");
    }
    (text, ran)
}

fn broken() -> GeneratorError {
    GeneratorError::Failed("broken".to_owned())
}

fn upstream(fault: Fault) -> GeneratorError {
    UpstreamError::from(fault).into()
}

#[tokio::test(start_paused = true)]
async fn the_next_takes_over_and_its_name_is_told() {
    let faults = [broken(), upstream(Fault::Failed(500)), GeneratorError::Busy { waiting: 9 }];
    for error in faults {
        let first = Arc::new(Model::failing("a", 0, error));
        let second = Arc::new(Model::new("b"));
        let route = route(&[&first, &second], RouteSettings::default());
        let (text, ran) = ask(&route, Job::default()).await;
        assert_eq!((text, ran), (Ok("bb".to_owned()), vec!["b".to_owned()]));
        let health = route.health().unwrap();
        assert_eq!((health.requests, health.failures, health.fallbacks), (1, 0, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn who_tells_nothing_before_the_end_is_named_too() {
    let silent = Arc::new(Model { words: 0, ..Model::new("a") });
    let (text, ran) = ask(&route(&[&silent], RouteSettings::default()), Job::default()).await;
    assert_eq!((text, ran), (Ok(String::new()), vec!["a".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn after_the_first_piece_nobody_takes_over() {
    let first = Arc::new(Model::failing("a", 1, broken()));
    let second = Arc::new(Model::new("b"));
    let (text, ran) =
        ask(&route(&[&first, &second], RouteSettings::default()), Job::default()).await;
    assert_eq!((text, ran), (Err(broken()), vec!["a".to_owned()]));
    assert_eq!(second.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_one_would_not_answer_is_asked_nowhere_else() {
    let code = Some("content_filter".to_owned());
    for fault in [
        Fault::Refused { status: 400, code: code.clone() },
        Fault::Misconfigured(403),
        Fault::Reported(code),
    ] {
        let first = Arc::new(Model::failing("a", 0, upstream(fault.clone())));
        let second = Arc::new(Model::new("b"));
        let (text, _) =
            ask(&route(&[&first, &second], RouteSettings::default()), Job::default()).await;
        assert_eq!((text, second.asked()), (Err(upstream(fault)), 0));
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_goes_on_with_a_hook_that_had_its_say() {
    struct Hook;
    impl SamplerHook for Hook {
        fn reweigh(&mut self, _: Option<u32>, _: &mut Vec<(u32, f32)>) {}
    }
    /// Samples a token and fails before it is told.
    #[derive(Debug)]
    struct Sampling(Model);
    #[async_trait]
    impl Generator for Sampling {
        fn card(&self) -> &ModelCard {
            &self.0.card
        }
        async fn generate(&self, mut job: Job, _: EventSender) -> Result<Output, GeneratorError> {
            job.sampler_hook.as_mut().unwrap().reweigh(None, &mut Vec::new());
            Err(broken())
        }
        fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
            None
        }
    }
    let second = Arc::new(Model::new("b"));
    let first: Arc<dyn Generator> = Arc::new(Sampling(Model::new("a")));
    let models = vec![("a".to_owned(), first), ("b".to_owned(), Arc::clone(&second) as _)];
    let route = Route::new("desk", models, RouteSettings::default()).unwrap();
    let job = Job { sampler_hook: Some(Box::new(Hook)), ..Job::default() };
    assert_eq!(ask(&route, job).await.0, Err(broken()));
    assert_eq!(second.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_rests_is_asked_last_and_still_asked() {
    let resting = Arc::new(Model { health: Some(State::Resting), ..Model::new("a") });
    let well = Arc::new(Model::new("b"));
    let first = route(&[&resting, &well], RouteSettings::default());
    assert_eq!(ask(&first, Job::default()).await.1, ["b"]);
    assert_eq!(first.health().unwrap().state, State::Ready);
    let alone = route(&[&resting], RouteSettings::default());
    assert_eq!(ask(&alone, Job::default()).await.1, ["a"]);
    assert_eq!(alone.health().unwrap().state, State::Resting);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_goes_on_failing_is_left_alone_and_then_tried_by_one() {
    let first = Arc::new(Model::failing("a", 0, broken()));
    let second = Arc::new(Model::new("b"));
    let route = route(&[&first, &second], RouteSettings::default());
    for _ in 0..9 {
        assert_eq!(ask(&route, Job::default()).await.1, ["b"]);
    }
    assert_eq!(first.asked(), 5, "the circuit opens after five failures");
    tokio::time::advance(Duration::from_secs(1)).await;
    for _ in 0..3 {
        ask(&route, Job::default()).await.0.unwrap();
    }
    assert_eq!(first.asked(), 6, "one probes");
    let health = route.health().unwrap();
    assert_eq!((health.parts[0].health.state, health.opened), (State::Resting, 2));
}

fn hedged(hedge: Hedge) -> RouteSettings {
    RouteSettings { hedge, ..RouteSettings::default() }
}

#[tokio::test(start_paused = true)]
async fn a_slow_server_is_raced_and_whoever_loses_is_stopped() {
    let millis = Duration::from_millis;
    for (wait, winner) in [(1000, "b"), (150, "a")] {
        let first = Arc::new(Model { wait: millis(wait), ..Model::server("a") });
        let second = Arc::new(Model { wait: millis(100), ..Model::server("b") });
        let route = route(&[&first, &second], hedged(Hedge::After(millis(100))));
        let start = Instant::now();
        let (text, ran) = ask(&route, Job::default()).await;
        assert_eq!((text, ran), (Ok(winner.repeat(2)), vec![winner.to_owned()]));
        assert!(start.elapsed() < millis(250), "{:?}", start.elapsed());
        let loser = if winner == "b" { &first } else { &second };
        assert!(loser.stopped.load(Ordering::SeqCst), "the loser is told to stop");
        let health = route.health().unwrap();
        assert_eq!((health.hedges, health.hedges_won), (1, u64::from(winner == "b")));
        let asked: Vec<u64> = health.parts.iter().map(|part| part.health.requests).collect();
        assert_eq!((asked, health.failures), (vec![1, 1], 0), "both are counted");
    }
}

#[tokio::test(start_paused = true)]
async fn a_racer_that_fails_leaves_the_other_its_chance() {
    let millis = Duration::from_millis;
    let first = Arc::new(Model { wait: millis(300), ..Model::server("a") });
    let mut second = Model::failing("b", 0, upstream(Fault::Failed(500)));
    second.health = Some(State::Ready);
    let route = route(&[&first, &Arc::new(second)], hedged(Hedge::After(millis(100))));
    assert_eq!(ask(&route, Job::default()).await.1, ["a"]);
}

#[tokio::test(start_paused = true)]
async fn models_of_this_machine_are_not_raced_and_hedges_are_few() {
    let millis = Duration::from_millis;
    let local = Arc::new(Model { wait: millis(500), ..Model::new("a") });
    let server = Arc::new(Model::server("b"));
    let mixed = route(&[&local, &server], hedged(Hedge::After(millis(10))));
    assert_eq!(ask(&mixed, Job::default()).await.1, ["a"]);
    assert_eq!(server.asked(), 0);
    let slow = Arc::new(Model { wait: millis(500), ..Model::server("a") });
    let route = route(&[&slow, &server], hedged(Hedge::After(millis(10))));
    for _ in 0..100 {
        ask(&route, Job::default()).await.0.unwrap();
    }
    let hedges = route.health().unwrap().hedges;
    assert!((10..=20).contains(&hedges), "ten, and a tenth: {hedges}");
}

#[tokio::test(start_paused = true)]
async fn what_is_slow_is_learned_from_the_requests_before() {
    let first = Arc::new(Model { wait: Duration::from_millis(50), ..Model::server("a") });
    let second = Arc::new(Model::server("b"));
    let route = route(&[&first, &second], hedged(Hedge::P95));
    for _ in 0..20 {
        assert_eq!(route.patience(false), None);
        ask(&route, Job::default()).await.0.unwrap();
    }
    assert_eq!(route.patience(false).map(|time| time.as_millis()), Some(50));
    assert_eq!(route.patience(true), None, "whole answers take their own time");
}

#[tokio::test(start_paused = true)]
async fn who_comes_when_too_many_wait_is_turned_away() {
    let slow = Arc::new(Model { wait: Duration::from_secs(60), ..Model::new("a") });
    let queue = Queue { waiting_max: 1, wait_max: Some(Duration::from_secs(5)) };
    let route =
        route(&[&slow], RouteSettings { requests_max: 1, queue, ..RouteSettings::default() });
    let (runs, waits, late) = tokio::join!(
        ask(&route, Job::default()),
        ask(&route, Job::default()),
        ask(&route, Job::default()),
    );
    assert!(runs.0.is_ok());
    assert_eq!(waits.0, Err(GeneratorError::Waited { seconds: 5 }));
    assert_eq!(late.0, Err(GeneratorError::Busy { waiting: 1 }));
    assert_eq!(route.health().unwrap().turned_away, 2);
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_stops_the_model_at_once() {
    let slow = Arc::new(Model { wait: Duration::from_secs(60), ..Model::server("a") });
    let route = route(&[&slow], RouteSettings::default());
    let (sender, receiver) = EventSender::channel(1);
    let leaving = async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        drop(receiver);
    };
    let start = Instant::now();
    let (output, ()) = tokio::join!(route.generate(Job::default(), sender), leaving);
    assert_eq!(output, Err(GeneratorError::Cancelled));
    assert!(slow.stopped.load(Ordering::SeqCst) && start.elapsed() < Duration::from_millis(10));
    assert_eq!(route.health().unwrap().failures, 0);
}

#[test]
fn what_fits_no_route_is_refused() {
    let model = || ("a".to_owned(), Arc::new(Model::new("a")) as Arc<dyn Generator>);
    let weights = |weights: &[u32]| RouteSettings {
        weights: Some(weights.to_vec()),
        ..RouteSettings::default()
    };
    assert!(Route::new("none", Vec::new(), RouteSettings::default()).is_err());
    assert!(Route::new("few", vec![model(), model()], weights(&[1])).is_err());
    assert!(Route::new("nobody", vec![model()], weights(&[0])).is_err());
    let mut picture = Model::new("p");
    picture.card.modality = Modality::Image;
    let picture = ("p".to_owned(), Arc::new(picture) as Arc<dyn Generator>);
    assert!(Route::new("mixed", vec![model(), picture], RouteSettings::default()).is_err());
}
