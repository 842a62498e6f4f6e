//! Chinese: words by a dictionary and their sounds, particles by context, marks by the national
//! standard (GB/T 15834).

mod choices;
mod marks;
mod meant;
mod measures;
mod repeats;
mod sounds;
mod table;
pub(crate) mod words;

pub(super) use choices::{SETS, places};

use super::{Correction, Finds};
use crate::reading::Reading;

/// All finds, those of the most trusted rules first.
pub(super) fn corrections(reading: &Reading) -> Vec<Correction> {
    let mut finds = Finds::new(reading);
    let stretches = words::stretches(reading);
    table::find(&mut finds, &stretches);
    marks::find(&mut finds);
    repeats::find(&mut finds, &stretches);
    choices::find(&mut finds, &stretches);
    meant::find(&mut finds, &stretches);
    measures::find(&mut finds, &stretches);
    finds.found
}

/// All words of a text, also of what is quoted.
pub(super) fn words_of(reading: &Reading) -> Vec<(String, char)> {
    let runs = reading.chars.split(|c| !crate::language::is_han(*c));
    runs.flat_map(|run| words::segments(run, 0))
        .map(|segment| (segment.word, segment.kind))
        .collect()
}
