//! Signing a text so that it carries its manifest itself.

use c2pa::{Builder, HashRange, assertions::DataHash};
use sha2::{Digest as _, Sha256};

use super::{
    unwrap, wrap,
    wrapper::{is_read_by_all, normalised, wrapped_length},
};
use crate::{Credentials, ProvenanceError, Signed, SigningRequest, jumbf};

/// One signature in three needs no padding that readers disagree about: that none of so many does
/// happens once in 10¹¹ times.
const TRIES_MAX: usize = 64;
/// A store that is not composed for any file format.
const PLAIN_STORE: &str = "application/c2pa";

impl Credentials {
    /// Signs a text and writes the manifest into it in characters that nobody sees (C2PA 2.4,
    /// appendix A.8). The text grows by about four times the size of its manifest, and comes back in
    /// Unicode's normalisation form C.
    ///
    /// Readers disagree about padding, so it is signed until none is needed but zeros: three times on
    /// average, each with a time-stamp of its own.
    ///
    /// # Errors
    /// As [`Self::sign`]; [`ProvenanceError::Sign`] also when the text holds credentials already.
    pub fn sign_text(
        &self,
        request: &SigningRequest,
        text: &str,
    ) -> Result<Signed, ProvenanceError> {
        let text = normalised(text);
        if unwrap(&text) != Ok(None) {
            wrap(&text, &[])?;
        }
        for _ in 0..TRIES_MAX {
            let (store, unstamped) = self.store_for_text(self.builder(request)?, &text)?;
            if is_read_by_all(&store) {
                return signed(&text, store, unstamped);
            }
        }
        Err(ProvenanceError::Sign(
            "no signature came out that every reader of texts would find: try again".to_owned(),
        ))
    }

    /// The manifest store, and why it has no time-stamp if so.
    fn store_for_text(
        &self,
        mut builder: Builder,
        text: &str,
    ) -> Result<(Vec<u8>, Option<String>), ProvenanceError> {
        let signer = self.claim_signer()?;
        let room = c2pa::Signer::reserve_size(&signer);
        let expected = builder.data_hashed_placeholder(room, PLAIN_STORE)?.len();
        let mut hash = DataHash::new("text", "sha256");
        let number = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        hash.add_exclusion(HashRange::new(number(text.len()), number(wrapped_length(expected))));
        hash.set_hash(Sha256::digest(text).to_vec());
        let made = builder.sign_data_hashed_embeddable(&signer, &hash, PLAIN_STORE);
        let unstamped = signer.finish()?;
        let store = made?;
        if store.len() == expected {
            Ok((store, unstamped))
        } else {
            Err(ProvenanceError::Sign("the manifest is not as long as it was planned".to_owned()))
        }
    }
}

fn signed(
    text: &str,
    manifest_store: Vec<u8>,
    unstamped: Option<String>,
) -> Result<Signed, ProvenanceError> {
    let manifest_label = jumbf::active_label(&manifest_store).map(str::to_owned);
    let manifest_label = manifest_label
        .ok_or_else(|| ProvenanceError::Sign("the manifest has no label".to_owned()))?;
    let bytes = wrap(text, &manifest_store)?.into_bytes();
    Ok(Signed { bytes, manifest_store, sidecar: None, manifest_label, unstamped })
}
