//! Hashed features of texts, for training: JSON lines with a member `text` on standard input, on
//! standard output for each text the number of its sentences, and for each sentence the number of
//! its tokens, of its Han characters and of its features, then the features' rows; every number is
//! a little-endian u32.

use std::{
    error::Error,
    io::{BufRead as _, BufWriter, Write as _, stdin, stdout},
};

use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::new(stdout().lock());
    let mut number = |value: usize| -> Result<(), Box<dyn Error>> {
        Ok(out.write_all(&u32::try_from(value)?.to_le_bytes())?)
    };
    for line in stdin().lock().lines() {
        let row: Value = serde_json::from_str(&line?)?;
        let sentences = policy::features(
            row.get("text").and_then(Value::as_str).ok_or("a line without a text")?,
        );
        number(sentences.len())?;
        for sentence in sentences {
            number(sentence.tokens as usize)?;
            number(sentence.han as usize)?;
            number(sentence.rows.len())?;
            for row in sentence.rows {
                number(row as usize)?;
            }
        }
    }
    Ok(out.flush()?)
}
