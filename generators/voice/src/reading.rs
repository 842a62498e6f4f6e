//! From spans to sentences.

use crate::{
    english::{homographs::reading, normalise, numbers, words::pronounce},
    lengths::{cut, parts},
    mandarin,
    markup::{SayAs, Span},
    script::{Script, Unread, script},
    sentence::{Ending, Item, Language, Sentence, Spoken},
};

/// After this many words a sentence is cut, though no mark ends it.
pub(crate) const WORDS_MAX: usize = 80;
const SENTENCE_MS: f32 = 380.0;
const PARAGRAPH_MS: f32 = 650.0;

/// The sentences of a text, and what was left out of it.
pub(crate) fn sentences(spans: &[Span]) -> (Vec<Sentence>, Unread) {
    let mut reader = Reader::default();
    for span in spans {
        match span {
            Span::Pause(ms) => reader.pause(*ms),
            Span::End { paragraph } => reader.end(Ending::Statement, *paragraph),
            Span::Text { visible, alias, say_as, emphasis, language } => {
                reader.span(visible, alias.as_deref(), *say_as, (*emphasis, *language));
            }
        }
    }
    reader.end(Ending::Statement, false);
    (reader.sentences, reader.unread)
}

#[derive(Debug, Default)]
struct Reader {
    sentences: Vec<Sentence>,
    current: Sentence,
    /// Silence before the next sentence.
    lead_ms: f32,
    unread: Unread,
    language: Option<Language>,
}

impl Reader {
    fn pause(&mut self, ms: f32) {
        match self.current.items.last_mut() {
            Some(item) => item.pause_ms = item.pause_ms.max(ms),
            None => self.lead_ms = self.lead_ms.max(ms),
        }
    }

    fn end(&mut self, ending: Ending, paragraph: bool) {
        let rest = if paragraph { PARAGRAPH_MS } else { SENTENCE_MS };
        if self.current.items.is_empty() {
            if !self.sentences.is_empty() && paragraph {
                self.lead_ms = self.lead_ms.max(rest);
            }
            return;
        }
        let mut sentence = std::mem::take(&mut self.current);
        sentence.ending = asked(&sentence, ending);
        // What the last word waits for is what the next sentence waits for.
        let last = sentence.items.last_mut().map_or(0.0, |item| std::mem::take(&mut item.pause_ms));
        sentence.lead_ms = self.lead_ms;
        self.lead_ms = last.max(rest);
        crate::phrasing::breathe(&mut sentence.items);
        self.sentences.push(sentence);
    }

    fn span(
        &mut self,
        visible: &str,
        alias: Option<&str>,
        say_as: Option<SayAs>,
        (emphasis, language): (i8, Option<Language>),
    ) {
        let text = self.unread.clean(alias.unwrap_or(visible));
        self.language = language.or(self.language);
        if let Some(say_as) = say_as {
            let items = crate::say_as::items(&text, say_as, language);
            if !items.is_empty() {
                self.add(items, emphasis);
                return;
            }
        }
        if alias.is_some() {
            let mut items = self.items(&text, language);
            let spoken =
                items.iter_mut().flat_map(|item| std::mem::take(&mut item.spoken)).collect();
            let visible = visible.trim().to_owned();
            self.add(vec![Item { visible, spoken, emphasis: 0, pause_ms: 0.0 }], emphasis);
            return;
        }
        for (piece, ending) in split(&text) {
            let items = self.items(piece, language);
            self.add(items, emphasis);
            if let Some((ending, paragraph)) = ending {
                self.end(ending, paragraph);
            }
        }
    }

    fn add(&mut self, items: Vec<Item>, emphasis: i8) {
        for mut item in items {
            if item.spoken.is_empty() {
                self.pause(item.pause_ms);
                continue;
            }
            item.emphasis = emphasis;
            for part in parts(item) {
                self.current.items.push(part);
                if crate::lengths::is_long(&self.current.items) {
                    self.end(Ending::Open, false);
                    self.lead_ms = 200.0;
                }
            }
        }
    }

    /// The words of a piece of text, each stretch read in its own language.
    fn items(&mut self, text: &str, forced: Option<Language>) -> Vec<Item> {
        let mut items = Vec::new();
        for (language, stretch) in stretches(text, forced, self.language) {
            match language {
                Language::English => english(stretch, &mut items),
                Language::Mandarin => chinese(stretch, &mut items),
            }
            self.language = Some(language);
        }
        items
    }
}

/// Cuts a text after the marks that end sentences, and at empty lines.
fn split(text: &str) -> Vec<(&str, Option<(Ending, bool)>)> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    for (index, (at, c)) in characters.iter().enumerate() {
        let next = characters.get(index + 1).map(|(_, c)| *c);
        let end = at + c.len_utf8();
        let ending = match c {
            '。' => Some((Ending::Statement, false)),
            '？' => Some((Ending::Asking, false)),
            '！' => Some((Ending::Exclaiming, false)),
            '\n' if next == Some('\n') => Some((Ending::Statement, true)),
            '.' | '?' | '!' if stops(text, &characters, index) => Some((
                match c {
                    '?' => Ending::Asking,
                    '!' => Ending::Exclaiming,
                    _ => Ending::Statement,
                },
                false,
            )),
            _ => None,
        };
        if ending.is_some() {
            pieces.push((text.get(from..end).unwrap_or(""), ending));
            from = end;
        }
    }
    pieces.push((text.get(from..).unwrap_or(""), None));
    pieces
}

