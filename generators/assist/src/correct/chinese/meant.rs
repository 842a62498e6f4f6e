//! Characters that stand for another of the same sound or a similar shape: the text as it was
//! probably meant, by the cost of its words and of the slips.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    super::{Finds, Kind as Slip, Rule},
    sounds,
    words::{self, Entry, Segment, Stretch},
};

const RULE: Rule = Rule { kind: Slip::Spelling, name: "wrong_character" };
const DOUBLED: Rule = Rule { kind: Slip::Spelling, name: "doubled_character" };
/// What a slip costs, in thirds of a nat, for words of two, three and more characters.
const SLIP: [u32; 3] = [25, 21, 19];
/// What it costs to write a character twice.
const DOUBLE: u32 = 24;
/// A word that is proposed costs at most this much.
const WORD_COST_MAX: u32 = 38;
/// Characters with those that look like them.
static SHAPES: LazyLock<HashMap<char, Vec<char>>> = LazyLock::new(|| {
    let mut alike: HashMap<char, Vec<char>> = HashMap::new();
    for group in include_str!("../../../data/chinese.shapes").lines() {
        for c in group.chars() {
            alike.entry(c).or_default().extend(group.chars().filter(|other| *other != c));
        }
    }
    alike
});

/// A character that costs more is rare.
const RARE_COST: u32 = 36;
/// Characters that begin most Chinese names.
const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";

/// Part of the text as it was meant.
#[derive(Debug, Clone, Copy)]
struct Step {
    cost: u32,
    length: usize,
    meant: Option<Meant>,
}

#[derive(Debug, Clone, Copy)]
enum Meant {
    Word(&'static str),
    /// One of the word's characters twice: which one is superfluous, within the step.
    Once(usize),
}

pub(super) fn find(finds: &mut Finds<'_>, stretches: &[Stretch]) {
    for stretch in stretches {
        // Where words are whole, nothing was meant otherwise: only runs of single characters,
        // with the word before and the one after, are looked at.
        for (start, end) in suspicious(stretch) {
            let chars = stretch.chars.get(start..end).unwrap_or_default();
            for (at, step) in likeliest(chars) {
                propose(
                    finds,
                    stretch.start + start + at,
                    chars.get(at..).unwrap_or_default(),
                    &step,
                );
            }
        }
    }
}

fn propose(finds: &mut Finds<'_>, at: usize, chars: &[char], step: &Step) {
    match step.meant {
        Some(Meant::Word(word)) => {
            let written = chars.iter().take(step.length);
            let differs: Vec<usize> = word
                .chars()
                .zip(written)
                .enumerate()
                .filter(|(_, (a, b))| a != *b)
                .map(|(n, _)| n)
                .collect();
            let (Some(first), Some(last)) = (differs.first(), differs.last()) else { return };
            let right: String = word.chars().skip(*first).take(last - first + 1).collect();
            let written: String = chars.iter().take(step.length).collect();
            let message = format!("“{written}”疑为“{word}”。");
            finds.replace((at + first, at + last + 1), &RULE, vec![right], message);
        }
        Some(Meant::Once(place)) => {
            let message = "此处多出一个相同的字。".to_owned();
            finds.replace((at + place, at + place + 1), &DOUBLED, vec![String::new()], message);
        }
        None => {}
    }
}

/// Ranges of a stretch around single characters.
fn suspicious(stretch: &Stretch) -> Vec<(usize, usize)> {
    let segments = &stretch.segments;
    let within = |at: usize| at.saturating_sub(stretch.start);
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (at, segment) in segments.iter().enumerate().filter(|(_, segment)| is_single(segment)) {
        let before = at.checked_sub(1).and_then(|at| segments.get(at)).unwrap_or(segment);
        let after = segments.get(at + 1).unwrap_or(segment);
        let (start, end) = (within(before.start), within(after.end));
        match ranges.last_mut() {
            Some(last) if start <= last.1 => last.1 = end.max(last.1),
            _ => ranges.push((start, end)),
        }
    }
    ranges
}

fn is_single(segment: &Segment) -> bool {
    segment.end - segment.start == 1
}

/// The cheapest way to read characters, with slips; the steps that are slips, and where.
fn likeliest(chars: &[char]) -> Vec<(usize, Step)> {
    let none = Step { cost: u32::MAX, length: 1, meant: None };
    let mut best = vec![none; chars.len() + 1];
    if let Some(first) = best.first_mut() {
        first.cost = 0;
    }
    for at in 0..chars.len() {
        let Some(so_far) = best.get(at).map(|step| step.cost) else { continue };
        let rest = chars.get(at..).unwrap_or_default();
        let mut reach = |step: Step| {
            let total = so_far.saturating_add(step.cost);
            if let Some(place) = best.get_mut(at + step.length)
                && total < place.cost
            {
                *place = Step { cost: total, ..step };
            }
        };
        words::beginning(rest, &mut |length, entry| {
            reach(Step { cost: entry.cost, length, meant: None });
        });
        reach(Step { cost: 54, length: 1, meant: None });
        slips(chars, at, &mut reach);
    }
    let mut steps = Vec::new();
    let mut end = chars.len();
    while let Some(step) = best.get(end).filter(|_| end > 0) {
        end = end.saturating_sub(step.length.max(1));
        if step.meant.is_some() {
            steps.push((end, *step));
        }
    }
    steps
}

fn slips(chars: &[char], at: usize, reach: &mut dyn FnMut(Step)) {
    let rest = chars.get(at..).unwrap_or_default();
    for length in 2..=words::WORD_CHARS_MAX {
        let Some(written) = rest.get(..length) else { return };
        let price = SLIP.get(length - 2).or(SLIP.last()).copied().unwrap_or(u32::MAX);
        let mut word = |word: &'static str, entry: Entry| {
            let differs = word.chars().zip(written).filter(|(a, b)| a != *b).count();
            let most = if length < 4 { 1 } else { 2 };
            if (1..=most).contains(&differs)
                && entry.cost <= WORD_COST_MAX
                && !entry.kind.is_uppercase()
            {
                let slips = u32::try_from(differs).unwrap_or(u32::MAX);
                let places = word.chars().zip(written).enumerate().filter(|(_, (a, b))| a != *b);
                let extra: u32 = places.map(|(n, (right, _))| unlikely(chars, at + n, right)).sum();
                let cost =
                    entry.cost.saturating_add(price.saturating_mul(slips)).saturating_add(extra);
                reach(Step { cost, length, meant: Some(Meant::Word(word)) });
            }
        };
        sounds::same_sound(written, &mut word);
        shapes(written, &mut word);
        if length > 2 {
            doubled(written, reach);
        }
    }
}

