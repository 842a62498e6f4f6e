//! Many runs at once: the same texts as alone, and nothing left behind.

use std::time::Duration;

use types::{Message, Sampling, Speaker};

use super::*;
use crate::{Job, SamplerHook, text::testing::with_tokenizer};

struct Model {
    opened: Arc<Opened>,
    network: Arc<Network>,
}

fn model(name: &str) -> Model {
    let opened = Opened::open(with_tokenizer(name), "test").unwrap();
    let network = Arc::new(opened.load(None).unwrap());
    Model { opened: Arc::new(opened), network }
}

impl Model {
    fn engine(&self, blocks_max: usize) -> Arc<Engine> {
        let (opened, network) = (Arc::clone(&self.opened), Arc::clone(&self.network));
        Arc::new(Engine::with(opened, network, blocks_max).unwrap())
    }

    fn plan(&self, number: u64) -> Plan {
        Plan::new(&self.opened, job(number)).unwrap()
    }
}

/// Jobs of different lengths and seeds.
fn job(number: u64) -> Job {
    let text = "The council approved. ".repeat(1 + number as usize % 4) + &number.to_string();
    let messages = vec![Message { role: Speaker::User, text }];
    let max_tokens = Some(5 + number as u32 % 23);
    let sampling = Sampling { seed: number, max_tokens, ..Sampling::default() };
    let tenant = (!number.is_multiple_of(3)).then(|| format!("tenant {}", number % 3));
    Job { messages, sampling, tenant, ..Job::default() }
}

/// Runs a plan to its end.
async fn text(engine: &Engine, plan: Plan) -> Result<TextOutput, GeneratorError> {
    let (sender, mut receiver) = EventSender::channel(4);
    let drain = async {
        let mut pieces = String::new();
        while let Some(Event::Token { text }) = receiver.recv().await {
            pieces.push_str(&text);
        }
        pieces
    };
    let run = async move { engine.run(plan, &sender).await };
    let (output, pieces) = tokio::join!(run, drain);
    if let Ok(output) = &output {
        assert_eq!(output.text, pieces);
    }
    output
}

/// Runs a plan and leaves after two tokens.
async fn leave(engine: &Engine, plan: Plan) {
    let (sender, mut receiver) = EventSender::channel(1);
    let go = async {
        receiver.recv().await;
        receiver.recv().await;
        drop(receiver);
    };
    let (output, ()) = tokio::join!(engine.run(plan, &sender), go);
    assert_eq!(output, Err(GeneratorError::Cancelled));
}

