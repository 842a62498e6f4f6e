//! A picture through the line, and what is left of it after the world has had it.

use std::{fs, io::Cursor, path::Path};

use anyhow::Context as _;
use image::{codecs::jpeg::JpegEncoder, imageops::FilterType};
use provenance::Verdict;
use types::{Mark, MediaType, Modality};

use super::{super::exit::Failure, Show, journalist};
use crate::{
    bringing::Brought,
    lookup::{Subject, Verification},
    outcome::{Outcome, Release},
    pipeline::LineError,
};

pub(super) async fn play(show: &mut Show, photo: Option<&Path>) -> Result<(), Failure> {
    let release = match photo {
        Some(photo) => bring(show, photo).await?,
        None => {
            show.head(
                "A picture goes through the line: \"a harbour at dawn\"",
                "一幅图像经过流水线：“黎明的港口”",
            );
            show.generate(Modality::Image, "a harbour at dawn", 3).await?
        }
    };
    let path = show.folder().join(format!("picture.{}", release.media_type.extension()));
    fs::write(&path, &release.bytes)?;
    introduce(show, &release, &path);
    let whole = verify(show, &release.bytes).await;
    show.fact(
        &format!("verify: {}", whole.report.summary.en),
        &format!("验证：{}", whole.report.summary.zh),
    );
    show.check("picture_trusted", whole.report.verdict == Verdict::Trusted);
    recover(show, &release).await?;
    tamper(show, &release).await;
    Ok(())
}

async fn bring(show: &Show, photo: &Path) -> Result<Release, Failure> {
    show.head("Your photo goes through the line", "您的照片经过流水线");
    let bytes = fs::read(photo)
        .with_context(|| photo.display().to_string())
        .map_err(Failure::unreadable)?;
    let media_type = MediaType::sniff(&bytes).filter(|kind| kind.modality() == Modality::Image);
    let media_type =
        media_type.context("the photo must be a PNG or JPEG").map_err(Failure::unreadable)?;
    let brought =
        show.line.bring(journalist(), Brought::unstated(bytes, media_type)).await.map_err(
            |error| match error {
                LineError::Watermark(_) | LineError::Provenance(_) => Failure::unreadable(error),
                other => other.into(),
            },
        );
    match brought? {
        Outcome::Released(release) | Outcome::Held(release) => Ok(*release),
        Outcome::Refused(refusal) => Err(anyhow::anyhow!(refusal.message).into()),
    }
}

fn introduce(show: &Show, release: &Release, path: &Path) {
    let mark = match &release.mark {
        Mark::Embedded { id, .. } => format!("id {id}"),
        Mark::Statistical { .. } => String::new(),
        Mark::NotMarkable { reason } => reason.clone(),
    };
    let (path, index) = (path.display(), release.receipt.index);
    show.fact(
        &format!("made, checked, marked ({mark}), signed, log entry {index}: {path}"),
        &format!("已生成、审核、标记（{mark}）、签名，日志条目 {index}：{path}"),
    );
    for warning in &release.warnings {
        show.fact(&format!("warning: {warning}"), &format!("提示：{warning}"));
    }
}

/// JPEG quality 60, half the size, three quarters of the area: no metadata survives.
async fn recover(show: &mut Show, release: &Release) -> Result<(), Failure> {
    let battered = batter(&release.bytes)?;
    let path = show.folder().join("battered.jpg");
    fs::write(&path, &battered)?;
    show.fact(
        &format!(
            "a copy is re-saved as JPEG 60, halved, cropped to 75 % and stripped of metadata: {}",
            path.display()
        ),
        &format!("副本被另存为 JPEG 60、缩小一半、裁剪至 75% 并去除元数据：{}", path.display()),
    );
    let found = verify(show, &battered).await;
    show.fact(
        &format!("verify: {}", found.report.summary.en),
        &format!("验证：{}", found.report.summary.zh),
    );
    let origin = found.origin().filter(|origin| origin.asset.asset_id == release.asset_id);
    if let Some(origin) = origin {
        let (how, asset, label) =
            (origin.how.name(), origin.asset.asset_id, &origin.asset.manifest_label);
        show.fact(
            &format!("recovered through its {how}: asset {asset}, manifest {label}"),
            &format!("通过 {how} 找回：资产 {asset}，清单 {label}"),
        );
    }
    show.check("battered_copy_recovered", origin.is_some());
    Ok(())
}

/// One byte of the pixels changes.
async fn tamper(show: &mut Show, release: &Release) {
    let mut bytes = release.bytes.clone();
    // The last third of a PNG or JPEG is pixel data: credentials and metadata come first.
    let place = bytes.len() - bytes.len() / 3;
    if let Some(byte) = bytes.get_mut(place) {
        *byte ^= 1;
    }
    show.fact("one byte of a second copy's pixels is changed", "另一副本的像素被改动一个字节");
    let found = verify(show, &bytes).await;
    show.fact(
        &format!("verify: {}", found.report.summary.en),
        &format!("验证：{}", found.report.summary.zh),
    );
    show.check("tampered_copy_caught", found.report.verdict == Verdict::AlteredAfterSigning);
}

async fn verify(show: &Show, bytes: &[u8]) -> Verification {
    show.line.stages().lookup().verify(Subject::new(bytes.to_vec())).await
}

fn batter(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let picture = jpeg(&image::load_from_memory(bytes)?, 60)?;
    let picture = image::load_from_memory(&picture)?;
    let half =
        picture.resize_exact(picture.width() / 2, picture.height() / 2, FilterType::Triangle);
    // √0.75 of each side leaves three quarters of the area.
    let side = |length: u32| length * 866 / 1000;
    let (w, h) = (side(half.width()), side(half.height()));
    jpeg(&half.crop_imm((half.width() - w) / 2, (half.height() - h) / 2, w, h), 90)
}

fn jpeg(picture: &image::DynamicImage, quality: u8) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(Cursor::new(&mut bytes), quality)
        .encode_image(&picture.to_rgb8())?;
    Ok(bytes)
}
