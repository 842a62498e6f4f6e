//! What of JSON Schema can be promised: objects, arrays, strings, numbers, enumerations.
//!
//! Everything else is refused by its name: a promise that is not kept would mislead.

use serde_json::{Map, Value};

/// The longest schema that is read.
const SCHEMA_BYTES_MAX: usize = 64 << 10;
/// So many parts has the largest.
const NODES_MAX: usize = 2000;
/// So deep is the deepest.
const DEPTH_MAX: usize = 32;
/// Says something to people, or is the default that we keep anyway.
const NOTES: [&str; 10] = [
    "title",
    "description",
    "default",
    "examples",
    "$schema",
    "$id",
    "$comment",
    "deprecated",
    "readOnly",
    "writeOnly",
];

/// What may be written, as a tree of nodes.
#[derive(Debug)]
pub(crate) struct Grammar {
    nodes: Vec<Node>,
    /// The shortest text of each node.
    shortest: Vec<Vec<u8>>,
    root: usize,
}

/// One kind of value.
#[derive(Debug)]
pub(super) enum Node {
    /// Any value.
    Any,
    Object(Vec<Property>),
    /// Any keys, any values.
    OpenObject,
    Array {
        items: usize,
        least: usize,
        most: usize,
    },
    String,
    Number {
        whole: bool,
    },
    /// One of these texts.
    Literals(Vec<Vec<u8>>),
    /// One of these nodes; their first bytes differ.
    Either(Vec<usize>),
}

/// A member of an object.
#[derive(Debug)]
pub(super) struct Property {
    /// The key as JSON text, with both quotes.
    pub(super) key: Vec<u8>,
    pub(super) node: usize,
    pub(super) required: bool,
}

/// The node that any value fits.
pub(super) const ANY: usize = 0;

impl Grammar {
    /// Any object.
    pub(crate) fn object() -> Self {
        let mut grammar = Self::empty();
        grammar.root = grammar.add(Node::OpenObject, b"{}".to_vec());
        grammar
    }

    /// An object after a schema.
    ///
    /// # Errors
    /// A clause that says which part is not supported.
    pub(crate) fn parse(schema: &str) -> Result<Self, String> {
        if schema.len() > SCHEMA_BYTES_MAX {
            return Err(format!("has a schema of more than {SCHEMA_BYTES_MAX} bytes"));
        }
        let schema: Value =
            serde_json::from_str(schema).map_err(|error| format!("has no schema: {error}"))?;
        let mut grammar = Self::empty();
        grammar.root = grammar.compile(&schema, 0)?;
        match grammar.nodes.get(grammar.root) {
            Some(Node::Object(_) | Node::OpenObject) => Ok(grammar),
            _ => Err("has a schema of something else than an object".to_owned()),
        }
    }

    fn empty() -> Self {
        Self { nodes: vec![Node::Any], shortest: vec![b"0".to_vec()], root: ANY }
    }

    pub(super) const fn root(&self) -> usize {
        self.root
    }

    pub(super) fn node(&self, node: usize) -> &Node {
        self.nodes.get(node).unwrap_or(&Node::Any)
    }

    /// The shortest text of a node.
    pub(super) fn shortest(&self, node: usize) -> &[u8] {
        self.shortest.get(node).map_or(b"0", Vec::as_slice)
    }

    fn add(&mut self, node: Node, shortest: Vec<u8>) -> usize {
        self.nodes.push(node);
        self.shortest.push(shortest);
        self.nodes.len() - 1
    }

