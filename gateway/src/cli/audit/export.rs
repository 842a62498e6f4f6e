//! `audit export`: a bag of evidence.

use std::path::Path;

use ::audit::{Plan, export::Author};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::{
    cli::{
        args::{
            Global,
            audit::{Export, Scope},
        },
        exit::{Answer, Exit, Failure},
        locate,
        output::Console,
    },
    exporting::Wish,
    wiring::Stages,
};

pub(super) async fn run(global: &Global, args: Export, console: &Console) -> Answer {
    let Export { scope, output, withheld } = args;
    let wish =
        Wish { redaction: withheld.redact.into(), ground: withheld.ground, ..wish(scope, console) };
    let author = author(wish.tenant.as_deref());
    write(global, &wish.plan(author)?, &output, console).await
}

/// Writes the bag of a plan and says where it is.
pub(super) async fn write(
    global: &Global,
    plan: &Plan,
    output: &Path,
    console: &Console,
) -> Answer {
    let stages = open(global).await?;
    let bar = bar(console);
    let exported = stages.export(plan, output, &|done, total| follow(&bar, done, total)).await?;
    bar.finish_and_clear();
    let value = json!({
        "file": exported.path, "bag": exported.bag, "entries": exported.entries,
        "withheld": exported.withheld, "manifest_sha256": exported.sha256,
        "recorded": exported.index, "vkey": stages.log.verifier().vkey(),
    });
    let shown = if output.is_dir() { exported.path.as_path() } else { output };
    console.result(&value, || {
        format!("{}: {} entries with their proofs", shown.display(), exported.entries)
    });
    stages.close().await?;
    Ok(Exit::Yes)
}

pub(super) async fn open(global: &Global) -> Result<Stages, Failure> {
    Ok(Stages::open(locate::installation(global)?).await?)
}

pub(super) fn wish(scope: Scope, console: &Console) -> Wish {
    let Scope { from, to, tenant, regime } = scope;
    let (regime, language) = (Some(regime), console.language());
    Wish { tenant, from, to, regime, language, ..Wish::default() }
}

/// An export of one organisation is recorded among its entries.
pub(super) fn author(tenant: Option<&str>) -> Author {
    let operator = Author::operator();
    Author { tenant: tenant.map_or(operator.tenant, str::to_owned), ..operator }
}

/// Drawn on a terminal only.
pub(super) fn bar(console: &Console) -> ProgressBar {
    if !console.draws() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg:>10} {bar:32} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    bar.set_message(console.pick("entries", "条目"));
    bar
}

pub(super) fn follow(bar: &ProgressBar, done: u64, total: u64) {
    bar.set_length(total);
    bar.set_position(done);
}
