//! A description of a picture for those who do not see it, from what is known without looking: its
//! caption, its metadata and credentials, its size and colours. No picture is recognised here, and
//! the answer says so.

use serde::{Deserialize, Serialize};
use types::Language;

/// Screen readers read about so many characters in one breath.
pub const CHARS_USUAL: usize = 125;
/// Longest caption, title or prompt that is read.
const INPUT_CHARS_MAX: usize = 1000;

/// A colour by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Colour {
    Black,
    White,
    Grey,
    Red,
    Orange,
    Yellow,
    Green,
    Blue,
    Purple,
    Brown,
}

/// What is known about a picture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// What a person says is to be seen.
    pub caption: Option<String>,
    /// The title or description in the picture's metadata or credentials.
    pub title: Option<String>,
    /// What a model was asked to draw.
    pub prompt: Option<String>,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
    /// The colours that cover most of it, the largest first.
    pub colours: Vec<Colour>,
    /// Whether its credentials or metadata say that a model made it.
    pub ai: Option<bool>,
}

/// A description and how it came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AltText {
    /// The description.
    pub text: String,
    /// What it was made from: `caption`, `title`, `prompt`, `colours`, `size`.
    pub from: Vec<&'static str>,
    /// What nobody has looked at, for the writer.
    pub unseen: Vec<String>,
}

/// Describes a picture from what is known. Who or what is to be seen comes from the caption, the title
/// or the prompt alone.
#[must_use]
pub fn describe(facts: &Facts, language: Language) -> AltText {
    let words = Words(language);
    let mut from = Vec::new();
    let said = [("caption", &facts.caption), ("title", &facts.title), ("prompt", &facts.prompt)];
    let said = said.into_iter().find_map(|(name, text)| {
        let text = clean(text.as_deref()?);
        (!text.is_empty()).then_some((name, text))
    });
    let made = facts.ai == Some(true);
    let text = match &said {
        Some(("prompt", text)) => words.prompted(text),
        Some((_, text)) if made => words.made(text),
        Some((_, text)) => text.clone(),
        None => words.plain(facts, made),
    };
    match &said {
        Some((name, _)) => from.push(*name),
        None => {
            from.extend(facts.size.map(|_| "size"));
            from.extend((!facts.colours.is_empty()).then_some("colours"));
        }
    }
    AltText {
        text: short(&text, CHARS_USUAL),
        from,
        unseen: words.unseen(said.as_ref().map(|said| said.0)),
    }
}

/// The colours that cover most of a picture, from its pixels as red, green and blue; at most three,
/// each of at least an eighth.
#[must_use]
pub fn colours(pixels: &[[u8; 3]]) -> Vec<Colour> {
    let mut counts = std::collections::BTreeMap::new();
    for pixel in pixels {
        *counts.entry(colour(*pixel)).or_insert(0_usize) += 1;
    }
    let mut found: Vec<(Colour, usize)> = counts.into_iter().collect();
    found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    found.retain(|(_, count)| count * 8 >= pixels.len());
    found.into_iter().take(3).map(|(colour, _)| colour).collect()
}

fn colour([red, green, blue]: [u8; 3]) -> Colour {
    let (r, g, b) = (i32::from(red), i32::from(green), i32::from(blue));
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let spread = most - least;
    if spread < 28 || spread * 5 < most {
        return match most {
            0..=55 => Colour::Black,
            56..=200 => Colour::Grey,
            _ => Colour::White,
        };
    }
    if most < 45 {
        return Colour::Black;
    }
    let hue = if most == r {
        (60 * (g - b) / spread + 360) % 360
    } else if most == g {
        60 * (b - r) / spread + 120
    } else {
        60 * (r - g) / spread + 240
    };
    match hue {
        0..=18 | 340..=360 => Colour::Red,
        19..=45 if most < 160 => Colour::Brown,
        19..=45 => Colour::Orange,
        46..=68 => Colour::Yellow,
        69..=165 => Colour::Green,
        166..=255 => Colour::Blue,
        _ => Colour::Purple,
    }
}

