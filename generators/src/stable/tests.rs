//! The backend on a model of a few thousand weights, with a tokenizer of letters.

use std::{collections::HashMap, fs, path::Path, sync::Arc};

use candle_core::{DType, Device, Tensor, safetensors as files};
use serde_json::{Value, json};
use types::{Drawing, Message, Speaker, Task};

use super::StableDiffusion;
use crate::{
    Event, EventReceiver, EventSender, Generator as _, GeneratorError, ImageOutput, Job, Mask,
    Output, Raster, Warning,
};

const UNET: &str = "unet/diffusion_pytorch_model.safetensors";
const VAE: &str = "vae/diffusion_pytorch_model.safetensors";

/// The golden checkpoint with a tokenizer; where the way down begins, a place is two pixels wide.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/sd21");
    for part in ["unet", "vae", "text_encoder", "scheduler", "lora"] {
        fs::create_dir(folder.path().join(part)).unwrap();
        for entry in fs::read_dir(from.join(part)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), folder.path().join(part).join(entry.file_name())).unwrap();
        }
    }
    let tokenizer = folder.path().join("tokenizer");
    fs::create_dir(&tokenizer).unwrap();
    let letters = ('a'..='z').enumerate();
    let mut vocabulary: HashMap<String, usize> = letters
        .flat_map(|(id, letter)| [(letter.to_string(), id), (format!("{letter}</w>"), 26 + id)])
        .collect();
    vocabulary.insert("se".to_owned(), 52);
    vocabulary.insert("sea</w>".to_owned(), 53);
    vocabulary.insert("<|startoftext|>".to_owned(), 78);
    vocabulary.insert("<|endoftext|>".to_owned(), 79);
    fs::write(tokenizer.join("vocab.json"), json!(vocabulary).to_string()).unwrap();
    fs::write(tokenizer.join("merges.txt"), "#version: 0.2\ns e\nse a</w>\n").unwrap();
    folder
}

fn job(prompt: &str, drawing: Drawing) -> Job {
    let messages = vec![Message { role: Speaker::User, text: prompt.to_owned() }];
    let mut job = Job { messages, drawing, ..Job::default() };
    job.sampling.seed = 1;
    job
}

fn drawing(task: Task) -> Drawing {
    let size = (task == Task::Create).then_some((24, 16));
    Drawing { task, size, steps: Some(4), ..Drawing::default() }
}

fn source(width: u32, height: u32) -> Option<Arc<Raster>> {
    let pixels = (0..3 * width * height).map(|index| (index * 5 % 256) as u8).collect();
    Some(Arc::new(Raster { width, height, pixels }))
}

fn left_half(width: u32, height: u32) -> Option<Arc<Mask>> {
    let place = |index: u32| if index % width < width / 2 { 255 } else { 0 };
    Some(Arc::new(Mask { width, height, values: (0..width * height).map(place).collect() }))
}

async fn run(
    model: &StableDiffusion,
    job: Job,
) -> Result<(ImageOutput, Vec<Event>), GeneratorError> {
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
        if !matches!(event, Event::Loading { .. }) {
            events.push(event);
        }
    }
    events
}

fn open(folder: &tempfile::TempDir) -> Result<StableDiffusion, GeneratorError> {
    StableDiffusion::open("tiny", folder.path())
}

fn edit(folder: &tempfile::TempDir, name: &str, change: impl FnOnce(&mut Value)) {
    let path = folder.path().join(name);
    let mut value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut value);
    fs::write(path, value.to_string()).unwrap();
}

/// Changes the tensors of a weight file.
fn reweigh(
    folder: &tempfile::TempDir,
    name: &str,
    change: impl FnOnce(&mut HashMap<String, Tensor>),
) {
    let path = folder.path().join(name);
    let mut tensors = files::load(&path, &Device::Cpu).unwrap();
    change(&mut tensors);
    files::save(&tensors, &path).unwrap();
}

