//! Marking and reading beside a peer in the same run: `cargo bench -p watermark`.
//!
//! Pictures: encoding the same PNG, and one Fourier transform of the detector's size. Text: copying
//! the candidates, which is what a sampler without a mark would do.

#![expect(clippy::unwrap_used, reason = "a figure that cannot be measured ends the run")]
#![expect(clippy::indexing_slicing, reason = "the painter indexes the channels of a pixel")]
#![expect(dead_code, reason = "only some kinds of pictures are measured")]

#[path = "../tests/scenes/mod.rs"]
mod scenes;

use std::{hint::black_box, io::Cursor};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use image::{DynamicImage, ImageFormat};
use rustfft::{FftPlanner, num_complex::Complex32};
use scenes::{Kind, Painter};
use types::{MarkId, MediaType};
use watermark::{TextMark, WatermarkKey, fingerprint, image as mark, text};

fn key() -> WatermarkKey {
    WatermarkKey::new([7; 32])
}

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
    bytes
}

fn pictures(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("image");
    group.sample_size(10);
    let megapixel = DynamicImage::from(Painter::new(1).paint(Kind::Texture, 1000, 1000));
    let file = png(&megapixel);
    let id = MarkId::from(1);
    group.throughput(Throughput::Elements(1_000_000));
    group.bench_function("peer: decode and encode 1 MP", |bench| {
        bench.iter(|| png(&image::load_from_memory(&file).unwrap()));
    });
    group.bench_function("embed 1 MP", |bench| {
        bench.iter(|| mark::embed(&key(), &file, MediaType::Png, id).unwrap());
    });
    let marked = mark::embed(&key(), &file, MediaType::Png, id).unwrap();
    group.bench_function("detect 1 MP, marked", |bench| {
        bench.iter(|| mark::detect(&[key()], &marked))
    });
    group.bench_function("detect 1 MP, unmarked", |bench| {
        bench.iter(|| mark::detect(&[key()], &file))
    });
    group.bench_function("fingerprint 1 MP", |bench| bench.iter(|| fingerprint::image(&file)));
    let small = png(&Painter::new(1).paint(Kind::Scene, 512, 512).into());
    group.throughput(Throughput::Elements(512 * 512));
    group.bench_function("detect 512², unmarked", |bench| {
        bench.iter(|| mark::detect(&[key()], &small))
    });
    let fft = FftPlanner::new().plan_fft_forward(2048);
    let plane = vec![Complex32::new(1.0, 0.0); 2048 * 2048];
    group.throughput(Throughput::Elements(2048 * 2048));
    group.bench_function("peer: one FFT of 2048²", |bench| {
        bench.iter(|| {
            // Rows, and as many rows again for the columns.
            let mut values = plane.clone();
            fft.process(&mut values);
            fft.process(&mut values);
            black_box(values)
        });
    });
}

fn texts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("text");
    group.throughput(Throughput::Elements(1));
    let candidates: Vec<(u32, f32)> =
        (1..=64_u16).map(|rank| (rank.into(), 0.2 / f32::from(rank))).collect();
    group.bench_function("peer: copy 64 candidates", |bench| {
        bench.iter(|| black_box(&candidates).clone());
    });
    group.bench_function("reweigh 64 candidates", |bench| {
        let mut mark = TextMark::new(&key());
        let mut previous = 0;
        bench.iter(|| {
            previous += 1;
            let mut candidates = black_box(&candidates).clone();
            mark.reweigh(previous, &mut candidates);
            candidates
        });
    });
    let tokens: Vec<u32> = (0..1000_u32).map(|at| at.wrapping_mul(2_654_435_761) >> 20).collect();
    group.throughput(Throughput::Elements(1000));
    group.bench_function("detect, 1,000 tokens", |bench| {
        bench.iter(|| text::detect(&[key()], &tokens))
    });
    let brief =
        "The harbour bridge in Aldmoor will close on Monday for six weeks of repairs. ".repeat(20);
    group
        .bench_function("fingerprint, 260 words", |bench| bench.iter(|| fingerprint::text(&brief)));
}

criterion_group!(benches, pictures, texts);
criterion_main!(benches);
