//! `imprimatur generate story`

use std::{fs, path::PathBuf};

use anyhow::Context as _;
use serde_json::json;
use story::{Brief, Source};
use tokio::sync::mpsc;

use super::{refused, report, save, shown};
use crate::{
    cli::{
        args::{Generate, Global, Lang},
        exit::{Answer, Exit},
        locate,
        moderate::local,
        output::Console,
    },
    members::put,
    stories::{self, Ended, Form, Wanted},
};

/// Parts that may wait to be told.
const PARTS_WAITING_MAX: usize = 16;

pub(super) async fn run(global: &Global, args: &Generate, console: &Console) -> Answer {
    let line = locate::line(global).await?;
    line.stages().close_unfinished().await?;
    let (told, mut parts) = mpsc::channel::<stories::Part>(PARTS_WAITING_MAX);
    let telling = async {
        while let Some(part) = parts.recv().await {
            let (done, total) = part.done;
            let (chapter, modality) = (part.chapter, part.modality);
            console.note(&format!("{done}/{total}: {modality} of chapter {chapter}"));
        }
    };
    let principal = local();
    let making = stories::make(&line, &principal, wanted(global, args)?, told);
    let (ended, ()) = tokio::join!(making, telling);
    let exit = match ended? {
        Ended::Bundled { bundle, ninjs, warnings } => {
            let path = args.output.clone().unwrap_or_else(|| {
                PathBuf::from(format!("story.{}", bundle.media_type.extension()))
            });
            save(&bundle, &path).with_context(|| path.display().to_string())?;
            let mut told = report("released", &bundle, Some(&path));
            put(&mut told, "ninjs", ninjs);
            put(&mut told, "warnings", json!(warnings));
            console.result(&told, || shown(&bundle, Some(&path)));
            for warning in &warnings {
                console.note(&format!("warning: {warning}"));
            }
            Exit::Yes
        }
        Ended::Held(release) => {
            console.result(&report("held", &release, None), || super::held(&release));
            Exit::No
        }
        Ended::Refused(refusal) => {
            console.result(&refused(&refusal), || format!("refused: {}", refusal.message));
            Exit::No
        }
    };
    line.stages().close().await?;
    Ok(exit)
}

fn wanted(global: &Global, args: &Generate) -> anyhow::Result<Wanted> {
    let is_chinese = |c: char| matches!(c, '\u{3400}'..='\u{9fff}');
    let language = match global.lang {
        Some(Lang::Zh) => "zh",
        Some(Lang::En) => "en",
        None if args.prompt.chars().any(is_chinese) => "zh",
        None => "en",
    };
    let source = |path: &PathBuf| {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let title = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        anyhow::Ok(Source { title, url: String::new(), text })
    };
    let brief = Brief {
        brief: args.prompt.clone(),
        sources: args.story.source.iter().map(source).collect::<Result<_, _>>()?,
        language: language.to_owned(),
        chapters: args.story.chapters,
        illustrations: !args.story.no_pictures,
        narration: !args.story.no_narration,
        style: None,
        characters: Vec::new(),
        audience: None,
        seed: args.seed.unwrap_or_else(rand::random),
    };
    brief.check()?;
    let ending = args.output.as_ref().and_then(|path| path.extension());
    let form = match ending.and_then(|ending| ending.to_str()) {
        Some("html" | "htm") => Form::Html,
        _ => Form::Epub,
    };
    Ok(Wanted {
        brief,
        text_model: args.model.clone(),
        image_model: None,
        speech_model: None,
        voice: args.speaking.voice.clone(),
        form,
    })
}
