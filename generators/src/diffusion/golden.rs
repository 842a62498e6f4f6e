//! The networks against PyTorch: `training/image/golden.py` writes the expected values.

use std::{collections::HashMap, path::Path};

use candle_core::{DType, Device, Tensor, safetensors};

use super::{config::Config, layers, sampler, upscale::tensor, vocabulary, weights::Networks};
use crate::{files::ModelFiles, math::Map};

/// As in `golden.py`.
const WORDS: [&str; 4] = ["dawn", "clear", "hills", "harbour"];
const TIME: f64 = 0.7;
const STEPS: u32 = 4;
const STRIDE: usize = 4;

struct Golden {
    expected: HashMap<String, Tensor>,
    networks: Networks,
    config: Config,
    words: Vec<usize>,
}

impl Golden {
    fn load() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("starter/image");
        let bytes = std::fs::read(folder.join("golden.safetensors")).unwrap();
        let expected = safetensors::load_buffer(&bytes, &Device::Cpu).unwrap();
        let files = ModelFiles::folder(&folder).unwrap();
        let mut config = Config::parse(&files.read("config.json", 1 << 20).unwrap()).unwrap();
        config.sampler.steps = STEPS;
        let vocabulary = vocabulary::starter();
        let networks = Networks::load(&files, &config, vocabulary.len(), None).unwrap();
        let find = |name| (0..vocabulary.len()).find(|&word| vocabulary.spelling(word) == name);
        let words = WORDS.iter().map(|name| find(*name).unwrap()).collect();
        Self { expected, networks, config, words }
    }

    fn noise(&self) -> Map {
        let noise = self.expected["noise"].to_dtype(DType::F32).unwrap();
        let (_, channels, height, width) = noise.dims4().unwrap();
        Map::from_planes((channels, height, width), &layers::numbers(&noise).unwrap())
    }

    fn assert_close(&self, name: &str, found: &Tensor, stride: usize, tolerance: f32) {
        let every = |size: usize| {
            let places: Vec<u32> = (0..size as u32).step_by(stride).collect();
            Tensor::new(places, &Device::Cpu).unwrap()
        };
        let (_, _, height, width) = found.dims4().unwrap();
        let found = found.index_select(&every(height), 2).unwrap();
        let found = found.index_select(&every(width), 3).unwrap();
        let difference = (found - &self.expected[name]).unwrap().abs().unwrap();
        let largest = difference.flatten_all().unwrap().max(0).unwrap();
        let largest: f32 = largest.to_scalar().unwrap();
        assert!(largest <= tolerance, "{name}: {largest} exceeds {tolerance}");
    }
}

#[test]
fn networks_compute_what_pytorch_computes() {
    let golden = Golden::load();
    let Networks { unet, upscaler } = &golden.networks;
    let words = unet.embed(&golden.words);
    let velocity = tensor(&unet.velocity(&golden.noise(), TIME, &words)).unwrap();
    golden.assert_close("velocity", &velocity, STRIDE, 2e-4);
    let (sampler, noise) = (&golden.config.sampler, golden.noise());
    let mut done = Vec::new();
    let picture = sampler::sample(unet, sampler, &golden.words, noise, |step| {
        done.push(step);
        Ok(())
    });
    let picture = picture.unwrap();
    assert_eq!(done, [1, 2, 3, 4]);
    golden.assert_close("picture", &tensor(&picture).unwrap(), STRIDE, 1e-3);
    golden.assert_close("large", &upscaler.enlarge(&picture).unwrap(), 4 * STRIDE, 1e-3);
}