    fn compile(&mut self, schema: &Value, depth: usize) -> Result<usize, String> {
        if depth > DEPTH_MAX || self.nodes.len() >= NODES_MAX {
            return Err("has a schema that is too large or too deep".to_owned());
        }
        let schema = match schema {
            Value::Bool(true) => return Ok(ANY),
            Value::Object(schema) => schema,
            _ => return Err("has a schema that is no object".to_owned()),
        };
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            known(schema, &["enum", "type"])?;
            return self.literals(values);
        }
        if let Some(value) = schema.get("const") {
            known(schema, &["const", "type"])?;
            return self.literals(std::slice::from_ref(value));
        }
        match schema.get("type") {
            Some(Value::String(kind)) => self.of_kind(kind, schema, depth),
            Some(Value::Array(kinds)) => self.either(kinds, schema, depth),
            Some(_) => Err("has a `type` that is no name".to_owned()),
            None if schema.contains_key("properties") => self.of_kind("object", schema, depth),
            None => known(schema, &[]).map(|()| ANY),
        }
    }

    fn of_kind(
        &mut self,
        kind: &str,
        schema: &Map<String, Value>,
        depth: usize,
    ) -> Result<usize, String> {
        match kind {
            "object" => self.members(schema, depth),
            "array" => self.items(schema, depth),
            "string" => known(schema, &["type"]).map(|()| self.add(Node::String, b"\"\"".to_vec())),
            "number" | "integer" => {
                known(schema, &["type"])?;
                Ok(self.add(Node::Number { whole: kind == "integer" }, b"0".to_vec()))
            }
            "boolean" => {
                known(schema, &["type"])?;
                self.literals(&[Value::Bool(true), Value::Bool(false)])
            }
            "null" => known(schema, &["type"]).and_then(|()| self.literals(&[Value::Null])),
            other => Err(format!("has the type `{other}`, which JSON has not")),
        }
    }

    /// Types that begin differently, such as a text or null.
    fn either(
        &mut self,
        kinds: &[Value],
        schema: &Map<String, Value>,
        depth: usize,
    ) -> Result<usize, String> {
        let mut nodes = Vec::new();
        for kind in kinds {
            let kind = kind.as_str().ok_or("has a `type` that is no name")?;
            if kind == "integer" && kinds.iter().any(|other| other == "number") {
                continue;
            }
            let own: &[&str] = match kind {
                "object" => &["properties", "required", "additionalProperties"],
                "array" => &["items", "minItems", "maxItems"],
                _ => &[],
            };
            let part = schema
                .iter()
                .filter(|(name, _)| own.contains(&name.as_str()) || !is_of_a_kind(name));
            let part: Map<String, Value> = part.map(|(k, v)| (k.clone(), v.clone())).collect();
            nodes.push(self.of_kind(kind, &part, depth)?);
        }
        let shortest = nodes.iter().map(|node| self.shortest(*node)).min_by_key(|text| text.len());
        let shortest = shortest.ok_or("has an empty `type`")?.to_vec();
        Ok(self.add(Node::Either(nodes), shortest))
    }

    fn literals(&mut self, values: &[Value]) -> Result<usize, String> {
        let mut texts: Vec<Vec<u8>> =
            values.iter().map(|value| value.to_string().into_bytes()).collect();
        // Where one text begins another, as 1 begins 10, the longer could not be ended.
        texts.sort();
        texts.dedup();
        let begun = texts.windows(2).any(|two| matches!(two, [a, b] if b.starts_with(a)));
        if begun {
            return Err("has an `enum` in which one number begins another".to_owned());
        }
        let shortest = texts.iter().min_by_key(|text| text.len()).cloned();
        let shortest = shortest.ok_or("has an empty `enum`")?;
        Ok(self.add(Node::Literals(texts), shortest))
    }

    fn members(&mut self, schema: &Map<String, Value>, depth: usize) -> Result<usize, String> {
        known(schema, &["type", "properties", "required", "additionalProperties"])?;
        if schema.get("additionalProperties").is_some_and(|more| !more.is_boolean()) {
            return Err("has `additionalProperties` that are a schema".to_owned());
        }
        let required: Vec<&str> = match schema.get("required") {
            None => Vec::new(),
            Some(names) => {
                let names = names.as_array().ok_or("has a `required` that is no list")?;
                names.iter().filter_map(Value::as_str).collect()
            }
        };
        let none = Map::new();
        let listed = match schema.get("properties") {
            None => &none,
            Some(listed) => listed.as_object().ok_or("has `properties` that are no object")?,
        };
        if let Some(name) = required.iter().find(|name| !listed.contains_key(**name)) {
            return Err(format!("requires `{name}`, which `properties` do not describe"));
        }
        let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        if listed.is_empty() && !is_closed {
            return Ok(self.add(Node::OpenObject, b"{}".to_vec()));
        }
        let mut properties = Vec::new();
        for (name, schema) in listed {
            let node = self.compile(schema, depth + 1)?;
            let (key, required) = (Value::from(name.as_str()), required.contains(&name.as_str()));
            properties.push(Property { key: key.to_string().into_bytes(), node, required });
        }
        let needed = properties.iter().filter(|property| property.required);
        let member = |one: &Property| [&one.key, b":".as_slice(), self.shortest(one.node)].concat();
        let members: Vec<Vec<u8>> = needed.map(member).collect();
        let shortest = [b"{".as_slice(), &members.join(&b','), b"}"].concat();
        Ok(self.add(Node::Object(properties), shortest))
    }

    fn items(&mut self, schema: &Map<String, Value>, depth: usize) -> Result<usize, String> {
        known(schema, &["type", "items", "minItems", "maxItems"])?;
        let items = schema.get("items").map_or(Ok(ANY), |items| self.compile(items, depth + 1))?;
        let count = |name: &str, usual: usize| match schema.get(name) {
            None => Ok(usual),
            Some(count) => {
                let count = count.as_u64().and_then(|count| usize::try_from(count).ok());
                count.ok_or_else(|| format!("has a `{name}` that is no number of items"))
            }
        };
        let (least, most) = (count("minItems", 0)?, count("maxItems", usize::MAX)?);
        if least > most || least > NODES_MAX {
            return Err("has a `minItems` that cannot be met".to_owned());
        }
        let members = vec![self.shortest(items); least];
        let shortest = [b"[".as_slice(), &members.join(&b','), b"]"].concat();
        if shortest.len() > SCHEMA_BYTES_MAX {
            return Err("has a schema that is too large or too deep".to_owned());
        }
        Ok(self.add(Node::Array { items, least, most }, shortest))
    }
}

