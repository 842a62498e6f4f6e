//! A verification in sentences.

use audit::{Event, Publication};

use crate::{
    detecting::MarkFound,
    lookup::{Origin, Standing, Verification},
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
    let publication = found.origin().and_then(|origin| origin.asset.publication.as_ref());
    lines.extend(publication.map(|publication| standing(publication, console)));
    if found.standing == Some(Standing::NotInLog) {
        let words = console.pick(
            "signed with our key, but not in our log: the key may have been stolen",
            "由本系统密钥签名，但不在本系统日志中：密钥可能已被盗用",
        );
        lines.push(words.to_owned());
    }
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

/// How the asset stands before the public, and where its notice is.
fn standing(publication: &Publication, console: &Console) -> String {
    let state = match publication.state {
        Event::Withdrawn => console.pick("withdrawn", "已撤回"),
        Event::Corrected => console.pick("corrected", "已更正"),
        _ => console.pick("published", "已发布"),
    };
    let instead = publication.replaced_by.map(|asset| {
        console.pick(", replaced by asset ", "，已由以下资产取代：").to_owned() + &asset.to_string()
    });
    let at = publication.url.as_ref().map(|url| format!(": {url}"));
    [Some(format!("{state} {}", publication.at)), instead, at].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use types::{AssetId, Sha256};

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn a_publication_is_told_with_its_notice() {
        let mut publication = Publication {
            state: Event::Withdrawn,
            at: "2026-11-01T00:00:00Z".to_owned(),
            index: 7,
            url: Some("https://press.example/notice".to_owned()),
            replaced_by: None,
            sha256: Sha256::of(b""),
            manifest_label: String::new(),
            manifest_sha256: Sha256::of(b""),
        };
        let cli = Cli::try_parse_from(["imprimatur", "audit", "verify"]).unwrap();
        let english = Console::new(&cli.global);
        assert_eq!(
            standing(&publication, &english),
            "withdrawn 2026-11-01T00:00:00Z: https://press.example/notice"
        );
        publication.state = Event::Corrected;
        publication.replaced_by = Some(AssetId::new());
        let told = standing(&publication, &english);
        assert!(told.starts_with("corrected 2026") && told.contains("replaced by asset"), "{told}");
    }
}
