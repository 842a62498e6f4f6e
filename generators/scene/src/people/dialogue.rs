//! Answers by rules: what was meant, what is here, what was said before.

use super::{
    Memory,
    intents::{Intent, given_name, intent},
    phrases,
};
use crate::{
    brief::clean,
    document::{Document, Doing, Mood},
    feedback::{Hour, Weather},
    place,
};

/// What a character answers and does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) says: String,
    pub(crate) does: Doing,
    pub(crate) mood: Mood,
    /// A node that the character turns and points to.
    pub(crate) shows: Option<String>,
    /// Whether the character comes nearer.
    pub(crate) comes: bool,
    /// What was meant, for the record.
    pub(crate) meant: String,
}

/// Where a talk takes place.
pub(crate) struct Setting<'a> {
    pub(crate) document: &'a Document,
    pub(crate) id: &'a str,
}

/// What the first character says when a scene opens.
pub(super) fn opening(name: &str, role: &str, chinese: bool, number: usize) -> String {
    if number > 0 {
        return String::new();
    }
    let role = role_after(role, chinese);
    if chinese {
        format!("你好！我是{name}{role}，一个由人工智能生成的角色。")
    } else {
        format!("Hello! I am {name}{role}, a character made with AI.")
    }
}

/// What a character says who is chosen.
pub(crate) fn greeting(setting: &Setting<'_>, memory: &mut Memory) -> Answer {
    respond(setting, memory, Some(Intent::Greeting), "")
}

/// What a character answers to `text`.
pub(crate) fn answer(setting: &Setting<'_>, memory: &mut Memory, text: &str) -> Answer {
    let text = clean(text);
    let meant = intent(&text);
    let repeated = memory.heard.last().is_some_and(|last| last.eq_ignore_ascii_case(&text));
    if memory.heard.len() >= 8 {
        memory.heard.remove(0);
    }
    memory.heard.push(text.chars().take(120).collect());
    if matches!(meant, Some(Intent::MyName))
        && let Some(name) = given_name(&text)
    {
        memory.visitor = Some(name.clone());
        let says = if setting.chinese() {
            format!("很高兴认识你，{name}。")
        } else {
            format!("Pleased to meet you, {name}.")
        };
        return done(says, Doing::Wave, Mood::Glad, "my_name");
    }
    if let (Some(Intent::Recall), Some(name)) = (meant, &memory.visitor) {
        let says =
            if setting.chinese() { format!("你叫{name}。") } else { format!("You are {name}.") };
        return done(says, Doing::Talk, Mood::Glad, "recall");
    }
    // A thing that is named is shown, whatever else is meant.
    let asks =
        matches!(meant, Some(Intent::Where | Intent::Place | Intent::Goal | Intent::Praise) | None);
    if asks && let Some((id, label)) = setting.named(&text) {
        return show(setting, &id, &label, meant);
    }
    let mut answer = respond(setting, memory, meant, &text);
    if repeated && meant.is_none() {
        let english = "You said that before. I know this place best: ask me what is where.";
        answer.says = if setting.chinese() {
            "你刚才说过了。这里我最熟，问我什么在哪里吧。"
        } else {
            english
        }
        .to_owned();
    }
    answer
}

fn done(says: String, does: Doing, mood: Mood, meant: &str) -> Answer {
    Answer { says, does, mood, shows: None, comes: false, meant: meant.to_owned() }
}

fn show(setting: &Setting<'_>, id: &str, label: &str, meant: Option<Intent>) -> Answer {
    let side = setting.side(id);
    let says = if setting.chinese() {
        let side = match side {
            -1 => "在左边",
            1 => "在右边",
            _ => "就在前面",
        };
        format!("{label}{side}，我指给你看。")
    } else {
        let side = match side {
            -1 => "on the left",
            1 => "on the right",
            _ => "straight ahead",
        };
        format!("The {} is {side}. I am pointing at it.", label.to_lowercase())
    };
    let mood = if meant == Some(Intent::Praise) { Mood::Glad } else { Mood::Calm };
    Answer { shows: Some(id.to_owned()), ..done(says, Doing::Wave, mood, "where") }
}

