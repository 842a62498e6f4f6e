//! `C2PATextManifestWrapper`: bytes spelled in variation selectors behind a U+FEFF.
//!
//! A byte below 16 becomes one of U+FE00 to U+FE0F, any other one of U+E0100 to U+E01EF. Spelled so
//! are `C2PATXT\0`, the version, the length of the store (four bytes, big-endian), the store, and
//! padding: the wrapper's length in UTF-8 has to be known before the store is signed, and depends on
//! which bytes occur in it.

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use crate::ProvenanceError;

const MARKER: char = '\u{feff}';
const MAGIC: &[u8; 8] = b"C2PATXT\0";
const VERSION: u8 = 1;
/// Magic, version, length of the store.
const HEADER_BYTES: usize = 13;
/// What the specification adds to the longest spelling, so that three and four bytes add up to the
/// rest, however long it is.
const MARGIN_BYTES: usize = 6;
/// Larger stores are not read from texts.
const STORE_BYTES_MAX: usize = 64 << 20;

/// A manifest store found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    /// The manifest store.
    pub store: Vec<u8>,
    /// Where the wrapper begins, in bytes of UTF-8.
    pub start: usize,
    /// How long it is, with its padding, in bytes of UTF-8.
    pub length: usize,
}

/// Why the wrapper of a text cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrapperFault {
    /// Something begins like a wrapper and is none.
    #[error("the text's credentials are cut short or damaged")]
    Corrupted,
    /// Nobody can tell which one counts.
    #[error("the text holds more than one set of credentials")]
    Multiple,
}

impl WrapperFault {
    /// The status code (C2PA 2.4, appendix A.8).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Corrupted => "manifest.text.corruptedWrapper",
            Self::Multiple => "manifest.text.multipleWrappers",
        }
    }
}

/// The text in Unicode's normalisation form C with a manifest store behind it, padded to
/// `wrapped_length`.
///
/// # Errors
/// [`ProvenanceError::Sign`] when the text holds a wrapper already, also a damaged one, or when the
/// store is too large.
pub fn wrap(text: &str, store: &[u8]) -> Result<String, ProvenanceError> {
    if unwrap(text) != Ok(None) {
        return Err(ProvenanceError::Sign(
            "the text holds credentials already: bring it as an ingredient, and sign the text without them"
                .to_owned(),
        ));
    }
    let mut wrapped: String = text.nfc().collect();
    wrapped.push_str(&spelled(store, &padding(store))?);
    Ok(wrapped)
}

/// The one wrapper of a text; `None` where there is nothing like it.
///
/// # Errors
/// [`WrapperFault`], which is a finding about the text: it carries credentials, and they are void.
pub fn unwrap(text: &str) -> Result<Option<Wrapped>, WrapperFault> {
    let (mut found, mut damaged) = (None, false);
    let mut rest = text;
    while let Some(place) = rest.find(MARKER) {
        let start = text.len() - rest.len() + place;
        let run = rest.get(place + MARKER.len_utf8()..).unwrap_or_default();
        let bytes: Vec<u8> = run.chars().map_while(byte).collect();
        let length =
            MARKER.len_utf8() + bytes.iter().map(|byte| selector(*byte).len_utf8()).sum::<usize>();
        rest = text.get(start + length..).unwrap_or_default();
        match read(&bytes) {
            Run::Store(store) if found.is_none() => found = Some(Wrapped { store, start, length }),
            Run::Store(_) => return Err(WrapperFault::Multiple),
            Run::Damaged => damaged = true,
            Run::Other => {}
        }
    }
    // What is damaged beside a good wrapper is text like any other: the signature covers it or not.
    if damaged && found.is_none() { Err(WrapperFault::Corrupted) } else { Ok(found) }
}

/// How long the wrapper around a store of so many bytes is, in bytes of UTF-8.
pub(super) const fn wrapped_length(store_bytes: usize) -> usize {
    MARKER.len_utf8() + (HEADER_BYTES + store_bytes) * 4 + MARGIN_BYTES
}

/// Whether every known reader takes the padding for padding: they agree on zeros only, which are
/// three bytes long, and so the gap must be a multiple of that.
pub(super) fn is_read_by_all(store: &[u8]) -> bool {
    padding(store).iter().all(|byte| *byte == 0)
}

/// The text in normalisation form C, or as it is where it has that form.
pub(super) fn normalised(text: &str) -> std::borrow::Cow<'_, str> {
    if is_nfc(text) { text.into() } else { text.nfc().collect::<String>().into() }
}

/// As few sixteens as possible, after zeros: the specification fixes which.
fn padding(store: &[u8]) -> Vec<u8> {
    let short = |bytes: &[u8]| bytes.iter().filter(|byte| **byte < 16).count();
    // A selector of a byte below 16 takes three bytes instead of four.
    let length = u32::try_from(store.len()).unwrap_or(u32::MAX);
    let saved = short(MAGIC) + short(&[VERSION]) + short(&length.to_be_bytes()) + short(store);
    let gap = saved + MARGIN_BYTES;
    let fours = gap % 3;
    let mut padding = vec![0; (gap - 4 * fours) / 3];
    padding.resize(padding.len() + fours, 16);
    padding
}