#[tokio::test]
async fn the_same_seed_gives_the_same_picture() {
    let folder = folder();
    let model = open(&folder).unwrap();
    let (first, events) = run(&model, job("the sea", drawing(Task::Create))).await.unwrap();
    assert_eq!((first.width, first.height, first.pixels.len()), (24, 16, 3 * 24 * 16));
    let steps: Vec<Event> = (1..=4).map(|done| Event::Step { done, total: 4 }).collect();
    assert_eq!(events, steps);
    let (again, _) = run(&model, job("the sea", drawing(Task::Create))).await.unwrap();
    assert_eq!(first, again);
    let mut other = job("the sea", drawing(Task::Create));
    other.sampling.seed = 2;
    assert_ne!(first.pixels, run(&model, other).await.unwrap().0.pixels);
    let (other, _) = run(&model, job("a hill", drawing(Task::Create))).await.unwrap();
    assert_ne!(first.pixels, other.pixels);
    let not = Drawing { negative_prompt: Some("fog".into()), ..drawing(Task::Create) };
    assert_ne!(first.pixels, run(&model, job("the sea", not)).await.unwrap().0.pixels);
}

#[tokio::test]
async fn what_an_order_lacks_is_said() {
    let folder = folder();
    let model = open(&folder).unwrap();
    let empty = run(&model, job(" ", drawing(Task::Create))).await.unwrap_err();
    assert_eq!(empty, GeneratorError::PromptEmpty);
    let cases: [(Drawing, &str); 6] = [
        (Drawing { size: Some((25, 16)), ..drawing(Task::Create) }, "24x16 or 32x16"),
        (Drawing { steps: Some(0), ..drawing(Task::Create) }, "`steps` must be 1 to 500"),
        (Drawing { strength: Some(2.0), ..drawing(Task::Vary) }, "`strength` must be 0 to 1"),
        (drawing(Task::Vary), "`image` is missing"),
        (drawing(Task::Inpaint), "`image` is missing"),
        (drawing(Task::Upscale), "create, inpaint and vary are"),
    ];
    for (drawing, expected) in cases {
        let said = run(&model, job("sea", drawing)).await.unwrap_err().to_string();
        assert!(said.contains(expected), "{said}");
    }
    let mut order = job("sea", drawing(Task::Inpaint));
    order.pictures.source = source(16, 16);
    let said = run(&model, order).await.unwrap_err().to_string();
    assert!(said.contains("`mask` is missing"), "{said}");
    let mut order = job("sea", drawing(Task::Inpaint));
    (order.pictures.source, order.pictures.mask) = (source(16, 16), left_half(16, 8));
    let said = run(&model, order).await.unwrap_err().to_string();
    assert!(said.contains("is 16x8; it must have the size of the picture, 16x16"), "{said}");
    let mut order = job("sea", drawing(Task::Vary));
    order.pictures.source = source(20_000, 1);
    let said = run(&model, order).await.unwrap_err().to_string();
    assert!(said.contains("20000x1"), "{said}");
}

#[tokio::test]
async fn a_long_prompt_is_cut_and_the_person_is_told() {
    let folder = folder();
    let model = open(&folder).unwrap();
    let prompt = format!("{} hill", "sea ".repeat(75).trim());
    let (image, _) = run(&model, job(&prompt, drawing(Task::Create))).await.unwrap();
    let Some(Warning::Limit(said)) = image.warnings.first() else { panic!("{image:?}") };
    assert_eq!(said, "the prompt has 79 tokens and the model reads 75: “hill” was not read");
    let (image, _) = run(&model, job(&"sea ".repeat(75), drawing(Task::Create))).await.unwrap();
    assert_eq!(image.warnings, []);
}

#[tokio::test]
async fn a_picture_that_was_brought_keeps_its_size() {
    let folder = folder();
    let model = open(&folder).unwrap();
    for (task, prompt) in [(Task::Vary, ""), (Task::Inpaint, "sea")] {
        for (width, height) in [(1, 1), (13, 9), (24, 16)] {
            let order = || {
                let mut order = job(prompt, drawing(task));
                order.pictures.source = source(width, height);
                order.pictures.mask = left_half(width, height);
                order
            };
            let (first, events) = run(&model, order()).await.unwrap();
            assert_eq!((first.width, first.height), (width, height));
            assert_eq!(first.pixels.len() as u32, 3 * width * height);
            // Only a part of the way is gone.
            assert_eq!(events.len(), if task == Task::Vary { 3 } else { 4 });
            assert_eq!(run(&model, order()).await.unwrap().0, first);
        }
    }
}

