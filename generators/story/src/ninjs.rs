//! A story as IPTC ninjs 3.1.

use serde_json::{Map, Value, json};

use crate::{Chapter, Story, sentences::of_chapter};

const MADE_BY_MODEL: &str =
    "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
const SCHEMA: &str = "https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json";

/// Where the parts of a story can be fetched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Links {
    /// The story as HTML.
    pub html: Option<String>,
    /// The story as EPUB.
    pub epub: Option<String>,
    /// Its signed manifest.
    pub manifest: Option<String>,
    /// The picture of each chapter, in their order.
    pub pictures: Vec<Option<String>>,
    /// The narration of each chapter, in their order.
    pub narrations: Vec<Option<String>>,
}

/// A ninjs 3.1 object (the first version that has `digitalSourceType`): the text as plain text and XHTML, its renditions, its pictures and sounds as
/// associations, and the digital source type that says it was made by a model.
///
/// Links that are no web address are left out.
pub fn ninjs(story: &Story, links: &Links) -> Value {
    let mut item = Map::new();
    item.insert("uri".into(), uri(&story.identifier).into());
    item.insert("standard".into(), json!({"name": "ninjs", "version": "3.1", "schema": SCHEMA}));
    item.insert("type".into(), "composite".into());
    item.insert("representationType".into(), "full".into());
    if let Ok(time) = story.modified_utc() {
        item.insert("versionCreated".into(), time.into());
    }
    // What may be published is decided by people, later.
    item.insert("pubStatus".into(), "withheld".into());
    item.insert("language".into(), story.language.clone().into());
    item.insert("title".into(), story.title.clone().into());
    item.insert("by".into(), story.publisher.clone().into());
    item.insert("edNote".into(), story.notice.clone().into());
    item.insert("usageTerms".into(), story.notice.clone().into());
    item.insert("headlines".into(), json!([{"role": "main", "value": story.title}]));
    if !story.summary.trim().is_empty() {
        item.insert("descriptions".into(), json!([{"role": "summary", "value": story.summary}]));
    }
    item.insert("bodies".into(), bodies(story));
    item.insert("infoSources".into(), sources(story));
    item.insert("digitalSourceType".into(), source_type("trainedAlgorithmicMedia"));
    item.insert("renditions".into(), renditions(links));
    item.insert("associations".into(), associations(story, links));
    if let Some(manifest) = links.manifest.as_deref().and_then(web) {
        let role = "https://c2pa.org/";
        item.insert(
            "trustIndicators".into(),
            json!([{"role": role, "title": "Content Credentials", "href": manifest}]),
        );
    }
    item.retain(|_, value| !value.as_array().is_some_and(Vec::is_empty));
    Value::Object(item)
}

fn source_type(name: &str) -> Value {
    json!({"name": name, "uri": MADE_BY_MODEL})
}

/// An identifier as a URI; what is none becomes a URN by escaping.
fn uri(identifier: &str) -> String {
    let known = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(c);
    let scheme = identifier.split(':').next().unwrap_or_default();
    let named = identifier.contains(':') && scheme.chars().all(|c| c.is_ascii_alphanumeric());
    let begins = scheme.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    if named && begins && identifier.chars().all(known) {
        return identifier.to_owned();
    }
    let escaped: String = identifier.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("urn:x-imprimatur:{escaped}")
}

/// An address as it stands, if it may be linked.
fn web(url: &str) -> Option<String> {
    crate::xml::link(url).map(|_| url.to_owned())
}

fn bodies(story: &Story) -> Value {
    let plain = story
        .chapters
        .iter()
        .map(|chapter| format!("{}\n\n{}", chapter.heading.trim(), chapter.text.trim()))
        .collect::<Vec<_>>()
        .join("\n\n");
    let plain = format!("{}\n\n{plain}", story.notice);
    let mut xhtml = format!("<p>{}</p>", crate::xml::escape(&story.notice));
    for chapter in &story.chapters {
        xhtml.push_str(&rich(chapter));
    }
    json!([
        {"role": "text", "contentType": "text/plain", "charCount": plain.chars().count(), "value": plain},
        {"role": "xhtml", "contentType": "application/xhtml+xml", "value": format!("<div>{xhtml}</div>")},
    ])
}

