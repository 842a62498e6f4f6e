//! Advertisements: a product on a stage, and words that learn from feedback.

mod bandit;
mod copy;
mod guard;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use bandit::{Learner, SLOTS};
use copy::Words;

use crate::{
    brief::{Brief, Product, clean},
    document::{Advert, Camera, Choice, Document, Fact, Layout, Material, Motion, Node},
    light,
    lots::Lots,
    shape,
};

/// Seconds after which another variant may be tried.
const SHOWN_SECONDS: f64 = 20.0;
/// Audiences that are told apart, with words that name them.
const SEGMENTS: [(&str, &[&str]); 5] = [
    ("families", &["famil", "parent", "child", "kid", "家庭", "父母", "孩子"]),
    ("young", &["student", "young", "teen", "学生", "年轻"]),
    (
        "work",
        &[
            "office",
            "business",
            "professional",
            "engineer",
            "company",
            "办公",
            "商务",
            "工程师",
            "公司",
        ],
    ),
    ("travel", &["travel", "hik", "commut", "tour", "旅行", "徒步", "通勤"]),
    ("older", &["senior", "retire", "older", "老年", "长辈"]),
];
/// Stage, accent, sky above and below, product where the brief names no colour.
const COLOURS: [[&str; 5]; 5] = [
    ["#f3e3cf", "#e07a4b", "#f6c9a0", "#fdf1e3", "#2f6f73"],
    ["#dfeaf2", "#3f7fbf", "#8fc0e8", "#eef6fc", "#e2a33a"],
    ["#e3efdf", "#5f9f6b", "#a9d6b0", "#f3faf0", "#d9663f"],
    ["#ece4f2", "#7d62b3", "#b9a5dc", "#f6f1fb", "#2f8f86"],
    ["#f2eee6", "#39465a", "#c9ced6", "#f8f6f1", "#c8452f"],
];
const NAMED_COLOURS: [(&str, &str); 18] = [
    ("black", "#33363d"),
    ("white", "#f4f2ec"),
    ("red", "#c8402f"),
    ("blue", "#2f6cae"),
    ("green", "#3f8a5c"),
    ("grey", "#8a9099"),
    ("yellow", "#e5b52f"),
    ("brown", "#8a5f3f"),
    ("黑", "#33363d"),
    ("白", "#f4f2ec"),
    ("红", "#c8402f"),
    ("蓝", "#2f6cae"),
    ("绿", "#3f8a5c"),
    ("灰", "#8a9099"),
    ("黄", "#e5b52f"),
    ("棕", "#8a5f3f"),
    ("silver", "#c3c8cf"),
    ("orange", "#e07f2f"),
];

/// What an advertisement knows beside its document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Campaign {
    product: Product,
    audience: String,
    segment: String,
    /// By audience; at most one for each of the known ones.
    learners: BTreeMap<String, Learner>,
    shown_seconds: f64,
}

impl Campaign {
    pub(crate) fn new(brief: &Brief, lots: &mut Lots) -> Self {
        let product = brief.product.clone().unwrap_or_default();
        let audience = clean(brief.audience.as_deref().unwrap_or_default());
        let segment = segment(&audience).to_owned();
        let learners = BTreeMap::from([(segment.clone(), Learner::new(lots))]);
        Self { product, audience, segment, learners, shown_seconds: 0.0 }
    }

    /// Whether a snapshot is of this version.
    pub(crate) fn is_whole(&self) -> bool {
        self.learners.contains_key(&self.segment)
            && self.learners.len() <= SEGMENTS.len() + 1
            && self.learners.values().all(Learner::is_whole)
            && self.shown_seconds.is_finite()
    }

    pub(crate) fn learner(&mut self, lots: &mut Lots) -> &mut Learner {
        self.learners.entry(self.segment.clone()).or_insert_with(|| Learner::new(lots))
    }

    /// Another audience sees what is known of its kind.
    pub(crate) fn address(&mut self, audience: &str, lots: &mut Lots) {
        self.audience = clean(audience);
        self.segment = segment(&self.audience).to_owned();
        self.learner(lots).choose_all(lots);
        self.shown_seconds = 0.0;
    }

    /// Time goes by; whether another variant is tried.
    pub(crate) fn wait(&mut self, seconds: f64, lots: &mut Lots) -> bool {
        self.shown_seconds += seconds;
        if self.shown_seconds < SHOWN_SECONDS {
            return false;
        }
        self.shown_seconds = 0.0;
        let learner = self.learner(lots);
        for (slot, _) in SLOTS {
            learner.learn(slot, -0.1);
        }
        learner.choose_all(lots);
        true
    }

    /// Counts feedback on a part, and a little of it on the others.
    pub(crate) fn learn(&mut self, slot: Option<&str>, reward: f64, lots: &mut Lots) {
        self.shown_seconds = 0.0;
        let learner = self.learner(lots);
        for (name, _) in SLOTS {
            let share = if slot.is_none_or(|slot| slot == name) { 1.0 } else { 0.2 };
            learner.learn(name, reward * share);
        }
    }