fn is_of_a_kind(name: &str) -> bool {
    ["properties", "required", "additionalProperties", "items", "minItems", "maxItems"]
        .contains(&name)
}

/// Refuses what is not among `names`.
fn known(schema: &Map<String, Value>, names: &[&str]) -> Result<(), String> {
    let unknown =
        schema.keys().find(|key| !names.contains(&key.as_str()) && !NOTES.contains(&key.as_str()));
    unknown.map_or(Ok(()), |key| Err(format!("has a schema with `{key}`, which is not supported")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_promised_is_refused_by_name() {
        let cases = [
            ("[", "no schema"),
            ("[]", "no object"),
            (r#"{"type":"string"}"#, "something else than an object"),
            (r#"{"type":"object","properties":{"a":{"$ref":"x"}}}"#, "`$ref`"),
            (r#"{"type":"object","properties":{"a":{"anyOf":[]}}}"#, "`anyOf`"),
            (
                r#"{"type":"object","properties":{"a":{"type":"string","pattern":"x"}}}"#,
                "`pattern`",
            ),
            (r#"{"type":"object","properties":{"a":{"type":"integer","minimum":1}}}"#, "`minimum`"),
            (r#"{"type":"object","properties":{"a":{"type":"date"}}}"#, "`date`"),
            (r#"{"type":"object","required":["a"]}"#, "requires `a`"),
            (r#"{"type":"object","properties":{"a":{"enum":[]}}}"#, "empty `enum`"),
            (r#"{"type":"object","properties":{"a":{"enum":[1,10]}}}"#, "begins another"),
            (r#"{"type":"object","additionalProperties":{}}"#, "additionalProperties"),
            (
                r#"{"type":"object","properties":{"a":{"type":"array","minItems":2,"maxItems":1}}}"#,
                "minItems",
            ),
        ];
        for (schema, expected) in cases {
            let reason = Grammar::parse(schema).unwrap_err();
            assert!(reason.contains(expected), "{schema}: {reason}");
        }
        let deep = r#"{"type":"array","items":"#.repeat(40) + "true" + &"}".repeat(40);
        let deep = format!(r#"{{"type":"object","properties":{{"a":{deep}}}}}"#);
        assert!(Grammar::parse(&deep).unwrap_err().contains("too deep"));
    }

    #[test]
    fn notes_for_people_are_let_through() {
        let schema = r#"{"title":"x","type":"object","properties":{"a":{"description":"y","type":["integer","number","null"]}}}"#;
        assert!(Grammar::parse(schema).is_ok());
    }
}
