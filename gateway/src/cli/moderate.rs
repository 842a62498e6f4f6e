//! `imprimatur moderate`: a decision without generation; without an installation by the built-in
//! newsroom pack.

use std::{fs, io::Read as _, path::Path};

use policy::{Engine, Hook};
use types::{Action, Modality, Principal, Role};

use super::{
    args::{Global, Moderate},
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
};
use crate::{http::moderations, screening, wiring};

pub(crate) fn run(global: &Global, args: &Moderate, console: &Console) -> Answer {
    let text = read(&args.input)?;
    if text.trim().is_empty() {
        return Err(Failure::unreadable(anyhow::anyhow!("the text is empty")));
    }
    let engine = match locate::found(global)? {
        Some(installation) => wiring::policy_engine(&installation)?,
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
