//! `/docs`: what `/openapi.json` says, for people.

use axum::response::Response;
use pages::public::reference::{self, Answer, Endpoint, Group, Kind, Member, Reference, Shape};
use serde_json::{Map, Value};
use utoipa::openapi::OpenApi;

use super::pages::Paged;

/// Answers with the page.
pub(super) fn show(page: &Paged, view: &Reference) -> Response {
    page.show(reference::page(&page.frame, view))
}

/// What the page tells.
pub(super) fn read(document: &OpenApi) -> Reference {
    // What is served as JSON can be written as JSON.
    let document = serde_json::to_value(document).unwrap_or_default();
    let mut groups: Vec<Group> = Vec::new();
    for (path, methods) in members(&document, "/paths") {
        for (method, told) in methods.as_object().into_iter().flatten() {
            let name = group(path);
            let endpoint = endpoint(method, path, told);
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.endpoints.push(endpoint),
                None => groups.push(Group { name, endpoints: vec![endpoint] }),
            }
        }
    }
    groups.sort_by(|one, other| one.name.cmp(&other.name));
    let shapes = members(&document, "/components/schemas");
    Reference { groups, shapes: shapes.map(|(name, schema)| shape(name, schema)).collect() }
}

fn members<'a>(value: &'a Value, at: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.pointer(at).and_then(Value::as_object).into_iter().flatten()
}

/// The first part of a path that is no version: `/v1/images/edits` is of `images`.
fn group(path: &str) -> String {
    let mut parts = path.split('/').filter(|part| !part.is_empty() && *part != "v1");
    parts.next().unwrap_or("server").trim_matches(['.', '{', '}']).to_owned()
}

fn text(value: &Value, name: &str) -> String {
    let text = value.get(name).and_then(Value::as_str).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn endpoint(method: &str, path: &str, told: &Value) -> Endpoint {
    let answers = members(told, "/responses").map(|(status, answer)| Answer {
        status: status.clone(),
        about: text(answer, "description"),
        bodies: bodies(answer),
    });
    let answers: Vec<Answer> = answers.collect();
    let parameters = told.get("parameters").and_then(Value::as_array);
    Endpoint {
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(told, "summary"),
        about: text(told, "description"),
        keyed: answers.iter().any(|answer| answer.status == "401"),
        parameters: parameters.into_iter().flatten().map(parameter).collect(),
        bodies: told.get("requestBody").map(bodies).unwrap_or_default(),
        answers,
    }
}

/// The media types of a body or an answer, each with its shape.
fn bodies(of: &Value) -> Vec<Kind> {
    let body = |(media, content): (&String, &Value)| Kind {
        words: media.clone(),
        shape: content.get("schema").map(kind).unwrap_or_default().shape,
    };
    members(of, "/content").map(body).collect()
}

fn parameter(parameter: &Value) -> Member {
    Member {
        name: text(parameter, "name"),
        kind: parameter.get("schema").map(kind).unwrap_or_default(),
        place: text(parameter, "in"),
        required: parameter.get("required").and_then(Value::as_bool).unwrap_or_default(),
        about: text(parameter, "description"),
    }
}

fn shape(name: &str, schema: &Value) -> Shape {
    let mut found = Vec::new();
    properties(schema, &mut found);
    let kind = if found.is_empty() { kind(schema) } else { Kind::default() };
    Shape { name: name.to_owned(), about: text(schema, "description"), kind, members: found }
}

/// Members of an object, and of those that it is put together from.
fn properties(schema: &Value, found: &mut Vec<Member>) {
    let required = schema.get("required").and_then(Value::as_array);
    let required: Vec<_> = required.into_iter().flatten().filter_map(Value::as_str).collect();
    found.extend(members(schema, "/properties").map(|(name, told)| Member {
        name: name.clone(),
        kind: kind(told),
        place: String::new(),
        required: required.contains(&name.as_str()),
        about: text(told, "description"),
    }));
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        let referred = kind(part);
        if referred.shape.is_some() {
            let (name, place, about) = ("…".to_owned(), String::new(), text(part, "description"));
            found.push(Member { name, kind: referred, place, required: false, about });
        }
        properties(part, found);
    }
}

