//! `imprimatur sign`: credentials for files that were not generated here.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use provenance::{DigitalSourceType, Ingredient};

use super::{
    args::{Global, Sign},
    exit::{Answer, Exit, Failure},
    generate::{refused, report, save, shown, sidecar_path},
    locate,
    moderate::local,
    output::Console,
    verify::{is_sidecar, walk},
};
use crate::{
    bringing::{Brought, Lineage, Marking},
    outcome::Outcome,
    pipeline::{Line, LineError},
    renditions::{self, RenditionError},
    watching::kind,
};

pub(crate) async fn run(global: &Global, args: &Sign, console: &Console) -> Answer {
    let line = locate::line(global).await?;
    line.stages().close_unfinished().await?;
    let jobs = jobs(args)?;
    let mut exit = Exit::Yes;
    for (file, output) in jobs {
        match sign(&line, args, &file, &output, console).await {
            Ok(Exit::Yes) => {}
            Ok(no) => exit = no,
            // Over a folder one bad file does not keep the others from being signed.
            Err(failure) if args.file.is_dir() => {
                console.note(&format!("{}: {:#}", file.display(), failure.error));
                exit = failure.exit;
            }
            Err(failure) => return Err(failure),
        }
    }
    line.stages().close().await?;
    Ok(exit)
}

/// What is signed, and where it goes.
fn jobs(args: &Sign) -> Result<Vec<(PathBuf, PathBuf)>, Failure> {
    if !args.file.is_dir() {
        return Ok(vec![(args.file.clone(), args.output.clone())]);
    }
    let files = walk(&args.file).into_iter().filter(|file| !is_sidecar(file));
    let place = |file: PathBuf| {
        let below = file.strip_prefix(&args.file).unwrap_or(&file).to_path_buf();
        (file, args.output.join(below))
    };
    Ok(files.map(place).collect())
}

async fn sign(
    line: &Line,
    args: &Sign,
    file: &Path,
    output: &Path,
    console: &Console,
) -> Result<Exit, Failure> {
    let bytes = read(file)?;
    let media_type = kind(file, &bytes);
    let outcome = match args.parent {
        Some(parent) => {
            renditions::sign(line, local(), parent, bytes, media_type).await.map_err(unlike)?
        }
        None => {
            let marking = if args.mark { Marking::Mark } else { Marking::Leave };
            let file = Brought { bytes, media_type, lineage: lineage(args)?, marking };
            line.bring(local(), file).await.map_err(unreadable)?
        }
    };
    match outcome {
        Outcome::Released(release) => {
            if let Some(folder) = output.parent() {
                fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
            }
            save(&release, output).with_context(|| output.display().to_string())?;
            console.result(&report("released", &release, Some(output)), || {
                shown(&release, Some(output))
            });
            Ok(Exit::Yes)
        }
        Outcome::Held(release) => {
            console.result(&report("held", &release, None), || {
                format!("{}: held for review", file.display())
            });
            Ok(Exit::No)
        }
        Outcome::Refused(refusal) => {
            console.result(&refused(&refusal), || {
                format!("{}: refused: {}", file.display(), refusal.message)
            });
            Ok(Exit::No)
        }
    }
}

/// Nothing is guessed: without a stated source the manifest states none.
fn lineage(args: &Sign) -> Result<Lineage, Failure> {
    if args.source_type.is_none() && args.ingredient.is_empty() {
        return Ok(Lineage::Unstated);
    }
    let source = match &args.source_type {
        None => DigitalSourceType::Unstated,
        Some(term) => DigitalSourceType::from_uri(term).with_context(|| {
            format!("{term} is no digital source type; IPTC's list names digitalCapture, humanEdits, digitalCreation, composite, trainedAlgorithmicMedia and others")
        })?,
    };
    let ingredient = |file: &PathBuf| {
        let bytes = read(file)?;
        let media_type = kind(file, &bytes);
        let title = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let sidecar = fs::read(sidecar_path(file)).ok();
        Ok(Ingredient { sidecar, ..Ingredient::new(title, bytes, media_type) })
    };
    let ingredients = args.ingredient.iter().map(ingredient).collect::<Result<_, Failure>>()?;
    Ok(Lineage::Stated { source, ingredients })
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).with_context(|| file.display().to_string()).map_err(Failure::unreadable)
}

fn unreadable(error: LineError) -> Failure {
    match error {
        LineError::Watermark(_) | LineError::Provenance(_) => Failure::unreadable(error),
        other => other.into(),
    }
}

fn unlike(error: RenditionError) -> Failure {
    match error {
        RenditionError::Line(error) => unreadable(error),
        other => Failure { exit: Exit::No, error: other.into() },
    }
}
