//! Looks for marks where there are none: in cropped, mirrored, resized and compressed photographs,
//! and in drawn noise.
//!
//! ```sh
//! cargo run --release -p watermark --example false_positives -- PHOTO_FOLDER 10000
//! ```

#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::{env, error::Error, fs, io::Cursor};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, codecs::jpeg::JpegEncoder, imageops};
use rayon::prelude::*;
use watermark::{WatermarkKey, image as mark};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let mut arguments = env::args().skip(1);
    let usage = "usage: false_positives PHOTO_FOLDER PICTURES";
    let folder = arguments.next().ok_or(usage)?;
    let most: u64 = arguments.next().ok_or(usage)?.parse()?;
    let mut paths: Vec<_> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Outcome<_>>()?;
    paths.sort();
    let photos: Vec<DynamicImage> =
        paths.iter().map(|path| Ok(image::open(path)?)).collect::<Outcome<_>>()?;
    let mut found = 0;
    let numbers: Vec<u64> = (0..most).collect();
    for (round, hundred) in numbers.chunks(100).enumerate() {
        let marked = hundred.par_iter().map(|number| {
            let mut random = Random(*number);
            let file = unmarked(&photos, &mut random)?;
            // Another key each time: the bound is over the choice of the key.
            let key = WatermarkKey::new([(); 32].map(|()| random.below(256) as u8));
            Ok(usize::from(mark::detect(&[key], &file)?.is_some()))
        });
        found += marked.sum::<Outcome<usize>>()?;
        if round % 5 == 4 {
            println!("{} pictures, {found} taken for marked", round * 100 + hundred.len());
        }
    }
    println!("{most} pictures, {found} taken for marked");
    Ok(())
}

fn unmarked(photos: &[DynamicImage], random: &mut Random) -> Outcome<Vec<u8>> {
    let mut picture = match photos.get(random.below(photos.len() + photos.len() / 4)) {
        Some(photo) => part(photo, random),
        None => noise(random),
    };
    if random.below(2) == 0 {
        picture = picture.fliph();
    }
    if random.below(4) == 0 {
        picture = picture.rotate90();
    }
    let mut bytes = Vec::new();
    match random.below(3) {
        0 => picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)?,
        _ => {
            let quality = 20 + random.below(76) as u8;
            picture
                .to_rgb8()
                .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality))?;
        }
    }
    Ok(bytes)
}

/// A part of at least a sixteenth, at another size.
fn part(photo: &DynamicImage, random: &mut Random) -> DynamicImage {
    let side = |random: &mut Random, pixels: u32| {
        let length = pixels / 4 + random.below(pixels as usize * 3 / 4) as u32;
        (random.below((pixels - length) as usize + 1) as u32, length)
    };
    let (left, width) = side(random, photo.width());
    let (top, height) = side(random, photo.height());
    let scaled = |random: &mut Random, pixels: u32| pixels * (5 + random.below(15) as u32) / 10;
    let part = photo.crop_imm(left, top, width, height);
    part.resize_exact(scaled(random, width), scaled(random, height), imageops::FilterType::Triangle)
}

/// Noise of one grain.
fn noise(random: &mut Random) -> DynamicImage {
    let cells = 16 + random.below(200) as u32;
    let coarse =
        RgbImage::from_fn(cells, cells, |_, _| Rgb([(); 3].map(|()| random.below(256) as u8)));
    let side = 128 + random.below(400) as u32;
    imageops::resize(&coarse, side, side, imageops::FilterType::CatmullRom).into()
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % most.max(1) as u64) as usize
    }
}
