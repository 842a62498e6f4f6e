//! Writes down what is said in WAV files: `transcribe FOLDER [LANGUAGE] FILE.wav…`, with a Whisper
//! folder and files of one channel, 16 kHz and 16 bits, as `ffmpeg -ar 16000 -ac 1` makes them.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "an example that cannot run must stop, and prints what it heard"
)]

use std::{env, fs, path::Path, time::Instant};

use generators::{EventSender, Hearing, open_recogniser};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().unwrap();
    let model = open_recogniser("whisper", "whisper", Path::new(&folder)).unwrap();
    let (files, language): (Vec<String>, Vec<String>) =
        arguments.partition(|name| name.ends_with(".wav"));
    for file in files {
        let mut hearing = Hearing::new(samples(&fs::read(&file).unwrap()));
        hearing.language = language.first().cloned();
        hearing.word_times = true;
        let (sender, mut receiver) = EventSender::channel(8);
        let begin = Instant::now();
        let listening = async { while receiver.recv().await.is_some() {} };
        let (transcript, ()) = tokio::join!(model.hear(hearing, sender), listening);
        let transcript = transcript.unwrap();
        println!(
            "{file}: {} seconds of `{}` in {:.1} s",
            transcript.seconds,
            transcript.language,
            begin.elapsed().as_secs_f64()
        );
        print!("{}", transcript.to_srt());
        for segment in &transcript.segments {
            let words = segment.words.iter().map(|word| format!("{:.2}{}", word.start, word.text));
            println!("{}", words.collect::<Vec<_>>().join(" | "));
        }
        transcript.warnings.iter().for_each(|warning| println!("{warning}"));
    }
}

/// The samples after the header.
fn samples(file: &[u8]) -> Vec<f32> {
    let from = file.windows(4).position(|four| four == b"data").unwrap() + 8;
    let pairs = file.get(from..).unwrap().as_chunks().0.iter();
    pairs.map(|pair| f32::from(i16::from_le_bytes(*pair)) / 32_768.0).collect()
}
