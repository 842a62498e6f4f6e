//! `imprimatur transcribe` and `imprimatur translate`

use std::path::Path;

use generators::Transcript;
use serde_json::json;
use types::{
    Drawing, GenerationRequest, Listening, MediaType, Message, Modality, Part, Sampling,
    SoundFormat, Speaker, Speaking, Task,
};

use super::{
    args::{Global, Transcribe, Translate, Written},
    exit::{Answer, Exit, Failure},
    generate::{self, refused},
    locate,
    moderate::{local, read},
    output::Console,
};
use crate::{
    members::put,
    outcome::{Outcome, Release},
    pipeline::Delivery,
    translating::{self, Ended, Source, Translated, TranslatingError, Wanted},
};

pub(crate) async fn transcribe(global: &Global, args: &Transcribe, console: &Console) -> Answer {
    let line = locate::line(global).await?;
    line.stages().close_unfinished().await?;
    let default = || line.stages().default_model(Modality::Text, Task::Transcribe);
    let model = args.model.clone().or_else(default);
    let model = model.ok_or(TranslatingError::ModelNeeded(Task::Transcribe))?;
    let sound = generate::attachment(Part::Sound, &args.file).map_err(Failure::unreadable)?;
    let messages = vec![Message { role: Speaker::User, text: String::new() }];
    let request = GenerationRequest {
        drawing: Drawing { task: Task::Transcribe, ..Drawing::default() },
        listening: Listening { language: args.language.clone(), ..Listening::default() },
        attachments: vec![sound],
        ..GenerationRequest::new(Modality::Text, model, messages, Sampling::default())
    };
    let outcome = line.run(local(), request, Delivery::Whole).await?;
    line.stages().close().await?;
    match outcome {
        Outcome::Released(release) => {
            let said = release.generation.transcript.as_ref();
            let mut told = generate::report("released", &release, None);
            put(&mut told, "transcript", json!(said));
            console.result(&told, || written(&release, said, args.format));
            Ok(Exit::Yes)
        }
        Outcome::Held(release) => Ok(held(&release, console)),
        Outcome::Refused(refusal) => {
            console.result(&refused(&refusal), || format!("refused: {}", refusal.message));
            Ok(Exit::No)
        }
    }
}

pub(crate) async fn translate(global: &Global, args: &Translate, console: &Console) -> Answer {
    let line = locate::line(global).await?;
    line.stages().close_unfinished().await?;
    let wanted = wanted(args)?;
    let ended = translating::translate(&line, &local(), wanted).await?;
    line.stages().close().await?;
    match ended {
        Ended::Translated(translated) => told(&translated, args, console),
        Ended::Held(release) => Ok(held(&release, console)),
        Ended::Refused(refusal) => {
            console.result(&refused(&refusal), || format!("refused: {}", refusal.message));
            Ok(Exit::No)
        }
    }
}

fn wanted(args: &Translate) -> Result<Wanted, Failure> {
    let path = Path::new(&args.input);
    let sound = path.is_file().then(|| generate::attachment(Part::Sound, path));
    let sound = sound.transpose().map_err(Failure::unreadable)?;
    let is_sound = |media_type: MediaType| media_type.modality() == Modality::Audio;
    let source = match sound {
        Some(sound) if is_sound(sound.media_type) => Source::Sound(sound),
        _ => Source::Text(read(&args.input)?),
    };
    let ending =
        args.output.as_deref().and_then(Path::extension).and_then(|ending| ending.to_str());
    let format = ending.and_then(SoundFormat::named).unwrap_or_default();
    let speak =
        args.speak.then(|| Speaking { voice: args.voice.clone(), format, ..Speaking::default() });
    let (from, to) = (args.from.clone(), args.to.clone());
    Ok(Wanted { source, from, to, speak, model: args.model.clone() })
}

fn told(translated: &Translated, args: &Translate, console: &Console) -> Answer {
    let path = args.output.as_deref();
    if let (Some(spoken), Some(path)) = (&translated.spoken, path) {
        generate::save(spoken, path)?;
    }
    let mut told = generate::report("released", &translated.text, None);
    put(&mut told, "text", json!(String::from_utf8_lossy(&translated.text.bytes)));
    put(&mut told, "heard", json!(translated.heard.as_ref().map(|step| step.asset_id)));
    put(&mut told, "spoken", json!(translated.spoken.as_ref().map(|step| step.asset_id)));
    console.result(&told, || written(&translated.text, translated.times.as_ref(), args.format));
    if let (Some(spoken), Some(path)) = (&translated.spoken, path) {
        console.note(&generate::shown(spoken, Some(path)));
    }
    Ok(Exit::Yes)
}

fn written(release: &Release, times: Option<&Transcript>, format: Written) -> String {
    match (format, times) {
        (Written::Srt, Some(times)) => times.to_srt(),
        (Written::Vtt, Some(times)) => times.to_vtt(),
        _ => String::from_utf8_lossy(&release.bytes).into_owned(),
    }
}

fn held(release: &Release, console: &Console) -> Exit {
    console.result(&generate::report("held", release, None), || {
        format!("held for review: imprimatur reviews approve {} --key KEY", release.asset_id)
    });
    Exit::No
}
