//! The pages of a book as XHTML.

use super::{files::Files, navigation::heading};
use crate::{
    Credit, Story,
    sentences::Sentence,
    words,
    xml::{escape, link},
};

/// A page with `body` in it.
pub(super) fn page(story: &Story, title: &str, body: &str) -> String {
    let language = escape(&story.language);
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="{language}" xml:lang="{language}">
<head>
  <meta charset="UTF-8"/>
  <title>{title}</title>
  <link rel="stylesheet" type="text/css" href="style.css"/>
</head>
<body>
{body}</body>
</html>
"#
    )
}

pub(super) fn cover(story: &Story, files: &Files<'_>) -> String {
    let said = words::of(&story.language);
    let picture = files.face().zip(story.face()).map_or(String::new(), |(file, picture)| {
        format!(
            "    <p class=\"face\"><img src=\"{}\" alt=\"{}\"/></p>\n",
            file.name,
            escape(&picture.alt)
        )
    });
    let body = format!(
        "  <section epub:type=\"cover\" class=\"cover\">\n{picture}    <p class=\"title\">{}</p>\n    <p class=\"publisher\">{}</p>\n    <p class=\"label\">{}</p>\n  </section>\n",
        escape(&story.title),
        escape(&story.publisher),
        escape(&story.notice)
    );
    page(story, said.cover, &body)
}

pub(super) fn notice(story: &Story) -> String {
    let said = words::of(&story.language);
    let summary = escape(&story.summary);
    let mut body = format!(
        "  <section epub:type=\"frontmatter\" class=\"notice\">\n    <h1>{}</h1>\n    <p class=\"label\">{}</p>\n",
        said.notice,
        escape(&story.notice)
    );
    if !summary.trim().is_empty() {
        body.push_str(&format!("    <p>{summary}</p>\n"));
    }
    body.push_str(&format!("    <p>{} {}</p>\n", said.published, escape(&story.publisher)));
    body.push_str(&list(said.credits, "h2", &story.credits));
    if files_are_signed(story) {
        body.push_str(&format!("    <p class=\"small\">{}</p>\n", said.files));
    }
    body.push_str("  </section>\n");
    page(story, said.notice, &body)
}

fn files_are_signed(story: &Story) -> bool {
    let pictures = story.chapters.iter().filter_map(|chapter| chapter.picture.as_ref());
    let sounds = story.chapters.iter().filter_map(|chapter| chapter.narration.as_ref());
    let parts = pictures.chain(&story.cover).map(|p| &p.part).chain(sounds.map(|s| &s.part));
    parts.into_iter().any(|part| part.sidecar.is_some())
}

pub(super) fn chapter(story: &Story, files: &Files<'_>, at: usize) -> String {
    let said = words::of(&story.language);
    let (Some(chapter), Some(file)) = (story.chapters.get(at), files.chapters.get(at)) else {
        return page(story, "", "");
    };
    let heading = heading(story, at);
    let picture = file.picture.as_ref().zip(chapter.picture.as_ref());
    let figure = picture.map_or(String::new(), |(file, picture)| {
        figure(&file.name, &picture.alt, picture.caption.as_deref())
    });
    let text = paragraphs(&chapter.text, &file.paragraphs, "", |_| String::new());
    let sources = list(said.sources, "h2", &chapter.sources);
    let body = format!(
        "  <section epub:type=\"chapter\" role=\"doc-chapter\" aria-labelledby=\"heading\" class=\"chapter\">\n    <p class=\"number\" aria-hidden=\"true\">{}</p>\n    <h1 id=\"heading\">{heading}</h1>\n{figure}{text}{sources}  </section>\n",
        file.number
    );
    page(story, &heading, &body)
}

/// A picture with its caption.
pub(crate) fn figure(source: &str, alt: &str, caption: Option<&str>) -> String {
    let caption = caption.map(escape).filter(|caption| !caption.trim().is_empty());
    let caption = caption.map_or(String::new(), |said| format!("<figcaption>{said}</figcaption>"));
    format!("    <figure><img src=\"{source}\" alt=\"{}\"/>{caption}</figure>\n", escape(alt))
}

/// Paragraphs whose sentences can be pointed at; `prefix` tells chapters of one file apart.
pub(crate) fn paragraphs(
    text: &str,
    paragraphs: &[Vec<Sentence>],
    prefix: &str,
    more: impl Fn(&Sentence) -> String,
) -> String {
    let mut page = String::with_capacity(text.len() * 2);
    let mut number = 0;
    for (at, sentences) in paragraphs.iter().enumerate() {
        let lead = if at == 0 { " class=\"lead\"" } else { "" };
        page.push_str(&format!("    <p id=\"{prefix}p{}\"{lead}>", at + 1));
        let mut end = sentences.first().map_or(0, |first| first.range.start);
        for sentence in sentences {
            number += 1;
            // White space between sentences is kept as one blank; Chinese has none.
            page.push_str(if sentence.range.start > end { " " } else { "" });
            let said = escape(text.get(sentence.range.clone()).unwrap_or_default());
            page.push_str(&format!(
                "<span id=\"{prefix}s{number}\"{}>{said}</span>",
                more(sentence)
            ));
            end = sentence.range.end;
        }
        page.push_str("</p>\n");
    }
    page
}

/// A list of credits below a heading of level `level`; nothing if there are none.
pub(crate) fn list(title: &str, level: &str, credits: &[Credit]) -> String {
    let lines: String = credits.iter().filter_map(line).collect();
    if lines.is_empty() {
        return String::new();
    }
    format!(
        "    <section class=\"credits\">\n    <{level}>{title}</{level}>\n    <ul>\n{lines}    </ul>\n    </section>\n"
    )
}

fn line(credit: &Credit) -> Option<String> {
    let (title, url) = (escape(credit.title.trim()), escape(credit.url.trim()));
    let shown = if title.trim().is_empty() { &url } else { &title };
    if shown.trim().is_empty() {
        return None;
    }
    Some(match link(credit.url.trim()) {
        Some(target) => format!("      <li><a href=\"{target}\">{shown}</a></li>\n"),
        None if url.is_empty() || shown == &url => format!("      <li>{shown}</li>\n"),
        None => format!("      <li>{shown} ({url})</li>\n"),
    })
}
