//! Texts that end an output and are not part of it.

/// Holds back what may be the beginning of a stop text.
///
/// A text ends where a stop text is first complete; of several that are complete at once, the
/// longest counts. How the text is cut into pieces does not matter.
#[derive(Debug)]
pub(crate) struct StopTexts {
    stops: Vec<String>,
    held: String,
}

/// What a piece of text has brought.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// This much more is final.
    No(String),
    /// This much more is final, and the text ends with it.
    Yes(String),
}

impl StopTexts {
    /// Watches for `stops`, none of which is empty.
    pub(crate) fn new(stops: Vec<String>) -> Self {
        Self { stops, held: String::new() }
    }

    /// Takes the next piece.
    pub(crate) fn push(&mut self, piece: &str) -> Stopped {
        for character in piece.chars() {
            self.held.push(character);
            let complete = self.stops.iter().filter(|stop| self.held.ends_with(stop.as_str()));
            if let Some(longest) = complete.map(String::len).max() {
                self.held.truncate(self.held.len() - longest);
                return Stopped::Yes(std::mem::take(&mut self.held));
            }
        }
        let begun = self.begun();
        let held = self.held.split_off(self.held.len() - begun);
        Stopped::No(std::mem::replace(&mut self.held, held))
    }

    /// The text has ended: what was held back is final.
    pub(crate) fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// The length of the longest end of what is held that begins a stop text.
    fn begun(&self) -> usize {
        let starts =
            self.held.char_indices().map(|(at, _)| self.held.get(at..).unwrap_or_default());
        let mut begun = starts.filter(|end| self.stops.iter().any(|stop| stop.starts_with(end)));
        begun.next().map_or(0, str::len)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(stops: &[&str], pieces: &[&str]) -> (String, bool) {
        let mut watch = StopTexts::new(stops.iter().map(ToString::to_string).collect());
        let mut text = String::new();
        for piece in pieces {
            match watch.push(piece) {
                Stopped::No(more) => text.push_str(&more),
                Stopped::Yes(more) => return (text + &more, true),
            }
        }
        (text + &watch.finish(), false)
    }

    #[test]
    fn a_stop_text_ends_the_text_wherever_it_is_cut() {
        let cases: [(&[&str], &[&str], &str, bool); 8] = [
            (&[], &["one", " two"], "one two", false),
            (&["\n\n"], &["one\n", "\ntwo"], "one", true),
            (&["\n\n"], &["one\n", "two"], "one\ntwo", false),
            (&["END"], &["thE", "N", "D of"], "th", true),
            (&["END"], &["EN"], "EN", false),
            (&["aab"], &["aaa", "b"], "a", true),
            (&["。"], &["水位上涨。", "明天"], "水位上涨", true),
            (&["b", "ab"], &["xab"], "x", true),
        ];
        for (stops, pieces, expected, stopped) in cases {
            assert_eq!(run(stops, pieces), (expected.to_owned(), stopped), "{stops:?} {pieces:?}");
        }
    }

    #[test]
    fn nothing_is_held_back_without_need() {
        let mut watch = StopTexts::new(vec!["stop".into()]);
        assert_eq!(watch.push("a sto"), Stopped::No("a ".into()));
        assert_eq!(watch.push("ry"), Stopped::No("story".into()));
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(text in "[ab文]{0,24}", stops in prop::collection::vec("[ab文]{1,3}", 0..3), cut in 0_usize..24) {
            let stops: Vec<&str> = stops.iter().map(String::as_str).collect();
            let cut = text.char_indices().map(|(at, _)| at).nth(cut).unwrap_or(text.len());
            let (before, after) = text.split_at(cut);
            let whole = run(&stops, &[&text]);
            prop_assert!(stops.iter().all(|stop| !whole.0.contains(stop)));
            prop_assert_eq!(run(&stops, &[before, after]), whole);
        }
    }
}
