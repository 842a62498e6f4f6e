//! The order in which people read a report: what it is, what came out, and each check by itself.

use types::Language;

use super::{
    CheckResult, HEADING, Outcome, Report, Sample, Words,
    document::{Block, Document, Table},
    tally,
};

/// A report for people.
pub(super) fn document(report: &Report, language: Language) -> Document {
    let mut document = Document::new(report.title.pick(language).to_owned(), language);
    let pick = |en, zh| Words::fixed(en, zh).pick(language).to_owned();
    document.blocks.push(Block::Paragraph(HEADING.pick(language).to_owned()));
    document.blocks.push(Block::Facts(about(report, language)));
    document.blocks.push(Block::Heading(pick("Overview", "概览")));
    document.blocks.push(Block::Paragraph(summary(report, language)));
    document.blocks.push(Block::Table(overview(report, language)));
    if !report.counts.is_empty() {
        document.blocks.push(Block::Heading(pick("Requests and decisions", "请求与决定")));
        document.blocks.push(Block::Table(tally::table(&report.counts, language)));
    }
    document.blocks.push(Block::Heading(pick("The checks one by one", "逐项检查")));
    for result in &report.checks {
        document.blocks.extend(check(result, language));
    }
    document
}

/// What was looked at, and under which signed state of the log.
fn about(report: &Report, language: Language) -> Vec<(String, String)> {
    let pick = |en, zh| Words::fixed(en, zh).pick(language).to_owned();
    let all = || pick("all", "全部");
    let extent = &report.extent;
    vec![
        (pick("Regime", "适用规则"), report.regime.clone()),
        (pick("Organisation", "机构"), extent.tenant.clone().unwrap_or_else(all)),
        (pick("From (inclusive)", "起（含）"), extent.from.clone().unwrap_or_else(all)),
        (pick("To (exclusive)", "止（不含）"), extent.to.clone().unwrap_or_else(all)),
        (pick("Entries looked at", "所查条目数"), report.entries.to_string()),
        (pick("Log", "日志"), report.log.origin.clone()),
        (pick("Log size", "日志大小"), report.log.size.to_string()),
        (pick("Log root (SHA-256)", "日志根哈希"), report.log.root.to_string()),
        (pick("Log key", "日志公钥"), report.log.vkey.clone()),
        (pick("Made", "生成时间"), report.generated.clone()),
        (pick("Program", "程序"), report.software.clone()),
    ]
}

fn summary(report: &Report, language: Language) -> String {
    let count = |outcome| report.checks.iter().filter(|check| check.outcome == outcome).count();
    let all = [Outcome::Pass, Outcome::Fail, Outcome::NotMet, Outcome::NotApplicable];
    let parts = all.map(|outcome| (outcome.words(), count(outcome)));
    match language {
        Language::En => parts.map(|(words, n)| format!("{n} {}", words.en)).join(", ") + ".",
        Language::Zh => parts.map(|(words, n)| format!("{} {n} 项", words.zh)).join("，") + "。",
    }
}

fn overview(report: &Report, language: Language) -> Table {
    let pick = |en, zh| Words::fixed(en, zh).pick(language).to_owned();
    let row = |result: &CheckResult| {
        vec![
            result.check.id.clone(),
            result.check.title.pick(language).to_owned(),
            result.outcome.words().pick(language).to_owned(),
            format!("{}/{}", result.passed, result.examined),
        ]
    };
    Table {
        caption: pick(
            "Checks, their outcomes, and how many of the entries looked at are as asked",
            "各项检查、结果，以及所查条目中符合要求的数量",
        ),
        head: vec![
            pick("Check", "编号"),
            pick("What is asked", "要求"),
            pick("Outcome", "结果"),
            pick("Entries", "条目"),
        ],
        rows: report.checks.iter().map(row).collect(),
    }
}

fn check(result: &CheckResult, language: Language) -> Vec<Block> {
    let pick = |en, zh| Words::fixed(en, zh).pick(language).to_owned();
    let check = &result.check;
    let title = check.title.pick(language);
    let sample = result.sample.as_ref().map(Sample::words).unwrap_or_default();
    let mut facts = vec![
        (pick("Outcome", "结果"), result.outcome.words().pick(language).to_owned()),
        (pick("Why", "理由"), result.reason.pick(language).to_owned()),
        (pick("Sample", "抽样"), sample.pick(language).to_owned()),
        (pick("Entries that show it", "支持的条目"), result.entries.text()),
        (pick("Entries against it", "不符的条目"), result.entries_against.text()),
        (pick("Limit", "局限"), check.limit.pick(language).to_owned()),
        (pick("Medium", "媒介"), check.medium.join(", ")),
        (pick("Law", "依据"), format!("{}, {}", check.law, check.article)),
        (pick("Source", "出处"), format!("{} ({})", check.source, check.as_of)),
    ];
    facts.retain(|(_, value)| !value.is_empty());
    vec![Block::Subheading(format!("{} · {title}", check.id)), Block::Facts(facts)]
}
