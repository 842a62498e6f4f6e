//! One run: texts to sentences, sentences to tokens, batches of them through the network.

use super::{
    languages,
    network::Network,
    numbers,
    opened::Opened,
    sentences::{self, Part},
};
use crate::{Event, EventSender, GeneratorError, sequence::beam::Hypothesis};

/// Sentences that are translated together.
const BATCH: usize = 16;

/// Characters of all texts of a run at most.
const CHARACTERS_MAX: usize = 1 << 20;

/// A sentence as tokens, in pieces where it is too long.
struct Cut {
    pieces: Vec<(String, Vec<u32>)>,
}

/// Translates all texts.
///
/// # Errors
/// [`GeneratorError`] by what the caller can do about it.
pub(crate) fn translate(
    opened: &Opened,
    texts: &[String],
    (from, to): (Option<&str>, &str),
    events: &EventSender,
) -> Result<Vec<String>, GeneratorError> {
    let characters: usize = texts.iter().map(|text| text.chars().count()).sum();
    if characters > CHARACTERS_MAX {
        let reason =
            format!("has {characters} characters, at most {CHARACTERS_MAX} are translated");
        return Err(GeneratorError::Parameter { parameter: "input", reason });
    }
    let beginning = opened.vocabulary.beginning(from, to)?;
    let parts: Vec<Vec<Part>> = texts.iter().map(|text| sentences::parts(text)).collect();
    let mut cuts = Vec::new();
    for part in parts.iter().flatten() {
        if let Part::Sentence(sentence) = part {
            cuts.push(cut(opened, &beginning, sentence)?);
        }
    }
    let mut translated = Vec::new();
    if !cuts.is_empty() {
        let pieces: Vec<&(String, Vec<u32>)> = cuts.iter().flat_map(|cut| &cut.pieces).collect();
        let network = opened.network(Some(events))?;
        let total = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
        for batch in pieces.chunks(BATCH) {
            translated.extend(translate_batch(opened, &network, batch, events)?);
            let done = u32::try_from(translated.len()).unwrap_or(u32::MAX);
            events.send_blocking(Event::Step { done, total })?;
        }
    }
    let spaced = languages::is_spaced(to);
    let mut next = translated.into_iter();
    let mut whole = cuts.into_iter().map(|cut| {
        let pieces: Vec<String> = next.by_ref().take(cut.pieces.len()).collect();
        pieces.join(if spaced { " " } else { "" })
    });
    Ok(parts.iter().map(|parts| sentences::together(parts, whole.by_ref(), spaced)).collect())
}

/// The tokens of a sentence; what is too long is halved until it fits.
fn cut(
    opened: &Opened,
    beginning: &(Option<u32>, String),
    sentence: &str,
) -> Result<Cut, GeneratorError> {
    let longest = opened.config.longest();
    let mut pieces = Vec::new();
    let mut waiting = vec![sentence];
    while let Some(piece) = waiting.pop() {
        let ids = opened.vocabulary.encode(beginning, piece)?;
        if ids.len() <= longest || piece.chars().count() < 2 {
            pieces.push((piece.to_owned(), ids));
        } else {
            waiting.extend(sentences::halves(piece).into_iter().rev());
        }
    }
    Ok(Cut { pieces })
}

fn translate_batch(
    opened: &Opened,
    network: &Network,
    batch: &[&(String, Vec<u32>)],
    events: &EventSender,
) -> Result<Vec<String>, GeneratorError> {
    let longest = opened.config.longest();
    let ids: Vec<Vec<u32>> =
        batch.iter().map(|(_, ids)| ids.iter().copied().take(longest).collect()).collect();
    let mut sources = Vec::with_capacity(batch.len());
    for (encoded, ids) in network.encode(&ids)?.iter().zip(&ids) {
        // No language takes several times as many words; what goes on is a circle.
        let most = (4 * ids.len() + 32).min(opened.settings.longest).min(network.positions);
        sources.push((network.source(encoded)?, most));
    }
    let wanted = || events.wanted();
    let found = opened.settings.search.run(network, &sources, &wanted)?;
    batch.iter().zip(found).map(|((text, _), found)| choose(opened, text, found)).collect()
}

/// The best writing that has all numbers of the text, else the best.
fn choose(opened: &Opened, text: &str, found: Vec<Hypothesis>) -> Result<String, GeneratorError> {
    let expected = numbers::of(text);
    let mut first = None;
    for hypothesis in found {
        let words = opened.vocabulary.decode(&hypothesis.tokens)?;
        if expected.is_empty() || numbers::of(&words) == expected {
            return Ok(words);
        }
        first.get_or_insert(words);
    }
    Ok(first.unwrap_or_default())
}
