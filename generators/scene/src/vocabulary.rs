//! The words of a prompt that scenes know.

use crate::feedback::{Hour, Weather};

/// What a prompt asks for.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Wish {
    /// The kind of place, if one was named.
    pub(crate) place: Option<&'static str>,
    pub(crate) hour: Option<Hour>,
    pub(crate) weather: Option<Weather>,
    /// Things and how many.
    pub(crate) things: Vec<(&'static str, usize)>,
    /// Words that mean nothing here.
    pub(crate) unknown: Vec<String>,
}

/// What a word means.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    Place(&'static str),
    Hour(Hour),
    Weather(Weather),
    Thing(&'static str),
    Count(usize),
    Nothing,
}

use Meaning::{Count, Nothing, Place, Thing};

/// Words with one meaning, parted by blanks.
const WORDS: [(Meaning, &str); 70] = [
    (Place("harbour"), "harbour harbor port dock docks quay marina pier 港口 海港 码头 渔港 港"),
    (Place("market"), "market bazaar stalls 集市 市场 菜市场 夜市"),
    (Place("street"), "street city town avenue downtown 街道 城市 街 大街 城镇"),
    (Place("mountain"), "mountain mountains alps alpine peak peaks valley 山 高山 群山 山谷 雪山"),
    (Place("studio"), "studio newsroom broadcast 演播室 演播厅 新闻编辑部 编辑部 直播间"),
    (Place("park"), "park garden gardens 公园 花园"),
    (Place("beach"), "beach coast shore seaside sea ocean island 海滩 沙滩 海边 海岸 大海 海"),
    (Place("village"), "village hamlet 村庄 村子 小村 村"),
    (Place("forest"), "forest wood woods woodland 森林 树林"),
    (Place("desert"), "desert dunes oasis 沙漠"),
    (Place("field"), "field fields farm meadow countryside 田野 农场 草地 乡村 麦田"),
    (Place("river"), "river riverside stream canal 河 河边 江 江边 运河"),
    (Place("lake"), "lake pond 湖 湖边 池塘"),
    (Place("plaza"), "square plaza courtyard place 广场"),
    (Meaning::Hour(Hour::Dawn), "dawn sunrise morning daybreak 黎明 清晨 早晨 日出"),
    (Meaning::Hour(Hour::Day), "day daytime noon midday afternoon 白天 中午 下午"),
    (Meaning::Hour(Hour::Dusk), "dusk sunset evening twilight 黄昏 傍晚 日落"),
    (Meaning::Hour(Hour::Night), "night midnight moonlight nighttime 夜晚 夜里 晚上 深夜 午夜 夜"),
    (Meaning::Weather(Weather::Clear), "clear sunny sunshine bright 晴朗 晴天 阳光 晴"),
    (Meaning::Weather(Weather::Cloudy), "cloudy overcast grey clouds 多云 阴天"),
    (Meaning::Weather(Weather::Rain), "rain rainy raining storm stormy 下雨 雨天 雨中 雨"),
    (Meaning::Weather(Weather::Snow), "snow snowy snowing winter 下雪 雪天 雪中 冬天 雪"),
    (Meaning::Weather(Weather::Fog), "fog foggy mist misty 有雾 大雾 雾"),
    (Thing("boat"), "boat fishing ship ferry 渔船 小船 船"),
    (Thing("sailboat"), "sailboat sail sails yacht 帆船"),
    (Thing("lighthouse"), "lighthouse beacon 灯塔"),
    (Thing("house"), "house home cottage hut cabin 房子 小屋 屋"),
    (Thing("church"), "church chapel 教堂"),
    (Thing("tower"), "tower clocktower 塔楼 钟楼 塔"),
    (Thing("windmill"), "windmill mill 风车"),
    (Thing("castle"), "castle fortress palace 城堡"),
    (Thing("bridge"), "bridge 桥"),
    (Thing("car"), "car taxi truck van 汽车 车"),
    (Thing("train"), "train tram 火车 列车"),
    (Thing("balloon"), "balloon 热气球 气球"),
    (Thing("bicycle"), "bicycle bike 自行车"),
    (Thing("tree"), "tree oak 大树 树"),
    (Thing("pine"), "pine fir 松树 松"),
    (Thing("palm"), "palm 棕榈"),
    (Thing("cactus"), "cactus cacti 仙人掌"),
    (Thing("bush"), "bush shrub hedge 灌木"),
    (Thing("flowers"), "flower bloom tulip rose 花"),
    (Thing("rock"), "rock stone boulder 岩石 石头"),
    (Thing("stall"), "stall stand kiosk vendor 摊位 摊"),
    (Thing("bench"), "bench 长椅"),
    (Thing("streetlamp"), "lamp lantern streetlamp streetlight 路灯 灯笼"),
    (Thing("crates"), "crate box cargo 箱子"),
    (Thing("barrel"), "barrel 木桶"),
    (Thing("fence"), "fence 篱笆 栅栏"),
    (Thing("fountain"), "fountain 喷泉"),
    (Thing("parasol"), "parasol umbrella 阳伞 伞"),
    (Thing("flag"), "flag banner 旗帜 旗"),
    (Thing("desk"), "desk 播报台"),
    (Thing("screen"), "screen 屏幕"),
    (Thing("spotlight"), "spotlight 聚光灯"),
    (Thing("camera-rig"), "camera 摄像机"),
    (Thing("sign"), "sign signpost 路标"),
    (Thing("campfire"), "campfire fire bonfire 篝火"),
    (Count(1), "1 one single 一"),
    (Count(2), "2 two couple pair 两 二"),
    (Count(3), "3 three few several some 三 几"),
    (Count(4), "4 four 四"),
    (Count(5), "5 five 五"),
    (Count(6), "6 six many 六 许多 很多"),
    (
        Nothing,
        "a an the of in on at with by near to from under over above behind beside before after during and or is are it its there very for up down into this that where while who which as our my his her their be has have",
    ),
    (
        Nothing,
        "scene place view picture show make create please draw me us small big large little old new quiet calm busy lively beautiful pretty cosy warm cold weather time sky full open wide",
    ),
    (
        Nothing,
        "person people man woman character talk talks talking meet speak fisher fisherman sailor harbourmaster baker farmer guide presenter anchor gardener keeper stands standing walks walking waiting waits",
    ),
    (
        Nothing,
        "interactive story live vr ar webxr visitors visitor answer answers questions tell tells about",
    ),
    (
        Nothing,
        "的 一个 一座 一艘 一棵 个 座 艘 棵 只 辆 条 片 和 与 里 上 下 中 旁 旁边 有 在 边 请 画 场景 地方 小 大 老 安静 热闹 美丽 时 时分 天 晚 是 了 着 还 还有",
    ),
    (
        Nothing,
        "人 人物 渔民 水手 面包师 农民 向导 主持人 园丁 守望者 站着 走着 互动 故事 可以 回答 问题 讲述 关于 空 天空 里面",
    ),
];