fn spelled(store: &[u8], padding: &[u8]) -> Result<String, ProvenanceError> {
    let length = u32::try_from(store.len()).ok().filter(|_| store.len() <= STORE_BYTES_MAX);
    let length = length.ok_or_else(|| {
        ProvenanceError::Sign(format!(
            "a manifest store of {} bytes is too large for a text: keep it beside the text",
            store.len()
        ))
    })?;
    let header = MAGIC.iter().copied().chain([VERSION]).chain(length.to_be_bytes());
    let mut wrapper = String::with_capacity(wrapped_length(store.len()));
    wrapper.push(MARKER);
    wrapper
        .extend(header.chain(store.iter().copied()).chain(padding.iter().copied()).map(selector));
    Ok(wrapper)
}

enum Run {
    Store(Vec<u8>),
    Damaged,
    Other,
}

fn read(bytes: &[u8]) -> Run {
    if !bytes.starts_with(MAGIC) {
        // Cut inside the magic bytes: a lone selector belongs to an emoji, two of ours do not.
        return if bytes.len() > 1 && MAGIC.starts_with(bytes) { Run::Damaged } else { Run::Other };
    }
    let store = || {
        let (version, rest) = bytes.get(MAGIC.len()..)?.split_first()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        (*version == VERSION && length <= STORE_BYTES_MAX).then(|| rest.get(..length))?
    };
    store().map_or(Run::Damaged, |store| Run::Store(store.to_vec()))
}

fn selector(byte: u8) -> char {
    let code = u32::from(byte);
    let code = if byte < 16 { 0xfe00 + code } else { 0xe0100 + code - 16 };
    char::from_u32(code).unwrap_or(MARKER)
}

fn byte(selector: char) -> Option<u8> {
    let byte = match u32::from(selector) {
        code @ 0xfe00..=0xfe0f => code - 0xfe00,
        code @ 0xe0100..=0xe01ef => code - 0xe0100 + 16,
        _ => return None,
    };
    u8::try_from(byte).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Conformance vectors that others published for appendix A.8.
    #[test]
    fn published_vectors_are_spelled_alike() {
        let selectors =
            [(0, '\u{fe00}'), (0x0f, '\u{fe0f}'), (0x10, '\u{e0100}'), (0xff, '\u{e01ef}')];
        for (value, character) in selectors {
            assert_eq!((selector(value), byte(character)), (character, Some(value)));
        }
        let expected = "efbbbff3a084b3f3a084a2f3a08580f3a084b1f3a08584f3a08588f3a08584efb880efb881\
            efb880efb880efb880f3a08480f3a08593f3a084a2f3a085a0f3a08591f3a0849df3a0859df3a08591f3a0859e\
            f3a08599f3a08596f3a08595f3a085a3f3a085a4f3a0849df3a084a0f3a084a1";
        let wrapper = spelled(b"c2pa-manifest-01", &[]).unwrap();
        let hex: String = wrapper.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, expected);
        let found = unwrap(&wrapper).unwrap().unwrap();
        assert_eq!((found.store.as_slice(), found.start), (&b"c2pa-manifest-01"[..], 0));
    }

    #[test]
    fn what_is_no_whole_wrapper_is_named() {
        let one = wrap("The river fell.", b"store").unwrap();
        let cases = [
            ("plain".to_owned(), Ok(false)),
            // A byte order mark, and an emoji with its own selector.
            ("\u{feff}text ❤\u{fe0f} \u{feff}\u{fe0f}".to_owned(), Ok(false)),
            (one.clone(), Ok(true)),
            (format!("{one} and more"), Ok(true)),
            (format!("{one}{one}"), Err(WrapperFault::Multiple)),
            (one.replace('\u{fe01}', "\u{fe02}"), Err(WrapperFault::Corrupted)),
            (one.chars().take(15 + 1 + 5).collect(), Err(WrapperFault::Corrupted)),
            (one.chars().take(15 + 1 + 13 + 4).collect(), Err(WrapperFault::Corrupted)),
            (format!("{}{one}", one.chars().take(30).collect::<String>()), Ok(true)),
        ];
        for (text, expected) in cases {
            assert_eq!(unwrap(&text).map(|found| found.is_some()), expected, "{text:?}");
        }
        assert!(wrap(&one, b"store").is_err());
    }

    #[test]
    fn a_claimed_length_takes_no_memory() {
        let header = [&MAGIC[..], &[VERSION], &u32::MAX.to_be_bytes(), b"abc"].concat();
        let text: String = [MARKER].into_iter().chain(header.into_iter().map(selector)).collect();
        assert_eq!(unwrap(&text), Err(WrapperFault::Corrupted));
    }

    proptest! {
        #[test]
        fn a_store_survives_any_text(text: String, store: Vec<u8>) {
            prop_assume!(unwrap(&text) == Ok(None));
            let wrapped = wrap(&text, &store).unwrap();
            let found = unwrap(&wrapped).unwrap().unwrap();
            prop_assert_eq!(&found.store, &store);
            prop_assert_eq!(found.length, wrapped_length(store.len()));
            prop_assert_eq!(found.start + found.length, wrapped.len());
            prop_assert_eq!(&wrapped[..found.start], text.nfc().collect::<String>());
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "(\u{feff}|[\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}]|[a-e])*") {
            let _ = unwrap(&text);
        }
    }
}
