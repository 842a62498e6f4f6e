//! Judging a text while it is being written.
//!
//! What is let go can no longer become part of a match: everything before the first unit that may
//! still grow, the first beginning of a match at the end of the text, and the first match that a
//! rule has not decided. Only what lies behind that is looked at again with the next piece.

use types::Action;

use crate::{
    Engine, Judgement, Scope,
    classify::{Classifying, first_end},
    judgement::{Redaction, joined, redact},
    ledger::Ledger,
    matchers::{BEFORE, Hit},
    normalise::{Unit, Views, segment},
};

/// So many decided units are normalised again at least, for what looks one character back; and as
/// many as hold the words that may announce a number.
const CONTEXT: usize = 4;

/// Judges a text piece by piece; [`Engine::stream`] makes one.
#[derive(Debug)]
pub struct StreamJudge {
    engine: Engine,
    scope: Scope,
    ledger: Ledger,
    /// The classifier, if a rule in force asks for it.
    classifying: Option<Classifying>,
    /// Where the sentence begins that the classifier has not read.
    sentence: Place,
    /// Whether nothing of that sentence may be let go.
    waits: bool,
    /// All that was pushed.
    text: String,
    /// Where normalisation starts again.
    context: Place,
    /// Matches that begin before this code point are final.
    decided: usize,
    /// Everything before was let go or replaced.
    emitted: Place,
    /// The strictest action that was told.
    told: Action,
}

/// A place in the text.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    byte: usize,
    point: usize,
}

/// What follows from one more piece.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Text that may be sent now, redacted where a rule asks for it.
    pub emit: String,
    /// The judgement so far, when it became stricter and withholds the text: rewrite, review or
    /// block. From then on nothing is emitted.
    pub verdict: Option<Judgement>,
}

/// The end of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// The rest that may be sent.
    pub emit: String,
    /// What [`Engine::judge`] says about the whole text.
    pub judgement: Judgement,
}

impl StreamJudge {
    pub(crate) fn new(engine: Engine, scope: Scope) -> Self {
        let ledger = engine.ledger(&scope);
        let classifying = engine.classifying(&ledger);
        let waits = ledger.waits_for_sentences();
        Self {
            engine,
            scope,
            ledger,
            classifying,
            sentence: Place::default(),
            waits,
            text: String::new(),
            context: Place::default(),
            decided: 0,
            emitted: Place::default(),
            told: Action::Allow,
        }
    }

    /// Takes the next piece of text.
    pub fn push(&mut self, piece: &str) -> Step {
        self.text.push_str(piece);
        self.advance();
        let action = self.ledger.action();
        if action >= Action::Rewrite {
            let stricter = action > self.told;
            self.told = action;
            let verdict = stricter.then(|| self.judgement());
            return Step { emit: String::new(), verdict };
        }
        let held = self.ledger.held().unwrap_or(usize::MAX);
        Step { emit: self.emit(self.decided.min(held)), verdict: None }
    }

    /// Ends the text.
    #[must_use]
    pub fn finish(mut self) -> Finished {
        self.read_sentences(true);
        let segments = segment(&self.text, self.context.byte, self.context.point);
        let hits = self.scan(&Views::of_units(&self.text, &segments.units));
        self.ledger.add(hits, None);
        let judgement = self.judgement();
        let released = judgement.action() < Action::Rewrite;
        let emit = if released { self.emit(usize::MAX) } else { String::new() };
        Finished { emit, judgement }
    }

    /// What is to be said of the text so far.
    fn judgement(&self) -> Judgement {
        let scores = self.classifying.as_ref().map(Classifying::best);
        self.engine.judgement(&self.scope, &self.ledger, &self.text, scores)
    }

