//! What is withheld from a bag, and why.
//!
//! An entry's bytes cannot be changed without breaking its proof. So an entry that holds something to
//! be withheld is left out as a whole: its leaf hash, its proof and its number stay.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write as _},
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use types::Sha256;

use super::Fault;

/// How much is withheld; each level withholds what the one before does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Redaction {
    /// Nothing.
    #[default]
    None,
    /// Pseudonyms of people.
    People,
    /// Digests and fingerprints of content, marks and manifests, too.
    Content,
}

/// Who acts when nobody in particular does: no pseudonym.
const NOBODY: &str = "operator";
/// Members of a record that say something about content.
const CONTENT: [&str; 4] = ["prompt_commitment", "content", "mark", "c2pa"];

impl Redaction {
    /// The members of a record that this level withholds.
    pub(super) fn members(self, record: &Map<String, Value>) -> Vec<&'static str> {
        let has = |name: &str| record.contains_key(name);
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
        let mut members = Vec::new();
        if self >= Self::People {
            members.extend((text("actor") != NOBODY).then_some("actor"));
            members.extend(has("vault").then_some("vault"));
            // The ids of keys stand for people.
            members
                .extend((text("event").starts_with("key_") && has("detail")).then_some("detail"));
        }
        if self >= Self::Content {
            members.extend(CONTENT.into_iter().filter(|name| has(name)));
        }
        members
    }

    /// Why, unless the caller says otherwise.
    pub(super) const fn ground(self) -> &'static str {
        match self {
            Self::None => "",
            Self::People => {
                "people are not needed for the purpose (Regulation (EU) 2016/679, Article 5(1)(c))"
            }
            Self::Content => {
                "people and content are not needed for the purpose (Regulation (EU) 2016/679, Article 5(1)(c))"
            }
        }
    }
}

/// An entry that is withheld.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Withheld {
    pub(super) index: u64,
    pub(super) leaf_hash: Sha256,
    pub(super) tenant: String,
    pub(super) tenant_seq: u64,
    pub(super) time: String,
    pub(super) withheld: Vec<String>,
}

/// Writes `redactions.json`: one JSON document, one line an entry, so that it can be streamed.
#[derive(Debug)]
pub(super) struct Redactions {
    file: fs::File,
    pub(super) count: u64,
}

impl Redactions {
    pub(super) fn new(level: Redaction, ground: &str) -> std::io::Result<Self> {
        let mut file = tempfile::tempfile()?;
        writeln!(file, "{}", head(level, ground))?;
        Ok(Self { file, count: 0 })
    }

    pub(super) fn add(&mut self, entry: &Withheld) -> std::io::Result<()> {
        let separator = if self.count == 0 { "" } else { ",\n" };
        self.count += 1;
        write!(self.file, "{separator}{}", serde_json::to_string(entry)?)
    }

    pub(super) fn finish(mut self) -> std::io::Result<fs::File> {
        let end = if self.count == 0 { FOOT } else { "\n]}" };
        writeln!(self.file, "{end}")?;
        Ok(self.file)
    }
}

const FOOT: &str = "]}";

fn head(level: Redaction, ground: &str) -> String {
    let level = serde_json::to_string(&level).unwrap_or_default();
    let ground = Value::from(ground);
    format!(r#"{{"schema":"imprimatur.redactions.1","level":{level},"ground":{ground},"entries":["#)
}

/// Reads `redactions.json` again, one entry at a time.
#[derive(Debug)]
pub(super) struct WithheldEntries<R> {
    lines: BufReader<R>,
    ended: bool,
}

impl<R: Read> WithheldEntries<R> {
    pub(super) fn open(file: R, level: Redaction, ground: &str) -> Result<Self, Fault> {
        let mut entries = Self { lines: BufReader::new(file), ended: false };
        if entries.line()? == head(level, ground) {
            return Ok(entries);
        }
        Err(broken("its head does not match data/export.json"))
    }

    fn line(&mut self) -> Result<String, Fault> {
        let mut line = String::new();
        let mut limited = (&mut self.lines).take(65_536);
        limited.read_line(&mut line).map_err(broken)?;
        line.strip_suffix('\n').map(str::to_owned).ok_or_else(|| broken("it ends in the middle"))
    }

    /// The next withheld entry; `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<Withheld>, Fault> {
        if self.ended {
            return Ok(None);
        }
        let line = self.line()?;
        if line == FOOT {
            self.ended = true;
            let mut rest = Vec::new();
            (&mut self.lines).take(1).read_to_end(&mut rest).map_err(broken)?;
            return if rest.is_empty() {
                Ok(None)
            } else {
                Err(broken("something follows its end"))
            };
        }
        let entry = line.strip_suffix(',').unwrap_or(&line);
        serde_json::from_str(entry).map(Some).map_err(broken)
    }
}

fn broken(reason: impl ToString) -> Fault {
    Fault::broken(super::names::REDACTIONS, reason)
}

#[cfg(test)]
mod tests {
    use std::io::Seek as _;

    use super::*;

    #[test]
    fn redactions_are_one_json_document_and_come_back_one_by_one() {
        for count in 0..3_u64 {
            let mut written = Redactions::new(Redaction::People, "because").unwrap();
            let entry = |index| Withheld {
                index,
                leaf_hash: Sha256::of(b"x"),
                tenant: "press".into(),
                tenant_seq: index,
                time: "t".into(),
                withheld: vec!["actor".into()],
            };
            (0..count).for_each(|index| written.add(&entry(index)).unwrap());
            let mut file = written.finish().unwrap();
            file.rewind().unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            let json: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(json["entries"].as_array().unwrap().len() as u64, count);
            let mut read =
                WithheldEntries::open(text.as_bytes(), Redaction::People, "because").unwrap();
            for index in 0..count {
                assert_eq!(read.next().unwrap(), Some(entry(index)));
            }
            assert_eq!(read.next().unwrap(), None);
            assert!(WithheldEntries::open(text.as_bytes(), Redaction::None, "").is_err());
        }
    }
}
