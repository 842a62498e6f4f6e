//! Measure words that do not go with their noun.

use super::{
    super::{Finds, Kind as Slip, Rule},
    words::Stretch,
};

const RULE: Rule = Rule { kind: Slip::Grammar, name: "measure_word" };
const NUMERALS: &str = "一二两三四五六七八九十几百千万";
/// Measure words that go with one kind of thing.
const MEASURES: [&str; 16] = [
    "只", "头", "匹", "条", "辆", "本", "张", "把", "艘", "架", "棵", "朵", "座", "部", "篇", "封",
];
/// Nouns with the measure words that they take, the usual one first.
const NOUNS: [(&str, &[&str]); 30] = [
    ("汽车", &["辆", "部"]),
    ("轿车", &["辆", "部"]),
    ("卡车", &["辆"]),
    ("自行车", &["辆"]),
    ("公交车", &["辆"]),
    ("书", &["本", "部", "箱", "套", "册"]),
    ("小说", &["部", "本", "篇"]),
    ("电影", &["部", "场"]),
    ("文章", &["篇"]),
    ("报道", &["篇", "则", "条"]),
    ("论文", &["篇"]),
    ("新闻", &["条", "则", "篇"]),
    ("信", &["封"]),
    ("飞机", &["架"]),
    ("直升机", &["架"]),
    ("轮船", &["艘", "条"]),
    ("渔船", &["艘", "条", "只"]),
    ("货船", &["艘", "条"]),
    ("军舰", &["艘"]),
    ("树", &["棵", "株"]),
    ("大树", &["棵", "株"]),
    ("花", &["朵", "枝", "束"]),
    ("桥", &["座"]),
    ("大桥", &["座"]),
    ("马", &["匹"]),
    ("牛", &["头"]),
    ("狗", &["只", "条"]),
    ("猫", &["只"]),
    ("桌子", &["张"]),
    ("照片", &["张", "幅", "组"]),
];

pub(super) fn find(finds: &mut Finds<'_>, stretches: &[Stretch]) {
    for stretch in stretches {
        let chars = &stretch.chars;
        for (at, pair) in chars.windows(2).enumerate() {
            let [number, measure] = pair else { continue };
            let measure = measure.to_string();
            if !NUMERALS.contains(*number) || !MEASURES.contains(&measure.as_str()) {
                continue;
            }
            let place = stretch.start + at + 1;
            let noun = stretch.segments.iter().find(|segment| segment.start == place + 1);
            let row = noun.and_then(|noun| NOUNS.iter().find(|(name, _)| *name == noun.word));
            if let Some((noun, measures)) = row.filter(|row| !row.1.contains(&measure.as_str())) {
                let right = measures.iter().map(|m| (*m).to_owned()).collect();
                let message = format!("“{noun}”一般不用量词“{measure}”。");
                finds.replace((place, place + 1), &RULE, right, message);
            }
        }
    }
}
