//! The AIGC label in Markdown: a key of the YAML front matter (TC260 practice guide), as one line of
//! JSON, which YAML contains.

use std::ops::Range;

use serde_json::{Map, Value};

use super::{Contents, Edit, Scan, cut_short};
use crate::ProvenanceError;

const FENCE: &str = "---";
const KEY: &str = "AIGC:";

pub(super) fn read(scan: &mut Scan<'_>) -> Contents {
    let text = scan.all().and_then(|bytes| String::from_utf8(bytes).ok());
    let label = text.as_deref().and_then(|text| {
        let matter = front_matter(text)?;
        let (_, value) = label(text, &matter)?;
        Some(value.to_string().into_bytes())
    });
    Contents { xmp: None, aigc: label }
}

pub(super) fn write(scan: &mut Scan<'_>, to: &Contents) -> Result<Vec<Edit>, ProvenanceError> {
    let Some(new) = &to.aigc else { return Ok(Vec::new()) };
    let text = scan.all().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or_else(|| cut_short("Markdown"))?;
    let line = [KEY.as_bytes(), b" ", new, b"\n"].concat();
    let Some(matter) = front_matter(&text) else {
        let start = text.len() - text.trim_start_matches('\u{feff}').len();
        let fenced = [FENCE.as_bytes(), b"\n", &line, FENCE.as_bytes(), b"\n\n"].concat();
        return Ok(vec![Edit::insert(start as u64, fenced)]);
    };
    Ok(vec![match label(&text, &matter) {
        Some((old, _)) => Edit::replace(old.start as u64, old.len() as u64, line),
        None => Edit::insert(matter.end as u64, line),
    }])
}

/// The lines between the fences.
fn front_matter(text: &str) -> Option<Range<usize>> {
    let start = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut lines = lines(text, start..text.len());
    let (_, fence) = lines.next()?;
    if fence.trim_end() != FENCE {
        return None;
    }
    let mut begin = None;
    for (span, line) in lines {
        let begin = *begin.get_or_insert(span.start);
        if matches!(line.trim_end(), FENCE | "...") {
            return Some(begin..span.start);
        }
    }
    None
}

/// The lines of the label in the front matter, and what they say: JSON on one line, or keys below.
fn label(text: &str, matter: &Range<usize>) -> Option<(Range<usize>, Value)> {
    let mut lines = lines(text, matter.clone()).skip_while(|(_, line)| !line.starts_with(KEY));
    let (span, first) = lines.next()?;
    let inline = first.strip_prefix(KEY)?.trim();
    let inline =
        inline.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(inline);
    let mut end = span.end;
    let mut below = Map::new();
    for (span, line) in lines.take_while(|(_, line)| line.starts_with([' ', '\t'])) {
        end = span.end;
        if let Some((key, value)) = line.trim().split_once(':') {
            let bare = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
            below.insert(bare(key), Value::String(bare(value)));
        }
    }
    let value = serde_json::from_str(inline).unwrap_or(Value::Object(below));
    Some((span.start..end, value))
}

/// Lines with their ends, and where they lie.
fn lines(text: &str, span: Range<usize>) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut start = span.start;
    text.get(span).unwrap_or_default().split_inclusive('\n').map(move |line| {
        let span = start..start + line.len();
        start = span.end;
        (span, line)
    })
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use serde_json::json;

    use super::*;
    use crate::metadata::edits::Edited;

    const NEW: &str = r#"{"Label":"1"}"#;

    fn labelled(text: &str) -> String {
        let mut source = Cursor::new(text);
        let to = Contents { xmp: None, aigc: Some(NEW.as_bytes().to_vec()) };
        let edits = write(&mut Scan::new(&mut source).unwrap(), &to).unwrap();
        let mut made = String::new();
        Edited::new(source, edits).unwrap().read_to_string(&mut made).unwrap();
        made
    }

    fn found(text: &str) -> Option<Value> {
        let (_, value) = label(text, &front_matter(text)?)?;
        Some(value)
    }

    #[test]
    fn the_label_stands_once_in_the_front_matter() {
        let line = format!("AIGC: {NEW}\n");
        let cases = [
            ("# Title\n", format!("---\n{line}---\n\n# Title\n")),
            ("\u{feff}text", format!("\u{feff}---\n{line}---\n\ntext")),
            ("---\na: b\n---\ntext", format!("---\na: b\n{line}---\ntext")),
            ("---\nAIGC: {\"Label\":\"2\"}\na: b\n---\n", format!("---\n{line}a: b\n---\n")),
            ("---\nAIGC:\n  Label: '2'\n  X: y\na: b\n...\n", format!("---\n{line}a: b\n...\n")),
            ("---\nno end\n", format!("---\n{line}---\n\n---\nno end\n")),
        ];
        for (text, expected) in cases {
            let made = labelled(text);
            assert_eq!(made, expected);
            assert_eq!(found(&made), Some(json!({ "Label": "1" })));
            assert_eq!(labelled(&made), made);
        }
        let below = "---\nAIGC:\n  Label: '2'\n  \"ProduceID\": 7\n---\n";
        assert_eq!(found(below), Some(json!({ "Label": "2", "ProduceID": "7" })));
        assert_eq!(found("text\n---\nAIGC: {}\n---\n"), None);
    }
}