fn respond(
    setting: &Setting<'_>,
    memory: &mut Memory,
    meant: Option<Intent>,
    text: &str,
) -> Answer {
    let key = meant.map_or("other".to_owned(), |meant| format!("{meant:?}").to_lowercase());
    let times = memory.asked.entry(key.clone()).or_insert(0);
    let later = usize::from(*times > 0);
    *times = times.saturating_add(1);
    if meant == Some(Intent::Goal) {
        memory.goal_told = memory.goal_told.saturating_add(1);
    }
    let (does, mood) = match meant {
        Some(Intent::Greeting | Intent::Farewell | Intent::Wave) => (Doing::Wave, Mood::Glad),
        Some(Intent::Thanks | Intent::Praise) => (Doing::Talk, Mood::Glad),
        Some(Intent::Insult) => (Doing::Idle, Mood::Hurt),
        Some(Intent::Come) => (Doing::Walk, Mood::Glad),
        None | Some(Intent::Where) => (Doing::Talk, Mood::Curious),
        _ => (Doing::Talk, Mood::Calm),
    };
    let chinese = setting.chinese();
    let says = match meant.and_then(phrases::of) {
        Some(phrase) => {
            let pair = if chinese { phrase.chinese } else { phrase.english };
            setting.fill(pair.get(later).copied().unwrap_or_default(), memory)
        }
        None => setting.wonder(memory, later, text),
    };
    Answer { comes: meant == Some(Intent::Come), ..done(says, does, mood, &key) }
}

fn role_after(role: &str, chinese: bool) -> String {
    match (role.is_empty(), chinese) {
        (true, _) => String::new(),
        (false, true) => format!("，{role}"),
        (false, false) => format!(", {}", with_article(role)),
    }
}

fn with_article(role: &str) -> String {
    let first = role.chars().next().unwrap_or_default().to_ascii_lowercase();
    let lower = role.to_lowercase();
    if ["the ", "a ", "an ", "our "].iter().any(|article| lower.starts_with(article)) {
        return role.to_owned();
    }
    format!("{} {role}", if "aeiou".contains(first) { "an" } else { "a" })
}

impl Setting<'_> {
    fn chinese(&self) -> bool {
        self.document.language == "zh"
    }

    /// A thing that the text names by its label or its kind.
    fn named(&self, text: &str) -> Option<(String, String)> {
        let text = text.to_lowercase();
        let found =
            self.document.nodes.iter().filter(|(_, node)| node.shown && !node.label.is_empty());
        found
            .filter(|(_, node)| {
                let label = node.label.to_lowercase();
                let last = label.rsplit(' ').next().unwrap_or_default().to_owned();
                let kind = place::shape_kind(&node.shape);
                [label.as_str(), last.as_str(), kind].iter().any(|name| has_word(&text, name))
            })
            .min_by_key(|(id, _)| id.len())
            .map(|(id, node)| (id.clone(), node.label.clone()))
    }

    /// -1, 0 or 1: left, ahead or right of the viewer.
    fn side(&self, id: &str) -> i32 {
        let camera = &self.document.camera;
        let Some(node) = self.document.nodes.get(id) else { return 0 };
        let ahead = [camera.to[0] - camera.at[0], camera.to[2] - camera.at[2]];
        let there = [node.at[0] - camera.at[0], node.at[2] - camera.at[2]];
        let cross = ahead[0] * there[1] - ahead[1] * there[0];
        let size = (ahead[0].hypot(ahead[1]) * there[0].hypot(there[1])).max(1e-6);
        let sine = cross / size;
        if sine > 0.12 {
            1
        } else if sine < -0.12 {
            -1
        } else {
            0
        }
    }

    /// Labels of what is here, without repeating any.
    fn things(&self) -> Vec<String> {
        let mut labels: Vec<String> = Vec::new();
        for node in self.document.nodes.values().filter(|node| node.shown && !node.label.is_empty())
        {
            if !labels.contains(&node.label) {
                labels.push(node.label.clone());
            }
        }
        labels
    }

    fn wonder(&self, memory: &mut Memory, later: usize, _text: &str) -> String {
        let goal = self.document.characters.get(self.id).map_or("", |c| c.goal.as_str());
        if !goal.is_empty() && memory.goal_told == 0 {
            memory.goal_told = 1;
            let english = "I do not know about that, but this I want to tell you: {goal}";
            return self.fill(
                if self.chinese() {
                    "这个我不清楚，不过我想告诉你：{goal}"
                } else {
                    english
                },
                memory,
            );
        }
        let english = [
            "I do not know about that. Ask me about {thing}, the weather, or what I do here.",
            "I cannot say. You could ask me where {thing} is.",
        ];
        let chinese = [
            "这个我不清楚。可以问我{thing}、天气，或者我在做什么。",
            "我说不上来。你可以问我{thing}在哪里。",
        ];
        let pair = if self.chinese() { chinese } else { english };
        self.fill(pair.get(later).copied().unwrap_or_default(), memory)
    }

    fn fill(&self, pattern: &str, memory: &Memory) -> String {
        let chinese = self.chinese();
        let Some(character) = self.document.characters.get(self.id) else { return String::new() };
        let comma = if chinese { "，" } else { ", " };
        let visitor =
            memory.visitor.as_ref().map_or(String::new(), |name| format!("{comma}{name}"));
        let things = self.things();
        let turn = memory.heard.len() + memory.asked.len();
        let one = things.get(turn % things.len().max(1)).cloned().unwrap_or_default();
        let article = |label: &str| {
            if chinese { label.to_owned() } else { format!("the {}", label.to_lowercase()) }
        };
        let list: Vec<String> = things.iter().take(4).map(|label| article(label)).collect();
        let place = place::place_name(&self.document.place, chinese);
        let place_line = if chinese {
            format!("这里是{place}。")
        } else {
            format!("This is {}.", place.to_lowercase())
        };
        let plain = if character.role.is_empty() {
            (if chinese { "带路的人" } else { "somebody who shows the way" }).to_owned()
        } else if chinese {
            character.role.clone()
        } else {
            with_article(&character.role)
        };
        let goal = if !character.goal.is_empty() {
            character.goal.clone()
        } else if chinese {
            format!("我想带你看看{one}。")
        } else {
            format!("I want to show you {}.", article(&one))
        };
        let values = [
            ("{visitor}", visitor),
            ("{role}", role_after(&character.role, chinese)),
            ("{plain_role}", plain),
            ("{place_line}", place_line),
            ("{things}", list.join(if chinese { "、" } else { ", " })),
            ("{thing}", article(&one)),
            ("{weather_line}", weather_line(self.document.weather, chinese).to_owned()),
            ("{time_line}", time_line(self.document.time, chinese).to_owned()),
            ("{goal}", goal),
            ("{name}", character.name.clone()),
        ];
        fill(pattern, &values)
    }
}

