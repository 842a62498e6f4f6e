//! Words for what manifests say in codes; what is not known stays as it is written.

use crate::texts::Texts;

/// A list's name for people.
pub(crate) fn list_name(t: Texts, name: &str) -> String {
    if name == "own" { t.list_own().to_owned() } else { t.list_named(name) }
}

/// What was done, in words; what is not known stays as it is written.
pub(crate) fn done(t: Texts, action: &str) -> String {
    let known = match action {
        "c2pa.created" => t.done_created(),
        "c2pa.opened" => t.done_opened(),
        "c2pa.placed" => t.done_placed(),
        "c2pa.edited" | "c2pa.edited.metadata" => t.done_edited(),
        "c2pa.cropped" => t.done_cropped(),
        "c2pa.resized" | "c2pa.resized.proportional" => t.done_resized(),
        "c2pa.color_adjustments" | "c2pa.filtered" | "c2pa.enhanced" => t.done_adjusted(),
        "c2pa.converted" | "c2pa.transcoded" | "c2pa.repackaged" => t.done_converted(),
        "c2pa.watermarked" | "c2pa.watermarked.bound" | "c2pa.watermarked.unbound" => {
            t.done_marked()
        }
        "c2pa.addedText" => t.done_labelled(),
        "c2pa.translated" => t.done_translated(),
        "c2pa.published" => t.done_published(),
        "c2pa.removed" | "c2pa.deleted" => t.done_removed(),
        "c2pa.unknown" => t.done_unknown(),
        other => return other.to_owned(),
    };
    known.to_owned()
}

/// How content came about, in words: the last part of a term of IPTC's vocabulary.
pub(crate) fn source(t: Texts, term: &str) -> String {
    let known = match term.rsplit('/').next().unwrap_or(term) {
        "trainedAlgorithmicMedia" => t.source_generated(),
        "compositeWithTrainedAlgorithmicMedia" | "compositeSynthetic" => t.source_with_generated(),
        "algorithmicMedia" => t.source_algorithmic(),
        "algorithmicallyEnhanced" => t.source_enhanced(),
        "digitalCapture" => t.source_captured(),
        "computationalCapture" => t.source_computed(),
        "digitalCreation" | "digitalArt" => t.source_drawn(),
        "composite" | "compositeCapture" => t.source_composite(),
        "humanEdits" | "minorHumanEdits" => t.source_edited(),
        "screenCapture" => t.source_screen(),
        _ => return term.to_owned(),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use types::Language;

    use super::*;

    #[test]
    fn what_is_not_known_stays_as_it_is_written() {
        let t = Texts(Language::En);
        assert_eq!(done(t, "com.example.<b>"), "com.example.<b>");
        assert_ne!(done(t, "c2pa.created"), "c2pa.created");
        let term = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
        assert_eq!(source(t, term), t.source_generated());
        assert_eq!(source(t, "javascript:alert(1)"), "javascript:alert(1)");
    }
}
