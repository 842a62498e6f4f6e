//! Particles and words that sound alike, told apart by their neighbours.

use std::sync::LazyLock;

use super::{
    super::{Finds, Kind as Slip, Rule},
    words::{self, Stretch},
};
use crate::{
    context::{Model, Place, feature},
    reading::Reading,
};

const PARTICLE: Rule = Rule { kind: Slip::Grammar, name: "particle" };
const CONFUSED: Rule = Rule { kind: Slip::Spelling, name: "confused_characters" };

static MODEL: LazyLock<Model> =
    LazyLock::new(|| Model::unpack(include_bytes!("../../../data/chinese.context")));

/// Every set of words.
pub(in crate::correct) const SETS: [&[&str]; 32] = [
    &["的", "地", "得"],
    &["在", "再"],
    &["做", "作"],
    &["像", "象"],
    &["以", "已"],
    &["那", "哪"],
    &["座", "坐"],
    &["带", "戴"],
    &["即", "既"],
    &["至", "致"],
    &["由", "有", "又"],
    &["是", "事", "时"],
    &["和", "合"],
    &["与", "于"],
    &["他", "她", "它"],
    &["必须", "必需"],
    &["反应", "反映"],
    &["权利", "权力"],
    &["并", "病"],
    &["会", "回"],
    &["里", "理", "力"],
    &["们", "门"],
    &["年", "念"],
    &["新", "心"],
    &["分", "份"],
    &["受", "手"],
    &["前", "钱"],
    &["到", "道"],
    &["对", "队"],
    &["过", "国"],
    &["去", "取"],
    &["想", "向"],
];
/// He, she and it: which one it is only the facts tell, so nothing is proposed.
const PRONOUNS: usize = 14;

pub(super) fn find(finds: &mut Finds<'_>, stretches: &[Stretch]) {
    let mut found = Vec::new();
    visit(stretches, &mut |stretch, at, place| {
        let Some(segment) = stretch.segments.get(at) else { return };
        let open = place.set != PRONOUNS && !(place.set == 0 && is_other_word(stretch, at));
        if let Some(choice) = MODEL.better(&place).filter(|_| open) {
            let right = SETS.get(place.set).and_then(|set| set.get(choice)).copied();
            found.push((segment.start, segment.end, place.set, right.unwrap_or_default()));
        }
    });
    found.extend(stretches.iter().flat_map(again));
    found.extend(stretches.iter().flat_map(rules));
    for (start, end, set, right) in found {
        let written = finds.reading.text(start, end);
        let rule = if set == 0 { &PARTICLE } else { &CONFUSED };
        let message = format!("据上下文，此处“{written}”疑为“{right}”。");
        finds.replace((start, end), rule, vec![right.to_owned()], message);
    }
}

/// `再` goes with what is done, `在` with a place or a time.
fn again(stretch: &Stretch) -> Vec<(usize, usize, usize, &'static str)> {
    let pairs = stretch.segments.windows(2);
    let wrong = pairs.filter_map(|pair| match pair {
        [again, next]
            if again.word == "再"
                && matches!(next.kind, 't' | 's' | 'f' | 'S')
                && !matches!(next.word.as_str(), "上" | "下" | "前" | "度") =>
        {
            Some(again)
        }
        _ => None,
    });
    wrong.map(|segment| (segment.start, segment.end, 1, "在")).collect()
}

/// What stands around a particle can leave no doubt.
fn rules(stretch: &Stretch) -> Vec<(usize, usize, usize, &'static str)> {
    const SAYING: [&str; 24] = [
        "说", "问", "答", "笑", "喊", "叫", "哭", "表示", "回答", "指出", "告诉", "走", "跑", "飞",
        "站", "坐", "望", "看着", "说道", "问道", "笑着", "介绍", "解释", "上升",
    ];
    const DEGREES: [&str; 11] =
        ["很快", "很慢", "很好", "很久", "很远", "很", "非常", "十分", "太", "特别", "更"];
    const UNITS: &str = "年月日岁元人米度份级天时分〇一二三四五六七八九十百千万";
    const SIDES: [&str; 7] = ["上", "下", "内", "外", "前", "后", "来"];
    // The list has them as verbs.
    const MOODS: [&str; 12] = [
        "高兴", "激动", "愤怒", "伤心", "难过", "兴奋", "紧张", "着急", "生气", "惊讶", "感动",
        "失望",
    ];
    let mut found = Vec::new();
    for window in stretch.segments.windows(3) {
        let [before, word, after] = window else { continue };
        let right = match (word.word.as_str(), before.kind) {
            ("的", kind)
                if SAYING.contains(&after.word.as_str())
                    && (matches!(kind, 'a' | 'd' | 'z' | 'i')
                        || MOODS.contains(&before.word.as_str())) =>
            {
                "地"
            }
            ("的", 'v')
                if DEGREES.contains(&after.word.as_str()) && before.end - before.start == 1 =>
            {
                "得"
            }
            ("已", _)
                if before.word.ends_with(|c| UNITS.contains(c))
                    && SIDES.contains(&after.word.as_str()) =>
            {
                "以"
            }
            _ => continue,
        };
        let set = if word.word == "已" { 4 } else { 0 };
        found.push((word.start, word.end, set, right));
    }
    found
}

