//! From arguments to how words are spoken and how a video is made of them.

use std::{fs, path::Path};

use anyhow::{Context as _, ensure};
use types::{Filming, SoundFormat, Speaking};

use crate::cli::args::SpeakingArgs;

/// How words are to be spoken; the file is that of the output's name unless the arguments say.
///
/// # Errors
/// A value out of range.
pub(super) fn speaking(args: &SpeakingArgs, output: Option<&Path>) -> anyhow::Result<Speaking> {
    let speed = args.speed;
    ensure!(
        speed.is_none_or(|speed| (0.25..=4.0).contains(&speed)),
        "--speed must lie between 0.25 and 4"
    );
    let ending = output.and_then(Path::extension).and_then(|ending| ending.to_str());
    let named = ending.map(|ending| match ending {
        "ogg" => "opus",
        other => other,
    });
    let format = args.format.as_deref().or(named).and_then(SoundFormat::named).unwrap_or_default();
    Ok(Speaking { voice: args.voice.clone(), speed, format })
}

/// How a video is to be made.
///
/// # Errors
/// A storyboard that cannot be read, or a value out of range.
pub(super) fn filming(args: &SpeakingArgs) -> anyhow::Result<Filming> {
    ensure!(
        args.seconds.is_none_or(|seconds| (1.0..=600.0).contains(&seconds)),
        "--seconds must lie between 1 and 600"
    );
    let read = |path: &std::path::PathBuf| {
        fs::read_to_string(path).with_context(|| path.display().to_string())
    };
    Ok(Filming {
        seconds: args.seconds,
        storyboard: args.storyboard.as_ref().map(read).transpose()?,
        presenter: args.presenter.clone(),
        captions: args.captions.then_some(true),
    })
}
