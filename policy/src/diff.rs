//! What changes between two packs.

use std::fmt;

use serde_json::{Map, Value};

use crate::{PolicyError, pack::Pack};

/// A rule that one of two packs has otherwise than the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleChange {
    /// Only the newer pack has the rule.
    Added {
        /// The rule's id.
        rule: String,
    },
    /// Only the older pack has the rule.
    Removed {
        /// The rule's id.
        rule: String,
    },
    /// Both have it, with other values.
    Changed {
        /// The rule's id.
        rule: String,
        /// Which members differ: `action`, `when`, `mode` and so on; never empty.
        members: Vec<String>,
        /// Its meaning changed, but its `version` stayed.
        same_version: bool,
    },
}

impl fmt::Display for RuleChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added { rule } => write!(f, "rule `{rule}` is new"),
            Self::Removed { rule } => write!(f, "rule `{rule}` is gone"),
            Self::Changed { rule, members, same_version } => {
                write!(f, "rule `{rule}` changes {}", members.join(", "))?;
                if *same_version {
                    write!(f, ": raise its version, so that records tell the two apart")?;
                }
                Ok(())
            }
        }
    }
}

/// Compares two packs rule by rule; the order of rules does not matter.
///
/// # Errors
/// [`PolicyError`] when one of them cannot be read.
pub fn diff(older: &str, newer: &str) -> Result<Vec<RuleChange>, PolicyError> {
    let (older, newer) = (rules(older)?, rules(newer)?);
    let mut changes = Vec::new();
    for (rule, before) in &older {
        match newer.get(rule) {
            None => changes.push(RuleChange::Removed { rule: rule.clone() }),
            Some(after) => changes.extend(changed(rule, before, after)),
        }
    }
    let added = newer.keys().filter(|rule| !older.contains_key(*rule));
    changes.extend(added.map(|rule| RuleChange::Added { rule: rule.clone() }));
    Ok(changes)
}

/// The rules of a pack in canonical form, by their ids.
fn rules(text: &str) -> Result<Map<String, Value>, PolicyError> {
    let pack = Pack::parse(text)?;
    let canonical = |rule| serde_json::to_value(rule).unwrap_or_default();
    Ok(pack.rules().map(|(rule, _)| (rule.id.clone(), canonical(rule))).collect())
}

fn changed(rule: &str, before: &Value, after: &Value) -> Option<RuleChange> {
    let (before, after) = (before.as_object()?, after.as_object()?);
    let members = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    let differ = |name: &&String| before.get(*name) != after.get(*name);
    let mut members: Vec<String> = members.filter(differ).cloned().collect();
    members.sort();
    // Tests and messages do not change what a record means.
    let meaning =
        |name: &String| !["tests", "message", "owner", "version"].contains(&name.as_str());
    let same_version = members.iter().any(meaning) && !members.iter().any(|name| name == "version");
    let rule = rule.to_owned();
    (!members.is_empty()).then_some(RuleChange::Changed { rule, members, same_version })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = r#"
[[rule]]
id = "a"
version = 1
category = "pii"
when = { terms = ["x"] }
action = "flag"
message = { en = "m" }
"#;

    fn pack(rules: &str) -> String {
        format!("id = \"p\"\nversion = \"1\"\n{rules}")
    }

    fn told(older: &str, newer: &str) -> Vec<String> {
        let changes = diff(&pack(older), &pack(newer)).unwrap();
        changes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn rules_are_added_removed_and_changed() {
        let other = RULE.replace("\"a\"", "\"b\"");
        assert_eq!(told(RULE, &other), ["rule `a` is gone", "rule `b` is new"]);
        let both = RULE.to_owned() + &other;
        assert_eq!(told(&both, &(other + RULE)), [""; 0]);
        let stricter = RULE.replace("flag", "block");
        let advice =
            "rule `a` changes action: raise its version, so that records tell the two apart";
        assert_eq!(told(RULE, &stricter), [advice]);
        let raised = stricter.replace("version = 1", "version = 2");
        assert_eq!(told(RULE, &raised), ["rule `a` changes action, version"]);
        let reworded = RULE.replace("\"m\"", "\"n\"");
        assert_eq!(told(RULE, &reworded), ["rule `a` changes message"]);
    }

    #[test]
    fn an_unreadable_pack_is_an_error() {
        assert!(diff("", &pack(RULE)).is_err());
    }
}
