//! One label for what several regimes ask.

use types::Language;

use super::{
    Asked, Corner, MovieStyle, PictureStyle, Place, Regime, SoundKind, SoundStyle, Span, TextStyle,
    Texts, measure::holds,
};

/// The height of a glyph where no number is asked, in per cent of the shorter side.
const HEIGHT_PERCENT: f64 = 5.0;

/// What to write, and what it must be measured against.
///
/// The strictest wins: the greatest height, the longest time, a place that all accept.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// In a picture.
    pub picture: PictureStyle,
    /// In a text.
    pub text: TextStyle,
    /// In a sound.
    pub sound: SoundStyle,
    /// In a video.
    pub movie: MovieStyle,
    /// Of each list, one word is in every label.
    pub elements: Vec<Vec<String>>,
}

impl Plan {
    /// The label that all of `asked` accept, in a language; `None` when nothing is asked.
    #[must_use]
    pub fn of(asked: &Asked, language: Language) -> Option<Self> {
        let regimes = asked.regimes();
        let first = regimes.first()?;
        let elements = elements(regimes);
        let words = |texts: fn(&Regime) -> &Texts| {
            let offered = regimes.iter().map(|regime| texts(regime).of(language));
            words(offered.collect(), &elements)
        };
        let highest =
            |height: fn(&Regime) -> f64| regimes.iter().map(height).fold(HEIGHT_PERCENT, f64::max);
        let corner = |corner: fn(&Regime) -> Option<Corner>| {
            regimes.iter().find_map(corner).unwrap_or_default()
        };
        Some(Self {
            picture: PictureStyle {
                text: words(|regime| &regime.picture.texts),
                corner: corner(|regime| regime.picture.corner),
                height_percent: highest(|regime| regime.picture.height_percent_min),
            },
            text: TextStyle {
                line: words(|regime| &regime.text.texts),
                place: place(regimes, first),
                ..TextStyle::default()
            },
            sound: SoundStyle {
                words: words(|regime| &regime.sound.texts),
                kind: kind(regimes),
                end: regimes.iter().any(|regime| regime.sound.end),
            },
            movie: MovieStyle {
                picture: PictureStyle {
                    text: words(|regime| &regime.movie.texts),
                    corner: corner(|regime| regime.movie.corner),
                    height_percent: highest(|regime| regime.movie.height_percent_min),
                },
                span: span(regimes),
            },
            elements,
        })
    }
}

fn elements(regimes: &[Regime]) -> Vec<Vec<String>> {
    let mut elements: Vec<Vec<String>> = Vec::new();
    for asked in regimes.iter().flat_map(|regime| &regime.elements) {
        if !elements.contains(asked) {
            elements.push(asked.clone());
        }
    }
    elements
}

/// The first text that holds every element, or as many texts as that takes.
fn words(offered: Vec<&str>, elements: &[Vec<String>]) -> String {
    if let Some(text) = offered.iter().find(|text| holds(text, elements)) {
        return (*text).to_owned();
    }
    let mut joined = String::new();
    for text in offered {
        if !joined.contains(text) {
            joined =
                if joined.is_empty() { text.to_owned() } else { format!("{joined} · {text}") };
        }
        if holds(&joined, elements) {
            break;
        }
    }
    joined
}

/// The best place of the first regime that all accept.
fn place(regimes: &[Regime], first: &Regime) -> Place {
    let accepted = |place: &Place| regimes.iter().all(|regime| regime.text.places.contains(place));
    first.text.places.iter().copied().find(accepted).unwrap_or_default()
}

/// Speech says it to everybody; the rhythm will do where all accept it.
fn kind(regimes: &[Regime]) -> SoundKind {
    let accepted = regimes.iter().all(|regime| regime.sound.kinds.contains(&SoundKind::Rhythm));
    if accepted { SoundKind::Rhythm } else { SoundKind::Speech }
}

fn span(regimes: &[Regime]) -> Span {
    let seconds = regimes.iter().map(|regime| regime.movie.seconds_min);
    if seconds.clone().any(|seconds| seconds <= 0.0) {
        return Span::Whole;
    }
    Span::Opening { seconds: seconds.fold(0.0, f64::max) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(names: &[&str], language: Language) -> Plan {
        let asked = Asked::built_in().unwrap().only(names.iter().copied()).unwrap();
        Plan::of(&asked, language).unwrap()
    }

    #[test]
    fn one_regime_gives_its_own_label() {
        let eu = plan(&["eu-art50"], Language::En);
        assert_eq!((eu.picture.text.as_str(), eu.picture.corner), ("AI", Corner::TopRight));
        assert_eq!((eu.sound.kind, eu.movie.span), (SoundKind::Speech, Span::Whole));
        let china = plan(&["cn-gb45438"], Language::En);
        assert_eq!(china.text.line, "本文由人工智能生成");
        assert_eq!(china.sound.kind, SoundKind::Rhythm);
        assert_eq!(china.movie.span, Span::Opening { seconds: 2.0 });
        assert!(china.picture.height_percent >= 5.0);
    }

    #[test]
    fn several_regimes_share_one_label_that_all_accept() {
        for language in [Language::En, Language::Zh] {
            let all = plan(&["ny-fair", "cn-gb45438", "eu-art50", "sb942"], language);
            for text in [&all.picture.text, &all.text.line, &all.sound.words] {
                assert!(holds(text, &all.elements), "{text}");
            }
            assert_eq!((all.text.place, all.picture.corner), (Place::Start, Corner::TopRight));
            assert!(all.sound.end && all.movie.span == Span::Whole);
        }
        let both = plan(&["eu-art50", "cn-gb45438"], Language::En);
        assert_eq!(both.picture.text, "AI生成");
        assert_eq!(both.text.line, "AI-generated · 本文由人工智能生成");
        assert_eq!(plan(&["eu-art50", "cn-gb45438"], Language::Zh).text.line, "AI生成");
    }

    #[test]
    fn nothing_asked_is_no_label() {
        let none = Asked::built_in().unwrap().only([]).unwrap();
        assert_eq!(Plan::of(&none, Language::En), None);
    }
}
