//! The text of an XMP packet (ISO 16684-1): a few simple properties of it, read and set without a
//! parser for all of RDF, so that everything else stays as its author wrote it.

/// A simple property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Property {
    prefix: &'static str,
    namespace: &'static str,
    name: &'static str,
}

impl Property {
    const fn iptc(name: &'static str) -> Self {
        Self {
            prefix: "Iptc4xmpExt",
            namespace: "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
            name,
        }
    }
}

/// IPTC Photo Metadata 2025.1: how the picture came about.
pub(super) const SOURCE: Property = Property::iptc("DigitalSourceType");
/// The same: the generative system.
pub(super) const SYSTEM: Property = Property::iptc("AISystemUsed");
/// The same: its version.
pub(super) const SYSTEM_VERSION: Property = Property::iptc("AISystemVersionUsed");
/// The label object of the TC260 practice guide.
pub(super) const AIGC: Property =
    Property { prefix: "TC260", namespace: "http://www.tc260.org.cn/ns/AIGC/1.0/", name: "AIGC" };
/// Names the extension of a packet that is split (XMP part 3, section 1.1.3.1).
pub(super) const EXTENSION: Property = Property {
    prefix: "xmpNote",
    namespace: "http://ns.adobe.com/xmp/note/",
    name: "HasExtendedXMP",
};

/// Where a property stands: all of it, and its value.
#[derive(Debug, Clone, Copy)]
struct Spot {
    start: usize,
    end: usize,
    value: (usize, usize),
}

/// The packet with these values, each once; a new packet where there is none to keep. `None` takes a
/// property out.
pub(super) fn with(packet: Option<&str>, values: &[(Property, Option<String>)]) -> String {
    let mut text = packet.unwrap_or_default().to_owned();
    let mut missing = Vec::new();
    for (property, value) in values {
        let spots = spots(&text, property.name);
        let keeps = value.is_some();
        for (index, spot) in spots.iter().enumerate().rev() {
            match value {
                Some(value) if index == 0 => {
                    text.replace_range(spot.value.0..spot.value.1, &escaped(value));
                }
                _ => text.replace_range(spot.start..spot.end, ""),
            }
        }
        if keeps && spots.is_empty() {
            missing.push((*property, value.as_deref().unwrap_or_default()));
        }
    }
    if missing.is_empty() {
        return text;
    }
    let added = description(&missing);
    match end_of_rdf(&text) {
        Some(end) => match (text.get(..end), text.get(end..)) {
            (Some(before), Some(after)) => format!("{before}{added}{}", trimmed(after)),
            _ => fresh(&added),
        },
        None => fresh(&added),
    }
}

/// What a packet states for a property.
pub(super) fn value(packet: &str, property: Property) -> Option<String> {
    let (start, end) = spots(packet, property.name).first()?.value;
    packet.get(start..end).map(|text| unescaped(text.trim()))
}

/// How many times a property stands in a packet.
pub(super) fn count(packet: &str, property: Property) -> usize {
    spots(packet, property.name).len()
}

/// Where a simple property stands, whatever prefix is bound to its namespace: as an attribute, an
/// element, or a resource of an element.
fn spots(packet: &str, name: &str) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::new();
    for (at, _) in packet.match_indices(name) {
        let after_last = spots.last().is_none_or(|last| at >= last.end);
        if let Some(spot) = spot(packet, name, at)
            && after_last
        {
            spots.push(spot);
        }
    }
    spots
}

fn spot(packet: &str, name: &str, at: usize) -> Option<Spot> {
    let before = packet.get(..at)?.strip_suffix(':')?;
    let start = before.len() - before.chars().rev().take_while(|c| is_name(*c)).count();
    let (lead, prefix) = (before.get(..start)?, before.get(start..)?);
    if prefix.is_empty() || prefix == "xmlns" {
        return None;
    }
    let from = at + name.len();
    let rest = packet.get(from..)?;
    if let Some(element) = lead.strip_suffix('<') {
        return of_element(packet, element.len(), &format!("</{prefix}:{name}>"), from);
    }
    let quote = rest.strip_prefix('=')?.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    lead.ends_with(char::is_whitespace).then_some(())?;
    let value = (from + 2, from + 2 + packet.get(from + 2..)?.find(quote)?);
    Some(Spot { start: lead.trim_end().len(), end: value.1 + 1, value })
}

/// A property that is an element, beginning at `start`; `from` is the end of its name.
fn of_element(packet: &str, start: usize, close: &str, from: usize) -> Option<Spot> {
    let rest = packet.get(from..)?;
    if let Some(text) = rest.strip_prefix('>') {
        let length = text.find('<')?;
        let value = (from + 1, from + 1 + length);
        let closed = packet.get(value.1..)?.starts_with(close);
        return closed.then_some(Spot { start, end: value.1 + close.len(), value });
    }
    let quote = rest.strip_prefix(" rdf:resource=")?.chars().next()?;
    if !matches!(quote, '"' | '\'') {
        return None;
    }
    let begin = from + " rdf:resource=".len() + 1;
    let value = (begin, begin + packet.get(begin..)?.find(quote)?);
    let after = packet.get(value.1 + 1..)?;
    let end = match after.strip_prefix("/>") {
        Some(_) => value.1 + 3,
        None => value.1 + 1 + after.find(close)? + close.len(),
    };
    Some(Spot { start, end, value })
}

const fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Where the end tag of RDF begins, whatever its prefix.
fn end_of_rdf(packet: &str) -> Option<usize> {
    let end = packet.rfind(":RDF>")?;
    let start = packet.get(..end)?.rfind("</")?;
    packet.get(start + 2..end)?.chars().all(is_name).then_some(start)
}