fn rich(chapter: &Chapter) -> String {
    let mut page = format!("<h2>{}</h2>", crate::xml::escape(&chapter.heading));
    for paragraph in of_chapter(chapter) {
        let (Some(first), Some(last)) = (paragraph.first(), paragraph.last()) else { continue };
        let text = chapter.text.get(first.range.start..last.range.end).unwrap_or_default();
        page.push_str(&format!("<p>{}</p>", crate::xml::escape(text)));
    }
    page
}

fn sources(story: &Story) -> Value {
    let mut found: Vec<Value> = Vec::new();
    for source in story.chapters.iter().flat_map(|chapter| &chapter.sources) {
        let mut row = Map::new();
        if !source.title.trim().is_empty() {
            row.insert("name".into(), source.title.clone().into());
        }
        if let Some(url) = web(&source.url) {
            row.insert("uri".into(), url.into());
        }
        if !row.is_empty() && !found.iter().any(|other| other == &Value::Object(row.clone())) {
            found.push(row.into());
        }
    }
    Value::Array(found)
}

fn renditions(links: &Links) -> Value {
    let rows = [("html", &links.html, "text/html"), ("epub", &links.epub, "application/epub+zip")];
    let rows = rows.into_iter().filter_map(|(name, link, kind)| {
        let href = link.as_deref().and_then(web)?;
        Some(json!({"name": name, "href": href, "contentType": kind}))
    });
    rows.collect()
}

fn associations(story: &Story, links: &Links) -> Value {
    let mut rows = Vec::new();
    for (at, chapter) in story.chapters.iter().enumerate() {
        let link = |list: &[Option<String>]| list.get(at).cloned().flatten();
        if let (Some(picture), Some(url)) = (&chapter.picture, link(&links.pictures)) {
            let part = (picture.part.media_type.as_str(), picture.part.bytes.len());
            rows.extend(association(&format!("picture-{}", at + 1), "picture", &url, part, None));
        }
        if let (Some(narration), Some(url)) = (&chapter.narration, link(&links.narrations)) {
            let part = (narration.part.media_type.as_str(), narration.part.bytes.len());
            let seconds = Some(narration.length_ms as f64 / 1_000.0);
            rows.extend(association(
                &format!("narration-{}", at + 1),
                "audio",
                &url,
                part,
                seconds,
            ));
        }
    }
    // What a picture shows is said in its description.
    for row in &mut rows {
        let name = row.get("name").and_then(Value::as_str).unwrap_or_default();
        let at = name.strip_prefix("picture-").and_then(|number| number.parse::<usize>().ok());
        let chapter = at.and_then(|number| story.chapters.get(number - 1));
        let alt = chapter.and_then(|chapter| chapter.picture.as_ref()).map(|p| p.alt.clone());
        if let (Some(alt), Some(row)) = (alt, row.as_object_mut()) {
            row.insert("descriptions".into(), json!([{"role": "alternativeText", "value": alt}]));
        }
    }
    Value::Array(rows)
}

fn association(
    name: &str,
    kind: &str,
    url: &str,
    (media_type, bytes): (&str, usize),
    seconds: Option<f64>,
) -> Option<Value> {
    let href = web(url)?;
    let mut file = json!({
        "name": "original", "href": href, "contentType": media_type, "sizeInBytes": bytes,
    });
    if let (Some(seconds), Some(file)) = (seconds, file.as_object_mut()) {
        file.insert("duration".into(), seconds.into());
    }
    Some(json!({
        "name": name, "uri": href, "type": kind,
        "digitalSourceType": source_type("trainedAlgorithmicMedia"),
        "renditions": [file],
    }))
}
