//! Canonical JSON (RFC 8785) of what is written many times a second.
//!
//! What serde writes differs from it only in the order of members, as long as names are plain ASCII and
//! numbers are integers that a double holds: then members are sorted as bytes. Everything else goes the
//! long way, through `serde_json_canonicalizer`.

use std::ops::Range;

use serde::Serialize;

/// Integers of so many digits are doubles, and written as such in full.
const DIGITS_MAX: usize = 15;

/// The canonical bytes of a value without fractions.
///
/// # Errors
/// Those of the value's own serialisation.
pub(crate) fn to_vec<T: Serialize>(value: &T) -> serde_json::Result<Vec<u8>> {
    let written = serde_json::to_vec(value)?;
    let mut sorted = Vec::with_capacity(written.len());
    match sort(&written, &mut sorted) {
        Some([]) => Ok(sorted),
        _ => serde_json_canonicalizer::to_vec(value),
    }
}

/// Appends the value at the beginning of compact JSON with its members sorted; what follows it. `None`
/// when it is not as plain as it has to be.
fn sort<'a>(json: &'a [u8], sorted: &mut Vec<u8>) -> Option<&'a [u8]> {
    match json.first()? {
        b'{' => object(json.get(1..)?, sorted),
        b'[' => array(json.get(1..)?, sorted),
        b'"' => {
            let (text, rest) = text(json)?;
            sorted.extend(text);
            Some(rest)
        }
        _ => {
            let end = json.iter().position(|byte| matches!(byte, b',' | b']' | b'}'));
            let (word, rest) = json.split_at(end.unwrap_or(json.len()));
            is_plain(word).then(|| sorted.extend(word))?;
            Some(rest)
        }
    }
}

fn object<'a>(mut rest: &'a [u8], sorted: &mut Vec<u8>) -> Option<&'a [u8]> {
    let mut values = Vec::new();
    let mut members: Vec<(&[u8], Range<usize>)> = Vec::new();
    while let Some(after) =
        rest.strip_prefix(b",").or_else(|| rest.starts_with(b"\"").then_some(rest))
    {
        let (name, after) = text(after)?;
        if name.contains(&b'\\') || !name.is_ascii() {
            return None;
        }
        let name = name.get(1..name.len().checked_sub(1)?)?;
        let start = values.len();
        rest = sort(after.strip_prefix(b":")?, &mut values)?;
        members.push((name, start..values.len()));
    }
    members.sort_unstable_by_key(|member| member.0);
    let twice = |pair: &[(&[u8], Range<usize>)]| matches!(pair, [(a, _), (b, _)] if a == b);
    if members.windows(2).any(twice) {
        return None;
    }
    sorted.push(b'{');
    for (place, (name, value)) in members.into_iter().enumerate() {
        if place > 0 {
            sorted.push(b',');
        }
        sorted.push(b'"');
        sorted.extend(name);
        sorted.extend(b"\":");
        sorted.extend(values.get(value)?);
    }
    sorted.push(b'}');
    rest.strip_prefix(b"}")
}

fn array<'a>(mut rest: &'a [u8], sorted: &mut Vec<u8>) -> Option<&'a [u8]> {
    sorted.push(b'[');
    if !rest.starts_with(b"]") {
        rest = sort(rest, sorted)?;
        while let Some(after) = rest.strip_prefix(b",") {
            sorted.push(b',');
            rest = sort(after, sorted)?;
        }
    }
    sorted.push(b']');
    rest.strip_prefix(b"]")
}

/// A text with its quotes, and what follows.
fn text(json: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut escaped = false;
    let end = json.strip_prefix(b"\"")?.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    json.split_at_checked(end? + 2)
}

/// A word, or an integer that every double holds.
fn is_plain(word: &[u8]) -> bool {
    let digits = word.strip_prefix(b"-").unwrap_or(word);
    let number = (1..=DIGITS_MAX).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit)
        && word != b"-0";
    number || matches!(word, b"null" | b"true" | b"false")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn plain(value: &Value) -> bool {
        matches!(sort(&serde_json::to_vec(value).unwrap(), &mut Vec::new()), Some([]))
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-99_i64..99).prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,8}|[\"\\\\\u{0}-\u{1f}\u{7f}é弹]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            let name = "[a-z_!#\"\\\\]{0,3}|[é\u{10000}\u{ff01}]{1,2}";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::hash_map(name, inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_is_what_the_long_way_gives(value in values()) {
            let long = serde_json_canonicalizer::to_vec(&value).unwrap();
            prop_assert_eq!(to_vec(&value).unwrap(), long);
        }
    }

    #[test]
    fn what_is_not_plain_goes_the_long_way() {
        let check = |value: Value, expected| assert_eq!(plain(&value), expected, "{value}");
        check(json!({"b": [1, {"d": null, "c": "\"\\,}"}], "a": {}, "": []}), true);
        check(json!({"a": 999_999_999_999_999_u64, "b": -1}), true);
        check(json!(1_000_000_000_000_000_u64), false);
        check(json!(0.5), false);
        check(json!({"é": 1}), false);
        check(json!({"a\"b": 1}), false);
    }
}
