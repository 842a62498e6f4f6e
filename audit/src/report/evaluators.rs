//! What decides checks: one file each, and this list.

mod asset;
mod carried;
mod clock;
mod dialogues;
mod erasure;
mod examined;
mod labelled;
mod manifest;
mod mark;
mod offered;
mod pending;
mod prohibited;
mod proved;
mod recorded;
mod retention;
mod reviewed;
mod terminal;

use std::fmt;

use serde::de::DeserializeOwned;

use super::{Facts, Seen, outcome::Finding, regime::Check};

/// Decides one check.
///
/// # Contract
/// `see` is called once for each entry, in the order of their indices. Memory does not grow with
/// the number of entries.
pub(crate) trait Evaluator: fmt::Debug + Send {
    fn see(&mut self, seen: &Seen<'_>);
    fn finish(self: Box<Self>) -> Finding;
}

/// The evaluator that a check names, or why there is none.
pub(crate) fn build(check: &Check, facts: &Facts) -> Result<Box<dyn Evaluator>, String> {
    Ok(match check.evaluator.as_str() {
        "one-terminal-each" => Box::new(terminal::OneTerminalEach::new(facts)),
        "retention" => Box::new(retention::Retention::new(read(check)?, facts)),
        "erasure" => Box::<erasure::Erasure>::default(),
        "clock" => Box::new(clock::Monotone::new(read(check)?, facts)),
        "proved" => Box::<proved::Proved>::default(),
        "examined" => Box::new(examined::Examined::new(read(check)?)),
        "manifest" => Box::new(manifest::Kept::new(read(check)?)),
        "mark" => Box::new(mark::Marked::new(read(check)?)),
        "mark-and-id" => Box::<mark::MarkAndId>::default(),
        "recorded" => Box::new(recorded::Recorded::new(read(check)?)),
        "prohibited-refused" => Box::new(prohibited::Refused::new(read(check)?)),
        "labelled" => Box::new(labelled::Labelled::new(read(check)?)),
        "implicit-label" => Box::new(labelled::Implicit::new(read(check)?)),
        "unlabelled-agreed" => Box::new(labelled::Agreed::new(facts)),
        "inputs-kept" => Box::<carried::Carried>::default(),
        "passed-on" => Box::<carried::PassedOn>::default(),
        "dialogues-noticed" => Box::<dialogues::Dialogues>::default(),
        "disclosure-offered" => Box::new(offered::Offered::new(read(check)?)),
        "reviewed" => Box::new(reviewed::Reviewed::new(read(check)?)),
        "pending" => Box::new(pending::Pending::new(read(check)?)),
        other => return Err(format!("there is no evaluator {other}")),
    })
}

fn read<T: DeserializeOwned>(check: &Check) -> Result<T, String> {
    T::deserialize(check.parameters.clone()).map_err(|error: toml::de::Error| error.to_string())
}
