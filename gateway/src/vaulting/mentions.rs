//! People who are mentioned in what others wrote.
//!
//! They are found by reading: every original of the tenant is decrypted and searched. An index of
//! keyed tokens would be faster, but it would itself be personal data about people who never used
//! the program, could be probed by whoever holds its key, and would have to be erased, held and
//! restored with the originals. Such requests are rare, and a year's prompts are read in seconds.

use audit::{Event, Filter, Query, Record, query::PAGE_MAX, vault::Entry};
use types::{AssetId, MediaType};

use super::{
    Actor, VaultingError, blocking,
    erasing::{Erasure, Kept, erase_entries, refusal},
    holds,
};
use crate::wiring::Stages;

/// Letters shown before and after a name.
const EXCERPT_CHARS: usize = 80;

/// A place where a name stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) entry: Entry,
    /// The name with its surroundings.
    pub(super) excerpt: String,
}

/// Erases what is kept of a tenant's prompts that mention a person. What a legal hold covers and
/// what is part of the editorial archive stays, and is said.
///
/// # Errors
/// [`VaultingError::Nobody`] when nobody of this name is mentioned; else when vault or log fail.
pub async fn erase_mentioned(
    stages: &Stages,
    tenant: &str,
    name: &str,
    actor: &Actor,
) -> Result<Erasure, VaultingError> {
    let mentions = search(stages, tenant, name).await?;
    let archived = archived(stages, tenant, name).await?.len() as u64;
    if mentions.is_empty() && archived == 0 {
        return Err(VaultingError::Nobody(name.to_owned()));
    }
    let holds = holds(stages).await?;
    let held = |entry: &Entry| holds.iter().any(|hold| hold.covers(entry));
    let (kept, free): (Vec<Entry>, Vec<Entry>) =
        mentions.into_iter().map(|mention| mention.entry).partition(held);
    let mut erasure = erase_entries(stages, tenant, actor, &free).await?;
    let grounds = [(Kept::LegalHold, kept.len() as u64), (Kept::EditorialArchive, archived)];
    for (ground, count) in grounds.into_iter().filter(|row| row.1 > 0) {
        let record = refusal(tenant, actor, ground, count, None);
        erasure.records.push(stages.log.append(record).await?.index);
        erasure.refused.push((ground, count));
    }
    Ok(erasure)
}

/// Kept texts of a tenant that mention a person.
pub(super) async fn search(
    stages: &Stages,
    tenant: &str,
    name: &str,
) -> Result<Vec<Mention>, VaultingError> {
    let (vault, tenant, name) = (stages.vault.clone(), tenant.to_owned(), name.to_owned());
    blocking(move || {
        let mut mentions = Vec::new();
        for subject in vault.subjects()? {
            for entry in vault.entries_of(subject)? {
                if entry.tenant != tenant || entry.media_type != MediaType::PlainText {
                    continue;
                }
                let plain = vault.reveal(&entry)?;
                let text = String::from_utf8_lossy(&plain);
                if let Some(excerpt) = excerpt(&text, &name) {
                    mentions.push(Mention { entry, excerpt });
                }
            }
        }
        Ok(mentions)
    })
    .await
}

/// Finished texts of a tenant that mention a person: assets with their excerpts.
pub(super) async fn archived(
    stages: &Stages,
    tenant: &str,
    name: &str,
) -> Result<Vec<(AssetId, String)>, VaultingError> {
    let mut found = Vec::new();
    for event in [Event::Released, Event::Held] {
        let filters = vec![Filter::Tenant(tenant.to_owned()), Filter::Event(event)];
        let mut query = Query { filters, limit: PAGE_MAX, ..Query::default() };
        loop {
            let page = stages.log.find(&query)?;
            for index in page.indices {
                found.extend(mentioned(stages, index, name).await?);
            }
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
        }
    }
    Ok(found)
}

/// The asset of a record with an excerpt, if it is a text that mentions the name.
async fn mentioned(
    stages: &Stages,
    index: u64,
    name: &str,
) -> Result<Option<(AssetId, String)>, VaultingError> {
    let record = Record::parse(&stages.log.entry(index)?)?;
    let (Some(asset), Some(content)) = (record.asset_id, record.content) else { return Ok(None) };
    if content.media_type != MediaType::PlainText {
        return Ok(None);
    }
    // What cannot be read any more mentions nobody.
    let Ok(bytes) = stages.objects.get(&content.sha256).await else { return Ok(None) };
    let excerpt = excerpt(&String::from_utf8_lossy(&bytes), name);
    Ok(excerpt.map(|excerpt| (asset, excerpt)))
}

/// The first place where the name stands as a whole, without regard to case and spacing.
fn excerpt(text: &str, name: &str) -> Option<String> {
    let (text, name) = (plain(text), plain(name));
    if name.is_empty() {
        return None;
    }
    let lower = |letters: &[char]| -> Vec<char> {
        // One letter for one, so that places stay the same.
        letters.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect()
    };
    let (folded, wanted) = (lower(&text), lower(&name));
    let at = folded.windows(wanted.len()).enumerate().find(|(at, window)| {
        let before = at.checked_sub(1).and_then(|before| folded.get(before));
        let after = folded.get(at + wanted.len());
        *window == wanted && !joins(before, wanted.first()) && !joins(wanted.last(), after)
    });
    let (at, _) = at?;
    let start = at.saturating_sub(EXCERPT_CHARS);
    let length = at - start + wanted.len() + EXCERPT_CHARS;
    Some(text.into_iter().skip(start).take(length).collect())
}

/// Letters with single spaces.
fn plain(text: &str) -> Vec<char> {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect()
}

/// Whether two neighbours belong to one word; Chinese and its kin have no spaces between words.
fn joins(one: Option<&char>, two: Option<&char>) -> bool {
    let wordy = |c: &char| {
        c.is_alphanumeric()
            && !matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{20000}'..='\u{3ffff}')
    };
    one.zip(two).is_some_and(|(one, two)| wordy(one) && wordy(two))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_as_a_whole_in_any_case_and_spacing() {
        let check = |text: &str, name: &str, found: bool| {
            assert_eq!(excerpt(text, name).is_some(), found, "{name} in {text}");
        };
        check("Write about Ann Lee.", "ann  lee", true);
        check("Write about ANN\nLEE", "Ann Lee", true);
        check("planning", "Ann", false);
        check("Annette", "Ann", false);
        check("Ann", "Ann", true);
        check("请报道王小明的演讲", "王小明", true);
        check("İstanbul is here", "is", true);
        check("anything", " ", false);
    }

    #[test]
    fn an_excerpt_shows_the_surroundings_only() {
        let text = format!("{} Ann Lee {}", "x".repeat(500), "y".repeat(500));
        let excerpt = excerpt(&text, "Ann Lee").unwrap();
        assert!(excerpt.contains("Ann Lee") && excerpt.chars().count() <= 2 * 80 + 7);
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_searched(text: String, name: String) {
            drop(excerpt(&text, &name));
        }
    }
}