fn fresh(inside: &str) -> String {
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">{inside}</rdf:RDF>\
         </x:xmpmeta><?xpacket end=\"w\"?>"
    )
}

/// A description with its own namespaces: nothing has to be known of those around it.
fn description(values: &[(Property, &str)]) -> String {
    let mut text = format!("<rdf:Description xmlns:rdf=\"{RDF}\" rdf:about=\"\"");
    let mut bound: Vec<&str> = Vec::new();
    for (property, _) in values {
        if !bound.contains(&property.prefix) {
            bound.push(property.prefix);
            text.push_str(&format!(" xmlns:{}=\"{}\"", property.prefix, property.namespace));
        }
    }
    text.push('>');
    for (Property { prefix, name, .. }, value) in values {
        text.push_str(&format!("<{prefix}:{name}>{}</{prefix}:{name}>", escaped(value)));
    }
    text + "</rdf:Description>"
}

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/// Packets end in blanks for others to write over; a segment may need that room.
fn trimmed(after: &str) -> String {
    let Some((before, end)) = after.rsplit_once("<?xpacket") else { return after.to_owned() };
    format!("{}\n<?xpacket{end}", before.trim_end())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&apos;")
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        match after.split_once(';').and_then(|(name, after)| Some((entity(name)?, after))) {
            Some((sign, after)) => {
                plain.push(sign);
                rest = after;
            }
            None => {
                plain.push('&');
                rest = after;
            }
        }
    }
    plain + rest
}

fn entity(name: &str) -> Option<char> {
    match name {
        "quot" => Some('"'),
        "apos" => Some('\''),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        _ => {
            let figures = name.strip_prefix('#')?;
            let code = match figures.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => figures.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
    const LABEL: &str = r#"{"Label":"1","ProduceID":"a'b<&>"}"#;

    fn both() -> [(Property, Option<String>); 2] {
        [(SOURCE, Some(URI.to_owned())), (AIGC, Some(LABEL.to_owned()))]
    }

    fn rdf(inside: &str) -> String {
        format!("<x:xmpmeta><rdf:RDF>{inside}</rdf:RDF></x:xmpmeta>   \n<?xpacket end='w'?>")
    }

    #[test]
    fn values_are_set_once_and_the_rest_is_kept() {
        let cases = [
            "<rdf:Description dc:title='kept'/>",
            "<rdf:Description dc:title='kept' i:DigitalSourceType='old' t:AIGC=\"old\"/>",
            "<rdf:Description dc:title='kept'><i:DigitalSourceType>old</i:DigitalSourceType></rdf:Description>",
            "<rdf:Description dc:title='kept'><i:DigitalSourceType rdf:resource=\"old\"/></rdf:Description>",
            "<rdf:Description dc:title='kept'><t:AIGC>old</t:AIGC><t:AIGC>old</t:AIGC></rdf:Description>",
            "<rdf:Description dc:title='kept' xmlns:AIGC='x'><AIGC:AIGC>old</AIGC:AIGC></rdf:Description>",
        ];
        for case in cases {
            let set = with(Some(&rdf(case)), &both());
            assert_eq!(value(&set, SOURCE).as_deref(), Some(URI), "{set}");
            assert_eq!(value(&set, AIGC).as_deref(), Some(LABEL), "{set}");
            assert_eq!((count(&set, SOURCE), count(&set, AIGC)), (1, 1), "{set}");
            assert!(set.contains("dc:title='kept'") && !set.contains("old"), "{set}");
            assert_eq!(with(Some(&set), &both()), set);
            let taken = with(Some(&set), &[(SOURCE, None), (AIGC, None)]);
            assert_eq!((count(&taken, SOURCE), count(&taken, AIGC)), (0, 0), "{taken}");
            assert!(taken.contains("dc:title='kept'"), "{taken}");
        }
        for packet in [None, Some("not XMP"), Some("<a></b:RDF>")] {
            assert_eq!(value(&with(packet, &both()), SOURCE).as_deref(), Some(URI));
        }
        assert_eq!(value("<a:DigitalSourceTypeX>", SOURCE), None);
        assert_eq!(value("<a:DigitalSourceType x='y'>old</a:DigitalSourceType>no<", SOURCE), None);
    }

    #[test]
    fn escapes_of_every_kind_are_read() {
        for (text, expected) in [
            ("&quot;&apos;&lt;&gt;&amp;", "\"'<>&"),
            ("&#34;&#x27;&#X3c;", "\"'<"),
            ("&; & &unknown; &#xffffffff; a&", "&; & &unknown; &#xffffffff; a&"),
        ] {
            assert_eq!(unescaped(text), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn a_value_survives(text in "[!-~]{0,40}") {
            let values = [(AIGC, Some(text.clone()))];
            let set = with(Some(&rdf("<rdf:Description t:AIGC='x'/>")), &values);
            assert_eq!(value(&set, AIGC), Some(text.clone()));
            assert_eq!(value(&with(None, &values), AIGC), Some(text));
        }

        #[test]
        fn no_text_makes_the_reader_panic(a: String, b: String) {
            for text in [
                format!("{a}:DigitalSourceType={b}"),
                format!("<{a}:DigitalSourceType>{b}</{a}:DigitalSourceType>"),
                format!("<é:AIGC rdf:resource={b}"),
                format!(" é:AIGC='{b}' </{a}:RDF>"),
            ] {
                let _ = (value(&text, SOURCE), value(&text, AIGC), with(Some(&text), &both()));
            }
        }
    }
}
