use image::{
    DynamicImage, GenericImageView, ImageFormat, codecs::jpeg::JpegEncoder, imageops::FilterType,
};
use std::{fs, io::Cursor, time::Instant};
use types::{MarkId, MediaType};
use watermark::{WatermarkKey, image as mark};
fn png(p: &DynamicImage) -> Vec<u8> {
    let mut b = Vec::new();
    p.write_to(&mut Cursor::new(&mut b), ImageFormat::Png).unwrap();
    b
}
fn jpeg(p: &DynamicImage, q: u8) -> DynamicImage {
    let mut b = Vec::new();
    p.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut b, q)).unwrap();
    image::load_from_memory(&b).unwrap()
}
fn resize(p: &DynamicImage, s: f32) -> DynamicImage {
    p.resize_exact(
        (p.width() as f32 * s).round() as u32,
        (p.height() as f32 * s).round() as u32,
        FilterType::Lanczos3,
    )
}
fn crop(p: &DynamicImage, a: f32) -> DynamicImage {
    let k = a.sqrt();
    let (w, h) = ((p.width() as f32 * k) as u32, (p.height() as f32 * k) as u32);
    p.crop_imm(
        ((p.width() - w) as f32 * 0.37) as u32,
        ((p.height() - h) as f32 * 0.61) as u32,
        w,
        h,
    )
}
fn rotate(p: &DynamicImage, d: f32) -> DynamicImage {
    let (s, c) = d.to_radians().sin_cos();
    let (w, h) = p.dimensions();
    let src = p.to_rgb8();
    DynamicImage::ImageRgb8(image::RgbImage::from_fn(w, h, |x, y| {
        let (dx, dy) = (x as f32 - w as f32 / 2.0, y as f32 - h as f32 / 2.0);
        let (sx, sy) = (c * dx + s * dy + w as f32 / 2.0, -s * dx + c * dy + h as f32 / 2.0);
        image::imageops::interpolate_bilinear(&src, sx, sy).unwrap_or(image::Rgb([0, 0, 0]))
    }))
}
fn main() {
    let key = WatermarkKey::new([7; 32]);
    let attacks: Vec<(&str, Box<dyn Fn(&DynamicImage) -> DynamicImage>)> = vec![
        ("none", Box::new(|p| p.clone())),
        ("jpeg70", Box::new(|p| jpeg(p, 70))),
        ("jpeg50", Box::new(|p| jpeg(p, 50))),
        ("jpeg30", Box::new(|p| jpeg(p, 30))),
        ("half", Box::new(|p| resize(p, 0.5))),
        ("double", Box::new(|p| resize(p, 2.0))),
        ("crop50", Box::new(|p| crop(p, 0.5))),
        ("crop25", Box::new(|p| crop(p, 0.25))),
        ("crop10", Box::new(|p| crop(p, 0.1))),
        ("rot1", Box::new(|p| rotate(p, 1.0))),
        ("rot5", Box::new(|p| rotate(p, 5.0))),
        ("rot90", Box::new(|p| p.rotate90())),
        ("flip", Box::new(|p| p.fliph())),
        ("blur2", Box::new(|p| p.blur(2.0))),
        ("contrast", Box::new(|p| p.adjust_contrast(40.0))),
        ("gray", Box::new(|p| p.grayscale())),
        ("social", Box::new(|p| jpeg(&jpeg(&resize(p, 0.6), 70), 60))),
        ("screenshot", Box::new(|p| jpeg(&crop(&resize(p, 0.8), 0.8).brighten(10), 75))),
        (
            "CHAIN q60 half crop75 q90",
            Box::new(|p| jpeg(&crop(&resize(&jpeg(p, 60), 0.5), 0.75), 90)),
        ),
        (
            "combo rot2 crop70 q60",
            Box::new(|p| {
                let (w, h) = p.dimensions();
                jpeg(&crop(&rotate(p, 2.0), 0.7).resize_exact(w, h, FilterType::CatmullRom), 60)
            }),
        ),
    ];
    let mut ok = vec![0; attacks.len()];
    let mut errs = vec![0.0; attacks.len()];
    let (mut te, mut td) = (0.0, 0.0);
    let mut psnr = 0.0;
    let mut n = 0;
    for dir in std::env::args().skip(1) {
        let mut files: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        for f in files {
            let bytes = fs::read(&f).unwrap();
            let Ok(orig) = image::load_from_memory(&bytes) else { continue };
            let bytes = png(&orig);
            n += 1;
            let id = MarkId::from(0x1234_5678_9abc_def0 ^ n);
            let t = Instant::now();
            let out = mark::embed(&key, &bytes, MediaType::Png, id).unwrap();
            te += t.elapsed().as_secs_f64() / (orig.width() * orig.height()) as f64 * 1e6;
            let m = image::load_from_memory(&out).unwrap();
            let e: f64 = m
                .to_rgb8()
                .iter()
                .zip(orig.to_rgb8().iter())
                .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2))
                .sum::<f64>()
                / (3 * orig.width() * orig.height()) as f64;
            psnr += 10.0 * (65025.0 / e).log10();
            for (i, (_, a)) in attacks.iter().enumerate() {
                let b = png(&a(&m));
                let t = Instant::now();
                let d = mark::detect(&key, &b).unwrap();
                td += t.elapsed().as_secs_f64();
                if let Some(d) = d {
                    assert_eq!(d.id, id);
                    ok[i] += 1;
                    errs[i] += f64::from(d.bit_errors);
                }
            }
        }
    }
    println!(
        "{n} pictures psnr {:.2} embed {:.3} s/MP detect {:.3} s",
        psnr / n as f64,
        te / n as f64,
        td / (n as usize * attacks.len()) as f64
    );
    for (i, (name, _)) in attacks.iter().enumerate() {
        println!("{name:28} {}/{n}  errors {:.0}", ok[i], errs[i] / f64::max(1.0, ok[i] as f64));
    }
}
