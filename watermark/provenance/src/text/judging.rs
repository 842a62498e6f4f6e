//! From a text with a wrapper to the bytes that its signature is about.
//!
//! The signature covers the text without its wrapper in normalisation form C. Some editors and file
//! systems change the form; that changes no letter, so it is undone here. A signature that leaves
//! out anything but the wrapper, or a wrapper that has been moved, is void.

use super::{Wrapped, WrapperFault, binding, unwrap, wrapper::normalised};

/// A manifest store that was in a text, and what it is to be checked against.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) store: Vec<u8>,
    /// The text as it was signed: in normalisation form C, with room where the signature leaves
    /// something out.
    pub(crate) signed: Vec<u8>,
    /// Whether the signature leaves out the wrapper, where it stands, and nothing else.
    pub(crate) in_place: bool,
}

/// What a text holds; `None` where these bytes are no text, or hold nothing.
///
/// # Errors
/// [`WrapperFault`] when there are credentials that cannot be used.
pub(crate) fn held(bytes: &[u8]) -> Result<Option<Held>, WrapperFault> {
    let Some(text) = whole(bytes) else { return Ok(None) };
    Ok(unwrap(text)?.map(|wrapped| prepared(text, wrapped)))
}

/// The bytes as text. A last character that was cut in two is left out: it may be the wrapper's.
fn whole(bytes: &[u8]) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()
        }
        Err(_) => None,
    }
}

fn prepared(text: &str, wrapped: Wrapped) -> Held {
    let Wrapped { store, start, length } = wrapped;
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(start + length..).unwrap_or_default();
    let place = normalised(before).len();
    let content = normalised(&[before, after].concat()).into_owned().into_bytes();
    let excluded = binding::exclusion(&store);
    let in_place =
        excluded.is_some_and(|(at, room)| room == length && (at == start || at == place));
    // More room than the text is long is no room that a signer would leave.
    let (at, room) = excluded.filter(|(_, room)| *room <= text.len()).unwrap_or_default();
    let at = at.min(content.len());
    let (head, tail) = content.split_at(at);
    let signed = [head, &vec![0; room], tail].concat();
    Held { store, signed, in_place }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::wrap;

    #[test]
    fn only_texts_hold_anything() {
        assert_eq!(held(b"\xff\xd8\xff"), Ok(None));
        assert_eq!(held("no credentials".as_bytes()), Ok(None));
        let wrapped = wrap("a text", b"no manifest").unwrap();
        let found = held(wrapped.as_bytes()).unwrap().unwrap();
        assert_eq!((found.signed.as_slice(), found.in_place), (&b"a text"[..], false));
        // Cut inside a character.
        assert_eq!(held(&wrapped.as_bytes()[..30]), Err(WrapperFault::Corrupted));
    }
}