/// `地` and `得` are words of their own, too: land, and to gain. After a single character, a name or
/// a mark, and before a mark, they may be.
fn is_other_word(stretch: &Stretch, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| stretch.segments.get(at));
    let after = stretch.segments.get(at + 1);
    let particle = stretch.segments.get(at).is_some_and(|segment| segment.word == "的");
    let word =
        before.is_some_and(|s| s.end - s.start > 1 && !s.kind.is_uppercase() && s.kind != 'x');
    !particle && (!word || after.is_none())
}

/// Every place of a text where the model has a say.
pub(in crate::correct) fn places(reading: &Reading) -> Vec<Place> {
    let mut found = Vec::new();
    visit(&words::stretches(reading), &mut |_, _, place| found.push(place));
    found
}

fn visit(stretches: &[Stretch], tell: &mut dyn FnMut(&Stretch, usize, Place)) {
    for stretch in stretches {
        for (at, segment) in stretch.segments.iter().enumerate() {
            for (set, choices) in SETS.iter().enumerate() {
                if let Some(written) = choices.iter().position(|choice| *choice == segment.word) {
                    let features = features(stretch, at);
                    tell(stretch, at, Place { set, choices: choices.len(), written, features });
                }
            }
        }
    }
}

fn features(stretch: &Stretch, at: usize) -> Vec<u64> {
    let segment = |by: isize| at.checked_add_signed(by).and_then(|at| stretch.segments.get(at));
    let (before, after) = stretch.around;
    let edge = |by: isize| if by < 0 { mark(before) } else { mark(after) };
    let word = |by: isize| segment(by).map_or(edge(by), |segment| segment.word.as_str());
    let kind = |by: isize| segment(by).map_or("-", |segment| kind_of(segment.kind));
    let length =
        |by: isize| segment(by).map_or("0", |s| if s.end - s.start == 1 { "1" } else { "2" });
    let last = |text: &str| text.chars().next_back().map(String::from).unwrap_or_default();
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    let (b1, b2, a1, a2) = (word(-1), word(-2), word(1), word(2));
    let (kb1, kb2, ka1, ka2) = (kind(-1), kind(-2), kind(1), kind(2));
    vec![
        feature(0, &[]),
        feature(1, &[b1]),
        feature(2, &[a1]),
        feature(3, &[b2, b1]),
        feature(4, &[a1, a2]),
        feature(5, &[b1, a1]),
        feature(6, &[kb1, ka1]),
        feature(7, &[kb2, kb1, ka1]),
        feature(8, &[kb1, ka1, ka2]),
        feature(9, &[&last(b1)]),
        feature(10, &[&first(a1)]),
        feature(11, &[&last(b1), &first(a1)]),
        feature(12, &[b1, ka1]),
        feature(13, &[kb1, a1]),
        feature(14, &[kb1, length(-1), ka1, length(1)]),
        feature(15, &[kb2, kb1, ka1, ka2]),
        feature(16, &[a1, ka2]),
        feature(17, &[b2]),
        feature(18, &[a2]),
    ]
}

/// A letter as text: only the ASCII ones are kinds.
fn kind_of(kind: char) -> &'static str {
    const KINDS: &str = "abcdefghijklmnopqrstuvwxyzRSZ";
    KINDS.find(kind).and_then(|at| KINDS.get(at..=at)).unwrap_or("x")
}

fn mark(c: char) -> &'static str {
    match c {
        '，' | ',' => "，",
        '。' | '！' | '？' | '\n' | ' ' => "。",
        '、' => "、",
        _ => "·",
    }
}

#[cfg(test)]
mod tests {
    use crate::correct::correct;

    #[test]
    fn particles_are_told_apart() {
        let check = |text: &str, expected: &str| assert_eq!(correct(text, None).text, expected);
        check("市民们高兴的说，这很好。", "市民们高兴地说，这很好。");
        check("他跑的很快。", "他跑得很快。");
        check("六岁已下儿童免费。", "六岁以下儿童免费。");
        check("美丽的城市，他说的话。", "美丽的城市，他说的话。");
    }
}
