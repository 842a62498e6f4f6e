//! What the header of a GGUF file says, by its keys.

use std::collections::BTreeMap;

use crate::gguf::Value;

/// The values of a header; keys of the network are found behind its name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Metadata<'a> {
    values: &'a BTreeMap<String, Value>,
    architecture: &'a str,
}

impl<'a> Metadata<'a> {
    /// # Errors
    /// When the file does not name its network.
    pub(crate) fn new(values: &'a BTreeMap<String, Value>) -> Result<Self, String> {
        match values.get("general.architecture") {
            Some(Value::Text(architecture)) => Ok(Self { values, architecture }),
            _ => Err("it does not say its `general.architecture`".to_owned()),
        }
    }

    pub(crate) const fn architecture(&self) -> &'a str {
        self.architecture
    }

    /// The value under `key`, or under the name of the network and `.key`.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Value> {
        let own = || self.values.get(&format!("{}.{key}", self.architecture));
        self.values.get(key).or_else(own)
    }

    /// A whole number that is not negative; of a list, the one that all its elements are.
    ///
    /// # Errors
    /// When there is something else.
    pub(crate) fn number(&self, key: &str) -> Result<Option<usize>, String> {
        let wrong = |value: &Value| format!("its `{key}` is {value:?}");
        match self.get(key) {
            None => Ok(None),
            Some(Value::Integer(number)) => {
                usize::try_from(*number).map(Some).map_err(|_| format!("its `{key}` is {number}"))
            }
            Some(value @ Value::Numbers(all)) => match all.first() {
                Some(first) if all.iter().all(|number| number == first) => {
                    Ok(Some(*first as usize))
                }
                Some(_) => Err(format!("its layers differ in `{key}`, which is not supported")),
                None => Err(wrong(value)),
            },
            Some(value) => Err(wrong(value)),
        }
    }

    /// # Errors
    /// When there is none or it is something else.
    pub(crate) fn needed(&self, key: &str) -> Result<usize, String> {
        self.number(key)?.ok_or_else(|| format!("it does not say its `{key}`"))
    }

    /// # Errors
    /// When there is something else.
    pub(crate) fn float(&self, key: &str) -> Result<Option<f32>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Float(number)) => Ok(Some(*number as f32)),
            Some(Value::Integer(number)) => Ok(Some(*number as f32)),
            Some(value) => Err(format!("its `{key}` is {value:?}")),
        }
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        match self.get(key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn texts(&self, key: &str) -> Option<&'a [String]> {
        match self.get(key) {
            Some(Value::Texts(texts)) => Some(texts),
            _ => None,
        }
    }

    pub(crate) fn numbers(&self, key: &str) -> Option<&'a [f32]> {
        match self.get(key) {
            Some(Value::Numbers(numbers)) => Some(numbers),
            _ => None,
        }
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        match self.get(key) {
            Some(Value::Bool(yes)) => Some(*yes),
            _ => None,
        }
    }
}
