//! The form of a signed note: a text, an empty line, signature lines.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{NOTE_BYTES_MAX, SIGNATURES_MAX, key::valid_name, wrong};
use crate::LogError;

/// A note in its parts. No signature is checked yet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SignedNote<'a> {
    /// With its last newline, without the empty line.
    pub(crate) text: &'a str,
    pub(crate) signatures: Vec<SignatureLine<'a>>,
}

/// One signature of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignatureLine<'a> {
    /// The whole line, without its newline.
    pub(crate) line: &'a str,
    pub(crate) name: &'a str,
    pub(crate) id: [u8; 4],
    pub(crate) signature: Vec<u8>,
}

impl<'a> SignedNote<'a> {
    /// Takes a note apart.
    pub(crate) fn parse(note: &'a str, what: &'static str) -> Result<Self, LogError> {
        if note.len() > NOTE_BYTES_MAX {
            return Err(wrong(what, "it is too long"));
        }
        if note.chars().any(|c| c < ' ' && c != '\n') {
            return Err(wrong(what, "it contains control characters"));
        }
        let end = note.rfind("\n\n").ok_or_else(|| wrong(what, "there is no signature"))?;
        let (text, rest) = note.split_at(end + 1);
        let signatures = signature_lines(rest.strip_prefix('\n').unwrap_or(rest), what)?;
        Ok(Self { text, signatures })
    }
}

/// Reads lines of signatures, each ended by a newline.
pub(crate) fn signature_lines<'a>(
    lines: &'a str,
    what: &'static str,
) -> Result<Vec<SignatureLine<'a>>, LogError> {
    let lines = lines
        .strip_suffix('\n')
        .ok_or_else(|| wrong(what, "the last signature line does not end"))?;
    let mut signatures = Vec::new();
    for line in lines.split('\n') {
        if signatures.len() == SIGNATURES_MAX {
            return Err(wrong(what, "it has too many signatures"));
        }
        signatures.push(read(line).ok_or_else(|| wrong(what, "a signature line is broken"))?);
    }
    Ok(signatures)
}

fn read(line: &str) -> Option<SignatureLine<'_>> {
    let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
    let bytes = STANDARD.decode(signature).ok()?;
    let (id, signature) = bytes.split_first_chunk::<4>()?;
    if !valid_name(name) || signature.is_empty() {
        return None;
    }
    Some(SignatureLine { line, name, id: *id, signature: signature.to_vec() })
}