/// What a value is, in words.
fn kind(schema: &Value) -> Kind {
    let Some(schema) = schema.as_object() else { return Kind::default() };
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        let name = target.rsplit('/').next().unwrap_or(target);
        return Kind { words: String::new(), shape: Some(name.to_owned()) };
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(some) = schema.get(choice).and_then(Value::as_array) {
            return one_of(some);
        }
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let values: Vec<String> = values.iter().map(Value::to_string).collect();
        return Kind { words: values.join(" | "), shape: None };
    }
    match types(schema) {
        words if words.starts_with("array") => {
            let of = schema.get("items").map(kind).unwrap_or_default();
            Kind { words: format!("{words} of {}", of.words).trim_end().to_owned(), ..of }
        }
        words => Kind { words, shape: None },
    }
}

/// Several possibilities; the first shape among them is led to.
fn one_of(some: &[Value]) -> Kind {
    let kinds: Vec<Kind> = some.iter().map(kind).collect();
    let shape = kinds.iter().find_map(|kind| kind.shape.clone());
    let named = |kind: &Kind| match &kind.shape {
        Some(name) if Some(name) == shape.as_ref() => None,
        Some(name) => Some(name.clone()),
        None => Some(kind.words.clone()),
    };
    let mut words = kinds.iter().filter_map(named).collect::<Vec<_>>().join(" | ");
    if shape.is_some() && !words.is_empty() {
        words += " |";
    }
    Kind { words, shape }
}

fn types(schema: &Map<String, Value>) -> String {
    let named = match schema.get("type") {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | ")
        }
        _ => return String::new(),
    };
    match schema.get("format").and_then(Value::as_str) {
        Some(format) => format!("{named} ({format})"),
        None => named,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_endpoint_and_every_shape_of_the_document_is_told_once() {
        let mut document = super::super::described();
        super::super::document::complete(&mut document);
        let told = read(&document);
        let value = serde_json::to_value(&document).unwrap();
        let paths = value["paths"].as_object().unwrap();
        let operations: usize = paths.values().map(|item| item.as_object().unwrap().len()).sum();
        let endpoints: Vec<_> = told.groups.iter().flat_map(|group| &group.endpoints).collect();
        assert_eq!(endpoints.len(), operations);
        assert!(endpoints.iter().all(|one| !one.summary.is_empty() && !one.answers.is_empty()));
        let named: Vec<_> = told.shapes.iter().map(|shape| shape.name.as_str()).collect();
        assert_eq!(named.len(), value["components"]["schemas"].as_object().unwrap().len());
        let kinds = endpoints.iter().flat_map(|one| {
            one.bodies.iter().chain(one.answers.iter().flat_map(|answer| &answer.bodies))
        });
        let members = told.shapes.iter().flat_map(|shape| &shape.members);
        let kinds = kinds.chain(members.map(|member| &member.kind));
        for shape in kinds.filter_map(|kind| kind.shape.as_deref()) {
            assert!(named.contains(&shape), "{shape} is led to and not there");
        }
        let chat = endpoints.iter().find(|one| one.path == "/v1/chat/completions").unwrap();
        assert!(chat.keyed && chat.bodies[0].shape.as_deref() == Some("ChatRequest"));
        let verify = endpoints.iter().find(|one| one.path == "/v1/verify").unwrap();
        assert!(!verify.keyed);
    }

    #[test]
    fn values_are_named_in_words() {
        for (schema, words, shape) in [
            (
                json!({"type": ["integer", "null"], "format": "int64"}),
                "integer | null (int64)",
                None,
            ),
            (json!({"enum": ["a", "b"]}), "\"a\" | \"b\"", None),
            (json!({"type": "array", "items": {"$ref": "#/x/Item"}}), "array of", Some("Item")),
            (json!({"oneOf": [{"type": "null"}, {"$ref": "#/x/A"}]}), "null |", Some("A")),
            (json!({}), "", None),
        ] {
            let kind = kind(&schema);
            assert_eq!((kind.words.as_str(), kind.shape.as_deref()), (words, shape), "{schema}");
        }
    }
}
