//! Update manifests: what became of an asset whose content stays the same (C2PA 2.4, section 11.2.3).

use std::io::Cursor;

use c2pa::{Builder, BuilderIntent, Reader, ValidationState};
use serde_json::json;
use types::MediaType;

use super::{
    Credentials, Signed,
    embedding::{carries_manifest, guarded},
    ingredients,
};
use crate::{
    ProvenanceError, UpdateRequest, jumbf,
    manifest::{self, AI_DISCLOSURE},
};

/// Assertions that hold a manifest together: nobody may take them out.
const KEPT: [&str; 2] = ["c2pa.actions", "c2pa.hash."];

impl Credentials {
    /// Adds a manifest over the one that an asset has, which says what became of it: the content, its
    /// labels and the manifest before stay, except for assertions that the request takes out.
    ///
    /// Where the length of the manifest is part of what was signed (WebP, SVG, WAV, MP3, FLAC), and
    /// where a manifest lay beside the asset already, the asset stays as it is and the update lies
    /// beside it.
    ///
    /// # Errors
    /// [`ProvenanceError::Sign`] when the asset has no credentials, or has some that do not check
    /// out; [`ProvenanceError::Manifest`] when something is to be taken out that is not there or must
    /// stay; [`ProvenanceError::TimeStamp`] when there is no time-stamp. Nothing is signed then.
    pub fn update(
        &self,
        request: &UpdateRequest,
        bytes: &[u8],
        sidecar: Option<&[u8]>,
        media_type: MediaType,
    ) -> Result<Signed, ProvenanceError> {
        guarded(|| self.updated(request, bytes, sidecar, media_type))
    }

    fn updated(
        &self,
        request: &UpdateRequest,
        bytes: &[u8],
        sidecar: Option<&[u8]>,
        media_type: MediaType,
    ) -> Result<Signed, ProvenanceError> {
        let (reader, store) = self.before(bytes, sidecar, media_type)?;
        if reader.validation_state() == ValidationState::Invalid {
            return Err(refused("its credentials do not check out: sign it anew"));
        }
        let parent =
            jumbf::active_label(&store).ok_or_else(|| refused("its manifest has no label"))?;
        let redactions = addresses(request, parent, &store)?;
        if !redactions.is_empty() && sidecar.is_none() && !replaces_manifest(media_type) {
            return Err(ProvenanceError::Manifest(format!(
                "an update of {media_type} leaves the manifest before in the file: sign it anew \
                 without what is to be taken out"
            )));
        }
        let definition = manifest::update_definition(request, &redactions);
        let mut builder =
            Builder::from_shared_context(&self.update_context).with_definition(definition)?;
        builder.set_intent(BuilderIntent::Update);
        if let Some(model) = disclosed_model(&reader) {
            manifest::update_assertions(&mut builder, request, model.as_deref())?;
        }
        let description = json!({
            "title": request.title,
            "format": media_type.name(),
            "relationship": "parentOf",
            "label": manifest::PARENT,
        });
        ingredients::add_checked(&mut builder, &reader, store, description)?;
        if sidecar.is_none() && takes_updates(media_type) {
            let mut signed = Cursor::new(Vec::with_capacity(bytes.len()));
            let written = self.write(builder, Cursor::new(bytes), &mut signed, media_type)?;
            Signed::new(signed.into_inner(), written, true)
        } else {
            let written = self.write_beside(builder, bytes, media_type)?;
            Signed::new(bytes.to_vec(), written, false)
        }
    }

    fn before(
        &self,
        bytes: &[u8],
        sidecar: Option<&[u8]>,
        media_type: MediaType,
    ) -> Result<(Reader, Vec<u8>), ProvenanceError> {
        let format = media_type.name();
        if let Some(sidecar) = sidecar {
            let reader = ingredients::beside(&self.update_context, sidecar, format, bytes)?;
            return Ok((reader, sidecar.to_vec()));
        }
        let none = |_| refused("it has no credentials that could be updated");
        let store = c2pa::jumbf_io::load_jumbf_from_memory(format, bytes).map_err(none)?;
        let reader = Reader::from_shared_context(&self.update_context);
        let reader = reader.with_stream(format, Cursor::new(bytes)).map_err(none)?;
        Ok((reader, store))
    }
}

/// Whether an update may stand in the file. In the others, lengths that the manifest changes are bound
/// by the hash of the manifest before.
const fn takes_updates(media_type: MediaType) -> bool {
    carries_manifest(media_type)
        && !matches!(
            media_type,
            MediaType::Webp | MediaType::Svg | MediaType::Wav | MediaType::Mp3 | MediaType::Flac
        )
}

/// Whether an update takes the place of the manifest before, which is then only part of it.
const fn replaces_manifest(media_type: MediaType) -> bool {
    matches!(media_type, MediaType::Png | MediaType::Jpeg | MediaType::Gif | MediaType::Tiff)
}

/// The addresses of the assertions that the request takes out of the manifest before.
fn addresses(
    request: &UpdateRequest,
    parent: &str,
    store: &[u8],
) -> Result<Vec<String>, ProvenanceError> {
    let address = |named: &String| {
        let (manifest, label) = match named.strip_prefix("self#jumbf=/c2pa/") {
            None => (parent, named.as_str()),
            Some(path) => path.split_once("/c2pa.assertions/").unwrap_or_default(),
        };
        let wrong = |why: &str| Err(ProvenanceError::Manifest(format!("`{named}` {why}")));
        if KEPT.iter().any(|kept| label.starts_with(kept)) {
            return wrong("holds the manifest together and cannot be taken out");
        }
        if jumbf::content(store, &[manifest, "c2pa.assertions", label]).is_none() {
            return wrong("is not in the manifest and cannot be taken out");
        }
        Ok(format!("self#jumbf=/c2pa/{manifest}/c2pa.assertions/{label}"))
    };
    request.redactions.iter().map(address).collect()
}

/// The model that the manifest before discloses, where it discloses AI: a name, or none.
fn disclosed_model(reader: &Reader) -> Option<Option<String>> {
    let manifest = reader.active_manifest()?;
    let disclosure = manifest.assertions().iter().find(|found| found.label() == AI_DISCLOSURE)?;
    let name = disclosure.value().ok().and_then(|value| value.get("modelName"));
    Some(name.and_then(|name| name.as_str()).map(str::to_owned))
}

fn refused(reason: &str) -> ProvenanceError {
    ProvenanceError::Sign(reason.to_owned())
}
