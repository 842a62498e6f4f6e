//! The backend on a model of a few hundred weights that is made for each test.

use std::{fs, path::Path};

use candle_core::{DType, Device};
use candle_nn::{VarBuilder, VarMap};
use types::{Drawing, Message, Speaker};

use super::{
    Diffusion,
    config::Config,
    unet::Unet,
    upscale::Upscaler,
    vocabulary,
    weights::{UNET, UPSCALER},
};
use crate::{
    Event, EventReceiver, EventSender, Generator as _, GeneratorError, ImageOutput, Job, Output,
    Warning,
};

const CONFIG: &str = r#"{"name": "tiny", "version": "1", "licence": "MIT", "languages": [],
    "parameters": 1, "upscaler": {"width": 4, "blocks": 1, "fine": 2},
    "unet": {"side": 16, "channels": [8, 8], "embedding": 8, "heads": 2, "groups": 4,
             "attention_from_level": 1},
    "sampler": {"steps": 3, "guidance": 2.0}}"#;

/// A folder that holds a model with weights as candle initialises them.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.json"), CONFIG).unwrap();
    let words = include_str!("../../starter/image/vocabulary.json");
    fs::write(folder.path().join("vocabulary.json"), words).unwrap();
    let config = Config::parse(CONFIG.as_bytes()).unwrap();
    let save = |name: &str, build: &dyn Fn(&VarBuilder<'_>)| {
        let weights = VarMap::new();
        build(&VarBuilder::from_varmap(&weights, DType::F32, &Device::Cpu));
        weights.save(folder.path().join(name)).unwrap();
    };
    save(UNET, &|weights| {
        Unet::new(&config.unet, vocabulary::starter().len(), weights).unwrap();
    });
    save(UPSCALER, &|weights| {
        Upscaler::new(&config.upscaler, weights).unwrap();
    });
    folder
}

fn job(prompt: &str, seed: u64) -> Job {
    let messages = vec![Message { role: Speaker::User, text: prompt.to_owned() }];
    let mut job = Job { messages, ..Job::default() };
    job.sampling.seed = seed;
    job
}

fn sized(size: (u32, u32)) -> Drawing {
    Drawing { size: Some(size), ..Drawing::default() }
}

async fn run(model: &Diffusion, job: Job) -> Result<(ImageOutput, Vec<Event>), GeneratorError> {
    let (sender, receiver) = EventSender::channel(1);
    let (output, events) = tokio::join!(model.generate(job, sender), all(receiver));
    match output? {
        Output::Image(image) => Ok((image, events)),
        other => Err(GeneratorError::Failed(format!("{other:?}"))),
    }
}

async fn all(mut receiver: EventReceiver) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(event) = receiver.recv().await {
        events.push(event);
    }
    events
}

fn open(path: &Path) -> Result<Diffusion, GeneratorError> {
    Diffusion::open("tiny", path)
}

#[tokio::test]
async fn the_same_seed_gives_the_same_picture() {
    let folder = folder();
    let model = open(folder.path()).unwrap();
    let (first, events) = run(&model, job("a harbour at dawn", 1)).await.unwrap();
    assert_eq!((first.width, first.height, first.pixels.len()), (128, 128, 3 * 128 * 128));
    let steps = [1, 2, 3].map(|done| Event::Step { done, total: 3 });
    assert_eq!(events, steps);
    let (again, _) = run(&model, job("a harbour at dawn", 1)).await.unwrap();
    assert_eq!(first, again);
    let (other, _) = run(&model, job("a harbour at dawn", 2)).await.unwrap();
    assert_ne!(first.pixels, other.pixels);
}

#[tokio::test]
async fn words_it_does_not_know_are_told() {
    let folder = folder();
    let model = open(folder.path()).unwrap();
    let (image, _) = run(&model, job("a zebra by the sea", 1)).await.unwrap();
    assert_eq!(image.warnings, [Warning::UnknownWords(vec!["zebra".to_owned()])]);
    let empty = run(&model, job("  ", 1)).await.unwrap_err();
    assert_eq!(empty, GeneratorError::PromptEmpty);
}

#[tokio::test]
async fn sizes_are_served_or_the_served_ones_are_named() {
    let folder = folder();
    let model = open(folder.path()).unwrap();
    let large = Job { drawing: sized((256, 256)), ..job("the sea", 1) };
    let (image, _) = run(&model, large).await.unwrap();
    assert_eq!((image.width, image.height), (256, 256));
    for size in [(0, 0), (64, 64), (128, 256), (u32::MAX, u32::MAX)] {
        let wrong = Job { drawing: sized(size), ..job("the sea", 1) };
        let error = run(&model, wrong).await.unwrap_err().to_string();
        assert!(error.contains("128x128 or 256x256"), "{error}");
    }
}

#[tokio::test]
async fn it_stops_between_two_steps_when_nobody_listens() {
    let folder = folder();
    let model = open(folder.path()).unwrap();
    let (sender, mut receiver) = EventSender::channel(1);
    let stop = async move {
        let first = receiver.recv().await;
        drop(receiver);
        first
    };
    let (output, first) = tokio::join!(model.generate(job("the sea", 1), sender), stop);
    assert_eq!(first, Some(Event::Step { done: 1, total: 3 }));
    assert_eq!(output.unwrap_err(), GeneratorError::Cancelled);
}

#[test]
fn a_damaged_folder_is_refused_with_the_name_of_the_file() {
    for name in ["config.json", "vocabulary.json", UNET, UPSCALER] {
        let folder = folder();
        let path = folder.path().join(name);
        let content = fs::read(&path).unwrap();
        fs::write(&path, &content[..content.len() / 2]).unwrap();
        let error = open(folder.path()).unwrap_err().to_string();
        assert!(error.contains(name), "truncated: {error}");
        fs::remove_file(&path).unwrap();
        let error = open(folder.path()).unwrap_err().to_string();
        assert!(error.contains(name), "missing: {error}");
    }
    let error = open(Path::new("no/such/folder")).unwrap_err().to_string();
    assert!(error.contains("no/such/folder"), "{error}");
}

#[test]
fn a_check_names_what_is_wrong() {
    let folder = folder();
    let good = crate::check("diffusion", folder.path()).unwrap();
    assert_eq!((good.problems, good.files.len()), (Vec::new(), 4));
    assert_eq!(good.sha256, Some(open(folder.path()).unwrap().card().sha256));
    assert_eq!(crate::kind_of(folder.path()), Some("diffusion"));
    for name in [UNET, UPSCALER] {
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    let problems = crate::check("diffusion", folder.path()).unwrap().problems;
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn weights_of_another_shape_are_refused() {
    let folder = folder();
    let wider = CONFIG.replace("\"embedding\": 8", "\"embedding\": 16");
    fs::write(folder.path().join("config.json"), wider).unwrap();
    let error = open(folder.path()).unwrap_err().to_string();
    assert!(error.contains(UNET) && error.contains("another model"), "{error}");
}