/// What stays is, after the last step, what the autoencoder makes of the source.
#[tokio::test]
async fn what_a_mask_keeps_is_not_repainted() {
    let folder = folder();
    let model = open(&folder).unwrap();
    let with = |mask: u8, prompt: &str| {
        let mut order = job(prompt, drawing(Task::Inpaint));
        order.pictures.source = source(16, 16);
        order.pictures.mask =
            Some(Arc::new(Mask { width: 16, height: 16, values: vec![mask; 256] }));
        order
    };
    let kept = run(&model, with(0, "sea")).await.unwrap().0;
    assert_eq!(kept, run(&model, with(0, "hill")).await.unwrap().0);
    let anew = run(&model, with(255, "sea")).await.unwrap().0;
    assert_ne!(anew, run(&model, with(255, "hill")).await.unwrap().0);
}

#[tokio::test]
async fn a_network_for_repair_sees_the_mask_and_what_is_around_it() {
    let folder = folder();
    edit(&folder, "unet/config.json", |config| config["in_channels"] = json!(9));
    let order = || {
        let mut order = job("sea", drawing(Task::Inpaint));
        (order.pictures.source, order.pictures.mask) = (source(16, 16), left_half(16, 16));
        order
    };
    let mut made = Vec::new();
    for value in [0.0_f32, 0.1] {
        reweigh(&folder, UNET, |tensors| {
            let weight = tensors["conv_in.weight"].narrow(1, 0, 4).unwrap();
            let more = Tensor::full(value, (10, 5, 3, 3), &Device::Cpu).unwrap();
            let more = more.to_dtype(weight.dtype()).unwrap();
            let weight = Tensor::cat(&[&weight, &more], 1).unwrap();
            tensors.insert("conv_in.weight".to_owned(), weight);
        });
        made.push(run(&open(&folder).unwrap(), order()).await.unwrap().0);
    }
    assert_ne!(made[0], made[1], "the mask has no say");
}

#[tokio::test]
async fn it_stops_between_two_steps_when_nobody_listens() {
    let folder = folder();
    let model = open(&folder).unwrap();
    let (sender, mut receiver) = EventSender::channel(1);
    let stop = async move {
        while let Some(event) = receiver.recv().await {
            if matches!(event, Event::Step { .. }) {
                return event;
            }
        }
        panic!("no step was told");
    };
    let order = job("the sea", drawing(Task::Create));
    let (output, first) = tokio::join!(model.generate(order, sender), stop);
    assert_eq!(first, Event::Step { done: 1, total: 4 });
    assert_eq!(output.unwrap_err(), GeneratorError::Cancelled);
}

#[tokio::test]
async fn numbers_that_are_none_are_refused() {
    for name in [UNET, VAE] {
        let folder = folder();
        reweigh(&folder, name, |tensors| {
            for tensor in tensors.values_mut() {
                *tensor = (&*tensor * f64::NAN).unwrap();
            }
        });
        let model = open(&folder).unwrap();
        let error = run(&model, job("sea", drawing(Task::Create))).await.unwrap_err();
        assert!(error.to_string().contains("not finite"), "{error}");
        assert!(!crate::check(super::KIND, folder.path()).unwrap().problems.is_empty());
    }
}

#[tokio::test]
async fn weights_in_shards_are_the_same_weights() {
    let folder = folder();
    let (whole, _) = run(&open(&folder).unwrap(), job("sea", drawing(Task::Create))).await.unwrap();
    let path = folder.path().join(UNET);
    let tensors = files::load(&path, &Device::Cpu).unwrap();
    fs::remove_file(path).unwrap();
    let mut shards = [HashMap::new(), HashMap::new()];
    let mut index = serde_json::Map::new();
    for (place, (name, tensor)) in tensors.into_iter().enumerate() {
        index.insert(name.clone(), json!(format!("part-{}.safetensors", place % 2)));
        // Other formats of numbers are read too.
        let tensor = tensor.to_dtype(DType::F32).unwrap();
        shards[place % 2].insert(name, tensor);
    }
    for (place, shard) in shards.iter().enumerate() {
        let path = folder.path().join(format!("unet/part-{place}.safetensors"));
        files::save(shard, path).unwrap();
    }
    let path = folder.path().join(format!("{UNET}.index.json"));
    fs::write(path, json!({"weight_map": index}).to_string()).unwrap();
    let (parts, _) = run(&open(&folder).unwrap(), job("sea", drawing(Task::Create))).await.unwrap();
    assert_eq!(whole, parts);
    fs::remove_file(folder.path().join("unet/part-1.safetensors")).unwrap();
    let error = open(&folder).unwrap_err().to_string();
    assert!(error.contains("part-1.safetensors"), "{error}");
}

