//! Signing: a request and bytes become an asset with Content Credentials.

mod embedding;
mod ingredients;
mod updating;

use std::{fmt, io::Cursor, path::Path, sync::Arc};

use c2pa::{Builder, Context};
use serde_json::json;
use time::OffsetDateTime;
use types::{MediaType, Sha256};

use crate::{
    Authority, Identity, ProvenanceError, SigningRequest, TimeStampAuthority, jumbf,
    manifest::{self, CREATED},
    metadata::{self, Edited, Plan},
    signer::ClaimSigner,
    timestamp::TimeStampRule,
};
pub use embedding::carries_manifest;
use embedding::{Written, guarded};

/// Longest edge of the thumbnails in manifests, in pixels.
const THUMBNAIL_EDGE_MAX: u32 = 256;

/// Signs on behalf of a publisher.
pub struct Credentials {
    /// Or why nothing can be signed.
    identity: Result<Identity, String>,
    time_stamps: Arc<dyn TimeStampAuthority>,
    rule: TimeStampRule,
    context: Arc<Context>,
    /// The same without roots, for what has no ingredients: `c2pa` reads them for every signature.
    alone: Arc<Context>,
    /// The same without thumbnails, which updates must not have.
    update_context: Arc<Context>,
}

/// What signing needs.
#[derive(Debug)]
pub struct Signing {
    /// In whose name; or why nothing can be signed, which every request is told.
    pub identity: Result<Identity, String>,
    /// Who stamps the time.
    pub time_stamps: Arc<dyn TimeStampAuthority>,
    /// What happens when they do not.
    pub rule: TimeStampRule,
    /// Roots (PEM) whom ingredients may lead to: their checks are recorded.
    pub anchors: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("identity", &self.identity)
            .field("time_stamps", &self.time_stamps)
            .finish_non_exhaustive()
    }
}

/// An asset whose bytes must not change any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The asset, with its labels.
    pub bytes: Vec<u8>,
    /// Its manifest with those of its ingredients, also where the asset carries it itself.
    pub manifest_store: Vec<u8>,
    /// The manifest store again where it is not in the asset: it belongs beside it. Beside an asset
    /// that carries a manifest it is the newer one.
    pub sidecar: Option<Vec<u8>>,
    /// The manifest's unique name.
    pub manifest_label: String,
    /// Why there is no time-stamp, where [`TimeStampRule::Optional`] allows that.
    pub unstamped: Option<String>,
}

impl Credentials {
    /// Signs with time-stamps of the authority in this process.
    ///
    /// # Errors
    /// [`ProvenanceError::Certificate`] when the root cannot be used as trust anchor.
    pub fn new(authority: Authority) -> Result<Self, ProvenanceError> {
        let anchors = authority.root_pem().to_owned();
        let (identity, time_stamps) = authority.into_parts();
        let (time_stamps, rule) = (Arc::new(time_stamps), TimeStampRule::Required);
        Self::of(Signing { identity: Ok(identity), time_stamps, rule, anchors })
    }

    /// Signs with time-stamps of another authority.
    ///
    /// # Errors
    /// [`ProvenanceError::Certificate`] when the root cannot be used as trust anchor.
    pub fn with_time_stamps(
        authority: Authority,
        time_stamps: Arc<dyn TimeStampAuthority>,
    ) -> Result<Self, ProvenanceError> {
        let anchors = authority.root_pem().to_owned();
        let (identity, _) = authority.into_parts();
        let rule = TimeStampRule::Required;
        Self::of(Signing { identity: Ok(identity), time_stamps, rule, anchors })
    }

    /// Signs with all of this.
    ///
    /// # Errors
    /// [`ProvenanceError::Certificate`] when an anchor cannot be used.
    pub fn of(signing: Signing) -> Result<Self, ProvenanceError> {
        let Signing { identity, time_stamps, rule, anchors } = signing;
        let settings = |thumbnails: bool, anchors: Option<&str>| {
            json!({
                "version": 1,
                // Ingredients are checked when they are added, and the result is recorded.
                "trust": anchors.map_or_else(|| json!({}), |pem| json!({ "trust_anchors": pem })),
                "verify": { "verify_after_sign": false, "remote_manifest_fetch": false, "ocsp_fetch": false },
                "builder": {
                    "created_assertion_labels": CREATED,
                    "thumbnail": {
                        "enabled": thumbnails,
                        "ignore_errors": true,
                        "long_edge": THUMBNAIL_EDGE_MAX,
                        "format": "jpeg",
                        "quality": "low",
                    },
                },
            })
        };
        let context = |thumbnails, anchors| {
            let context = Context::new().with_settings(settings(thumbnails, anchors));
            context.map(Context::into_shared)
        };
        let wrong = |error: c2pa::Error| ProvenanceError::Certificate(error.to_string());
        let anchors = Some(anchors.as_str());
        let alone = context(true, None).map_err(wrong)?;
        let update_context = context(false, anchors).map_err(wrong)?;
        let context = context(true, anchors).map_err(wrong)?;
        Ok(Self { identity, time_stamps, rule, context, alone, update_context })
    }

