//! Renders sentences from a file, one a line, to WAV files with times beside them.
//!
//! `cargo run --release -p voice --example say -- SENTENCES OUT [VOICE] [SPEED]` writes
//! `OUT/001.wav`, `OUT/001.json` and so on, and prints the real-time factor.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a tool run by hand")]

use std::{env, fs, path::Path, time::Instant};

use voice::{Delivery, RATE, Speech, speak, voice, voices};

fn main() {
    let given: Vec<String> = env::args().skip(1).collect();
    let [sentences, out, ..] = given.as_slice() else {
        println!("say SENTENCES OUT [VOICE] [SPEED]");
        return;
    };
    let speaker = given.get(2).and_then(|id| voice(id)).or(voices().first()).unwrap();
    let speed = given.get(3).and_then(|speed| speed.parse().ok()).unwrap_or(1.0);
    let delivery = Delivery { speed, ..Delivery::default() };
    fs::create_dir_all(out).unwrap();
    let (mut sound, started) = (0.0, Instant::now());
    for (at, line) in fs::read_to_string(sentences).unwrap().lines().enumerate() {
        let line = line.replace("\\n", "\n");
        match speak(&line, speaker, &delivery, &mut |_, _| true) {
            Ok(speech) => {
                sound += speech.samples.len() as f64 / f64::from(RATE);
                let name = Path::new(out).join(format!("{:03}", at + 1));
                fs::write(name.with_extension("wav"), wav(&speech.samples)).unwrap();
                fs::write(name.with_extension("json"), json(&speech)).unwrap();
            }
            Err(error) => println!("{}: {error}", at + 1),
        }
    }
    let took = started.elapsed().as_secs_f64();
    println!(
        "{sound:.1} s of speech in {took:.2} s: real-time factor {:.4}",
        took / sound.max(1e-9)
    );
}

fn wav(samples: &[f32]) -> Vec<u8> {
    let length = samples.len() as u32 * 2;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + length).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(RATE.to_le_bytes());
    bytes.extend((RATE * 2).to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend(length.to_le_bytes());
    let level = |sample: &f32| (sample * 32767.0).round().clamp(-32768.0, 32767.0) as i16;
    bytes.extend(samples.iter().flat_map(|sample| level(sample).to_le_bytes()));
    bytes
}

fn json(speech: &Speech) -> String {
    let row = |text: &str, start: f64, end: f64| format!("[{text:?}, {start:.4}, {end:.4}]");
    let words: Vec<String> = speech.words.iter().map(|w| row(&w.text, w.start, w.end)).collect();
    let phones: Vec<String> = speech.phones.iter().map(|p| row(p.symbol, p.start, p.end)).collect();
    format!(
        "{{\"text\": {:?}, \"warnings\": {:?},\n\"words\": [{}],\n\"phones\": [{}]}}\n",
        speech.text,
        speech.warnings,
        words.join(", "),
        phones.join(", ")
    )
}
