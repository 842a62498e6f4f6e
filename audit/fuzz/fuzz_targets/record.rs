//! Any bytes as an entry of the log: what is read has one canonical form, and that form is read the same.
#![cfg_attr(fuzzing, no_main)]

use audit::Record;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| run(data));

pub(crate) fn run(data: &[u8]) {
    let Ok(record) = Record::parse(data) else { return };
    let Ok(entry) = record.canonical() else { return };
    let other = serde_json_canonicalizer::to_vec(&record).ok();
    assert_eq!(Some(&entry), other.as_ref(), "another canonicaliser writes it otherwise");
    assert_eq!(Record::parse(&entry).ok(), Some(record), "the canonical form says the same");
}
