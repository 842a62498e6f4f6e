//! Chinese slips.

use super::{Lots, Slip, spread};

/// Characters that are written for one another, a line a group of the same sound or shape.
const GROUPS: &str = "的地得 在再 做作 像象向 以已 那哪 带戴 即既急级 由有又 是事时市 和合河 与于 \
     进近 请清情晴 因应 由油 成城程 公工功 原员元园 机记计基 理里力利历 生声升 时实十石食 会回惠 \
     分份 年念 经精京 法发 开凯 长常厂场 议义意易 通同痛 过国果 现线限 全权 行型形 定订 正整证政 \
     立力丽 建间件见 新心信欣 主住助注 度渡读 安按案 受收手首守 提题 报抱爆 任认人 查差 包保宝饱 \
     防方房访 察查 干赶感 解接结节界 门们 末未 侯候 贷货 拔拨 竟竞 辨辩 燥躁 搏博 历厉 复覆 陪赔 \
     水睡税 学雪 院员 校笑效 交教叫 病并 工公 课客 雨语与 冰兵 化画话 比笔 赛塞 票飘 部步布";

const CONTEXT: &str = "的地得在再做作像象以已那哪";

/// About one slip in twenty-five characters.
pub(crate) fn slips(chars: &[char], lots: &mut Lots) -> Vec<Slip> {
    let mut slips = Vec::new();
    for _ in 0..chars.len() / 20 + 1 {
        let at = lots.below(chars.len());
        let slip = match lots.below(10) {
            0..=3 => from(chars, at, &|c| !CONTEXT.contains(c), "wrong character", lots),
            4 | 5 => from(chars, at, &|c| "的地得".contains(c), "de", lots),
            6 => {
                from(chars, at, &|c| CONTEXT.contains(c) && !"的地得".contains(c), "context", lots)
            }
            7 => doubled(chars, at),
            _ => mark(chars, at, lots),
        };
        slips.extend(slip);
    }
    spread(slips, 2)
}

fn han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// The first character from a place on that has a group and that is wanted.
fn from(
    chars: &[char],
    at: usize,
    wanted: &dyn Fn(char) -> bool,
    kind: &'static str,
    lots: &mut Lots,
) -> Option<Slip> {
    let places = (at..chars.len()).chain(0..at);
    for place in places {
        let c = chars[place];
        let groups: Vec<&str> =
            GROUPS.split_whitespace().filter(|group| group.contains(c)).collect();
        if !wanted(c) || groups.is_empty() {
            continue;
        }
        let others: Vec<char> = lots.pick(&groups).chars().filter(|other| *other != c).collect();
        let wrong = lots.pick(&others).to_string();
        return Some(Slip { start: place, end: place + 1, wrong, kind });
    }
    None
}

fn doubled(chars: &[char], at: usize) -> Option<Slip> {
    let c = chars[at];
    han(c).then(|| Slip {
        start: at,
        end: at + 1,
        wrong: format!("{c}{c}"),
        kind: "doubled character",
    })
}

fn mark(chars: &[char], at: usize, lots: &mut Lots) -> Option<Slip> {
    let place = (at..chars.len()).find(|place| matches!(chars[*place], '，' | '。'))?;
    let c = chars[place];
    let (wrong, kind) = match (lots.below(2), c) {
        (0, '，') => (",".to_owned(), "half width"),
        (0, _) => (".".to_owned(), "half width"),
        _ => (format!("{c}{c}"), "doubled mark"),
    };
    Some(Slip { start: place, end: place + 1, wrong, kind })
}
