//! A small part of SSML: `<speak>` with breaks, emphasis, `say-as`, `sub`, `p`, `s` and `lang`.

use crate::{error::VoiceError, sentence::Language};

/// How the contents of `say-as` are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SayAs {
    Characters,
    Digits,
    Cardinal,
    Ordinal,
    Telephone,
    Date,
    Time,
}

/// A stretch of text with one way of reading it, or what stands between two.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Span {
    Text {
        visible: String,
        /// What is said in its place.
        alias: Option<String>,
        say_as: Option<SayAs>,
        emphasis: i8,
        language: Option<Language>,
    },
    Pause(f32),
    /// A sentence ends here; a paragraph too.
    End {
        paragraph: bool,
    },
}

/// The spans of a text, marked up or plain, with warnings.
pub(crate) fn spans(text: &str) -> Result<(Vec<Span>, Vec<String>), VoiceError> {
    let trimmed = text.trim_start();
    let marked = trimmed
        .strip_prefix("<speak")
        .is_some_and(|rest| rest.starts_with(|c: char| c == '>' || c == '/' || c.is_whitespace()));
    if !marked {
        let visible = text.to_owned();
        let plain = Span::Text { visible, alias: None, say_as: None, emphasis: 0, language: None };
        return Ok((vec![plain], Vec::new()));
    }
    let mut reader = Reader {
        text,
        at: text.len() - trimmed.len(),
        open: Vec::new(),
        spans: Vec::new(),
        warnings: Vec::new(),
        closed: false,
    };
    reader.read()?;
    Ok((reader.spans, reader.warnings))
}

