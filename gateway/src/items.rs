//! An asset as the systems of a newsroom see it: what it is called, what it shows, how it came about.

use std::sync::Arc;

use audit::AssetEntry;
use provenance::Report;
use types::MediaType;

use crate::{
    pipeline::LineError,
    sheets::{self, Sheet, SheetError},
    wiring::Stages,
};

/// Longest name of an asset that is its first words.
const TITLE_CHARS_MAX: usize = 90;

/// What is said of an asset beside its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Described {
    /// What it is called.
    pub(crate) title: String,
    /// What a picture shows, for people who cannot see it.
    pub(crate) alt: String,
    /// How it came about: the term of IPTC's `digitalsourcetype` that its credentials state. Nothing,
    /// where nobody has said so: a photograph is not declared one by us.
    pub(crate) source: Option<String>,
}

impl From<SheetError> for LineError {
    fn from(error: SheetError) -> Self {
        Self::State(audit::StateError::Store(error.to_string()))
    }
}

/// What is said of an asset.
///
/// # Errors
/// [`LineError`] when it cannot be read.
pub(crate) async fn describe(stages: &Stages, entry: &AssetEntry) -> Result<Described, LineError> {
    let sheet = sheet(stages, entry).await?;
    let title = title(stages, entry, &sheet).await;
    // As it was made: a form for publication tells of the label, and refers to this one.
    let made = verified(stages, entry, (entry.sha256, entry.manifest_sha256)).await?;
    let source = made.contents.actions.into_iter().find_map(|action| action.source_type);
    Ok(Described { title, alt: sheet.alt, source })
}

/// What a version of an asset, by the digests of file and manifest, says of itself.
///
/// # Errors
/// [`LineError`] when it cannot be read.
pub(crate) async fn verified(
    stages: &Stages,
    entry: &AssetEntry,
    (file, manifest): (types::Sha256, types::Sha256),
) -> Result<Report, LineError> {
    let bytes = stages.objects.get(&file).await?;
    let beside = match provenance::carries_manifest(entry.media_type) {
        true => None,
        false => Some(stages.objects.get(&manifest).await?),
    };
    let (verifier, media_type) = (Arc::clone(&stages.verifier), entry.media_type);
    let verifying = tokio::task::spawn_blocking(move || {
        verifier.verify(&bytes, beside.as_deref(), Some(media_type.name()))
    });
    verifying.await.map_err(|_| LineError::Stopped)
}

/// What an author said of an asset; nothing, if nobody did.
///
/// # Errors
/// [`LineError`] when it cannot be read.
pub(crate) async fn sheet(stages: &Stages, entry: &AssetEntry) -> Result<Sheet, LineError> {
    Ok(sheets::of(stages, entry).await?.unwrap_or_default())
}

/// Whether people see it as words.
pub(crate) const fn is_words(media_type: MediaType) -> bool {
    matches!(media_type, MediaType::PlainText | MediaType::Markdown)
}

/// The words of an asset, without the signs that carry marks and credentials.
///
/// # Errors
/// [`LineError`] when they cannot be read.
pub(crate) async fn words(stages: &Stages, entry: &AssetEntry) -> Result<String, LineError> {
    let bytes = stages.objects.get(&entry.sha256).await?;
    Ok(String::from_utf8_lossy(&bytes).chars().filter(|c| !is_unseen(*c)).collect())
}

fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0100}'..='\u{e01ef}')
}

/// What an asset is called: the first words of a text, what a picture shows, or what was asked for.
pub(crate) async fn title(stages: &Stages, entry: &AssetEntry, sheet: &Sheet) -> String {
    let words = if is_words(entry.media_type) { words(stages, entry).await.ok() } else { None };
    let said = [words.as_deref(), Some(&sheet.alt), Some(&sheet.prompt)];
    let said = said.into_iter().flatten().map(str::trim).find(|text| !text.is_empty());
    said.map_or_else(|| format!("{} {}", entry.media_type.name(), entry.asset_id), first_words)
}

/// The first words of a text, whole.
pub(crate) fn first_words(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    if line.chars().count() <= TITLE_CHARS_MAX {
        return line.to_owned();
    }
    let cut: String = line.chars().take(TITLE_CHARS_MAX).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{whole} …")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_whole_words() {
        assert_eq!(first_words("\n  The river rose.\nMore"), "The river rose.");
        let long = "word ".repeat(40);
        let name = first_words(&long);
        assert!(name.ends_with("word …") && name.chars().count() <= TITLE_CHARS_MAX + 2);
    }
}
