//! What newsroom systems read beside a file: IPTC's ninjs, NewsML-G2 and XMP.

use audit::AssetEntry;
use serde_json::{Value, json};
use types::{MediaType, Modality};

use crate::{
    items::{self, Described},
    pipeline::LineError,
    wiring::Stages,
};

const SCHEMA: &str = "https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json";

/// A form of what is said of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// ninjs 3.1.
    Ninjs,
    /// NewsML-G2.
    NewsMl,
    /// A packet of XMP with IPTC's properties.
    Xmp,
}

impl Kind {
    /// How it is called on the wire.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Ninjs => "application/json",
            Self::NewsMl => "application/xml",
            Self::Xmp => "application/rdf+xml",
        }
    }
}

/// What is said of an asset, in one of its forms.
///
/// # Errors
/// [`LineError`] when the asset cannot be read.
pub(crate) async fn written(
    stages: &Stages,
    entry: &AssetEntry,
    kind: Kind,
) -> Result<Vec<u8>, LineError> {
    let described = items::describe(stages, entry).await?;
    let publisher = &stages.installation.config().provenance.publisher;
    let item = Item { entry, described: &described, publisher };
    Ok(match kind {
        Kind::Ninjs => item.ninjs().to_string(),
        Kind::NewsMl => item.newsml(),
        Kind::Xmp => item.xmp(),
    }
    .into_bytes())
}

/// An asset as a news item.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item<'a> {
    /// The asset.
    pub(crate) entry: &'a AssetEntry,
    /// What is said of it.
    pub(crate) described: &'a Described,
    /// Whose it is.
    pub(crate) publisher: &'a str,
}

impl Item<'_> {
    fn uri(&self) -> String {
        format!("urn:uuid:{}", self.entry.asset_id)
    }

    fn kind(&self) -> &'static str {
        match self.entry.media_type.modality() {
            Modality::Text => "text",
            Modality::Image => "picture",
            Modality::Audio => "audio",
            Modality::Video => "video",
        }
    }

    /// What readers may do with it follows from whether it stands before them.
    fn status(&self) -> &'static str {
        match self.entry.publication.as_ref().map(|now| now.state) {
            Some(audit::Event::Withdrawn) => "canceled",
            Some(_) => "usable",
            None => "withheld",
        }
    }

    fn content(&self) -> String {
        format!("/v1/assets/{}/content", self.entry.asset_id)
    }

    /// As ninjs 3.1, the first version that has `digitalSourceType`.
    pub(crate) fn ninjs(&self) -> Value {
        let (sha256, ..) = self.entry.current();
        let Described { title, alt, source } = self.described;
        let mut item = json!({
            "uri": self.uri(),
            "standard": {"name": "ninjs", "version": "3.1", "schema": SCHEMA},
            "type": self.kind(),
            "representationType": "full",
            "versionCreated": self.entry.time,
            "pubStatus": self.status(),
            "provider": {"name": self.publisher},
            "headlines": [{"role": "main", "value": title}],
            "descriptions": if alt.is_empty() { json!([]) } else {
                json!([{"role": "alt-text", "value": alt}])
            },
            "renditions": [{
                "name": "main", "href": self.content(), "contentType": self.entry.media_type.name(),
                "hash": {"scheme": "sha256", "value": sha256},
            }],
        });
        if let (Some(source), Some(item)) = (source, item.as_object_mut()) {
            item.insert("digitalSourceType".to_owned(), json!({"uri": source}));
        }
        item
    }

    /// As an item of NewsML-G2 2.34.
    pub(crate) fn newsml(&self) -> String {
        let (sha256, ..) = self.entry.current();
        let Described { title, alt, source } = self.described;
        let (title, publisher) = (escaped(title), escaped(self.publisher));
        let alt = match alt.as_str() {
            "" => String::new(),
            alt => format!("<description role=\"drol:alttext\">{}</description>", escaped(alt)),
        };
        let source = source.as_ref().map_or_else(String::new, |source| {
            format!("<digitalSourceType uri=\"{}\"/>", escaped(source))
        });
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <newsItem xmlns=\"http://iptc.org/std/nar/2006-10-01/\" guid=\"{uri}\" version=\"1\" \
             standard=\"NewsML-G2\" standardversion=\"2.34\" conformance=\"power\" xml:lang=\"en\">\n\
             <catalogRef href=\"http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_40.xml\"/>\n\
             <itemMeta><itemClass qcode=\"ninat:{kind}\"/><provider><name>{publisher}</name></provider>\
             <versionCreated>{time}</versionCreated><pubStatus qcode=\"stat:{status}\"/></itemMeta>\n\
             <contentMeta>{source}<headline>{title}</headline>{alt}</contentMeta>\n\
             <contentSet><remoteContent href=\"{href}\" contenttype=\"{media}\">\
             <hash hashtype=\"hashtype:SHA-256\">{sha256}</hash></remoteContent></contentSet>\n\
             </newsItem>\n",
            uri = self.uri(),
            kind = self.kind(),
            time = self.entry.time,
            status = self.status(),
            href = self.content(),
            media = self.entry.media_type.name(),
        )
    }

    /// As a packet of XMP that can lie beside the file.
    pub(crate) fn xmp(&self) -> String {
        let Described { title, alt, source } = self.described;
        let (title, publisher) = (escaped(title), escaped(self.publisher));
        let source = source.as_ref().map_or_else(String::new, |source| {
            format!(
                "<Iptc4xmpExt:DigitalSourceType>{}</Iptc4xmpExt:DigitalSourceType>",
                escaped(source)
            )
        });
        let alt = match (self.entry.media_type, alt.as_str()) {
            (MediaType::PlainText | MediaType::Markdown, _) | (_, "") => String::new(),
            (_, alt) => format!(
                "<Iptc4xmpCore:AltTextAccessibility><rdf:Alt><rdf:li xml:lang=\"x-default\">{}</rdf:li></rdf:Alt></Iptc4xmpCore:AltTextAccessibility>",
                escaped(alt)
            ),
        };
        format!(
            "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
             <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
             <rdf:Description rdf:about=\"{uri}\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
             xmlns:Iptc4xmpCore=\"http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/\" \
             xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\">\
             {source}<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>\
             <dc:creator><rdf:Seq><rdf:li>{publisher}</rdf:li></rdf:Seq></dc:creator>{alt}\
             </rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"w\"?>\n",
            uri = self.uri(),
        )
    }
}

/// A text between tags of XML, without what XML 1.0 cannot hold.
fn escaped(text: &str) -> String {
    let mut written = String::new();
    for c in text.chars() {
        match c {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\t' | '\n' | '\r' => written.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => written.push(c),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_title_cannot_become_markup() {
        assert_eq!(super::escaped("<a href=\"x\">&\u{0}"), "&lt;a href=&quot;x&quot;&gt;&amp;");
    }
}