    /// SHA-256 of the certificate that signs.
    ///
    /// # Errors
    /// [`ProvenanceError::Key`] saying why nothing can be signed.
    pub fn certificate(&self) -> Result<Sha256, ProvenanceError> {
        self.identity().map(|identity| identity.chain().fingerprint())
    }

    /// Whether something can be signed now.
    ///
    /// # Errors
    /// [`ProvenanceError::Key`] or [`ProvenanceError::Chain`] saying why not.
    pub fn ready(&self) -> Result<(), ProvenanceError> {
        self.claim_signer().map(drop)
    }

    fn identity(&self) -> Result<&Identity, ProvenanceError> {
        self.identity.as_ref().map_err(|reason| ProvenanceError::Key(reason.clone()))
    }

    /// Signs one manifest, within the time of the certificate.
    pub(crate) fn claim_signer(&self) -> Result<ClaimSigner<'_>, ProvenanceError> {
        let identity = self.identity()?;
        let key = identity.key(OffsetDateTime::now_utc())?;
        let chain = identity.chain().certificates();
        Ok(ClaimSigner::new(key, chain, self.time_stamps.as_ref(), self.rule))
    }

    /// Signs. Pictures, sounds and videos carry their manifest; everything else has it beside it.
    ///
    /// Labels are first written into the file's own metadata, so that tools that know no C2PA show
    /// them, too, and are read back from the signed file.
    ///
    /// # Errors
    /// [`ProvenanceError::TimeStamp`] when there is no time-stamp, [`ProvenanceError::Manifest`]
    /// when the request contradicts itself, [`ProvenanceError::Labels`] when a label cannot be
    /// written, [`ProvenanceError::Empty`] when there are no bytes, [`ProvenanceError::Sign`] when
    /// they are not of their type, [`ProvenanceError::Key`] or [`ProvenanceError::Chain`] when key or
    /// certificate cannot be used now. Nothing is signed then.
    pub fn sign(
        &self,
        request: &SigningRequest,
        bytes: &[u8],
        media_type: MediaType,
    ) -> Result<Signed, ProvenanceError> {
        guarded(|| {
            let plan = plan(request, &mut Cursor::new(bytes), media_type)?;
            let source = edited(Cursor::new(bytes), plan.edits)?;
            let mut signed = Cursor::new(Vec::with_capacity(bytes.len()));
            let builder = self.builder(request)?;
            let written = self.write(builder, source, &mut signed, media_type)?;
            check_labels(&plan.expected, &mut signed, media_type)?;
            Signed::new(signed.into_inner(), written, carries_manifest(media_type))
        })
    }

    /// Signs from one file into another, as [`Credentials::sign`] does, holding neither in memory.
    /// The destination appears only once it is whole. Returned bytes are empty.
    ///
    /// # Errors
    /// As [`Credentials::sign`], and [`ProvenanceError::File`] when a file cannot be read or written.
    pub fn sign_file(
        &self,
        request: &SigningRequest,
        source: &Path,
        destination: &Path,
        media_type: MediaType,
    ) -> Result<Signed, ProvenanceError> {
        let written = embedding::into_file(destination, |signed| {
            let mut file = embedding::open(source)?;
            guarded(|| {
                let plan = plan(request, &mut file, media_type)?;
                let edited = edited(file, plan.edits)?;
                let written = self.write(self.builder(request)?, edited, signed, media_type)?;
                check_labels(&plan.expected, signed, media_type)?;
                Ok(written)
            })
        })?;
        Signed::new(Vec::new(), written, carries_manifest(media_type))
    }

    pub(crate) fn builder(&self, request: &SigningRequest) -> Result<Builder, ProvenanceError> {
        let definition = manifest::definition(request);
        let context = if request.ingredients.is_empty() { &self.alone } else { &self.context };
        let mut builder = Builder::from_shared_context(context).with_definition(definition)?;
        manifest::assertions(&mut builder, request)?;
        for (place, ingredient) in request.ingredients.iter().enumerate() {
            let relationship = manifest::relationship(request, place);
            let label = manifest::ingredient_id(place);
            ingredients::add(&mut builder, &self.context, ingredient, relationship, &label)?;
        }
        Ok(builder)
    }
}

