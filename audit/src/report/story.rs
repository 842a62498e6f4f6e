//! One asset's whole story: who asked, which model ran, what was decided, who approved, what came
//! of it.

use types::{Action, AssetId, Language, Mark};

use super::{
    HEADING, LogHead, Words,
    document::{Block, Document, Table},
};
use crate::{Event, ExaminedRecord, PolicyRecord, Record, record::examined::MarkRead};

/// The records about one asset, in order, and what they tell.
#[derive(Debug, Clone)]
pub struct Story {
    asset: AssetId,
    language: Language,
    /// Roles of pseudonyms, from the records of their keys.
    roles: Vec<(String, String)>,
    timeline: Vec<Vec<String>>,
    facts: Vec<(String, String)>,
}

impl Story {
    /// A story of which nothing is known yet.
    #[must_use]
    pub const fn new(asset: AssetId, language: Language) -> Self {
        Self { asset, language, roles: Vec::new(), timeline: Vec::new(), facts: Vec::new() }
    }

    /// Adds the next record.
    pub fn see(&mut self, index: u64, record: &Record) {
        if record.event == Event::KeyCreated {
            let role = record.detail.as_deref().and_then(|detail| detail.split(" role ").nth(1));
            self.roles.push((record.actor.clone(), role.unwrap_or_default().to_owned()));
            return;
        }
        self.timeline.push(self.step(index, record));
        if record.asset_id == Some(self.asset) && record.content.is_some() {
            self.facts = self.facts_of(record);
        }
    }

    /// The story for people.
    #[must_use]
    pub fn document(&self, head: &LogHead, generated: &str) -> Document {
        let title = match self.language {
            Language::En => format!("The story of asset {}", self.asset),
            Language::Zh => format!("素材 {} 的始末", self.asset),
        };
        let mut document = Document::new(title, self.language);
        document.blocks.push(Block::Paragraph(HEADING.pick(self.language).to_owned()));
        document.blocks.push(Block::Heading(self.say("The asset", "素材")));
        document.blocks.push(Block::Facts(self.facts.clone()));
        document.blocks.push(Block::Heading(self.say("What happened", "经过")));
        let head_row = [
            self.say("Entry", "条目"),
            self.say("Time", "时间"),
            self.say("What", "事件"),
            self.say("Who", "人员"),
            self.say("More", "说明"),
        ];
        document.blocks.push(Block::Table(Table {
            caption: self.say(
                "Records of the log about this asset, its request and what came of it",
                "日志中关于该素材、其请求及后续的记录",
            ),
            head: head_row.into(),
            rows: self.timeline.clone(),
        }));
        document.blocks.push(Block::Heading(self.say("How to check it", "如何核验")));
        document.blocks.push(Block::Facts(vec![
            (self.say("Log", "日志"), head.origin.clone()),
            (self.say("Log size", "日志大小"), head.size.to_string()),
            (self.say("Log root (SHA-256)", "日志根哈希"), head.root.to_string()),
            (self.say("Log key", "日志公钥"), head.vkey.clone()),
            (self.say("Made", "生成时间"), generated.to_owned()),
            (self.say("Program", "程序"), super::SOFTWARE.to_owned()),
        ]));
        document
    }

    fn step(&self, index: u64, record: &Record) -> Vec<String> {
        vec![
            index.to_string(),
            record.time.clone(),
            event(record.event).pick(self.language).to_owned(),
            self.who(record),
            self.more(record),
        ]
    }

    fn who(&self, record: &Record) -> String {
        let known = self.roles.iter().rev().find(|(actor, _)| *actor == record.actor);
        let role = record.review.as_ref().map(|review| review.role.to_string());
        match role.or_else(|| known.map(|(_, role)| role.clone())) {
            Some(role) => format!("{role}, {}", record.actor),
            None => record.actor.clone(),
        }
    }

    fn more(&self, record: &Record) -> String {
        let mut parts = Vec::new();
        if let Some(modality) = record.modality {
            parts.push(modality.to_string());
        }
        for (what, decision) in [("input", &record.input), ("output", &record.output)] {
            parts.extend(decision.as_ref().map(|decision| format!("{what}: {}", judged(decision))));
        }
        if let Some(model) = &record.generator {
            parts.push(format!("{} {}", model.model, model.version));
        }
        parts.extend(record.review.as_ref().map(|review| review.reason.clone()));
        if let Some(publication) = &record.publication {
            parts.extend(publication.url.clone());
            parts.extend(publication.replaced_by.map(|asset| format!("replaced by {asset}")));
        }
        parts.extend(record.examined.as_ref().map(looked));
        parts.extend(record.detail.clone());
        parts.join("; ")
    }