/// Whether a full stop, question or exclamation mark ends a sentence.
fn stops(text: &str, characters: &[(usize, char)], index: usize) -> bool {
    let after = characters.get(index + 1).map(|(_, c)| *c);
    let closing = |c: char| matches!(c, '"' | '\'' | '”' | '’' | ')' | ']');
    if !after.is_none_or(|c| c.is_whitespace() || closing(c) || script(c) == Script::Han) {
        return false;
    }
    let Some((at, mark)) = characters.get(index).copied() else { return false };
    if mark != '.' {
        return true;
    }
    let before = text.get(..at).unwrap_or("");
    let word = before.rsplit(|c: char| c.is_whitespace()).next().unwrap_or("");
    let word = word.trim_start_matches(['(', '"', '“', '\'']);
    let rest = text.get(at + 1..).unwrap_or("").trim_start();
    let lower = rest.starts_with(|c: char| c.is_lowercase());
    let dotted = format!("{word}.");
    if crate::english::abbreviations::keeps_its_stop(&dotted) || word.contains('.') {
        // "at 5 p.m. The" ends a sentence, "U.S. officials" does not.
        let small = dotted.to_ascii_lowercase();
        let time = small == "a.m." || small == "p.m." || small == "etc." || small == "inc.";
        return time && !lower || rest.is_empty();
    }
    !lower || word.is_empty()
}

/// Stretches of one language. Figures and signs go with the letters before them, but for figures
/// right before a Chinese character.
fn stretches(
    text: &str,
    forced: Option<Language>,
    before: Option<Language>,
) -> Vec<(Language, &str)> {
    let mut out: Vec<(Language, &str)> = Vec::new();
    let language_of = |c: char| match script(c) {
        Script::Han => Some(Language::Mandarin),
        Script::Latin => Some(Language::English),
        _ => None,
    };
    let first = text.chars().find_map(language_of);
    let mut language = first.or(forced).or(before).unwrap_or(Language::English);
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let Some(next) = language_of(c).filter(|next| *next != language) else { continue };
        let mut cut = at;
        if next == Language::Mandarin {
            // "iPhone 15发布": the figure before the character is Chinese.
            let head = text.get(from..at).unwrap_or("");
            let figure = head.rfind(|c: char| !(c.is_ascii_digit() || ".,%:/-$€£¥".contains(c)));
            let start = figure.map_or(0, |at| {
                at + head.get(at..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8)
            });
            let attached = figure.is_some_and(|at| {
                head.get(at..).is_some_and(|t| t.starts_with(|c: char| c.is_alphabetic()))
            });
            if !attached {
                cut = from + start;
            }
        } else if unit_letters(text.get(at..).unwrap_or(""), text.get(..at).unwrap_or("")) {
            // "5km": a unit after a Chinese figure stays Chinese.
            continue;
        }
        if cut > from {
            out.push((language, text.get(from..cut).unwrap_or("")));
        }
        from = cut;
        language = next;
    }
    out.push((language, text.get(from..).unwrap_or("")));
    out
}

fn unit_letters(rest: &str, before: &str) -> bool {
    const UNITS: [&str; 15] =
        ["km/h", "km", "kg", "cm", "mm", "mg", "ml", "GB", "kW", "MW", "GW", "m", "g", "t", "L"];
    let figure = before.trim_end().ends_with(|c: char| c.is_ascii_digit() || c == '°');
    let letters = rest.find(|c: char| !(c.is_ascii_alphabetic() || c == '/')).unwrap_or(rest.len());
    let unit = rest.get(..letters).unwrap_or("");
    let inside = before.chars().next_back().is_some_and(|c| c.is_ascii_alphabetic() || c == '/');
    inside && UNITS.iter().any(|known| known.contains(unit))
        || figure && (UNITS.contains(&unit) || unit == "C")
}

/// Pauses for marks behind a word.
pub(crate) fn pause_for(marks: &str) -> f32 {
    let mut pause: f32 = 0.0;
    for c in marks.chars() {
        pause = pause.max(match c {
            ',' | '，' => 190.0,
            '、' => 110.0,
            ';' | '；' | ':' | '：' => 270.0,
            '—' | '–' | '…' => 260.0,
            ')' | '）' | '(' | '（' => 130.0,
            '.' | '。' | '!' | '！' | '?' | '？' => 300.0,
            _ => 0.0,
        });
    }
    pause
}

