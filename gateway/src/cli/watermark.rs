//! `imprimatur watermark`: the mark alone, without credentials or log.

use std::{fs, path::Path, time::Instant};

use anyhow::Context as _;
use serde_json::json;
use types::{MarkId, MediaType};
use watermark::WatermarkKey;

use super::{
    args::{Global, WatermarkCommand},
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
    show,
};
use crate::{
    detecting::Detector, http, installation::Installation, mark_keys::MarkKeys, marking, models,
};

pub(crate) fn run(global: &Global, command: &WatermarkCommand, console: &Console) -> Answer {
    let installation = locate::installation(global)?;
    let keys = MarkKeys::load(&installation)?;
    match command {
        WatermarkCommand::Embed { input, output, id, tenant } => {
            let key = tenant.as_deref().map_or_else(|| keys.installation(), |name| keys.of(name));
            embed(key, input, output, *id, console)
        }
        WatermarkCommand::Detect { file } => detect(&installation, keys, file, console),
    }
}

fn embed(key: &WatermarkKey, input: &Path, output: &Path, id: MarkId, console: &Console) -> Answer {
    let bytes = read(input)?;
    let media_type = MediaType::sniff(&bytes)
        .context("this is no picture, sound or text of a known kind")
        .map_err(Failure::unreadable)?;
    let algorithm = marking::algorithm(media_type);
    let marked = marking::embed(key, &bytes, media_type, id).map_err(Failure::unreadable)?;
    fs::write(output, &marked.bytes).with_context(|| output.display().to_string())?;
    if media_type == MediaType::PlainText {
        console.note(
            "characters that nobody sees: whoever types the text anew, or cleans it, removes them",
        );
    }
    let value = json!({"file": output, "algorithm": algorithm, "id": id, "also": marked.also});
    console.result(&value, || {
        let beside = if marked.also.is_empty() { "" } else { ", and its sound, too" };
        format!("{}: marked with {id}{beside}", output.display())
    });
    Ok(Exit::Yes)
}

fn detect(installation: &Installation, keys: MarkKeys, file: &Path, console: &Console) -> Answer {
    let bytes = read(file)?;
    let generators = models::open_all(installation)?;
    let start = Instant::now();
    let mark =
        Detector::new(keys, generators.values()).detect(&bytes).map_err(Failure::unreadable)?;
    console.result(&http::detected(&mark, start), || show::marked(&mark, console));
    Ok(if mark.found { Exit::Yes } else { Exit::No })
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).with_context(|| file.display().to_string()).map_err(Failure::unreadable)
}
