//! A verification in sentences.

use crate::{
    detecting::MarkFound,
    lookup::{Origin, Verification},
};

use super::output::Console;

/// The verdict's sentence, then what else was found, a line each.
pub(crate) fn verification(name: &str, found: &Verification, console: &Console) -> String {
    let report = &found.report;
    let mut lines =
        vec![format!("{name}: {}", console.pick(&report.summary.en, &report.summary.zh))];
    if report.ai_declared_active {
        lines.push(console.pick("AI: declared in this file", "AI：本文件已声明").to_owned());
    } else if report.ai_declared_anywhere {
        lines.push(
            console
                .pick("AI: declared in something used to make it", "AI：在所用素材中声明")
                .to_owned(),
        );
    }
    lines.extend(found.mark.as_ref().map(|mark| marked(mark, console)));
    lines.extend(found.origin().map(|origin| traced(origin, console)));
    lines.extend(report.warnings.iter().chain(&report.failures).cloned());
    lines.join("\n  ")
}

pub(crate) fn marked(mark: &MarkFound, console: &Console) -> String {
    let bound = mark.confidence.map(|sure| format!("p ≤ {:.1e}", sure.p_value)).unwrap_or_default();
    match (mark.found, mark.id) {
        (true, Some(id)) => {
            console.pick("invisible mark: id ", "隐形标记：").to_owned()
                + &format!("{id} ({bound})")
        }
        (true, None) => {
            console.pick("invisible mark: found ", "隐形标记：已检出 ").to_owned()
                + &format!("({bound})")
        }
        (false, _) if mark.decidable => {
            console.pick("invisible mark: none found", "隐形标记：未检出").to_owned()
        }
        (false, _) => console
            .pick("invisible mark: cannot be told, too short", "隐形标记：文本过短，无法判断")
            .to_owned(),
    }
}

fn traced(origin: &Origin, console: &Console) -> String {
    let (asset, index) = (origin.asset.asset_id, origin.asset.index);
    let head = match (origin.how.is_exact(), origin.how.certainty()) {
        (true, _) => console.pick("in our log: asset ", "已在本系统日志中：资产 ").to_owned(),
        (false, "likely") => console.pick("comes from asset ", "来自资产 ").to_owned(),
        _ => console.pick("possibly comes from asset ", "可能来自资产 ").to_owned(),
    };
    let through = console.pick("found through", "依据");
    head + &format!("{asset}, log entry {index} ({through} {})", origin.how.name())
}