/// What an open element changes.
#[derive(Debug, Clone, Default)]
struct Open {
    name: String,
    alias: Option<String>,
    say_as: Option<SayAs>,
    emphasis: Option<i8>,
    language: Option<Language>,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open>,
    spans: Vec<Span>,
    warnings: Vec<String>,
    closed: bool,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn fail<T>(&self, at: usize, what: impl Into<String>) -> Result<T, VoiceError> {
        let before = self.text.get(..at).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |tail| tail.chars().count()) + 1;
        Err(VoiceError::Markup { line, column, what: what.into() })
    }

    fn read(&mut self) -> Result<(), VoiceError> {
        while !self.rest().is_empty() {
            if self.closed && !self.rest().trim().is_empty() {
                return self.fail(self.at, "text after </speak>: put it inside");
            }
            if self.closed {
                break;
            }
            if self.rest().starts_with("<!--") {
                let Some(end) = self.rest().find("-->") else {
                    return self.fail(self.at, "this comment has no end: write -->");
                };
                self.at += end + 3;
            } else if self.rest().starts_with('<') {
                self.tag()?;
            } else {
                let end = self.rest().find('<').unwrap_or(self.rest().len());
                let (from, piece) = (self.at, self.rest().get(..end).unwrap_or("").to_owned());
                self.at += end;
                let text = self.unescaped(&piece, from)?;
                self.push(text);
            }
        }
        match self.open.last() {
            Some(open) => {
                self.fail(self.text.len(), format!("<{0}> is not closed: write </{0}>", open.name))
            }
            None => Ok(()),
        }
    }

    fn push(&mut self, visible: String) {
        if visible.is_empty() {
            return;
        }
        let find = |pick: fn(&Open) -> Option<i8>| self.open.iter().rev().find_map(pick);
        let emphasis = find(|open| open.emphasis).unwrap_or(0);
        let say_as = self.open.iter().rev().find_map(|open| open.say_as);
        let alias = self.open.last().and_then(|open| open.alias.clone());
        let language = self.open.iter().rev().find_map(|open| open.language);
        self.spans.push(Span::Text { visible, alias, say_as, emphasis, language });
    }

    fn unescaped(&self, piece: &str, from: usize) -> Result<String, VoiceError> {
        let mut out = String::with_capacity(piece.len());
        let mut rest = piece;
        while let Some(start) = rest.find('&') {
            out.push_str(rest.get(..start).unwrap_or(""));
            let here = from + piece.len() - rest.len() + start;
            let tail = rest.get(start + 1..).unwrap_or("");
            let Some((name, after)) = tail.split_once(';').filter(|(name, _)| name.len() < 12)
            else {
                return self.fail(here, "a bare &: write &amp;");
            };
            match entity(name) {
                Some(c) => out.push(c),
                None => {
                    return self.fail(here, format!("&{name}; is not known: write the character"));
                }
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn tag(&mut self) -> Result<(), VoiceError> {
        let start = self.at;
        let Some(end) = tag_end(self.rest()) else {
            return self
                .fail(start, "this tag has no end: write >, or &lt; for a smaller-than sign");
        };
        let body = self.rest().get(1..end).unwrap_or("").to_owned();
        self.at += end + 1;
        if body.starts_with('?') || body.starts_with('!') {
            return Ok(());
        }
        if let Some(name) = body.strip_prefix('/') {
            return self.close(name.trim(), start);
        }
        let (body, empty) = match body.strip_suffix('/') {
            Some(body) => (body, true),
            None => (body.as_str(), false),
        };
        let (name, attributes) = self.attributes(body, start)?;
        let opened = self.element(&name, &attributes, start)?;
        if name == "speak" && empty {
            self.closed = true;
        } else if !empty {
            self.open.push(opened);
        } else if let Some(alias) = opened.alias {
            self.spans.push(Span::Text {
                visible: alias.clone(),
                alias: Some(alias),
                say_as: None,
                emphasis: 0,
                language: opened.language,
            });
        }
        Ok(())
    }

    fn close(&mut self, name: &str, start: usize) -> Result<(), VoiceError> {
        match self.open.pop() {
            Some(open) if open.name == name => {
                if name == "p" || name == "s" {
                    self.spans.push(Span::End { paragraph: name == "p" });
                }
                self.closed = self.open.is_empty();
                Ok(())
            }
            Some(open) => {
                self.fail(start, format!("</{name}> closes <{0}>: write </{0}> first", open.name))
            }
            None => self.fail(start, format!("</{name}> closes nothing: take it out")),
        }
    }

    fn attributes(
        &self,
        body: &str,
        start: usize,
    ) -> Result<(String, Vec<(String, String)>), VoiceError> {
        let body = body.trim();
        let cut = body.find(char::is_whitespace).unwrap_or(body.len());
        let (name, mut rest) = body.split_at(cut);
        let fits = |c: char| c.is_alphanumeric() || c == '-' || c == ':' || c == '_';
        if name.is_empty() || !name.chars().all(fits) {
            return self
                .fail(start, format!("<{body}> is no tag: write &lt; for a smaller-than sign"));
        }
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start();
            if rest.is_empty() {
                return Ok((name.to_owned(), attributes));
            }
            let pair = rest.split_once('=').and_then(|(key, tail)| {
                let tail = tail.trim_start();
                let quote = tail.chars().next().filter(|c| *c == '"' || *c == '\'')?;
                let (value, after) = tail.get(1..)?.split_once(quote)?;
                Some((key.trim(), value, after))
            });
            let Some((key, value, after)) = pair else {
                return self.fail(
                    start,
                    format!("an attribute of <{name}> is not of the form name=\"value\""),
                );
            };
            attributes.push((key.to_owned(), self.unescaped(value, start)?));
            rest = after;
        }
    }

    fn element(
        &mut self,
        name: &str,
        attributes: &[(String, String)],
        start: usize,
    ) -> Result<Open, VoiceError> {
        let value = |key: &str| attributes.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
        let mut open = Open { name: name.to_owned(), ..Open::default() };
        if name != "speak" && self.open.is_empty() {
            return self.fail(start, "the first tag is <speak>: put everything inside");
        }
        match name {
            "speak" | "lang" => open.language = value("xml:lang").and_then(language),
            "p" | "s" => {
                open.language = value("xml:lang").and_then(language);
                self.spans.push(Span::End { paragraph: name == "p" });
            }
            "break" | "pause" => match pause(value("time"), value("strength")) {
                Some(ms) => self.spans.push(Span::Pause(ms)),
                None => return self.fail(start, format!("<{name}> takes time=\"300ms\" up to 10s, or strength none, x-weak, weak, medium, strong, x-strong")),
            },
            "emphasis" => {
                open.emphasis = Some(match value("level").unwrap_or("moderate") {
                    "strong" => 2,
                    "moderate" => 1,
                    "none" => 0,
                    "reduced" => -1,
                    other => return self.fail(start, format!("the level of emphasis is `{other}`: write strong, moderate, none or reduced")),
                });
            }
            "say-as" => match value("interpret-as") {
                Some(kind) => match say_as(kind) {
                    Some(kind) => open.say_as = Some(kind),
                    None => self.warnings.push(format!("say-as `{kind}` is not known: its text was read as usual")),
                },
                None => return self.fail(start, "<say-as> needs interpret-as, such as \"date\""),
            },
            "sub" => match value("alias") {
                Some(alias) => open.alias = Some(alias.to_owned()),
                None => return self.fail(start, "<sub> needs alias: what is to be said"),
            },
            other => self.warnings.push(format!("<{other}> is not known: its text was read as usual")),
        }
        Ok(open)
    }
}

/// Where a tag's `>` is, not counting those in quotes.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (None, '>') => return Some(at),
            (None, '<') if at > 0 => return None,
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    None
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let value = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(value)
        }
    }
}

fn language(tag: &str) -> Option<Language> {
    match tag.split(['-', '_']).next()? {
        "en" => Some(Language::English),
        "zh" | "cmn" => Some(Language::Mandarin),
        _ => None,
    }
}

fn pause(time: Option<&str>, strength: Option<&str>) -> Option<f32> {
    if let Some(time) = time {
        let (number, factor) = match time.strip_suffix("ms") {
            Some(number) => (number, 1.0),
            None => (time.strip_suffix('s')?, 1000.0),
        };
        let ms = number.trim().parse::<f32>().ok()? * factor;
        return (0.0..=10_000.0).contains(&ms).then_some(ms);
    }
    Some(match strength.unwrap_or("medium") {
        "none" => 0.0,
        "x-weak" => 80.0,
        "weak" => 180.0,
        "medium" => 350.0,
        "strong" => 600.0,
        "x-strong" => 1000.0,
        _ => return None,
    })
}

fn say_as(kind: &str) -> Option<SayAs> {
    Some(match kind {
        "characters" | "spell-out" | "verbatim" => SayAs::Characters,
        "digits" => SayAs::Digits,
        "cardinal" | "number" => SayAs::Cardinal,
        "ordinal" => SayAs::Ordinal,
        "telephone" => SayAs::Telephone,
        "date" => SayAs::Date,
        "time" => SayAs::Time,
        _ => return None,
    })
}