/// Waits until nothing runs; the thread needs a moment to notice who has left.
async fn rest(engine: &Engine) -> Occupancy {
    for _ in 0..500 {
        let now = engine.occupancy();
        if (now.waiting, now.running) == (0, 0) {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    engine.occupancy()
}

#[tokio::test]
async fn sixty_four_clients_get_the_texts_that_they_get_alone_and_leave_nothing() {
    let model = model("llama");
    let engine = model.engine(0);
    let mut alone = Vec::new();
    for number in 0..8 {
        alone.push(text(&engine, model.plan(number)).await.unwrap());
    }
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..64 {
        let (engine, plan) = (Arc::clone(&engine), model.plan(number % 8));
        clients.spawn(async move {
            if number % 5 == 4 {
                leave(&engine, plan).await;
                return None;
            }
            Some((number as usize % 8, text(&engine, plan).await.unwrap()))
        });
    }
    let finished: Vec<(usize, TextOutput)> =
        clients.join_all().await.into_iter().flatten().collect();
    assert_eq!(finished.len(), 52);
    for (number, output) in finished {
        assert_eq!(output, alone[number]);
    }
    // No prompt fills a block, so nothing is kept for others either.
    assert_eq!(rest(&engine).await, Occupancy::default());
}

/// A prompt of more than two blocks, by its last word.
fn long_job(word: &str, tenant: &str) -> Job {
    let mut job = job(1);
    job.messages[0].text = "The river stood at 412. ".repeat(7) + word;
    job.sampling.max_tokens = Some(40);
    job.tenant = Some(tenant.to_owned());
    job
}

#[tokio::test]
async fn shared_beginnings_and_a_full_memory_do_not_change_a_text() {
    let model = model("mistral");
    let plan = |word: &str, tenant: &str| {
        let job = long_job(word, tenant);
        let plan = Plan::new(&model.opened, job).unwrap();
        assert!(plan.prompt_tokens() > BLOCK);
        plan
    };
    let mut alone = Vec::new();
    for word in ["one", "two", "three", "four"] {
        alone.push(text(&model.engine(0), plan(word, "a")).await.unwrap());
    }
    // Room for one context and little more: runs must forget and read again.
    let tight = model.engine(4);
    let runs = (0..12).map(|number| {
        let (tight, word) = (Arc::clone(&tight), ["one", "two", "three", "four"][number % 4]);
        let plan = plan(word, ["a", "b"][number % 2]);
        tokio::spawn(async move { text(&tight, plan).await.unwrap() })
    });
    for (number, run) in runs.collect::<Vec<_>>().into_iter().enumerate() {
        assert_eq!(run.await.unwrap(), alone[number % 4], "{number}");
    }
    let wide = model.engine(64);
    for (number, word) in ["one", "two", "one"].into_iter().enumerate() {
        assert_eq!(text(&wide, plan(word, "a")).await.unwrap(), alone[number % 2]);
        let kept = rest(&wide).await.memory_bytes / Ledger::new(&model.opened.config).block_bytes();
        assert_eq!(kept, plan(word, "a").prompt_tokens() / BLOCK, "a shared beginning lies twice");
    }
}

#[tokio::test]
async fn too_many_are_turned_away_and_a_slow_reader_halts_nobody() {
    let model = model("llama");
    let engine = model.engine(256);
    let mut slow = Vec::new();
    for _ in 0..64 {
        let (engine, plan) = (Arc::clone(&engine), model.plan(22));
        let (sender, receiver) = EventSender::channel(1);
        slow.push((receiver, tokio::spawn(async move { engine.run(plan, &sender).await })));
    }
    while engine.occupancy().running < 64 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // All turns are taken by those who do not read: the others wait, up to a limit.
    let (sender, receiver) = EventSender::channel(1);
    let waits = (0..WAITING_MAX).map(|number| {
        let (engine, sender) = (Arc::clone(&engine), sender.clone());
        let plan = model.plan(number as u64);
        tokio::spawn(async move { engine.run(plan, &sender).await })
    });
    let waits: Vec<_> = waits.collect();
    while engine.occupancy().waiting < WAITING_MAX {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let refused = engine.run(model.plan(1), &sender).await;
    assert_eq!(refused, Err(GeneratorError::Busy { waiting: WAITING_MAX }));
    drop((sender, receiver));
    for wait in waits {
        assert_eq!(wait.await.unwrap(), Err(GeneratorError::Cancelled));
    }
    while engine.occupancy().waiting > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // One of the slow ones leaves: its turn goes to the next.
    drop(slow.pop().unwrap().0);
    assert!(text(&engine, model.plan(3)).await.is_ok());
    drop(slow);
    assert_eq!(rest(&engine).await, Occupancy::default());
}

/// Leaves no token that could be drawn.
struct Spoils;

impl SamplerHook for Spoils {
    fn reweigh(&mut self, _previous: Option<u32>, candidates: &mut Vec<(u32, f32)>) {
        candidates.clear();
    }
}

#[tokio::test]
async fn one_run_that_fails_takes_no_other_with_it() {
    let model = model("qwen2");
    let engine = model.engine(0);
    let expected = text(&engine, model.plan(5)).await.unwrap();
    let mut spoiled = job(5);
    spoiled.sampler_hook = Some(Box::new(Spoils));
    let spoiled = Plan::new(&model.opened, spoiled).unwrap();
    let (failed, fine) = tokio::join!(text(&engine, spoiled), text(&engine, model.plan(5)));
    assert!(matches!(failed, Err(GeneratorError::Failed(_))));
    assert_eq!(fine.unwrap(), expected);
    assert_eq!(rest(&engine).await, Occupancy::default());
}
