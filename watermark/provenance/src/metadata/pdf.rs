//! The AIGC label in PDF: an entry of the information dictionary (TC260 practice guide), added as an
//! incremental update (ISO 32000-2, section 7.5.6): the bytes before it stay.

use lopdf::{Dictionary, Document, IncrementalDocument, LoadOptions, Object};

use super::{Contents, Edit, Scan, cut_short};
use crate::ProvenanceError;

const INFO: &[u8] = b"Info";
const LABEL: &[u8] = b"AIGC";
/// Longest stream of objects that is unpacked: a small file may hold an endless one.
const UNPACKED_BYTES_MAX: usize = 8 << 20;

pub(super) fn read(scan: &mut Scan<'_>) -> Contents {
    let document = scan.all().and_then(|bytes| load(&bytes).ok());
    let label = document.and_then(|document| {
        let info = document.dereference(document.trailer.get(INFO).ok()?).ok()?.1;
        let label = document.dereference(info.as_dict().ok()?.get(LABEL).ok()?).ok()?.1;
        label.as_str().ok().map(<[u8]>::to_vec)
    });
    Contents { xmp: None, aigc: label }
}

pub(super) fn write(scan: &mut Scan<'_>, to: &Contents) -> Result<Vec<Edit>, ProvenanceError> {
    let bytes = scan.all();
    let Some(label) = &to.aigc else {
        // What the library cannot read, nobody could verify with it. A long one is left to them.
        let broken = bytes.is_some_and(|bytes| load(&bytes).is_err());
        return if broken { Err(cut_short("PDF")) } else { Ok(Vec::new()) };
    };
    let bytes = bytes.ok_or_else(|| refused("it is too long"))?;
    let length = bytes.len();
    let whole = updated(bytes, label)?;
    let tail = whole.get(length..).unwrap_or_default();
    Ok(vec![Edit::insert(length as u64, tail)])
}

fn load(bytes: &[u8]) -> lopdf::Result<Document> {
    let limit = Some(UNPACKED_BYTES_MAX);
    let options = LoadOptions { max_decompressed_size: limit, ..LoadOptions::default() };
    Document::load_mem_with_options(bytes, options)
}

fn updated(bytes: Vec<u8>, label: &[u8]) -> Result<Vec<u8>, ProvenanceError> {
    let document = load(&bytes).map_err(|error| refused(&error.to_string()))?;
    if document.is_encrypted() {
        return Err(refused("it is encrypted"));
    }
    let label = Object::string_literal(label);
    let info = document.trailer.get(INFO).cloned();
    let mut update = IncrementalDocument::create_from(bytes, document);
    match info {
        Ok(Object::Reference(id)) => {
            let cloned = update.opt_clone_object_to_new_document(id);
            cloned.map_err(|error| refused(&error.to_string()))?;
            let info = update.new_document.get_object_mut(id).and_then(Object::as_dict_mut);
            info.map_err(|error| refused(&error.to_string()))?.set(LABEL, label);
        }
        info => {
            let mut info = match info {
                Ok(Object::Dictionary(info)) => info,
                _ => Dictionary::new(),
            };
            info.set(LABEL, label);
            let id = update.new_document.add_object(info);
            update.new_document.trailer.set(INFO, id);
        }
    }
    let mut whole = Vec::new();
    update.save_to(&mut whole).map_err(|error| refused(&error.to_string()))?;
    Ok(whole)
}

fn refused(reason: &str) -> ProvenanceError {
    ProvenanceError::Labels(format!("the PDF takes no AIGC label: {reason}"))
}
