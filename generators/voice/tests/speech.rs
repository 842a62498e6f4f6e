//! What comes out of a text.

use voice::{Delivery, Mouth, RATE, Reader, Speech, speak, voice, voices};

fn say(text: &str) -> Speech {
    speak(text, &voices()[0], &Delivery::default(), &mut |_, _| true).unwrap()
}

fn seconds(speech: &Speech) -> f64 {
    speech.samples.len() as f64 / f64::from(RATE)
}

#[test]
fn words_and_sounds_lie_in_order_inside_the_sound() {
    let speech = say("Dr. Smith paid $4.5 million. 北京今天25℃，晴。 He left at 10:30 a.m.");
    for pair in speech.words.windows(2) {
        assert!(pair[0].end <= pair[1].start + 1e-6, "{pair:?}");
        assert!(pair[0].sentence <= pair[1].sentence);
    }
    for pair in speech.phones.windows(2) {
        assert!(pair[0].end <= pair[1].start + 0.003, "{pair:?}");
    }
    assert!(speech.words.iter().all(|word| word.start < word.end));
    assert!(speech.phones.last().unwrap().end <= seconds(&speech) + 1e-6);
    let texts: Vec<&str> = speech.words.iter().map(|word| word.text.as_str()).collect();
    assert!(texts.contains(&"$4.5 million.") && texts.contains(&"25℃"), "{texts:?}");
    assert_eq!(speech.words.last().unwrap().sentence, 2);
}

#[test]
fn the_same_text_gives_the_same_samples_and_another_voice_gives_others() {
    let first = say("Good evening.");
    assert_eq!(first, say("Good evening."));
    for other in &voices()[1..] {
        let speech = speak("Good evening.", other, &Delivery::default(), &mut |_, _| true).unwrap();
        assert_ne!(first.samples, speech.samples, "{}", other.id);
    }
}

#[test]
fn speed_changes_the_length_and_loudness_the_level() {
    let usual = say("The bridge will open again next week.");
    let fast = Delivery { speed: 2.0, ..Delivery::default() };
    let fast =
        speak("The bridge will open again next week.", &voices()[0], &fast, &mut |_, _| true);
    let ratio = seconds(&usual) / seconds(&fast.unwrap());
    assert!((1.7..2.1).contains(&ratio), "{ratio}");
    let loud = Delivery { loudness: -18.0, ..Delivery::default() };
    let loud =
        speak("The bridge will open again next week.", &voices()[0], &loud, &mut |_, _| true);
    let power = |samples: &[f32]| samples.iter().map(|s| f64::from(s * s)).sum::<f64>();
    let gained = 10.0 * (power(&loud.unwrap().samples) / power(&usual.samples)).log10();
    assert!((3.5..6.5).contains(&gained), "{gained}");
    assert!(usual.samples.iter().all(|sample| sample.abs() <= 0.9));
}

#[test]
fn lips_close_for_labials_and_pauses() {
    let speech = say("Mumbai.");
    for phone in &speech.phones {
        let labial = ["m", "b", "p", ""].contains(&phone.symbol);
        assert_eq!(phone.mouth == Mouth::Closed, labial, "{phone:?}");
    }
    assert_eq!(speech.phones.iter().filter(|phone| phone.mouth == Mouth::Closed).count(), 4);
}

#[test]
fn markup_is_read_and_not_seen() {
    let plain = say("Hello there.");
    let marked = say("<speak>Hello <break time=\"1s\"/> <emphasis>there</emphasis>.</speak>");
    assert!(seconds(&marked) - seconds(&plain) > 0.9);
    assert_eq!(marked.text, "Hello  there.");
    let sub = say("<speak><sub alias=\"World Wide Web Consortium\">W3C</sub> met.</speak>");
    assert_eq!(sub.words[0].text, "W3C");
    assert!(sub.words[0].end > 1.2);
    let spelt = say("<speak>Call <say-as interpret-as=\"telephone\">555 0199</say-as>.</speak>");
    assert!(spelt.words[1].end - spelt.words[1].start > 1.5);
    let unknown = say("<speak>A <blink>word</blink>.</speak>");
    assert!(unknown.warnings[0].contains("<blink>"));
}

#[test]
fn a_reader_gives_the_sentences_one_by_one() {
    let text = "One sentence. Two sentences! 第三句。";
    let reader = Reader::new(text, voice("linden").unwrap(), &Delivery::default()).unwrap();
    assert_eq!(reader.sentences(), 3);
    let parts: Vec<_> = reader.collect();
    let whole =
        speak(text, voice("linden").unwrap(), &Delivery::default(), &mut |_, _| true).unwrap();
    let samples: usize = parts.iter().map(|part| part.samples.len()).sum();
    assert_eq!(samples + RATE as usize / 8, whole.samples.len());
    // The same samples but for the gain.
    let gain = |index: usize| f64::from(whole.samples[index]) / f64::from(parts[0].samples[index]);
    let loud: Vec<usize> =
        (0..parts[0].samples.len()).filter(|at| parts[0].samples[*at].abs() > 0.02).collect();
    for at in loud.iter().step_by(50) {
        assert!((gain(*at) / gain(loud[0]) - 1.0).abs() < 0.35);
    }
    assert!(parts.iter().all(|part| part.samples.iter().all(|sample| sample.abs() < 0.9)));
}

#[test]
fn questions_rise_and_statements_fall() {
    let last_pitch = |text: &str| {
        let speech = say(text);
        let last = speech.phones.iter().rev().find(|phone| !phone.symbol.is_empty()).unwrap();
        let to = (last.end * f64::from(RATE)) as usize;
        period(&speech.samples[to - 1500..to])
    };
    assert!(last_pitch("Is it far away?") < last_pitch("It is far away."));
}

/// The lag of the highest autocorrelation between 60 and 400 Hz.
fn period(samples: &[f32]) -> usize {
    let score = |lag: usize| -> f32 {
        samples.iter().zip(&samples[lag..]).map(|(a, b)| a * b).sum::<f32>()
            / (samples.len() - lag) as f32
    };
    (60..400).max_by(|a, b| score(*a).total_cmp(&score(*b))).unwrap()
}