    /// What stands on the stage.
    pub(crate) fn furnish(&self, document: &mut Document) {
        let words = self.describe();
        let shape = shape::product(&words).unwrap_or("parcel");
        let node = |shape: &str, label: String, at: [f64; 3], size: f64, moves| Node {
            shape: format!("{shape}:0"),
            label,
            at,
            turn: 0.0,
            size,
            moves,
            shown: true,
        };
        let label = clean(&self.product.name);
        let turns = Some(Motion::Turn);
        let size = if shape == "bicycle" { 1.7 } else { 1.55 };
        document
            .nodes
            .insert("plinth-1".into(), node("plinth", String::new(), [0.0; 3], 1.0, None));
        document
            .nodes
            .insert("arch-1".into(), node("arch", String::new(), [0.0, 0.0, -1.6], 1.35, None));
        document.nodes.insert("product".into(), node(shape, label, [0.0, 0.46, 0.0], size, turns));
    }

    fn describe(&self) -> String {
        format!("{} {}", self.product.category, self.product.name)
    }

    /// What of the brief is not shown as it stands.
    pub(crate) fn warnings(&self, chinese: bool) -> Vec<String> {
        let (_, mut warnings) = Words::of(&self.product, &self.audience, chinese);
        if shape::product(&self.describe()).is_none() {
            warnings.push(if chinese {
                "没有这种产品的造型，以盒子代替".to_owned()
            } else {
                "there is no shape for this product: it is shown as a box".to_owned()
            });
        }
        warnings
    }

    /// Writes words, colours and camera by what the learner shows.
    pub(crate) fn write(&mut self, document: &mut Document, lots: &mut Lots) {
        let chinese = document.language == "zh";
        let (words, _) = Words::of(&self.product, &self.audience, chinese);
        let open = document.advert.as_ref().is_some_and(|advert| advert.open);
        let learner = self.learner(lots);
        let layout = match learner.shown("layout") {
            0 => Layout::Left,
            1 => Layout::Right,
            _ => Layout::Below,
        };
        let colours = COLOURS.get(learner.shown("colours")).copied().unwrap_or(COLOURS[0]);
        let facts = words.product.facts.iter();
        document.advert = Some(Advert {
            headline: words.headline(learner.shown("headline")),
            copy: words.copy(learner.shown("copy")),
            call: words.call(learner.shown("call")),
            facts: facts
                .map(|(name, value)| Fact { name: name.clone(), value: value.clone() })
                .collect(),
            price: words.product.price.clone(),
            layout,
            open,
        });
        document.camera = camera(layout);
        document.options = options(chinese, open);
        self.paint(document, colours);
    }

    fn paint(&self, document: &mut Document, [stage, accent, top, horizon, usual]: [&str; 5]) {
        document.sky.top = top.to_owned();
        document.sky.horizon = light::mix(horizon, top, 0.4);
        document.sky.ground = stage.to_owned();
        let facts = self.product.facts.iter().map(|(name, value)| format!("{name} {value}"));
        let said: String =
            facts.chain([self.describe()]).collect::<Vec<_>>().join(" ").to_lowercase();
        let named = NAMED_COLOURS.iter().find(|(name, _)| {
            !name.is_ascii() && said.contains(name)
                || said.split(|c: char| !c.is_alphanumeric()).any(|word| word == *name)
        });
        let colour = named.map_or(usual, |(_, colour)| colour);
        let mut set = |name: &str, colour: &str, roughness: f64, metal: f64| {
            let glow = "#000000".to_owned();
            let material = Material { colour: colour.to_owned(), roughness, metal, glow };
            document.materials.insert(name.to_owned(), material);
        };
        set("stage", stage, 0.75, 0.0);
        set("stage-accent", accent, 0.6, 0.0);
        set("product", colour, 0.38, 0.05);
        set("product-dark", &light::mix(colour, "#15181e", 0.62), 0.5, 0.05);
    }
}

fn segment(audience: &str) -> &'static str {
    let audience = audience.to_lowercase();
    let found = SEGMENTS.iter().find(|(_, words)| words.iter().any(|word| audience.contains(word)));
    found.map_or("general", |row| row.0)
}

fn camera(layout: Layout) -> Camera {
    let shift = match layout {
        Layout::Left => -2.2,
        Layout::Right => 2.2,
        Layout::Below => 0.0,
    };
    let low = if layout == Layout::Below { 0.35 } else { 1.35 };
    Camera { at: [shift * 0.9, 2.1, 8.8], to: [shift, low, 0.0], field_degrees: 36.0 }
}

fn options(chinese: bool, open: bool) -> Vec<Choice> {
    let choice = |id: &str, english: &str, other: &str| Choice {
        id: id.to_owned(),
        label: if chinese { other } else { english }.to_owned(),
    };
    let details = if open {
        choice("close", "Hide the facts", "收起详情")
    } else {
        choice("details", "Show the facts", "显示详情")
    };
    vec![
        details,
        choice("colours", "Other colours", "换一种配色"),
        choice("layout", "Other layout", "换一种版式"),
        choice("words", "Other words", "换一种文案"),
    ]
}
