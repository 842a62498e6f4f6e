//! Shorter forms of a Chinese sentence.

/// What a clause begins with that only says when, or who says it.
const OPENINGS: [&str; 22] = [
    "据",
    "根据",
    "此外",
    "另外",
    "同时",
    "与此同时",
    "目前",
    "近日",
    "日前",
    "昨天",
    "昨日",
    "昨夜",
    "今天",
    "今日",
    "其中",
    "然而",
    "但是",
    "不过",
    "因此",
    "随后",
    "当天",
    "近年来",
];
/// What a later clause begins with that depends on the one before.
const DEPENDENT: [&str; 16] = [
    "但", "而", "并", "却", "也", "因为", "由于", "所以", "因此", "其中", "同时", "不过", "然后",
    "以及", "连", "还",
];
/// Times within a clause.
const TIMES: [&str; 16] = [
    "星期一",
    "星期二",
    "星期三",
    "星期四",
    "星期五",
    "星期六",
    "星期日",
    "晚间",
    "清晨",
    "凌晨",
    "上午",
    "下午",
    "中午",
    "昨夜",
    "昨天",
    "今天",
];

/// The sentence's clauses, as many as fit, without what a headline can do without.
pub(super) fn shortened(sentence: &str, chars_max: usize) -> Vec<String> {
    let bare = sentence.trim_end_matches(['。', '！', '？', ' ']);
    let mut clauses: Vec<&str> =
        bare.split(['，', '；', '：']).filter(|clause| !clause.is_empty()).collect();
    if clauses.len() > 1 && clauses.first().is_some_and(|first| is_opening(first)) {
        clauses.remove(0);
    }
    let mut versions = Vec::new();
    for many in (1..=clauses.len().min(3)).rev() {
        let some: Vec<&str> = clauses.iter().take(many).copied().collect();
        let joined = some.join(" ");
        versions.push(joined.clone());
        versions.push(without_times(&joined));
    }
    // A later clause may stand alone if it does not lean on the one before.
    versions.extend(
        clauses
            .iter()
            .skip(1)
            .filter(|clause| !is_dependent(clause))
            .map(|clause| without_times(clause)),
    );
    let fits = |text: &String| (4..=chars_max).contains(&text.chars().count());
    versions.retain(fits);
    versions.dedup();
    versions
}

fn is_opening(clause: &str) -> bool {
    OPENINGS.iter().any(|opening| clause.starts_with(opening)) && clause.chars().count() <= 12
}

fn is_dependent(clause: &str) -> bool {
    DEPENDENT.iter().any(|start| clause.starts_with(start))
}

fn without_times(text: &str) -> String {
    TIMES.iter().fold(text.to_owned(), |text, time| text.replace(time, "")).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_taken() {
        let check = |sentence: &str, expected: &str| {
            let made = shortened(sentence, 24);
            assert_eq!(made.first().map(String::as_str), Some(expected), "{made:?}");
        };
        check("据水务部门介绍，河水水位将在周末缓慢下降。", "河水水位将在周末缓慢下降");
        check("一艘渡轮星期五清晨在北部灯塔附近搁浅。", "一艘渡轮星期五清晨在北部灯塔附近搁浅");
    }
}
