//! XMP in SVG: inside the element `metadata` of the root (XMP part 3, section 1.1.8; SVG 2, 5.9).

use std::ops::Range;

use quick_xml::{Reader, events::Event};

use super::{Contents, Edit, Scan, cut_short};
use crate::ProvenanceError;

/// Where things lie in the text.
#[derive(Debug, Default, PartialEq, Eq)]
struct Layout {
    /// The end of the root's start tag.
    root: Option<Root>,
    /// Right after the first start tag of `metadata`.
    metadata: Option<usize>,
    packet: Option<Range<usize>>,
}

#[derive(Debug, PartialEq, Eq)]
enum Root {
    /// With an end tag somewhere: what follows the start tag is inside.
    Open(usize),
    /// `<svg/>`: where it ends, and its name.
    Closed(usize, String),
}

pub(super) fn read(scan: &mut Scan<'_>) -> Contents {
    let text = text(scan);
    let xmp = text.as_deref().and_then(|text| {
        let packet = layout(text)?.packet?;
        text.get(packet).map(|packet| packet.as_bytes().to_vec())
    });
    Contents { xmp, aigc: None }
}

pub(super) fn write(scan: &mut Scan<'_>, to: &Contents) -> Result<Vec<Edit>, ProvenanceError> {
    let text = text(scan).ok_or_else(|| cut_short("SVG"))?;
    let layout = layout(&text).ok_or_else(|| cut_short("SVG"))?;
    let Some(packet) = &to.xmp else { return Ok(Vec::new()) };
    let edit = match (layout.packet, layout.metadata, layout.root) {
        (Some(old), ..) => Edit::replace(old.start as u64, old.len() as u64, packet.clone()),
        (None, Some(inside), _) => Edit::insert(inside as u64, packet.clone()),
        (None, None, Some(Root::Open(inside))) => Edit::insert(inside as u64, element(packet)),
        (None, None, Some(Root::Closed(end, name))) => {
            let opened = [b">", &element(packet)[..], format!("</{name}>").as_bytes()].concat();
            Edit::replace((end - "/>".len()) as u64, 2, opened)
        }
        (None, None, None) => return Err(cut_short("SVG")),
    };
    Ok(vec![edit])
}

/// With its own namespace: the root may bind a prefix only.
fn element(packet: &[u8]) -> Vec<u8> {
    let open = b"<metadata xmlns=\"http://www.w3.org/2000/svg\">";
    [&open[..], packet, b"</metadata>"].concat()
}

fn text(scan: &mut Scan<'_>) -> Option<String> {
    String::from_utf8(scan.all()?).ok()
}

/// `None` for what is no well-formed picture.
fn layout(text: &str) -> Option<Layout> {
    let mut reader = Reader::from_str(text);
    let (mut layout, mut depth) = (Layout::default(), 0_usize);
    let mut packet_start = None;
    loop {
        let before = usize::try_from(reader.buffer_position()).ok()?;
        let event = reader.read_event().ok()?;
        let after = usize::try_from(reader.buffer_position()).ok()?;
        match event {
            Event::Start(tag) => {
                match (depth, tag.local_name().as_ref()) {
                    (0, b"svg") => layout.root = Some(Root::Open(after)),
                    (1, b"metadata") if layout.metadata.is_none() => layout.metadata = Some(after),
                    (2, b"xmpmeta" | b"RDF") if layout.metadata.is_some() => {
                        packet_start.get_or_insert(before);
                    }
                    _ => {}
                }
                depth += 1;
            }
            Event::Empty(tag) if depth == 0 && tag.local_name().as_ref() == b"svg" => {
                let name = String::from_utf8(tag.name().as_ref().to_vec()).ok()?;
                layout.root = Some(Root::Closed(after, name));
            }
            Event::End(tag) => {
                depth = depth.checked_sub(1)?;
                let ours = matches!(tag.local_name().as_ref(), b"xmpmeta" | b"RDF");
                if let Some(start) = packet_start
                    && (depth, ours, layout.packet.is_none()) == (2, true, true)
                {
                    layout.packet = Some(start..after);
                }
            }
            Event::Eof => return (depth == 0).then_some(layout),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<String> {
        let layout = layout(text)?;
        text.get(layout.packet?).map(str::to_owned)
    }

    #[test]
    fn a_packet_is_found_where_it_belongs() {
        let inside = |text: &str| format!("<?xml version='1.0'?><svg a='>'><g/>{text}</svg>");
        let rdf = "<x:xmpmeta><rdf:RDF/></x:xmpmeta>";
        let cases = [
            (inside(&format!("<metadata>{rdf}</metadata>")), Some(rdf)),
            (inside("<metadata><rdf:RDF>a</rdf:RDF></metadata>"), Some("<rdf:RDF>a</rdf:RDF>")),
            (inside(&format!("<metadata/><g>{rdf}</g>")), None),
            (inside(&format!("<!--<metadata>{rdf}</metadata>-->")), None),
            (format!("<svg><metadata>{rdf}"), None),
            ("<svg/>".to_owned(), None),
        ];
        for (text, expected) in cases {
            assert_eq!(found(&text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_closed_root_is_opened() {
        let layout = layout("<!-- a --><s:svg/>").unwrap();
        assert_eq!(layout.root, Some(Root::Closed(18, "s:svg".to_owned())));
    }
}