/// Without control characters, markup and needless blanks.
fn clean(text: &str) -> String {
    let mut inside = false;
    let plain: String = text
        .chars()
        .take(INPUT_CHARS_MAX)
        .filter(|c| {
            match c {
                '<' => inside = true,
                '>' if inside => {
                    inside = false;
                    return false;
                }
                _ => {}
            }
            !inside && (!c.is_control() || *c == '\n') && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cuts at the end of a sentence or a word.
fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let begun: String = text.chars().take(most - 1).collect();
    let sentence = begun.rfind(['.', '。']).filter(|at| *at * 2 > begun.len());
    if let Some(end) =
        sentence.and_then(|at| begun.get(..at + begun.get(at..)?.chars().next()?.len_utf8()))
    {
        return end.to_owned();
    }
    let word = begun.rfind(' ').filter(|at| *at * 2 > begun.len()).and_then(|at| begun.get(..at));
    format!("{}…", word.unwrap_or(&begun).trim_end_matches([',', '，', ' ']))
}

/// The sentences of a language.
#[derive(Debug, Clone, Copy)]
struct Words(Language);

impl Words {
    fn prompted(self, prompt: &str) -> String {
        match self.0 {
            Language::En => format!("AI-generated picture, asked for as: {prompt}"),
            Language::Zh => format!("AI 生成的图片，提示词：{prompt}"),
        }
    }

    fn made(self, text: &str) -> String {
        match self.0 {
            Language::En if !text.to_lowercase().contains("ai-generated") => {
                format!("AI-generated picture: {text}")
            }
            Language::Zh if !text.contains("AI") => format!("AI 生成的图片：{text}"),
            _ => text.to_owned(),
        }
    }

    fn plain(self, facts: &Facts, made: bool) -> String {
        let shape = facts.size.map_or("", |(width, height)| self.shape(width, height));
        let colours: Vec<&str> = facts.colours.iter().map(|colour| self.colour(*colour)).collect();
        match self.0 {
            Language::En => {
                let kind = if made { "AI-generated picture" } else { "Picture" };
                let shape = if shape.is_empty() { String::new() } else { format!(" in {shape}") };
                let mostly = if colours.is_empty() {
                    String::new()
                } else {
                    format!(", mostly {}", colours.join(" and "))
                };
                format!("{kind}{shape}{mostly}. What it shows is not described.")
            }
            Language::Zh => {
                let kind = if made { "AI 生成的" } else { "" };
                let shape = if shape.is_empty() { "图片" } else { shape };
                let mostly = if colours.is_empty() {
                    String::new()
                } else {
                    format!("，以{}为主", colours.join("、"))
                };
                format!("{kind}{shape}{mostly}。画面内容尚无描述。")
            }
        }
    }

    const fn shape(self, width: u32, height: u32) -> &'static str {
        let (wide, tall) =
            (width as u64 * 10 > height as u64 * 11, height as u64 * 10 > width as u64 * 11);
        match (self.0, wide, tall) {
            (Language::En, true, _) => "landscape format",
            (Language::En, _, true) => "portrait format",
            (Language::En, ..) => "square format",
            (Language::Zh, true, _) => "横幅图片",
            (Language::Zh, _, true) => "竖幅图片",
            (Language::Zh, ..) => "方形图片",
        }
    }

    const fn colour(self, colour: Colour) -> &'static str {
        let [english, chinese] = match colour {
            Colour::Black => ["black", "黑色"],
            Colour::White => ["white", "白色"],
            Colour::Grey => ["grey", "灰色"],
            Colour::Red => ["red", "红色"],
            Colour::Orange => ["orange", "橙色"],
            Colour::Yellow => ["yellow", "黄色"],
            Colour::Green => ["green", "绿色"],
            Colour::Blue => ["blue", "蓝色"],
            Colour::Purple => ["purple", "紫色"],
            Colour::Brown => ["brown", "棕色"],
        };
        match self.0 {
            Language::En => english,
            Language::Zh => chinese,
        }
    }

    fn unseen(self, said: Option<&str>) -> Vec<String> {
        let [looked, source] = match self.0 {
            Language::En => [
                "No program has looked at what the picture shows: check it before publishing.",
                "Whether the picture shows what was asked for is not known.",
            ],
            Language::Zh => {
                ["没有程序看过画面内容：发布前请核对。", "画面是否与提示词一致，尚不可知。"]
            }
        };
        let mut unseen = vec![looked.to_owned()];
        if said == Some("prompt") {
            unseen.push(source.to_owned());
        }
        unseen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_said() {
        let check = |facts: Facts, language, expected: &str| {
            assert_eq!(describe(&facts, language).text, expected);
        };
        let caption = Some("A ferry at the\u{202e} <b>quay</b>\n in rain".to_owned());
        check(Facts { caption, ..Facts::default() }, Language::En, "A ferry at the quay in rain");
        let prompt = Some("a harbour at dawn".to_owned());
        check(
            Facts { prompt, ai: Some(true), ..Facts::default() },
            Language::En,
            "AI-generated picture, asked for as: a harbour at dawn",
        );
        let bare = Facts {
            size: Some((800, 600)),
            colours: vec![Colour::Blue, Colour::Grey],
            ..Facts::default()
        };
        check(
            bare.clone(),
            Language::En,
            "Picture in landscape format, mostly blue and grey. What it shows is not described.",
        );
        check(bare, Language::Zh, "横幅图片，以蓝色、灰色为主。画面内容尚无描述。");
    }

    #[test]
    fn long_captions_are_cut_at_a_word() {
        let caption = Some("word ".repeat(400));
        let text = describe(&Facts { caption, ..Facts::default() }, Language::En).text;
        assert!(text.chars().count() <= CHARS_USUAL && text.ends_with("word…"), "{text}");
    }

    #[test]
    fn pixels_have_colours() {
        assert_eq!(colours(&[[20, 60, 200]; 10]), [Colour::Blue]);
        assert_eq!(colours(&[[250, 250, 250]; 3]), [Colour::White]);
        assert_eq!(colours(&[[100, 60, 20]; 3]), [Colour::Brown]);
        assert_eq!(colours(&[]), []);
    }
}
