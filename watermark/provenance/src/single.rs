//! One manifest out of a manifest store.

/// Length and type before a box's content (ISO 19566-5, B.1).
const HEAD_BYTES: usize = 8;

/// A store that holds only the manifest of this label, without those of its ingredients; `None`
/// when the store has none of that name or is broken.
#[must_use]
pub fn single(store: &[u8], label: &str) -> Option<Vec<u8>> {
    let (outer, rest) = boxed(store)?;
    let outer = rest.is_empty().then_some(outer)?;
    let (description, mut manifests) = boxed(outer.get(HEAD_BYTES..)?)?;
    while !manifests.is_empty() {
        let (manifest, after) = boxed(manifests)?;
        if named(manifest) == Some(label.as_bytes()) {
            let length = u32::try_from(HEAD_BYTES + description.len() + manifest.len()).ok()?;
            return Some(
                [&length.to_be_bytes(), b"jumb".as_slice(), description, manifest].concat(),
            );
        }
        manifests = after;
    }
    None
}

/// The first box with its head, and what follows it.
fn boxed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = u32::from_be_bytes(*bytes.first_chunk()?);
    let length = usize::try_from(length).ok().filter(|length| *length >= HEAD_BYTES)?;
    bytes.split_at_checked(length)
}

/// The label in a superbox's description (ISO 19566-5, B.3): after its UUID and its toggles.
fn named(superbox: &[u8]) -> Option<&[u8]> {
    let (description, _) = boxed(superbox.get(HEAD_BYTES..)?)?;
    let label = description.get(HEAD_BYTES + 17..)?;
    label.split(|byte| *byte == 0).next()
}

#[cfg(test)]
mod tests {
    use types::MediaType;

    use super::*;
    use crate::{Authority, Credentials, DigitalSourceType, Ingredient, SigningRequest, jumbf};

    #[test]
    fn one_manifest_is_taken_out_of_several() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::create(folder.path(), "Test Press").unwrap();
        let credentials = Credentials::new(authority).unwrap();
        let mut picture = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(8, 8).write_to(&mut picture, image::ImageFormat::Png).unwrap();
        let request = SigningRequest::new("a.png", DigitalSourceType::TrainedAlgorithmicMedia);
        let first = credentials.sign(&request, picture.get_ref(), MediaType::Png).unwrap();
        let mut request = SigningRequest::new("b.png", DigitalSourceType::Unstated);
        request.ingredients = vec![Ingredient::new("a.png", first.bytes.clone(), MediaType::Png)];
        let second = credentials.sign(&request, &first.bytes, MediaType::Png).unwrap();
        for label in [&first.manifest_label, &second.manifest_label] {
            let alone = single(&second.manifest_store, label).unwrap();
            assert!(alone.len() < second.manifest_store.len());
            assert_eq!(jumbf::active_label(&alone), Some(label.as_str()));
            let claim = [label.as_str(), "c2pa.claim.v2"];
            assert_eq!(
                jumbf::content(&alone, &claim),
                jumbf::content(&second.manifest_store, &claim)
            );
        }
        assert_eq!(single(&second.manifest_store, "urn:c2pa:none"), None);
        for cut in [0, 7, 40, second.manifest_store.len() - 1] {
            assert_eq!(single(&second.manifest_store[..cut], "x"), None, "{cut}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, label: String) {
            let _ = single(&bytes, &label);
        }
    }
}