#[test]
fn a_damaged_folder_is_refused_with_the_name_of_the_file() {
    let names = [
        "unet/config.json",
        UNET,
        "vae/config.json",
        VAE,
        "text_encoder/config.json",
        "text_encoder/model.safetensors",
        "scheduler/scheduler_config.json",
        "tokenizer/vocab.json",
        "lora/lora.json",
        "lora/style.safetensors",
    ];
    for name in names {
        let folder = folder();
        let path = folder.path().join(name);
        let content = fs::read(&path).unwrap();
        fs::write(&path, &content[..content.len() / 2]).unwrap();
        let error = open(&folder).unwrap_err().to_string();
        assert!(error.contains(name), "truncated: {error}");
        fs::remove_file(&path).unwrap();
        if !name.starts_with("lora/lora") {
            let error = open(&folder).unwrap_err().to_string();
            let named = name.replace("style.safetensors", "lora.json");
            assert!(error.contains(&named), "missing: {error}");
        }
    }
}

#[test]
fn networks_that_are_not_served_are_named() {
    let cases: [(&str, &str, Value, &str); 7] = [
        ("unet/config.json", "class_embed_type", json!("timestep"), "`class_embed_type` timestep"),
        ("unet/config.json", "norm_num_groups", json!(7), "must divide"),
        ("unet/config.json", "cross_attention_dim", json!(32), "text encoders make 24"),
        ("unet/config.json", "block_out_channels", json!([10, 30]), "down_blocks.1"),
        ("vae/config.json", "latent_channels", json!(16), "latent"),
        ("text_encoder/config.json", "hidden_act", json!("relu"), "quick_gelu and gelu are"),
        ("scheduler/scheduler_config.json", "thresholding", json!(true), "`thresholding` true"),
    ];
    for (name, key, value, expected) in cases {
        let folder = folder();
        edit(&folder, name, |config| config[key] = value);
        let error = open(&folder).unwrap_err().to_string();
        // Where two files contradict each other, either may be named.
        assert!(error.contains(expected) || error.contains(".safetensors"), "{key}: {error}");
    }
}

#[test]
fn a_style_pack_of_another_model_is_refused() {
    let folder = folder();
    reweigh(&folder, "lora/style.safetensors", |tensors| {
        let some = Tensor::zeros((2, 10), DType::F32, &Device::Cpu).unwrap();
        tensors.insert("lora_unet_mid_block_nowhere.lora_down.weight".to_owned(), some);
    });
    let error = open(&folder).unwrap_err().to_string();
    assert!(error.contains("`lora_unet_mid_block_nowhere.lora_down.weight`"), "{error}");
}

#[test]
fn a_check_names_what_is_wrong() {
    let folder = folder();
    let good = crate::check(super::KIND, folder.path()).unwrap();
    assert_eq!(good.problems, Vec::<String>::new());
    let model = open(&folder).unwrap();
    let card = model.card();
    assert_eq!(good.sha256, Some(card.sha256));
    assert_eq!(card.tasks, [Task::Create, Task::Inpaint, Task::Vary]);
    assert!(!card.algorithmic && card.parameters > 10_000);
    assert!(good.files.iter().any(|file| file.name == "lora/style.safetensors"));
    assert_eq!(crate::kind_of(folder.path()), Some(super::KIND));
    for name in [UNET, VAE] {
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    let problems = crate::check(super::KIND, folder.path()).unwrap().problems;
    assert_eq!(problems.len(), 2, "{problems:?}");
}
