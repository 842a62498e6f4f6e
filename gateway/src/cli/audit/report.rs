//! `audit report`: the checks of a regime over the log.

use std::{fs, io::Write as _, path::Path};

use ::audit::report::{Outcome, Rendered};
use serde_json::json;
use types::Language;

use super::export;
use crate::cli::{
    args::{
        Global,
        audit::{Report, ReportFormat},
    },
    exit::{Answer, Exit, Failure},
    output::Console,
};

pub(super) async fn run(global: &Global, args: Report, console: &Console) -> Answer {
    let Report { scope, format, output } = args;
    let format = format.or_else(|| output.as_deref().and_then(by_name));
    let wish = export::wish(scope, console);
    let author = export::author(wish.tenant.as_deref());
    let plan = wish.plan(author)?;
    let stages = export::open(global).await?;
    let bar = export::bar(console);
    let report = stages.report(&plan, &|done, total| export::follow(&bar, done, total)).await?;
    bar.finish_and_clear();
    stages.close().await?;
    let language = console.language();
    match (output, format) {
        (Some(path), format) => {
            let bytes = form(&report, format.unwrap_or(ReportFormat::Html), language)?;
            fs::write(&path, bytes)?;
            let value = json!({"file": path, "checks": report.report.checks});
            console.result(&value, || format!("{}: {}", path.display(), summary(&report)));
        }
        (None, Some(format)) => {
            std::io::stdout().write_all(&form(&report, format, language)?)?;
        }
        (None, None) => console.result(&report.report, || table(&report, language)),
    }
    let failed = report.report.checks.iter().any(|check| check.outcome == Outcome::Fail);
    Ok(if failed { Exit::No } else { Exit::Yes })
}

fn by_name(path: &Path) -> Option<ReportFormat> {
    match path.extension()?.to_str()? {
        "html" => Some(ReportFormat::Html),
        "pdf" => Some(ReportFormat::Pdf),
        "json" => Some(ReportFormat::Json),
        "csv" => Some(ReportFormat::Csv),
        _ => None,
    }
}

fn form(report: &Rendered, format: ReportFormat, language: Language) -> Result<Vec<u8>, Failure> {
    Ok(match format {
        ReportFormat::Html => report.html()?.into_bytes(),
        ReportFormat::Pdf => report.pdf()?,
        ReportFormat::Csv => report.report.csv(language)?,
        ReportFormat::Json => {
            let mut bytes = serde_json::to_vec_pretty(&report.report)?;
            bytes.push(b'\n');
            bytes
        }
    })
}

fn summary(report: &Rendered) -> String {
    let count = |outcome: Outcome| {
        let found = report.report.checks.iter().filter(|check| check.outcome == outcome).count();
        format!("{found} {}", outcome.name())
    };
    [Outcome::Pass, Outcome::Fail, Outcome::NotMet, Outcome::NotApplicable].map(count).join(", ")
}

fn table(report: &Rendered, language: Language) -> String {
    let mut lines = vec![report.report.heading.pick(language).to_owned()];
    lines.extend(report.report.checks.iter().map(|result| {
        let (check, outcome) = (&result.check, result.outcome.name());
        format!("{outcome:14}  {:12}  {}", check.id, check.title.pick(language))
    }));
    lines.push(summary(report));
    lines.join("\n")
}