    /// Lets the classifier read the sentences that have ended; at the `end` of the text all.
    fn read_sentences(&mut self, end: bool) {
        let Some(classifying) = &mut self.classifying else { return };
        let segments = segment(&self.text, self.sentence.byte, self.sentence.point);
        let (mut units, mut settled) = (segments.units.as_slice(), segments.settled);
        if end {
            settled = units.len();
        }
        let mut hits = Vec::new();
        while let Some(first) = units.first() {
            self.sentence = Place { byte: first.bytes.start, point: first.points.start };
            let ends = first_end(&self.text, units, settled).or(end.then_some(units.len()));
            let Some((sentence, rest)) = ends.and_then(|ends| units.split_at_checked(ends)) else {
                break;
            };
            let views = Views::of_units(&self.text, sentence);
            let read = classifying.read(sentence, views);
            let wants = |clause| self.ledger.wants(clause);
            hits.extend(self.engine.matchers().classified(&read, &wants));
            let last = sentence.last().unwrap_or(first);
            self.sentence = Place { byte: last.bytes.end, point: last.points.end };
            settled = settled.saturating_sub(sentence.len());
            units = rest;
        }
        self.ledger.add(hits, Some(self.decided));
    }

    /// Looks at what is not decided, and decides what it can.
    fn advance(&mut self) {
        self.read_sentences(false);
        let segments = segment(&self.text, self.context.byte, self.context.point);
        let units = segments.units;
        let open = units.get(segments.settled).map_or(self.decided, |unit| unit.points.start);
        if open <= self.decided {
            return;
        }
        let views = Views::of_units(&self.text, &units);
        let mut hits = self.scan(&views);
        // What the open units say can still change as a whole, so only what precedes them counts.
        let pending = self.engine.matchers().pending(self.scope.hook, &views, open);
        let settled = start_of_unit(&units, pending);
        let settled = if self.waits { settled.min(self.sentence.point) } else { settled };
        self.decided = settled.max(self.decided);
        hits.retain(|hit| hit.span.start < self.decided);
        self.ledger.add(hits, Some(self.decided));
        self.move_context(&units);
    }

    /// Matches that begin where nothing is decided.
    fn scan(&self, views: &Views<'_>) -> Vec<Hit> {
        self.engine.matchers().scan(views, self.decided, &|clause| self.ledger.wants(clause))
    }

    /// Keeps some units before what is decided, so that the next search can look back.
    fn move_context(&mut self, units: &[Unit]) {
        let decided = units.partition_point(|unit| unit.points.start < self.decided);
        let near = units.partition_point(|unit| unit.points.start + BEFORE <= self.decided);
        if let Some(unit) = units.get(decided.saturating_sub(CONTEXT).min(near.saturating_sub(1))) {
            self.context = Place { byte: unit.bytes.start, point: unit.points.start };
        }
    }

    /// Lets go of the text before code point `until`, redacted.
    fn emit(&mut self, until: usize) -> String {
        let redactions = joined(self.ledger.redactions());
        let until = before_cut(&redactions, until);
        let rest = self.text.get(self.emitted.byte..).unwrap_or_default();
        let count = until.saturating_sub(self.emitted.point);
        let bytes = rest.char_indices().nth(count).map_or(rest.len(), |(at, _)| at);
        let piece = rest.get(..bytes).unwrap_or_default();
        let emit = redact(piece, self.emitted.point, &redactions);
        self.emitted.point += piece.chars().count();
        self.emitted.byte += bytes;
        emit
    }
}

/// The start of the unit that holds a code point: only there normalisation can start again.
fn start_of_unit(units: &[Unit], point: usize) -> usize {
    let after = units.partition_point(|unit| unit.points.start <= point);
    units.get(after.saturating_sub(1)).map_or(point, |unit| unit.points.start)
}

/// The last code point at or before `until` that does not cut a redaction.
fn before_cut(redactions: &[Redaction], until: usize) -> usize {
    let cut = redactions
        .iter()
        .find(|redaction| redaction.span.start < until && until < redaction.span.end);
    cut.map_or(until, |redaction| redaction.span.start)
}