    fn facts_of(&self, record: &Record) -> Vec<(String, String)> {
        let mut facts = vec![(self.say("Asset", "素材"), self.asset.to_string())];
        facts.extend(record.request_id.map(|id| (self.say("Request", "请求"), id.to_string())));
        if let Some(content) = &record.content {
            facts.push((self.say("Media type", "媒体类型"), content.media_type.name().to_owned()));
            facts.push((self.say("Bytes", "字节数"), content.bytes.to_string()));
            facts.push(("SHA-256".to_owned(), content.sha256.to_string()));
        }
        if let Some(model) = &record.generator {
            facts.push((self.say("Model", "模型"), format!("{} {}", model.model, model.version)));
            facts.push((self.say("Model SHA-256", "模型 SHA-256"), model.sha256.to_string()));
            facts.push((self.say("Seed", "随机种子"), model.seed.clone()));
        }
        if let Some(c2pa) = &record.c2pa {
            facts.push((self.say("Manifest", "清单"), c2pa.manifest_label.clone()));
        }
        let mark = record.mark.as_ref().map(|mark| match mark {
            Mark::Embedded { algorithm, id, also } => {
                let algorithms = std::iter::once(algorithm).chain(also);
                let algorithms: Vec<&str> = algorithms.map(String::as_str).collect();
                format!("{id} ({})", algorithms.join(", "))
            }
            Mark::Statistical { algorithm, tokens_marked } => {
                format!("{algorithm}, {tokens_marked}")
            }
            Mark::NotMarkable { reason } => reason.clone(),
        });
        facts.extend(mark.map(|mark| (self.say("Invisible mark", "隐形标记"), mark)));
        facts
    }

    fn say(&self, en: &'static str, zh: &'static str) -> String {
        Words::fixed(en, zh).pick(self.language).to_owned()
    }
}

/// The action, and the rules that led to it.
fn judged(decision: &PolicyRecord) -> String {
    let rules = decision.findings.iter().filter(|finding| finding.action > Action::Allow);
    let rules: Vec<String> =
        rules.map(|finding| format!("{} v{}", finding.rule, finding.rule_version)).collect();
    let policy = format!("{} {}", decision.policy.id, decision.policy.version);
    if rules.is_empty() {
        format!("{} ({policy})", decision.action)
    } else {
        format!("{} by {} ({policy})", decision.action, rules.join(", "))
    }
}

/// What a look at a file has shown, in short codes.
fn looked(examined: &ExaminedRecord) -> String {
    let Some(shows) = &examined.shows else {
        return format!("file {:?}", examined.kept).to_lowercase();
    };
    let mark = shows.recoded.and_then(|recoded| recoded.mark).map(|mark| match mark {
        MarkRead::Recorded => "; mark read after one more coding",
        MarkRead::Other => "; another mark read after one more coding",
        MarkRead::Nothing => "; mark lost after one more coding",
    });
    format!("{}{}", shows.verdict, mark.unwrap_or_default())
}

/// Events that people may not know by name.
fn event(event: Event) -> Words {
    match event {
        Event::Admitted => Words::fixed("request admitted", "请求获准进入"),
        Event::Refused => Words::fixed("request refused", "请求被拒绝"),
        Event::Released => Words::fixed("asset released", "素材放行"),
        Event::Held => Words::fixed("asset held for review", "素材留待审阅"),
        Event::Failed => Words::fixed("request failed", "请求失败"),
        Event::Interrupted => Words::fixed("request interrupted", "请求中断"),
        Event::Approved => Words::fixed("asset approved", "素材获批"),
        Event::Published => Words::fixed("asset published", "素材发布"),
        Event::Corrected => Words::fixed("published asset corrected", "已发布素材更正"),
        Event::Withdrawn => Words::fixed("published asset withdrawn", "已发布素材撤回"),
        Event::Rejected => Words::fixed("asset rejected", "素材被驳回"),
        Event::DialogueBegun => Words::fixed("dialogue begun", "对话开始"),
        Event::AssetExamined => Words::fixed("file examined again", "文件再次检查"),
        other => Words::fixed(other.name(), other.name()),
    }
}
