//! The text of an XMP packet (ISO 16684-1): two properties of it, read and set without a parser
//! for all of RDF, so that everything else stays as its author wrote it.

/// The property's name, whatever prefix is bound to its namespace.
const SOURCE: &str = ":DigitalSourceType";
/// The label object of the TC260 practice guide.
const AIGC: &str = ":AIGC";

/// The packet with its source type set; a new packet where there is none to keep.
pub(super) fn with_source(packet: Option<&str>, uri: &str) -> String {
    let Some(packet) = packet else { return fresh(uri) };
    if let Some((start, end)) = value(packet, SOURCE)
        && let Some((before, after)) = packet.get(..start).zip(packet.get(end..))
    {
        return format!("{before}{uri}{after}");
    }
    match packet.rsplit_once("</rdf:RDF>") {
        Some((before, after)) => {
            format!("{before}{}</rdf:RDF>{}", description(uri), trimmed(after))
        }
        None => fresh(uri),
    }
}

/// The source type that a packet states.
pub(crate) fn source_type(packet: &str) -> Option<String> {
    let (start, end) = value(packet, SOURCE)?;
    packet.get(start..end).map(|text| unescaped(text.trim()))
}

/// The object of GB 45438-2025, as it stands in the packet.
pub(crate) fn aigc(packet: &str) -> Option<serde_json::Value> {
    let (start, end) = value(packet, AIGC)?;
    serde_json::from_str(&unescaped(packet.get(start..end)?.trim())).ok()
}

/// Where a simple property's value lies: an attribute, an element, or a resource of an element.
fn value(packet: &str, name: &str) -> Option<(usize, usize)> {
    for (at, _) in packet.match_indices(name) {
        let (before, rest) = packet.get(..at).zip(packet.get(at + name.len()..))?;
        if before.rsplit('<').next().is_some_and(|tag| tag.starts_with('/')) {
            continue;
        }
        let attribute = rest.strip_prefix('=').or_else(|| rest.strip_prefix(" rdf:resource="));
        let (text, close) =
            match attribute.and_then(|quoted| quoted.chars().next().zip(quoted.get(1..))) {
                Some((quote @ ('"' | '\''), text)) => (text, quote),
                Some(_) => continue,
                None => match rest.strip_prefix('>') {
                    Some(text) => (text, '<'),
                    None => continue,
                },
            };
        let start = packet.len() - text.len();
        return text.find(close).map(|length| (start, start + length));
    }
    None
}

fn fresh(uri: &str) -> String {
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">{}</rdf:RDF>\
         </x:xmpmeta><?xpacket end=\"r\"?>",
        description(uri)
    )
}

fn description(uri: &str) -> String {
    format!(
        "<rdf:Description rdf:about=\"\" \
         xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\" \
         Iptc4xmpExt:DigitalSourceType=\"{uri}\"/>"
    )
}

/// Packets end in blanks for others to write over; a segment may need that room.
fn trimmed(after: &str) -> String {
    let Some((before, end)) = after.rsplit_once("<?xpacket") else { return after.to_owned() };
    format!("{}\n<?xpacket{end}", before.trim_end())
}

fn unescaped(text: &str) -> String {
    let entities =
        [("&quot;", "\""), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&#34;", "\"")];
    let plain =
        entities.iter().fold(text.to_owned(), |text, (entity, sign)| text.replace(entity, sign));
    plain.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

    #[test]
    fn the_source_type_is_set_and_the_rest_is_kept() {
        let rdf = |inside: &str| {
            format!("<x:xmpmeta><rdf:RDF>{inside}</rdf:RDF></x:xmpmeta>   \n<?xpacket end='w'?>")
        };
        let cases = [
            rdf("<rdf:Description dc:title='kept'/>"),
            rdf("<rdf:Description dc:title='kept' i:DigitalSourceType='old'/>"),
            rdf(
                "<rdf:Description dc:title='kept'><i:DigitalSourceType>old</i:DigitalSourceType></rdf:Description>",
            ),
            rdf(
                "<rdf:Description dc:title='kept'><i:DigitalSourceType rdf:resource=\"old\"/></rdf:Description>",
            ),
        ];
        for case in cases {
            let set = with_source(Some(&case), URI);
            assert_eq!(source_type(&set).as_deref(), Some(URI), "{set}");
            assert!(set.contains("dc:title='kept'") && !set.contains("old"), "{set}");
            assert_eq!(with_source(Some(&set), URI), set);
        }
        assert_eq!(source_type(&with_source(None, URI)).as_deref(), Some(URI));
        assert_eq!(source_type(&with_source(Some("not XMP"), URI)).as_deref(), Some(URI));
        assert_eq!(source_type("<a:DigitalSourceTypeX>"), None);
        assert_eq!(source_type("<a:DigitalSourceType x='y'>old</a:DigitalSourceType>no<"), None);
    }

    #[test]
    fn the_label_object_is_read_through_its_escapes() {
        let packet = "<TC260:AIGC>{&quot;Label&quot;:&quot;1&quot;}</TC260:AIGC>";
        assert_eq!(aigc(packet), Some(serde_json::json!({ "Label": "1" })));
        assert_eq!(aigc("<TC260:AIGC>{broken</TC260:AIGC>"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(a: String, b: String) {
            for text in [format!("{a}:DigitalSourceType={b}"), format!("{a}:DigitalSourceType>{b}<")] {
                let _ = (source_type(&text), aigc(&text), with_source(Some(&text), URI));
            }
        }
    }
}