/// What makes a slip at a place less likely: a name stands there, or a character that hardly anybody
/// would write by mistake.
fn unlikely(chars: &[char], at: usize, right: char) -> u32 {
    const NAME: u32 = 12;
    const RARE: u32 = 8;
    let before = |by: usize| at.checked_sub(by).and_then(|at| chars.get(at));
    let named = [before(1), before(2)].into_iter().flatten().any(|c| SURNAMES.contains(*c));
    let Some(written) = chars.get(at) else { return 0 };
    let shaped = SHAPES.get(written).is_some_and(|alike| alike.contains(&right));
    let rare = words::entry(&written.to_string()).is_none_or(|entry| entry.cost > RARE_COST);
    (if named { NAME } else { 0 }) + (if rare && !shaped { RARE } else { 0 })
}

/// Words of which one character was written as one that looks like it.
fn shapes(written: &[char], tell: &mut dyn FnMut(&'static str, Entry)) {
    for (at, c) in written.iter().enumerate() {
        for other in SHAPES.get(c).into_iter().flatten().copied() {
            let word: String =
                written.iter().enumerate().map(|(n, c)| if n == at { other } else { *c }).collect();
            if let Some((word, entry)) = words::stored(&word) {
                tell(word, entry);
            }
        }
    }
}

/// A word with one of its characters twice.
fn doubled(written: &[char], reach: &mut dyn FnMut(Step)) {
    for (at, pair) in written.windows(2).enumerate() {
        let [a, b] = pair else { continue };
        if a != b {
            continue;
        }
        let word: String =
            written.iter().enumerate().filter(|(n, _)| *n != at + 1).map(|(_, c)| *c).collect();
        if let Some(entry) = words::entry(&word).filter(|entry| entry.cost <= WORD_COST_MAX) {
            let cost = entry.cost.saturating_add(DOUBLE);
            reach(Step { cost, length: written.len(), meant: Some(Meant::Once(at + 1)) });
        }
    }
}