impl Signed {
    fn new(bytes: Vec<u8>, written: Written, embedded: bool) -> Result<Self, ProvenanceError> {
        let Written { store: manifest_store, unstamped } = written;
        let manifest_label = jumbf::active_label(&manifest_store).map(str::to_owned);
        let manifest_label = manifest_label
            .ok_or_else(|| ProvenanceError::Sign("the manifest has no label".to_owned()))?;
        let sidecar = (!embedded).then(|| manifest_store.clone());
        Ok(Self { bytes, manifest_store, sidecar, manifest_label, unstamped })
    }
}

fn plan(
    request: &SigningRequest,
    source: &mut dyn metadata::Source,
    media_type: MediaType,
) -> Result<Plan, ProvenanceError> {
    metadata::plan(source, media_type, &manifest::statements(request))
}

fn edited<R: std::io::Read + std::io::Seek>(
    source: R,
    edits: Vec<metadata::Edit>,
) -> Result<Edited<R>, ProvenanceError> {
    Edited::new(source, edits).map_err(|error| ProvenanceError::Sign(error.to_string()))
}

/// Some writers drop what they do not know: a label that is not there is an error, not a hope.
fn check_labels(
    expected: &metadata::Found,
    signed: &mut dyn metadata::Source,
    media_type: MediaType,
) -> Result<(), ProvenanceError> {
    if metadata::read_as(signed, media_type) == *expected {
        return Ok(());
    }
    Err(ProvenanceError::Labels("they are not in the file after writing".to_owned()))
}

#[cfg(test)]
mod tests {
    use coset::cbor::{self, Value};

    use super::*;
    use crate::{BindingKind, DigitalSourceType, SoftBinding};

    fn credentials() -> Credentials {
        let folder = tempfile::tempdir().unwrap();
        Credentials::new(Authority::create(folder.path(), "Test Press").unwrap()).unwrap()
    }

    /// An assertion of a manifest store, as it was written.
    fn assertion(signed: &Signed, label: &str) -> Value {
        let path = [signed.manifest_label.as_str(), "c2pa.assertions", label];
        cbor::from_reader(jumbf::content(&signed.manifest_store, &path).unwrap()).unwrap()
    }

    fn member<'a>(value: &'a Value, key: &str) -> &'a Value {
        let members = value.as_map().unwrap();
        &members.iter().find(|(name, _)| name.as_text() == Some(key)).unwrap().1
    }

    #[test]
    fn a_soft_binding_is_a_byte_string() {
        let binding = SoftBinding {
            algorithm: "org.example.1".into(),
            value: vec![0, 1, 0xff],
            kind: BindingKind::Watermark,
        };
        let request = SigningRequest::new("a.txt", DigitalSourceType::TrainedAlgorithmicMedia);
        let request = SigningRequest { soft_bindings: vec![binding], ..request };
        let signed = credentials().sign(&request, b"text", MediaType::PlainText).unwrap();
        let written = assertion(&signed, manifest::SOFT_BINDING);
        assert_eq!(member(&written, "alg").as_text(), Some("org.example.1"));
        let block = &member(&written, "blocks").as_array().unwrap()[0];
        assert_eq!(member(block, "value").as_bytes(), Some(&vec![0, 1, 0xff]));
        assert!(member(&written, "pad").is_bytes() && member(block, "scope").is_map());
    }

    #[test]
    fn the_claim_names_specification_and_created_assertions() {
        let request = SigningRequest {
            not_marked: Some("too short".into()),
            ..SigningRequest::new("a.txt", DigitalSourceType::TrainedAlgorithmicMedia)
        };
        let signed = credentials().sign(&request, b"text", MediaType::PlainText).unwrap();
        let claim =
            jumbf::content(&signed.manifest_store, &[&signed.manifest_label, "c2pa.claim.v2"])
                .unwrap();
        let claim: Value = cbor::from_reader(claim).unwrap();
        assert_eq!(
            member(member(&claim, "claim_generator_info"), "specVersion").as_text(),
            Some("2.4.0")
        );
        let created = format!("{:?}", member(&claim, "created_assertions"));
        for label in [
            manifest::ACTIONS,
            manifest::AI_DISCLOSURE,
            manifest::NOT_MARKED,
            manifest::TRAINING_MINING,
            manifest::METADATA,
        ] {
            assert!(created.contains(label), "{created}");
        }
        let reason = assertion(&signed, manifest::NOT_MARKED);
        assert_eq!(member(&reason, "reason").as_text(), Some("too short"));
        let actions = assertion(&signed, manifest::ACTIONS);
        assert_eq!(member(&actions, "allActionsIncluded").as_bool(), Some(true));
    }
}
