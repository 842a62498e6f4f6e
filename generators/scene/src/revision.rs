//! What changed from one state to the next.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Document;

/// A small change, as JSON Patch (RFC 6902) writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Change {
    /// A new member.
    Add {
        /// Where, as a JSON Pointer (RFC 6901) into the document.
        path: String,
        /// What.
        value: Value,
    },
    /// Another value.
    Replace {
        /// Where.
        path: String,
        /// What is there now.
        value: Value,
    },
    /// A member less.
    Remove {
        /// Where it was.
        path: String,
    },
}

/// Something that people read or hear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// A character's id, or the part of the page: `title`, `headline`, `label`, …
    pub who: String,
    /// What it says.
    pub text: String,
}

/// A step of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Revision {
    /// 0 when opened, then one more each.
    pub number: u64,
    /// What makes the document before into the one after; empty when opened.
    pub changed: Vec<Change>,
    /// Everything that people read or hear and that is new.
    pub texts: Vec<Said>,
    /// Why it changed, for the record.
    pub because: String,
    /// The state of the whole.
    pub document: Document,
}

/// Everything in a document that people read or hear.
pub(crate) fn texts(document: &Document) -> Vec<Said> {
    let mut all = vec![
        ("title".to_owned(), &document.title),
        ("notice".to_owned(), &document.notice),
        ("description".to_owned(), &document.description),
    ];
    if let Some(advert) = &document.advert {
        all.push(("headline".to_owned(), &advert.headline));
        all.push(("copy".to_owned(), &advert.copy));
        all.push(("call".to_owned(), &advert.call));
        for fact in &advert.facts {
            all.push(("fact".to_owned(), &fact.name));
            all.push(("fact".to_owned(), &fact.value));
        }
        all.extend(advert.price.iter().map(|price| ("price".to_owned(), price)));
    }
    for (id, character) in &document.characters {
        all.push((id.clone(), &character.name));
        all.push((id.clone(), &character.role));
        all.push((id.clone(), &character.goal));
        all.push((id.clone(), &character.says));
    }
    all.extend(document.nodes.values().map(|node| ("label".to_owned(), &node.label)));
    all.extend(document.options.iter().map(|choice| ("option".to_owned(), &choice.label)));
    all.extend(document.warnings.iter().map(|warning| ("warning".to_owned(), warning)));
    let mut said: Vec<Said> = Vec::new();
    for (who, text) in all {
        let new = !said.iter().any(|other| other.who == who && other.text == *text);
        if !text.is_empty() && new {
            said.push(Said { who, text: text.clone() });
        }
    }
    said
}

/// What of `after` people did not read or hear `before`.
pub(crate) fn new_texts(before: &Document, after: &Document) -> Vec<Said> {
    let known = texts(before);
    texts(after).into_iter().filter(|said| !known.contains(said)).collect()
}

/// What makes `before` into `after`. Lists are replaced whole.
pub(crate) fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    compare(before, after, &mut String::new(), &mut found);
    found
}

fn compare(before: &Value, after: &Value, path: &mut String, found: &mut Vec<Change>) {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        if before != after {
            found.push(Change::Replace { path: path.clone(), value: after.clone() });
        }
        return;
    };
    let length = path.len();
    for (name, value) in new {
        step(path, name);
        match old.get(name) {
            Some(other) => compare(other, value, path, found),
            None => found.push(Change::Add { path: path.clone(), value: value.clone() }),
        }
        path.truncate(length);
    }
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        step(path, name);
        found.push(Change::Remove { path: path.clone() });
        path.truncate(length);
    }
}

fn step(path: &mut String, name: &str) {
    path.push('/');
    path.push_str(&name.replace('~', "~0").replace('/', "~1"));
}
