//! A story as one HTML file that needs nothing else.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    Chapter, Part, Story,
    epub::{figure, list, paragraphs},
    sentences::{Sentence, of_chapter},
    words::{self, Words},
    xml::escape,
};

const STYLE: &str = include_str!("style.css");
/// Lights up the sentence that is heard; the page reads and sounds as well without it.
const SCRIPT: &str = include_str!("follow.js");

/// One HTML file with everything in it: pictures and sound as `data:` addresses, its own style, a
/// small script that marks the sentence that is heard. The AI notice is on top and stays in sight.
///
/// Whatever the texts hold, the page is well-formed; what EPUBs refuse (WAV, FLAC) may be heard
/// here where browsers play it.
pub fn html(story: &Story) -> String {
    let said = words::of(&story.language);
    let (language, title) = (escape(&story.language), escape(&story.title));
    let (notice, publisher) = (escape(&story.notice), escape(&story.publisher));
    let date = story.modified_utc().map_or(String::new(), |time| {
        let day = time.get(..10).unwrap_or_default().to_owned();
        format!(" · <time datetime=\"{time}\">{day}</time>")
    });
    let cover = story.cover.as_ref().map_or(String::new(), |picture| {
        figure(&address(&picture.part), &picture.alt, picture.caption.as_deref())
    });
    let chapters: String = story
        .chapters
        .iter()
        .enumerate()
        .map(|(at, chapter)| section(chapter, at + 1, &said))
        .collect();
    let contents = contents(story, &said);
    let credits = list(said.credits, "h2", &story.credits);
    let summary = escape(&story.summary);
    format!(
        r#"<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="imprimatur">
<meta name="description" content="{summary}">
<title>{title}</title>
<style>
{STYLE}</style>
</head>
<body>
<aside class="label" role="note">{notice}</aside>
<header>
<h1>{title}</h1>
<p class="summary">{summary}</p>
<p class="by">{publisher}{date}</p>
{cover}</header>
{contents}<main>
{chapters}</main>
<footer>
{credits}<p>{notice}</p>
</footer>
<script>
{SCRIPT}</script>
</body>
</html>
"#
    )
}

fn contents(story: &Story, said: &Words) -> String {
    if story.chapters.len() < 2 {
        return String::new();
    }
    let lines: String = (1..)
        .zip(&story.chapters)
        .map(|(number, chapter)| {
            format!("<li><a href=\"#c{number}\">{}</a></li>\n", title(chapter, number))
        })
        .collect();
    let name = said.contents;
    format!(
        "<nav aria-labelledby=\"contents\">\n<h2 id=\"contents\">{name}</h2>\n<ol>\n{lines}</ol>\n</nav>\n"
    )
}

fn title(chapter: &Chapter, number: usize) -> String {
    let heading = escape(chapter.heading.trim());
    if heading.trim().is_empty() { number.to_string() } else { heading }
}

fn section(chapter: &Chapter, number: usize, said: &Words) -> String {
    let heading = title(chapter, number);
    let picture = chapter.picture.as_ref().map_or(String::new(), |picture| {
        figure(&address(&picture.part), &picture.alt, picture.caption.as_deref())
    });
    let sound = chapter.narration.as_ref().map_or(String::new(), |narration| {
        format!(
            "    <audio controls preload=\"metadata\" aria-label=\"{}: {heading}\" src=\"{}\"></audio>\n",
            said.listen,
            address(&narration.part)
        )
    });
    let heard = |sentence: &Sentence| match sentence.heard {
        Some((from, to)) => format!(" data-from=\"{from}\" data-to=\"{to}\""),
        None => String::new(),
    };
    let text = paragraphs(&chapter.text, &of_chapter(chapter), &format!("c{number}"), heard);
    let sources = list(said.sources, "h3", &chapter.sources);
    format!(
        "  <article id=\"c{number}\" aria-labelledby=\"h{number}\">\n    <h2 id=\"h{number}\">{heading}</h2>\n{picture}{sound}{text}{sources}  </article>\n"
    )
}

/// A file as a `data:` address. A media type that is none becomes one that shows nothing.
fn address(part: &Part) -> String {
    let kind: String = part.media_type.chars().filter(|c| !c.is_whitespace()).collect();
    let known = |c: char| c.is_ascii_alphanumeric() || "/+-.;=".contains(c);
    let media = kind.starts_with("image/") || kind.starts_with("audio/");
    let kind =
        if media && kind.chars().all(known) { kind } else { "application/octet-stream".to_owned() };
    format!("data:{kind};base64,{}", STANDARD.encode(&part.bytes))
}
