//! From a sentence to a score: sounds, durations, pitch, pauses.

use crate::{
    english::{
        measure::{Uttered, measure as measure_english},
        tune::{Accent, Span, tune},
        words::{is_light, weak},
    },
    mandarin::measure::{Placed, contour, measure as measure_mandarin},
    score::{Said, Score},
    sentence::{Ending, Item, Sentence, Spoken},
    sound::SILENCE,
};

/// Something that moves the pitch.
#[derive(Debug, Clone, Copy)]
enum Mark {
    Accent(Accent),
    /// From the first sound of a final to its last; the tone, and those beside it.
    Tone {
        from: usize,
        to: usize,
        tone: u8,
        before: u8,
        after: u8,
    },
}

/// A phrase: the range of its sounds, what moves its pitch, whether the sentence ends with it.
#[derive(Debug, Default)]
struct Phrase {
    from: usize,
    to: usize,
    marks: Vec<Mark>,
    last: bool,
}

/// The score of a sentence at a speed, with a pitch that moves `lively`.
pub(crate) fn compose(sentence: &Sentence, lively: f32, speed: f32) -> Score {
    let mut score = Score::default();
    let mut phrases: Vec<Phrase> = Vec::new();
    rest(&mut score, sentence.lead_ms.max(20.0));
    let mut from = 0;
    for (at, item) in sentence.items.iter().enumerate() {
        let last = at + 1 == sentence.items.len();
        if item.pause_ms > 0.0 || last {
            let items = sentence.items.get(from..=at).unwrap_or_default();
            let mut phrase = Phrase { from: score.sounds.len(), last, ..Phrase::default() };
            add_phrase(&mut score, &mut phrase, items, from);
            phrase.to = score.sounds.len();
            phrases.push(phrase);
            if item.pause_ms > 0.0 {
                rest(&mut score, item.pause_ms);
            }
            from = at + 1;
        }
    }
    for said in &mut score.sounds {
        said.ms /= speed;
        said.breath_ms /= speed.max(1.0);
    }
    score.pitch = pitch(&score, &phrases, sentence.ending);
    for point in &mut score.pitch {
        point.1 *= lively;
    }
    score
}

fn rest(score: &mut Score, ms: f32) {
    let silence = Said { sound: &SILENCE, ms, word: None, stress: 0, breath_ms: 0.0, gain_db: 0.0 };
    score.sounds.push(silence);
}

/// Adds the sounds of a phrase; neighbours in one language are said as one.
fn add_phrase(score: &mut Score, phrase: &mut Phrase, items: &[Item], first: usize) {
    let spoken: Vec<(usize, &Item, &Spoken, bool)> = items
        .iter()
        .enumerate()
        .flat_map(|(at, item)| {
            let count = item.spoken.len();
            let with = move |(index, spoken)| (first + at, item, spoken, index + 1 == count);
            item.spoken.iter().enumerate().map(with)
        })
        .collect();
    let english = |spoken: &Spoken| matches!(spoken, Spoken::English { .. });
    for run in spoken.chunk_by(|a, b| english(a.2) == english(b.2)) {
        let closes = spoken
            .last()
            .is_some_and(|last| run.last().is_some_and(|end| std::ptr::eq(last.2, end.2)));
        if run.first().is_some_and(|first| english(first.2)) {
            add_english(score, phrase, run, closes);
        } else {
            add_mandarin(score, phrase, run, closes);
        }
    }
}

type Run<'a> = [(usize, &'a Item, &'a Spoken, bool)];

fn add_english(score: &mut Score, phrase: &mut Phrase, run: &Run<'_>, closes: bool) {
    let mut words = Vec::new();
    for (at, (item, seen, spoken, _)) in run.iter().enumerate() {
        let Spoken::English { text, phones } = spoken else { continue };
        let next = run.get(at + 1).and_then(|next| match next.2 {
            Spoken::English { phones, .. } => phones.first(),
            Spoken::Mandarin(_) => None,
        });
        let light = is_light(text) && seen.emphasis <= 0 && run.len() > 1;
        let vowel = next.is_some_and(|phone| phone.is_vowel());
        // At the end of a phrase words keep their full form.
        let reduced = if light && next.is_some() { weak(text, vowel) } else { None };
        words.push(Uttered {
            phones: reduced.unwrap_or_else(|| phones.clone()),
            item: *item,
            light,
            emphasis: seen.emphasis,
        });
    }
    let base = score.sounds.len();
    let (said, stressed) = measure_english(&words, closes);
    score.sounds.extend(said);
    for (word, vowel) in words.iter().zip(stressed) {
        if let (Some(vowel), false) = (vowel, word.light) {
            let strength = f32::from(word.emphasis);
            phrase.marks.push(Mark::Accent(Accent { sound: base + vowel, strength }));
        }
    }
}

