//! Photos are damaged in known ways and restored.

use std::time::Instant;

use retouch::{Mask, Picture, Restoration, fill, restore};

use crate::{
    Photo, Sums,
    damage::{Marks, blurred, faded, noisy},
    lots::Lots,
    measures::{psnr, ssim},
    save,
};

const SEEDS: u64 = 2;

/// Filling with known masks; the pictures are left for `peers.py`.
pub(crate) fn filling(photos: &[Photo], out: &str) {
    println!(
        "| Filled | PSNR before | after | inside the mask | SSIM before | after | seconds |\n|---|---|---|---|---|---|---|"
    );
    for kind in ["scratches", "dust", "holes", "all"] {
        let mut sums = Sums::default();
        for (number, photo) in photos.iter().enumerate() {
            for seed in 0..SEEDS {
                let mut lots = Lots(1000 * seed + number as u64);
                let marks = marks(kind, &photo.picture, &mut lots);
                let (damaged, mask) = (marks.on(&photo.picture, &mut lots), marks.mask());
                let start = Instant::now();
                let result = fill(&damaged, &mask, &mut |_, _| true).unwrap();
                let seconds = start.elapsed().as_secs_f64();
                let values = mask.values();
                sums.add(&[
                    psnr(&photo.picture, &damaged, |_| true),
                    psnr(&photo.picture, &result, |_| true),
                    psnr(&photo.picture, &result, |place| values[place] > 0),
                    ssim(&photo.picture, &damaged, |_| true),
                    ssim(&photo.picture, &result, |_| true),
                    seconds,
                ]);
                let name = format!("{out}/fill-{kind}-{}-{seed}", photo.name);
                save(&damaged, &format!("{name}-damaged.png"));
                save(&result, &format!("{name}-ours.png"));
                save(&shown(&mask), &format!("{name}-mask.png"));
            }
        }
        println!("| {kind} | {} |", sums.means());
    }
}

/// The whole restoration, nothing told.
pub(crate) fn whole(photos: &[Photo], out: &str) {
    println!(
        "| Damage | PSNR before | after | SSIM before | after | found: precision | recall | seconds |\n|---|---|---|---|---|---|---|---|"
    );
    let kinds = [
        "none",
        "noise 10",
        "noise 20",
        "noise 30",
        "blur 1.2",
        "blur 2",
        "blur 1.5 + noise 3",
        "fading",
        "scratches",
        "dust",
        "scratches + dust + noise 8",
        "scratches + dust + noise 8 + fading",
        "all + blur 1.2 + noise 5 + fading",
    ];
    for kind in kinds {
        let mut sums = Sums::default();
        for (number, photo) in photos.iter().enumerate() {
            let mut lots = Lots(77_000 + number as u64);
            let marks = marks(kind, &photo.picture, &mut lots);
            let damaged = damaged(kind, &photo.picture, &marks, &mut lots);
            let start = Instant::now();
            let restored =
                restore(&damaged, &Restoration::default(), None, &mut |_, _| true).unwrap();
            let seconds = start.elapsed().as_secs_f64();
            let (precision, recall) = agreement(&restored.damage, &marks.mask());
            sums.add(&[
                psnr(&photo.picture, &damaged, |_| true),
                psnr(&photo.picture, &restored.picture, |_| true),
                ssim(&photo.picture, &damaged, |_| true),
                ssim(&photo.picture, &restored.picture, |_| true),
                precision,
                recall,
                seconds,
            ]);
            if std::env::var("SAY").is_ok() {
                println!(
                    "{kind} {} {:.2} -> {:.2} p {precision:.2} r {recall:.2} {:?}",
                    photo.name,
                    psnr(&photo.picture, &damaged, |_| true),
                    psnr(&photo.picture, &restored.picture, |_| true),
                    restored.report
                );
            }
            let name = format!("{out}/restore-{}-{}", kind.replace(' ', ""), photo.name);
            save(&damaged, &format!("{name}-damaged.png"));
            save(&restored.picture, &format!("{name}-ours.png"));
        }
        println!("| {kind} | {} |", sums.means());
    }
}

pub(crate) fn marks(kind: &str, picture: &Picture, lots: &mut Lots) -> Marks {
    let mut marks = Marks::none(picture);
    if kind.contains("scratches") || kind.starts_with("all") {
        marks = marks.scratches(lots);
    }
    if kind.contains("dust") || kind.starts_with("all") {
        marks = marks.dust(lots);
    }
    if kind.contains("holes") || kind == "all" {
        marks = marks.holes(lots);
    }
    marks
}

/// Blur comes from the lens, noise from the film, marks from handling, fading from time.
fn damaged(kind: &str, picture: &Picture, marks: &Marks, lots: &mut Lots) -> Picture {
    let amount = |word: &str| {
        let after = kind.split(word).nth(1)?;
        after.trim().split(' ').next()?.parse::<f32>().ok()
    };
    let mut result = picture.clone();
    if let Some(sigma) = amount("blur") {
        result = blurred(&result, sigma);
    }
    if let Some(sigma) = amount("noise") {
        result = noisy(&result, sigma, lots);
    }
    result = marks.on(&result, lots);
    if kind.contains("fading") { faded(&result, lots) } else { result }
}

/// Precision and recall of the pixels found; one pixel beside counts as found.
fn agreement(found: &Mask, truth: &Mask) -> (f64, f64) {
    let width = truth.width() as isize;
    let near = |mask: &Mask, place: usize| {
        let x = place as isize % width;
        [-1, 0, 1].iter().any(|dy| {
            [-1, 0, 1].iter().any(|dx| {
                let at = place as isize + dy * width + dx;
                (0..width).contains(&(x + dx))
                    && mask.values().get(at as usize).is_some_and(|v| *v > 0)
            })
        })
    };
    let share = |of: &Mask, by: &Mask| {
        let marked: Vec<usize> = (0..of.values().len()).filter(|i| of.values()[*i] > 0).collect();
        let hit = marked.iter().filter(|place| near(by, **place)).count();
        if marked.is_empty() { 1.0 } else { hit as f64 / marked.len() as f64 }
    };
    (share(found, truth), share(truth, found))
}

pub(crate) fn shown(mask: &Mask) -> Picture {
    let pixels = mask.values().iter().flat_map(|value| [*value; 3]).collect();
    Picture::new(mask.width(), mask.height(), pixels).unwrap()
}
