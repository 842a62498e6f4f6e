//! `imprimatur watermark`: the mark alone, without credentials or log.

use std::{fs, path::Path, sync::Arc, time::Instant};

use anyhow::Context as _;
use serde_json::json;
use types::{MarkId, MediaType, Modality};

use super::{
    args::{Global, WatermarkCommand},
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
};
use crate::{
    detecting::Detector, http, installation::Installation, mark_keys::MarkKeys, models,
};

pub(crate) fn run(global: &Global, command: &WatermarkCommand, console: &Console) -> Answer {
    let installation = locate::installation(global)?;
    match command {
        WatermarkCommand::Embed { input, output, id, tenant } => {
            embed(&installation, input, output, *id, tenant.as_deref(), console)
        }
        WatermarkCommand::Detect { file } => detect(&installation, file, console),
    }
}

fn embed(
    installation: &Installation,
    input: &Path,
    output: &Path,
    id: MarkId,
    tenant: Option<&str>,
    console: &Console,
) -> Answer {
    let bytes = read(input)?;
    let media_type = MediaType::sniff(&bytes)
        .context("this is neither PNG nor JPEG")
        .map_err(Failure::unreadable)?;
    if media_type.modality() == Modality::Text {
        let reason = "a written text cannot be marked: its mark is made while it is sampled";
        return Err(Failure::unreadable(anyhow::anyhow!(reason)));
    }
    let keys = MarkKeys::load(installation)?;
    let key = tenant.map_or_else(|| keys.installation(), |tenant| keys.of(tenant));
    let marked =
        watermark::image::embed(key, &bytes, media_type, id).map_err(Failure::unreadable)?;
    fs::write(output, &marked).with_context(|| output.display().to_string())?;
    let value = json!({"file": output, "algorithm": watermark::image::ALGORITHM, "id": id});
    console.result(&value, || format!("{}: marked with {id}", output.display()));
    Ok(Exit::Yes)
}

fn detect(installation: &Installation, file: &Path, console: &Console) -> Answer {
    let bytes = read(file)?;
    let keys = MarkKeys::load(installation)?;
    let generators = models::open_all(installation)?;
    let start = Instant::now();
    let mark =
        Detector::new(keys, generators.values()).detect(&bytes).map_err(Failure::unreadable)?;
    console.result(&http::detected(&mark, start), || super::show::marked(&mark, console));
    Ok(if mark.found { Exit::Yes } else { Exit::No })
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).with_context(|| file.display().to_string()).map_err(Failure::unreadable)
}
