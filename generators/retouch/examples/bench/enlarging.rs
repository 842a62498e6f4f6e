//! Photos made small by averaging and large again.

use std::time::Instant;

use image::{RgbImage, imageops};
use retouch::{Picture, enlarge};

use crate::{
    Photo, Sums,
    measures::{psnr, ssim},
    save,
};

pub(crate) fn enlarging(photos: &[Photo], out: &str) {
    println!(
        "| Factor | PSNR bicubic | enlarge | SSIM bicubic | enlarge | seconds |\n|---|---|---|---|---|---|"
    );
    for factor in 2..=4u32 {
        let mut sums = Sums::default();
        for photo in photos {
            let small = averaged(&photo.picture, factor);
            let (width, height) = (small.width() * factor, small.height() * factor);
            let truth = cropped(&photo.picture, width, height);
            let image = RgbImage::from_raw(small.width(), small.height(), small.pixels().to_vec());
            let filter = imageops::FilterType::CatmullRom;
            let cubic = imageops::resize(&image.unwrap(), width, height, filter);
            let cubic = Picture::new(width, height, cubic.into_raw()).unwrap();
            let start = Instant::now();
            let ours = enlarge(&small, factor, &mut |_, _| true).unwrap();
            let seconds = start.elapsed().as_secs_f64();
            let both = [&cubic, &ours];
            let [a, b] = both.map(|picture| psnr(&truth, picture, |_| true));
            let [c, d] = both.map(|picture| ssim(&truth, picture, |_| true));
            sums.add(&[a, b, c, d, seconds]);
            save(&cubic, &format!("{out}/large-{factor}-{}-bicubic.png", photo.name));
            save(&ours, &format!("{out}/large-{factor}-{}-ours.png", photo.name));
        }
        println!("| {factor} | {} |", sums.means());
    }
}

fn cropped(picture: &Picture, width: u32, height: u32) -> Picture {
    let rows = picture.pixels().chunks(picture.width() as usize * 3).take(height as usize);
    let pixels = rows.flat_map(|row| row[..width as usize * 3].to_vec()).collect();
    Picture::new(width, height, pixels).unwrap()
}

fn averaged(picture: &Picture, factor: u32) -> Picture {
    let (width, height) = (picture.width() / factor, picture.height() / factor);
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            for c in 0..3 {
                let sum: u32 = (0..factor * factor)
                    .map(|k| {
                        let (x, y) = (x * factor + k % factor, y * factor + k / factor);
                        u32::from(picture.pixels()[((y * picture.width() + x) * 3 + c) as usize])
                    })
                    .sum();
                pixels.push(((sum + factor * factor / 2) / (factor * factor)) as u8);
            }
        }
    }
    Picture::new(width, height, pixels).unwrap()
}
