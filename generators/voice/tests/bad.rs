//! Input that no speaker would like.

use proptest::prelude::*;
use voice::{Delivery, RATE, Speech, VoiceError, speak, voices};

fn say(text: &str) -> Result<Speech, VoiceError> {
    speak(text, &voices()[0], &Delivery { speed: 4.0, ..Delivery::default() }, &mut |_, _| true)
}

#[test]
fn nothing_to_say_is_an_error() {
    for text in ["", "   \n", "...", "?!", "«»", "。", "<speak></speak>", "<speak/>", "\u{200b}"]
    {
        assert_eq!(say(text), Err(VoiceError::NothingToSay), "{text:?}");
    }
}

#[test]
fn malformed_markup_tells_its_place() {
    for (text, place) in [
        ("<speak>\n <p>one</speak>", (2, 8)),
        ("<speak>a & b</speak>", (1, 10)),
        ("<speak>open", (1, 12)),
        ("<speak><break time=\"soon\"/></speak>", (1, 8)),
        ("<speak>1 < 2</speak>", (1, 10)),
        ("<speak>x</speak> tail", (1, 17)),
        ("<speak><emphasis level=\"loud\">x</emphasis></speak>", (1, 8)),
    ] {
        match say(text) {
            Err(VoiceError::Markup { line, column, .. }) => {
                assert_eq!((line, column), place, "{text}")
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn values_out_of_range_are_refused() {
    for speed in [0.0, 0.2, 4.1, f32::NAN, -1.0] {
        let delivery = Delivery { speed, ..Delivery::default() };
        let said = speak("Hello.", &voices()[0], &delivery, &mut |_, _| true);
        assert!(matches!(said, Err(VoiceError::SpeedOutOfRange(_))));
    }
    let delivery = Delivery { loudness: 0.0, ..Delivery::default() };
    let said = speak("Hello.", &voices()[0], &delivery, &mut |_, _| true);
    assert!(matches!(said, Err(VoiceError::LoudnessOutOfRange(_))));
}

#[test]
fn who_does_not_wait_stops_the_work() {
    let mut asked = 0;
    let said = speak("One. Two. Three.", &voices()[0], &Delivery::default(), &mut |done, total| {
        assert_eq!(total, 3);
        asked += 1;
        done < 1
    });
    assert_eq!(said, Err(VoiceError::Cancelled));
    assert_eq!(asked, 2);
}

#[test]
fn what_cannot_be_read_is_left_out_and_named() {
    let speech = say("Hello \u{7}\u{0} Привет 🦖 مرحبا こんにちは world.").unwrap();
    assert_eq!(speech.words.len(), 2);
    for writing in ["Cyrillic", "emoji", "Arabic", "Kana"] {
        assert!(speech.warnings.iter().any(|w| w.contains(writing)), "{writing}");
    }
}

#[test]
fn a_hundred_thousand_characters_are_read() {
    let text = "The river rose. 河水上涨。".repeat(10_000);
    let text: String = text.chars().take(100_000).collect();
    let mut last = 0;
    let said = speak(&text, &voices()[0], &Delivery::default(), &mut |done, _| {
        last = done;
        done < 40
    });
    assert_eq!(said, Err(VoiceError::Cancelled));
    assert_eq!(last, 40);
    for endless in ["a", "1", "一", "A1"] {
        let text: String = endless.repeat(100_000).chars().take(100_000).collect();
        let mut count = 0;
        let said = speak(&text, &voices()[0], &Delivery::default(), &mut |done, total| {
            count = total;
            done < 1
        });
        assert_eq!(said, Err(VoiceError::Cancelled));
        assert!(count > 1, "{endless} is one sentence");
    }
    assert!(matches!(say(&"a ".repeat(200_000)), Err(VoiceError::TooLong { .. })));
}

fn check(text: &str) {
    let Ok(speech) = say(text) else { return };
    let length = speech.samples.len() as f64 / f64::from(RATE);
    let mut last = 0.0;
    for word in &speech.words {
        assert!(word.start >= last - 1e-6 && word.end > word.start, "{word:?}");
        assert!(word.end <= length);
        last = word.end;
    }
    assert!(speech.samples.iter().all(|sample| sample.abs() <= 0.95));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_text_is_said_or_refused(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn figures_of_any_shape_are_said_or_refused(text in "[0-9A-Za-z$€£%年月日点:/,. °℃一二三百万+-]{0,40}") {
        check(&text);
    }

    #[test]
    fn markup_of_any_shape_is_said_or_refused(text in "<speak>(<p>|</p>|<s>|a b|银行|&amp;|&|<break time=\"1ms\"/>|</s>|<sub alias=\"x\">|</sub>|[<>\"=]){0,8}</speak>") {
        check(&text);
    }
}