/// Fills in values once; braces inside a value mean nothing.
fn fill(pattern: &str, values: &[(&str, String)]) -> String {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find('{') {
        let (before, after) = rest.split_at(at);
        text.push_str(before);
        match values.iter().find(|(name, _)| after.starts_with(name)) {
            Some((name, value)) => {
                text.push_str(value);
                rest = after.get(name.len()..).unwrap_or_default();
            }
            None => {
                text.push('{');
                rest = after.get(1..).unwrap_or_default();
            }
        }
    }
    text.push_str(rest);
    text
}

fn has_word(text: &str, word: &str) -> bool {
    let free = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let after = text.get(at + word.len()..).unwrap_or_default();
            let after = after.strip_prefix('s').unwrap_or(after);
            let before = text.get(..at).and_then(|head| head.chars().next_back());
            !word.is_ascii() || (free(before) && free(after.chars().next()))
        })
}

fn weather_line(weather: Weather, chinese: bool) -> &'static str {
    match (weather, chinese) {
        (Weather::Clear, false) => "The sky is clear.",
        (Weather::Cloudy, false) => "It is cloudy.",
        (Weather::Rain, false) => "It is raining.",
        (Weather::Snow, false) => "It is snowing.",
        (Weather::Fog, false) => "There is fog.",
        (Weather::Clear, true) => "天气晴朗。",
        (Weather::Cloudy, true) => "天阴多云。",
        (Weather::Rain, true) => "正在下雨。",
        (Weather::Snow, true) => "正在下雪。",
        (Weather::Fog, true) => "有雾。",
    }
}

fn time_line(hour: Hour, chinese: bool) -> &'static str {
    match (hour, chinese) {
        (Hour::Dawn, false) => "It is early morning here.",
        (Hour::Day, false) => "It is the middle of the day here.",
        (Hour::Dusk, false) => "It is evening here.",
        (Hour::Night, false) => "It is night here.",
        (Hour::Dawn, true) => "这里是清晨。",
        (Hour::Day, true) => "这里是白天。",
        (Hour::Dusk, true) => "这里是傍晚。",
        (Hour::Night, true) => "这里是夜里。",
    }
}
