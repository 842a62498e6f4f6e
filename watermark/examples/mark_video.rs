//! Marks a video and reads marks: `mark_video embed IN OUT --id HEX16 [--key HEX64]` and
//! `mark_video detect|hear FILE [--key HEX64]…`, of its pictures or its sound; prints one line of JSON.

#![expect(clippy::print_stdout, reason = "the line is what is asked for")]

use std::{error::Error, fs, time::Instant};

use types::MarkId;
use watermark::{WatermarkKey, audio, video};

fn main() -> Result<(), Box<dyn Error>> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let mut keys = Vec::new();
    while let Some(hex) = option(&mut words, "--key") {
        keys.push(WatermarkKey::new(secret(&hex)?));
    }
    if keys.is_empty() {
        keys.push(WatermarkKey::new([42; 32]));
    }
    let id = option(&mut words, "--id");
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let started = Instant::now();
    match (words.as_slice(), id) {
        (["embed", from, to], Some(id)) => {
            let id = MarkId::from(u64::from_str_radix(&id, 16)?);
            let marked = video::embed(keys.first().ok_or("no key")?, &fs::read(from)?, id)?;
            fs::write(to, marked.file)?;
            let (sound, ms) = (marked.sound, started.elapsed().as_millis());
            println!("{{\"sound\":{sound},\"ms\":{ms}}}");
        }
        (["detect", file], None) => {
            let found = video::detect(&keys, &fs::read(file)?)?;
            let found = found.map_or_else(|| "\"found\":false".to_owned(), |found| line(&found));
            println!("{{{found},\"ms\":{}}}", started.elapsed().as_millis());
        }
        (["hear", file], None) => {
            let found = audio::detect_soundtrack(&keys, &fs::read(file)?)?;
            let id = found.map_or_else(|| "null".to_owned(), |found| format!("\"{}\"", found.id));
            println!("{{\"id\":{id},\"ms\":{}}}", started.elapsed().as_millis());
        }
        _ => {
            return Err(
                "embed IN OUT --id HEX16 [--key HEX64], or detect|hear FILE [--key HEX64]".into()
            );
        }
    }
    Ok(())
}

/// Takes an option and its value out of the words.
fn option(words: &mut Vec<String>, name: &str) -> Option<String> {
    let at = words.iter().position(|word| word == name)?;
    (at + 1 < words.len()).then(|| words.drain(at..at + 2).next_back())?
}

fn secret(hex: &str) -> Result<[u8; 32], Box<dyn Error>> {
    let mut key = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return Err("a key has 64 hexadecimal digits".into());
    }
    for (byte, at) in key.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(hex.get(at..at + 2).unwrap_or_default(), 16)?;
    }
    Ok(key)
}

fn line(found: &video::Detection) -> String {
    format!(
        "\"found\":true,\"id\":\"{:016x}\",\"confidence\":{{\"p_value\":{:e},\"bit_errors\":{}}},\"from_ms\":{},\"to_ms\":{}",
        found.id.to_u64(),
        found.p_value,
        found.bit_errors,
        found.from_ms,
        found.to_ms,
    )
}
