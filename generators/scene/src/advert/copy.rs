//! Headlines, copy and calls, made of the brief's own words.

use super::guard;
use crate::brief::{Product, clean};

/// What may be said about a product: its words after the guard.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Words {
    pub(crate) product: Product,
    pub(crate) audience: String,
    pub(crate) chinese: bool,
}

const HEADLINES: [[&str; 5]; 2] = [
    [
        "{name}",
        "{first_value}",
        "{name} for {audience}",
        "A closer look at {name}",
        "{name}, {first_value_low}",
    ],
    [
        "{name}",
        "{first_value}",
        "{name}，为{audience}而做",
        "近看{name}",
        "{name}：{first_value_low}",
    ],
];
const COPIES: [[&str; 4]; 2] = [
    [
        "{list}",
        "Turn it, look at it, and compare the facts.",
        "{back}",
        "What it is, said plainly: {list}",
    ],
    ["{list}", "转一转，看一看，再比较各项事实。", "{back}", "如实介绍：{list}"],
];
const CALLS: [[&str; 4]; 2] = [
    ["See the facts", "Look inside", "Read more", "Show the details"],
    ["查看详情", "看看内部", "了解更多", "显示参数"],
];

impl Words {
    /// The words of a brief that may be shown, and what was left out.
    pub(crate) fn of(product: &Product, audience: &str, chinese: bool) -> (Self, Vec<String>) {
        let mut left_out = Vec::new();
        let mut kept = Product {
            name: clean(&product.name),
            category: clean(&product.category),
            facts: Vec::new(),
            price: None,
        };
        let mut refuse = |text: &str| {
            let fault = guard::fault(text);
            left_out.extend(fault.map(|word| {
                if chinese {
                    format!("未显示“{}”：含有“{word}”", clean(text))
                } else {
                    format!("`{}` is not shown: it says `{word}`", clean(text))
                }
            }));
            fault.is_some()
        };
        for (name, value) in &product.facts {
            let fact = (clean(name), clean(value));
            if !fact.0.is_empty() && !fact.1.is_empty() && !refuse(&format!("{name}: {value}")) {
                kept.facts.push(fact);
            }
        }
        if let Some(price) = product.price.as_ref().filter(|price| !clean(price).is_empty())
            && !refuse(price)
        {
            kept.price = Some(clean(price));
        }
        let audience = if refuse(audience) { String::new() } else { clean(audience) };
        let named = Self { product: kept, audience, chinese };
        let _ = refuse(&product.name);
        (named, left_out)
    }

    pub(crate) fn headline(&self, arm: usize) -> String {
        self.say(&HEADLINES, arm)
    }

    pub(crate) fn copy(&self, arm: usize) -> String {
        self.say(&COPIES, arm)
    }

    pub(crate) fn call(&self, arm: usize) -> String {
        self.say(&CALLS, arm)
    }

    /// A sentence of a table; the plainest one where something is missing or may not be said.
    fn say<const N: usize>(&self, table: &[[&str; N]; 2], arm: usize) -> String {
        let patterns = table.get(usize::from(self.chinese)).map_or(&[][..], |row| row);
        let tries = [arm, 0].into_iter().chain(1..N);
        let said = tries.filter_map(|arm| patterns.get(arm)).find_map(|pattern| {
            let text = self.fill(pattern)?;
            let sound = guard::fault(pattern).is_none()
                && guard::figures_are_given(&text, &self.with_audience());
            sound.then_some(text)
        });
        said.unwrap_or_else(|| self.product.name.clone())
    }

    /// The product with the audience's words among its own, for the check of figures.
    fn with_audience(&self) -> Product {
        let mut product = self.product.clone();
        product.facts.push((self.audience.clone(), String::new()));
        product
    }

    fn fill(&self, pattern: &str) -> Option<String> {
        let facts = &self.product.facts;
        let (mut text, mut rest) = (String::new(), pattern);
        while let Some((before, after)) = rest.split_once('{') {
            let (name, later) = after.split_once('}')?;
            text.push_str(before);
            let list = |back| (!facts.is_empty()).then(|| self.list(back));
            let value = match name {
                "name" => Some(self.product.name.clone()),
                "audience" => Some(self.audience.clone()).filter(|audience| !audience.is_empty()),
                "list" => list(false),
                "back" => list(true),
                "first_value" => facts.first().map(|fact| capital(&fact.1)),
                "first_value_low" => facts.first().map(|fact| fact.1.clone()),
                _ => None,
            };
            text.push_str(&value?);
            rest = later;
        }
        text.push_str(rest);
        Some(text)
    }

    /// The first facts, or the last ones from the end.
    fn list(&self, back: bool) -> String {
        let colon = if self.chinese { "：" } else { ": " };
        let all = &self.product.facts;
        let shown: Vec<_> =
            if back { all.iter().rev().take(3).collect() } else { all.iter().take(3).collect() };
        let facts: Vec<String> = shown
            .into_iter()
            .map(|(name, value)| format!("{}{colon}{value}", capital(name)))
            .collect();
        let (between, end) = if self.chinese { ("；", "。") } else { (". ", ".") };
        format!("{}{end}", facts.join(between).trim_end_matches(['.', '。']))
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().chain(characters).collect());
    first.unwrap_or_default()
}
