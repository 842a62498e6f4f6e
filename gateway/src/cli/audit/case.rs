//! `audit case`: one asset's whole story.

use ::audit::{
    Plan,
    export::{Author, ExportError},
};

use super::export;
use crate::cli::{
    args::{Global, audit::Case},
    exit::{Answer, Exit, Failure},
    output::Console,
};

pub(super) async fn run(global: &Global, args: Case, console: &Console) -> Answer {
    let Case { asset, output, withheld } = args;
    let plan = Plan {
        language: console.language(),
        redaction: withheld.redact.into(),
        ground: withheld.ground,
        ..Plan::case(asset, Author::operator())
    };
    let answer = export::write(global, &plan, &output, console).await;
    answer.map_err(|failure| match failure.error.downcast_ref::<ExportError>() {
        Some(ExportError::UnknownAsset(_)) => Failure { exit: Exit::No, ..failure },
        _ => failure,
    })
}
