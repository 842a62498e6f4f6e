//! The words on a picture.

use crate::{
    brief::clean,
    document::{Document, Layout},
};

/// The label, and the words of an advertisement or of whoever speaks.
pub(super) fn words(document: &Document) -> String {
    let fonts = "font-family=\"system-ui, 'Noto Sans', 'Noto Sans CJK SC', sans-serif\"";
    let mut page = String::new();
    let notice = clean(&document.notice);
    let width = text_width(&notice, 18.6) + 28.0;
    page.push_str(&format!(
        "<g {fonts}><rect x=\"{:.0}\" y=\"14\" width=\"{width:.0}\" height=\"36\" rx=\"6\" fill=\"#14181f\" fill-opacity=\"0.88\"/><text x=\"{:.0}\" y=\"38\" font-size=\"18\" font-weight=\"600\" fill=\"#ffffff\">{}</text>",
        1266.0 - width, 1280.0 - width, escape(&notice)
    ));
    if let Some(advert) = &document.advert {
        page.push_str(&advert_words(advert));
    }
    let speaker = document.characters.values().find(|character| !character.says.is_empty());
    if let Some(speaker) = speaker {
        let lines = wrapped(&format!("{}: {}", speaker.name, speaker.says), 24.0, 1_000.0);
        let top = 690.0 - lines.len() as f32 * 32.0;
        page.push_str(&format!("<rect x=\"70\" y=\"{:.0}\" width=\"1140\" height=\"{:.0}\" rx=\"12\" fill=\"#14181f\" fill-opacity=\"0.82\"/>", top - 20.0, lines.len() as f32 * 32.0 + 22.0));
        page.push_str(&lines_at(&lines, (98.0, top + 12.0), 24.0, "#ffffff"));
    }
    page.push_str("</g>\n");
    page
}

/// A panel with headline, copy, price and call.
fn advert_words(advert: &crate::Advert) -> String {
    let (x, width) = match advert.layout {
        Layout::Left => (56.0, 430.0),
        Layout::Right => (794.0, 430.0),
        Layout::Below => (56.0, 1168.0),
    };
    let (big, inner) = (36.0, width - 60.0);
    let head = wrapped(&advert.headline, big, inner);
    let copy = wrapped(&advert.copy, 20.0, inner);
    let price = advert.price.as_ref().map_or(0.0, |_| 40.0);
    let height = head.len() as f32 * 46.0 + copy.len() as f32 * 27.0 + price + 120.0;
    let y = match advert.layout {
        Layout::Below => 700.0 - height,
        Layout::Left | Layout::Right => 370.0 - height / 2.0,
    };
    let left = x + 30.0;
    let mut page = format!(
        "<rect x=\"{x:.0}\" y=\"{y:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" rx=\"18\" fill=\"#ffffff\" fill-opacity=\"0.93\"/>"
    );
    let mut at = y + 54.0;
    page.push_str(&format!(
        "<g font-weight=\"700\">{}</g>",
        lines_at(&head, (left, at), big, "#1d2430")
    ));
    at += head.len() as f32 * 46.0;
    page.push_str(&lines_at(&copy, (left, at - 4.0), 20.0, "#2d3644"));
    at += copy.len() as f32 * 27.0;
    if let Some(price) = &advert.price {
        page.push_str(&lines_at(std::slice::from_ref(price), (left, at + 12.0), 24.0, "#1d2430"));
        at += 40.0;
    }
    let button = text_width(&advert.call, 20.0) + 48.0;
    page.push_str(&format!(
        "<rect x=\"{left:.0}\" y=\"{:.0}\" width=\"{button:.0}\" height=\"46\" rx=\"23\" fill=\"#1d2430\"/>",
        at - 8.0
    ));
    page.push_str(&lines_at(
        std::slice::from_ref(&advert.call),
        (left + 24.0, at + 22.0),
        20.0,
        "#ffffff",
    ));
    page
}

fn lines_at(lines: &[String], (x, y): (f32, f32), size: f32, fill: &str) -> String {
    let step = size * 1.2 + 3.0;
    (0..)
        .zip(lines)
        .map(|(row, line)| {
            let y = y + row as f32 * step;
            format!(
                "<text x=\"{x:.0}\" y=\"{y:.0}\" font-size=\"{size}\" fill=\"{fill}\">{}</text>",
                escape(line)
            )
        })
        .collect()
}

/// About how wide a text is; nothing here knows fonts.
fn text_width(text: &str, size: f32) -> f32 {
    let wide = |c: char| if (c as u32) > 0x2e80 { 1.0 } else { 0.58 };
    text.chars().map(wide).sum::<f32>() * size
}

/// A text in lines; Chinese may break anywhere.
fn wrapped(text: &str, size: f32, width: f32) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in pieces(text) {
        if text_width(&line, size) + text_width(word.trim_end(), size) > width && !line.is_empty() {
            lines.push(line.trim_end().to_owned());
            line = String::new();
        }
        line.push_str(word);
    }
    lines.extend(Some(line.trim_end().to_owned()).filter(|line| !line.is_empty()));
    lines.truncate(6);
    lines
}

fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(|c: char| c.is_whitespace() || (c as u32) > 0x2e80)
}

/// Text for between tags and inside attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if c.is_control() || matches!(c as u32 & 0xffff, 0xfffe | 0xffff) => {
                escaped.push(' ')
            }
            other => escaped.push(other),
        }
    }
    escaped
}