fn english(text: &str, items: &mut Vec<Item>) {
    let tokens = normalise::tokens(text);
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let shouting = letters > 15 && text.chars().all(|c| !c.is_lowercase());
    let first = items.len();
    let mut at = 0;
    while at < tokens.len() {
        let (used, words) = normalise::read(tokens.get(at..).unwrap_or_default(), shouting);
        let used = used.max(1);
        let taken = tokens.get(at..at + used).unwrap_or_default();
        let visible: Vec<&str> = taken.iter().map(|token| token.visible).collect();
        let behind = taken.last().map_or("", |token| token.behind);
        let dash = taken
            .last()
            .is_some_and(|token| token.core.is_empty() || ["-", "--"].contains(&token.core));
        let marks = if dash { "—" } else { behind };
        let spoken = words
            .iter()
            .flat_map(|word| cut(word))
            .map(|text| Spoken::English { phones: Vec::new(), text })
            .collect();
        items.push(Item {
            visible: visible.join(" "),
            spoken,
            emphasis: 0,
            pause_ms: pause_for(marks),
        });
        at += used;
    }
    sound_out(items.get_mut(first..).unwrap_or_default());
}

/// Gives each word its sounds, by its neighbours where that matters.
pub(crate) fn sound_out(items: &mut [Item]) {
    let mut all: Vec<(String, &mut Vec<crate::english::Arpa>)> = Vec::new();
    for item in items {
        for spoken in &mut item.spoken {
            if let Spoken::English { text, phones } = spoken {
                all.push((text.clone(), phones));
            }
        }
    }
    let texts: Vec<String> = all.iter().map(|(text, _)| text.clone()).collect();
    for (at, (text, phones)) in all.iter_mut().enumerate() {
        let near = |at: Option<usize>| at.and_then(|at| texts.get(at)).map_or("", String::as_str);
        let single = text.chars().count() == 1 && text != "a" && text != "i"
            || text == "a" && letters_beside(&texts, at);
        **phones = if single {
            text.chars().next().and_then(crate::english::words::letter_name).unwrap_or_default()
        } else {
            reading(text, near(at.checked_sub(1)), near(Some(at + 1)))
                .unwrap_or_else(|| pronounce(text))
        };
    }
}

/// An `a` among letters is a letter: `a m`, `f a q`.
fn letters_beside(texts: &[String], at: usize) -> bool {
    let letter = |at: Option<usize>| {
        at.and_then(|at| texts.get(at)).is_some_and(|t| t.len() == 1 && t != "i" && t != "a")
    };
    letter(at.checked_sub(1)) || letter(Some(at + 1))
}

fn chinese(text: &str, items: &mut Vec<Item>) {
    use mandarin::{figures::pieces, readings};
    let mut phrase: Vec<(String, readings::Word)> = Vec::new();
    for piece in pieces(text) {
        if piece.visible != piece.said {
            let words = readings::words(&piece.said);
            let text = words.iter().map(|word| word.text.as_str()).collect();
            let syllables = words.iter().flat_map(|word| word.syllables.clone()).collect();
            phrase.push((piece.visible, readings::Word { text, syllables }));
            continue;
        }
        let han = |c: char| readings::is_known(c);
        let mut rest = piece.visible.as_str();
        while let Some(c) = rest.chars().next() {
            let end = rest.find(|other| han(other) != han(c)).unwrap_or(rest.len());
            let (run, tail) = rest.split_at(end);
            rest = tail;
            if han(c) {
                phrase
                    .extend(readings::words(run).into_iter().map(|word| (word.text.clone(), word)));
            } else {
                let pause_ms = pause_for(run);
                flush(&mut phrase, items);
                items.push(Item {
                    visible: run.trim().to_owned(),
                    spoken: Vec::new(),
                    emphasis: 0,
                    pause_ms,
                });
            }
        }
    }
    flush(&mut phrase, items);
}

/// Changes tones beside each other and hands the words of a phrase on.
fn flush(phrase: &mut Vec<(String, mandarin::readings::Word)>, items: &mut Vec<Item>) {
    let (seen, mut words): (Vec<String>, Vec<_>) = phrase.drain(..).unzip();
    mandarin::sandhi::apply(&mut words);
    for (visible, word) in seen.into_iter().zip(words) {
        let spoken = word.syllables.into_iter().map(Spoken::Mandarin).collect();
        items.push(Item { visible, spoken, emphasis: 0, pause_ms: 0.0 });
    }
}

/// A question with a question word falls; one without rises.
fn asked(sentence: &Sentence, ending: Ending) -> Ending {
    const WORDS: [&str; 10] =
        ["who", "what", "when", "where", "why", "how", "which", "whose", "whom", "what's"];
    const CHARACTERS: [&str; 9] = ["什么", "谁", "哪", "怎", "为何", "几", "多少", "何时", "何"];
    if ending != Ending::Asking {
        return ending;
    }
    let first = sentence.items.iter().take(2).any(|item| {
        WORDS.contains(&item.visible.to_lowercase().trim_matches(|c: char| !c.is_alphanumeric()))
    });
    let inside =
        sentence.items.iter().any(|item| CHARACTERS.iter().any(|c| item.visible.contains(c)));
    if first || inside { Ending::AskingWhat } else { Ending::Asking }
}

/// Words of a text that is to be read as a number in English, by `say-as`.
pub(crate) fn number_words(text: &str) -> Vec<String> {
    numbers::decimal(text)
}