/// What a prompt asks for. The first place, hour and weather count.
pub(crate) fn read(prompt: &str) -> Wish {
    let mut wish = Wish::default();
    let mut count = None;
    for token in tokens(&prompt.to_lowercase()) {
        match meaning(&token) {
            Some(Place(place)) => {
                wish.place.get_or_insert(place);
            }
            Some(Meaning::Hour(hour)) => {
                wish.hour.get_or_insert(hour);
            }
            Some(Meaning::Weather(weather)) => {
                wish.weather.get_or_insert(weather);
            }
            Some(Thing(thing)) => {
                let (many, room) = (count.unwrap_or(1), wish.things.len() < 24);
                match wish.things.iter_mut().find(|(name, _)| *name == thing) {
                    Some((_, number)) => *number = (*number).max(many),
                    None if room => wish.things.push((thing, many)),
                    None => {}
                }
            }
            Some(Count(number)) => {
                count = Some(number);
                continue;
            }
            Some(Nothing) => continue,
            None => {
                let known = wish.unknown.contains(&token);
                if !known && wish.unknown.len() < 24 {
                    wish.unknown.push(token.chars().take(40).collect());
                }
                continue;
            }
        }
        count = None;
    }
    wish
}

/// What a token means; plurals mean what their singular does.
fn meaning(token: &str) -> Option<Meaning> {
    let found = |token: &str| {
        let row = WORDS.iter().find(|(_, words)| words.split(' ').any(|word| word == token));
        row.map(|(meaning, _)| *meaning)
    };
    let singular = || token.strip_suffix('s').and_then(found);
    let longer = || token.strip_suffix("es").and_then(found);
    found(token).or_else(singular).or_else(longer)
}

/// Words of letters and digits; of Chinese the longest that is known, or what lies between.
fn tokens(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut run = String::new();
    let mut strange = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if !is_han(first) {
            found.extend(Some(std::mem::take(&mut strange)).filter(|run| !run.is_empty()));
            if first.is_alphanumeric() {
                run.push(first);
            } else {
                found.extend(Some(std::mem::take(&mut run)).filter(|run| !run.is_empty()));
            }
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        found.extend(Some(std::mem::take(&mut run)).filter(|run| !run.is_empty()));
        let longest = WORDS
            .iter()
            .flat_map(|(_, words)| words.split(' '))
            .filter(|word| !word.is_ascii() && rest.starts_with(word))
            .max_by_key(|word| word.len());
        match longest {
            Some(word) => {
                found.extend(Some(std::mem::take(&mut strange)).filter(|run| !run.is_empty()));
                found.push(word.to_owned());
                rest = rest.get(word.len()..).unwrap_or_default();
            }
            None => {
                strange.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    found.extend([strange, run].into_iter().filter(|run| !run.is_empty()));
    found
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_in_both_languages_are_read() {
        let wish = read("A foggy harbour at night with three boats, a lighthouse and a zeppelin");
        assert_eq!(wish.place, Some("harbour"));
        assert_eq!((wish.hour, wish.weather), (Some(Hour::Night), Some(Weather::Fog)));
        assert_eq!(wish.things, [("boat", 3), ("lighthouse", 1)]);
        assert_eq!(wish.unknown, ["zeppelin"]);
        let wish = read("黄昏的渔港，两艘渔船和一座灯塔，还有飞碟");
        assert_eq!(wish.place, Some("harbour"));
        assert_eq!(wish.hour, Some(Hour::Dusk));
        assert_eq!(wish.things, [("boat", 2), ("lighthouse", 1)]);
        assert_eq!(wish.unknown, ["飞碟"]);
    }
}
