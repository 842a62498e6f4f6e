//! Numbers and their units, as newsrooms write them.

use super::super::{Finds, Kind as Slip, Rule};
use crate::reading::Kind;

const BLANK: Rule = Rule { kind: Slip::Style, name: "unit_blank" };
const TWICE: Rule = Rule { kind: Slip::Style, name: "unit_twice" };
const UNITS: [&str; 12] =
    ["km", "kg", "cm", "mm", "mg", "kw", "mw", "gw", "kwh", "mwh", "ml", "hectares"];

pub(super) fn find(finds: &mut Finds<'_>) {
    let reading = finds.reading;
    for token in reading.tokens.iter().filter(|t| t.kind == Kind::Code && !t.shielded) {
        let written = reading.written(token);
        let digits = written.find(|c: char| c.is_alphabetic()).unwrap_or_default();
        let (number, unit) = written.split_at_checked(digits).unwrap_or_default();
        if !number.is_empty() && UNITS.contains(&unit.to_lowercase().as_str()) {
            let at = token.start + number.chars().count();
            let message = format!("A blank stands between {number} and {unit}.");
            finds.replace((at, at), &BLANK, vec![" ".into()], message);
        }
    }
    for window in reading.tokens.windows(4) {
        let [sign, number, gap, word] = window else { continue };
        let twice = sign.lower == "$" && number.kind == Kind::Number && word.lower == "dollars";
        if twice && !word.shielded {
            let message = "The sign says dollars already.".to_owned();
            finds.replace((gap.start, word.end), &TWICE, vec![String::new()], message);
        }
    }
}
