//! What an advertisement may not say: false urgency, claims that nothing shows, pressure.

use crate::brief::Product;

/// Words that press people to hurry, in lower case.
const URGENCY: [&str; 34] = [
    "hurry",
    "last chance",
    "only today",
    "today only",
    "limited time",
    "limited offer",
    "while stocks last",
    "almost gone",
    "selling fast",
    "act now",
    "buy now",
    "don't miss",
    "do not miss",
    "ends soon",
    "final hours",
    "countdown",
    "left in stock",
    "others are looking",
    "everyone is buying",
    "now or never",
    "expires",
    "仅限今天",
    "最后机会",
    "限时",
    "抢购",
    "马上抢",
    "即将售罄",
    "倒计时",
    "错过不再",
    "手慢无",
    "最后一天",
    "仅剩",
    "秒杀",
    "速来",
];
/// Claims that stand above everything else; China's Advertising Law, article 9, names some.
const BOASTS: [&str; 24] = [
    "best in the world",
    "world's best",
    "number one",
    "no. 1",
    "guaranteed",
    "miracle",
    "100% safe",
    "risk-free",
    "cures",
    "unbeatable",
    "perfect for everyone",
    "clinically proven",
    "free!",
    "you need this",
    "国家级",
    "最高级",
    "最佳",
    "第一品牌",
    "全球首",
    "绝对",
    "万能",
    "根治",
    "顶级",
    "史上最",
];

/// The word of a text that an advertisement may not say, if there is one.
pub(crate) fn fault(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    URGENCY.iter().chain(&BOASTS).find(|word| text.contains(**word)).copied()
}

/// Whether every figure of a text stands in the product's own words.
pub(crate) fn figures_are_given(text: &str, product: &Product) -> bool {
    let facts = product.facts.iter().flat_map(|(name, value)| [name.as_str(), value]);
    let given: Vec<String> = facts
        .chain([
            product.name.as_str(),
            &product.category,
            product.price.as_deref().unwrap_or_default(),
        ])
        .flat_map(figures)
        .collect();
    figures(text).iter().all(|figure| given.contains(figure))
}

fn figures(text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_numeric() || matches!(c, '.' | ',');
    text.split(|c: char| !is_part(c))
        .map(|figure| figure.trim_matches(['.', ',']).to_owned())
        .filter(|figure| !figure.is_empty())
        .collect()
}
