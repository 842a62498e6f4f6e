//! What is decided, and the text that may be released.

use types::{Action, Decision, Span};

/// A decision, and the text with its found spans replaced where a rule asks for that.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// What policy decided and why.
    pub decision: Decision,
    /// The text to release or hold instead of the original; `None` when nothing is replaced or
    /// the text is blocked.
    pub redacted: Option<String>,
}

impl Judgement {
    pub(crate) const fn action(&self) -> Action {
        self.decision.action
    }
}

/// A span to replace, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Redaction {
    pub(crate) span: Span,
    pub(crate) label: String,
}

impl Redaction {
    /// `pii.credit_card` becomes `[redacted: credit_card]`, a term `[redacted]`.
    pub(crate) fn new(span: Span, kind: &str) -> Self {
        let label = kind
            .split_once('.')
            .map_or_else(|| "[redacted]".to_owned(), |(_, entity)| format!("[redacted: {entity}]"));
        Self { span, label }
    }
}

/// Joins spans that overlap; the first one's label stays. Spans that only touch stay apart.
pub(crate) fn joined(mut redactions: Vec<Redaction>) -> Vec<Redaction> {
    redactions.sort_by_key(|redaction| (redaction.span.start, usize::MAX - redaction.span.end));
    let mut joined: Vec<Redaction> = Vec::with_capacity(redactions.len());
    for redaction in redactions {
        match joined.last_mut() {
            Some(last) if redaction.span.start < last.span.end => {
                last.span.end = last.span.end.max(redaction.span.end);
            }
            _ => joined.push(redaction),
        }
    }
    joined
}

/// `text`, whose first code point is number `first` of the original, with joined spans replaced.
pub(crate) fn redact(text: &str, first: usize, redactions: &[Redaction]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = redactions.iter().skip_while(|redaction| redaction.span.end <= first).peekable();
    for (point, letter) in (first..).zip(text.chars()) {
        while rest.next_if(|redaction| redaction.span.end <= point).is_some() {}
        match rest.peek() {
            Some(redaction) if redaction.span.start == point => out.push_str(&redaction.label),
            Some(redaction) if redaction.span.start < point => {}
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redaction(start: usize, end: usize, kind: &str) -> Redaction {
        Redaction::new(Span { start, end }, kind)
    }

    #[test]
    fn overlapping_spans_become_one_and_touching_ones_stay() {
        let spans =
            vec![redaction(2, 5, "pii.email"), redaction(0, 3, "term"), redaction(5, 6, "term")];
        let joined = joined(spans);
        assert_eq!(joined, vec![redaction(0, 5, "term"), redaction(5, 6, "term")]);
        assert_eq!(redact("äbcde卡g", 0, &joined), "[redacted][redacted]g");
    }

    #[test]
    fn a_piece_is_redacted_by_the_places_of_the_whole() {
        assert_eq!(
            redact("卡号1234。", 10, &[redaction(12, 16, "pii.credit_card")]),
            "卡号[redacted: credit_card]。"
        );
    }
}
