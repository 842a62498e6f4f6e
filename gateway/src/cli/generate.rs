//! `imprimatur generate`: the same line as HTTP.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use serde_json::{Value, json};
use types::{GenerationRequest, Mark, MediaType, Message, Modality, Sampling, Speaker};

mod drawing;
mod speaking;
mod story;

pub(super) use drawing::attachment;

use super::{
    args::{Generate, Global, Kind},
    exit::{Answer, Exit, Failure},
    locate,
    moderate::local,
    output::Console,
    progress,
};
use crate::{
    outcome::{Outcome, Refusal, Release},
    pipeline::Line,
};

pub(crate) async fn run(global: &Global, args: &Generate, console: &Console) -> Answer {
    if args.kind == Kind::Story {
        return story::run(global, args, console).await;
    }
    let line = locate::line(global).await?;
    line.stages().close_unfinished().await?;
    let request = request(&line, args)?;
    let (delivery, drawing) = progress::follow(console);
    let outcome = line.run(local(), request, delivery).await;
    drawing.await?;
    let exit = match outcome? {
        Outcome::Released(release) => deliver(&release, args, console)?,
        Outcome::Held(release) => {
            console.result(&report("held", &release, None), || held(&release));
            Exit::No
        }
        Outcome::Refused(refusal) => {
            console.result(&refused(&refusal), || format!("refused: {}", refusal.message));
            Exit::No
        }
    };
    line.stages().close().await?;
    Ok(exit)
}

fn request(line: &Line, args: &Generate) -> Result<GenerationRequest, Failure> {
    let modality = Modality::from(args.kind);
    let presented = args.speaking.presenter.is_some();
    let (drawing, attachments) = drawing::read(&args.drawing, modality, presented)?;
    let default = || line.stages().default_model(modality, drawing.task);
    let model = args.model.clone().or_else(default).with_context(|| match modality {
        Modality::Image | Modality::Video => {
            format!("no configured model does the task `{}`", drawing.task)
        }
        _ => format!("no {modality} model is configured"),
    })?;
    let filming = speaking::filming(&args.speaking)?;
    // A task that works on files says itself that they are missing.
    let is_bare =
        attachments.is_empty() && filming.storyboard.is_none() && drawing.task.takes().0.is_empty();
    if args.prompt.trim().is_empty() && (drawing.task.needs_words() || is_bare) {
        return Err(anyhow::anyhow!("the prompt is empty: say what to generate").into());
    }
    let sampling = Sampling { seed: args.seed.unwrap_or_else(rand::random), ..Sampling::default() };
    let messages = vec![Message { role: Speaker::User, text: args.prompt.clone() }];
    Ok(GenerationRequest {
        drawing,
        speaking: speaking::speaking(&args.speaking, args.output.as_deref())?,
        filming,
        attachments,
        consent: args.drawing.consent.clone(),
        ..GenerationRequest::new(modality, model, messages, sampling)
    })
}

fn deliver(release: &Release, args: &Generate, console: &Console) -> Result<Exit, Failure> {
    let path = match (&args.output, release.media_type) {
        (Some(path), _) => Some(path.clone()),
        (None, MediaType::PlainText) => None,
        (None, other) => Some(PathBuf::from(format!("asset.{}", other.extension()))),
    };
    if let Some(path) = &path {
        save(release, path).with_context(|| path.display().to_string())?;
    }
    console
        .result(&report("released", release, path.as_deref()), || shown(release, path.as_deref()));
    for warning in &release.warnings {
        console.note(&format!("warning: {warning}"));
    }
    Ok(Exit::Yes)
}

/// Writes the asset and, where the format cannot embed it, the manifest as `FILE.c2pa`.
pub(crate) fn save(release: &Release, path: &Path) -> io::Result<()> {
    if let Some(sidecar) = &release.sidecar {
        fs::write(sidecar_path(path), sidecar)?;
    }
    fs::write(path, &release.bytes)
}

/// `FILE.c2pa`
pub(crate) fn sidecar_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".c2pa");
    PathBuf::from(name)
}

/// The JSON of INTERFACE for a finished asset.
pub(crate) fn report(outcome: &str, release: &Release, path: Option<&Path>) -> Value {
    let mark = match &release.mark {
        Mark::Embedded { algorithm, id, also } if also.is_empty() => {
            json!({"algorithm": algorithm, "id": id})
        }
        Mark::Embedded { algorithm, id, also } => {
            json!({"algorithm": algorithm, "id": id, "also": also})
        }
        Mark::Statistical { algorithm, tokens_marked } => {
            json!({"algorithm": algorithm, "id": null, "tokens_marked": tokens_marked})
        }
        Mark::NotMarkable { reason } => json!({"algorithm": null, "id": null, "reason": reason}),
    };
    json!({
        "request_id": release.request_id,
        "outcome": outcome,
        "decision": {"action": release.decision.action, "findings": release.decision.findings},
        "asset": {
            "id": release.asset_id, "media_type": release.media_type, "sha256": release.sha256,
            "path": path, "mark": mark, "manifest_label": release.manifest_label,
        },
        "receipt": {
            "index": release.receipt.index, "leaf_hash": release.receipt.leaf_hash,
            "log_size": release.receipt.log_size,
        },
        "labels": release.labels,
        "warnings": release.warnings,
    })
}

pub(super) fn refused(refusal: &Refusal) -> Value {
    json!({
        "request_id": refusal.request_id,
        "outcome": "refused",
        "decision": {"action": refusal.decision.action, "findings": refusal.decision.findings},
        "asset": null,
        "receipt": {
            "index": refusal.receipt.index, "leaf_hash": refusal.receipt.leaf_hash,
            "log_size": refusal.receipt.log_size,
        },
        "warnings": [],
    })
}

fn held(release: &Release) -> String {
    let id = release.asset_id;
    format!("held for review: imprimatur reviews approve {id} --key KEY")
}

pub(super) fn shown(release: &Release, path: Option<&Path>) -> String {
    match path {
        None => String::from_utf8_lossy(&release.bytes).into_owned(),
        Some(path) => {
            let (path, index) = (path.display(), release.receipt.index);
            let marked = match release.mark {
                Mark::NotMarkable { .. } => "",
                Mark::Embedded { .. } | Mark::Statistical { .. } => "marked, ",
            };
            format!("{path}: {marked}signed, log entry {index}, asset {}", release.asset_id)
        }
    }
}
