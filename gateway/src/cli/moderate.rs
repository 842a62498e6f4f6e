//! `imprimatur moderate`: a decision without generation; without an installation by the built-in
//! newsroom pack.

use std::{fs, io::Read as _, path::Path};

use policy::{Engine, Hook};
use serde_json::json;
use types::{Action, Language, MediaType, Modality, Principal, Role};

use super::{
    args::{Global, Moderate},
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
};
use crate::{
    http::moderations,
    rulebook,
    screening::{self, PictureLists},
};

pub(crate) fn run(global: &Global, args: &Moderate, console: &Console) -> Answer {
    if let Some(bytes) = picture_file(&args.input)? {
        return picture(global, &bytes, console);
    }
    let text = read(&args.input)?;
    if text.trim().is_empty() {
        return Err(Failure::unreadable(anyhow::anyhow!("the text is empty")));
    }
    let engine = match locate::found(global)? {
        Some(installation) => rulebook::engine(&installation)?,
        None => Engine::newsroom()?,
    };
    let hook = if args.output { Hook::Output } else { Hook::Input };
    let decision =
        engine.judge(&screening::scope(&local(), Modality::Text, hook, &text), &text).decision;
    let report =
        moderations::report(&decision, &engine.scores(&text), |category| engine.covers(category));
    console.result(&report, || {
        let lines =
            decision.findings.iter().map(|f| format!("  {} [{}] {}", f.rule, f.action, f.message));
        format!("{}\n{}", decision.action, lines.collect::<Vec<_>>().join("\n"))
            .trim_end()
            .to_owned()
    });
    Ok(if decision.action >= Action::Review { Exit::No } else { Exit::Yes })
}

/// The bytes of a file that is a picture.
fn picture_file(input: &str) -> Result<Option<Vec<u8>>, Failure> {
    let path = Path::new(input);
    if !path.is_file() {
        return Ok(None);
    }
    let bytes = fs::read(path).map_err(Failure::unreadable)?;
    let kind = MediaType::sniff(&bytes).map(MediaType::modality);
    Ok((kind == Some(Modality::Image)).then_some(bytes))
}

/// Judges a picture by the lists of known ones; nothing here says what it shows.
fn picture(global: &Global, bytes: &[u8], console: &Console) -> Answer {
    let lists = match locate::found(global)? {
        Some(installation) => PictureLists::open(&installation)?,
        None => PictureLists::default(),
    };
    let fingerprint = watermark::fingerprint::image(bytes).map_err(Failure::unreadable)?;
    let findings = lists.judge(&fingerprint, Language::En);
    let action = findings.iter().map(|finding| finding.action).max().unwrap_or(Action::Allow);
    let fingerprint = String::from(fingerprint);
    let report = json!({"action": action, "fingerprint": fingerprint, "findings": findings});
    console.result(&report, || {
        let lines = findings.iter().map(|f| format!("  {} [{}] {}\n", f.rule, f.action, f.message));
        let lines: String = lines.collect();
        format!("{action}\n{lines}fingerprint {fingerprint}")
    });
    Ok(if action >= Action::Review { Exit::No } else { Exit::Yes })
}

/// Whoever runs the program on its own machine.
pub(crate) fn local() -> Principal {
    let name = "local".to_owned();
    Principal { tenant: name.clone(), desk: name.clone(), role: Role::Ops, subject: name }
}

/// A text, a file's text, or standard input.
pub(crate) fn read(input: &str) -> Result<String, Failure> {
    if input == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(Failure::unreadable)?;
        return String::from_utf8(bytes).map_err(Failure::unreadable);
    }
    let path = Path::new(input);
    if path.is_file() {
        return String::from_utf8(fs::read(path).map_err(Failure::unreadable)?)
            .map_err(Failure::unreadable);
    }
    Ok(input.to_owned())
}