fn add_mandarin(score: &mut Score, phrase: &mut Phrase, run: &Run<'_>, closes: bool) {
    let tone = |at: Option<usize>| {
        at.and_then(|at| run.get(at)).map_or(0, |(_, _, spoken, _)| match spoken {
            Spoken::Mandarin(syllable) => syllable.tone,
            Spoken::English { .. } => 0,
        })
    };
    for (at, (item, seen, spoken, ends_word)) in run.iter().enumerate() {
        let Spoken::Mandarin(syllable) = spoken else { continue };
        let placed = Placed {
            syllable: *syllable,
            item: *item,
            emphasis: seen.emphasis,
            ends_word: *ends_word,
            ends_phrase: closes && at + 1 == run.len(),
        };
        let (said, rime) = measure_mandarin(&placed);
        let from = score.sounds.len() + rime;
        score.sounds.extend(said);
        let (before, after) = (tone(at.checked_sub(1)), tone(Some(at + 1)));
        let to = score.sounds.len();
        phrase.marks.push(Mark::Tone { from, to, tone: syllable.tone, before, after });
    }
}

fn pitch(score: &Score, phrases: &[Phrase], ending: Ending) -> Vec<(f32, f32)> {
    let mut starts = Vec::with_capacity(score.sounds.len() + 1);
    let mut at = 0.0;
    for said in &score.sounds {
        starts.push(at);
        at += said.ms;
    }
    starts.push(at);
    let ms = |sound: usize| starts.get(sound).copied().unwrap_or(at);
    let mut points = Vec::new();
    for phrase in phrases {
        let tonal = |mark: &Mark| matches!(mark, Mark::Tone { .. });
        let whole = (ms(phrase.from), ms(phrase.to));
        for (index, run) in phrase.marks.chunk_by(|a, b| tonal(a) == tonal(b)).enumerate() {
            let last = run
                .last()
                .is_some_and(|end| phrase.marks.last().is_some_and(|m| std::ptr::eq(m, end)));
            let span = Span {
                from_ms: if index == 0 { whole.0 } else { ms(sound_of(run.first())) - 80.0 },
                to_ms: if last { whole.1 } else { ms(end_of(run.last())) },
                place: whole.0 / at.max(1.0),
                ending: (phrase.last && last).then_some(ending),
            };
            if run.first().is_some_and(tonal) {
                tones(&mut points, run, &ms, span, whole);
            } else {
                let accents: Vec<Accent> = run
                    .iter()
                    .filter_map(|mark| match mark {
                        Mark::Accent(accent) => Some(*accent),
                        Mark::Tone { .. } => None,
                    })
                    .collect();
                points.extend(tune(&score.sounds, &starts, &accents, span));
            }
        }
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

fn sound_of(mark: Option<&Mark>) -> usize {
    match mark {
        Some(Mark::Accent(accent)) => accent.sound,
        Some(Mark::Tone { from, .. }) => *from,
        None => 0,
    }
}

fn end_of(mark: Option<&Mark>) -> usize {
    match mark {
        Some(Mark::Accent(accent)) => accent.sound + 1,
        Some(Mark::Tone { to, .. }) => *to,
        None => 0,
    }
}

/// The points of tones: their contours on a line that falls over the phrase.
fn tones(
    points: &mut Vec<(f32, f32)>,
    run: &[Mark],
    ms: &impl Fn(usize) -> f32,
    span: Span,
    whole: (f32, f32),
) {
    let length = (whole.1 - whole.0).max(1.0);
    for (index, mark) in run.iter().enumerate() {
        let Mark::Tone { from, to, tone, before, after } = *mark else { continue };
        let (start, end) = (ms(from), ms(to));
        let ends = index + 1 == run.len();
        let place = (start - whole.0) / length;
        let mut shift = 1.0 - 2.4 * place - 1.2 * span.place;
        if matches!(span.ending, Some(Ending::Asking)) {
            shift += 3.0 * place;
        } else if ends && span.ending.is_some() {
            shift -= 1.0;
        }
        for (share, semitones) in contour(tone, before, after, ends) {
            points.push((start + (end - start) * share, semitones + shift));
        }
    }
}
