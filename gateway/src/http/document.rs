//! What `/openapi.json` says beyond what stands beside the handlers: errors that every endpoint shares,
//! the shapes of answers, and how callers show who they are.

use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::openapi::{
    Content, OpenApi, Ref, RefOr, Required, ResponseBuilder, Schema,
    header::HeaderBuilder,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem},
    schema::{ObjectBuilder, Type},
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

/// Shapes of answers by their names, and which answer has which.
const ANSWERS: &str = include_str!("answers.json");
const ERROR: &str = "ErrorBody";

/// Statuses that any endpoint may answer with.
const ALWAYS: [(&str, &str); 4] = [
    ("400", "What was sent cannot be understood, or cannot be served"),
    ("429", "The caller has had its share for now"),
    ("500", "A bug of ours; nothing was released"),
    ("503", "Busy, interrupted, or a part is failing closed"),
];
/// And those that want a key.
const WITH_KEY: [(&str, &str); 2] =
    [("401", "No valid key"), ("403", "A key whose role may not do this")];
/// And those that take a body.
const WITH_BODY: [(&str, &str); 3] = [
    ("409", "The request of this idempotency key is being handled"),
    ("413", "The body is too large"),
    ("422", "The idempotency key was used for another request, or what was sent does not hold"),
];

#[derive(Default, Deserialize)]
struct Answers {
    schemas: BTreeMap<String, RefOr<Schema>>,
    /// By method and path, then by media type the schema's name; empty for bytes.
    answers: BTreeMap<String, BTreeMap<String, String>>,
}

/// Completes a document.
pub(super) fn complete(document: &mut OpenApi) {
    // The unit test reads it: it cannot fail here.
    let answers: Answers = serde_json::from_str(ANSWERS).unwrap_or_default();
    let components = document.components.get_or_insert_with(Default::default);
    components.schemas.extend(answers.schemas);
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    components.add_security_scheme("key", bearer);
    let paths = std::mem::take(&mut document.paths.paths);
    // OpenAPI has no name for the rest of a path.
    let named = |(path, item): (String, PathItem)| (path.replace("{*", "{"), item);
    document.paths.paths = paths.into_iter().map(named).collect();
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            places(operation, path);
            let known = answers.answers.get(&format!("{method} {path}"));
            answer(operation, known);
            errors(operation, path.contains('{'));
            if method == "POST" {
                once(operation);
            }
        }
    }
}

fn operations(item: &mut PathItem) -> Vec<(&'static str, &mut Operation)> {
    let all = [
        ("GET", &mut item.get),
        ("POST", &mut item.post),
        ("PUT", &mut item.put),
        ("DELETE", &mut item.delete),
    ];
    all.into_iter().filter_map(|(name, operation)| Some((name, operation.as_mut()?))).collect()
}

/// The names in a path are texts, where nothing else is said of them.
fn places(operation: &mut Operation, path: &str) {
    let parameters = operation.parameters.get_or_insert_default();
    for name in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
        let is_this = |known: &RefOr<Parameter>| match known {
            RefOr::T(known) => known.name == name,
            RefOr::Ref(_) => false,
        };
        if !parameters.iter().any(is_this) {
            let text = ObjectBuilder::new().schema_type(Type::String).build();
            let place = ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(text));
            parameters.push(RefOr::T(place.build()));
        }
    }
}

/// The shape of the good answer, and the header that names the request.
fn answer(operation: &mut Operation, known: Option<&BTreeMap<String, String>>) {
    let good = operation.responses.responses.iter_mut().find(|(status, _)| status.starts_with('2'));
    let Some((_, RefOr::T(good))) = good else { return };
    for (media_type, schema) in known.into_iter().flatten() {
        let schema = (!schema.is_empty()).then(|| Ref::from_schema_name(schema));
        good.content.insert(media_type.clone(), RefOr::T(Content::new(schema)));
    }
    let id = HeaderBuilder::new().description(Some("The request's id")).build();
    good.headers.insert("x-request-id".to_owned(), RefOr::T(id));
}

/// What may go wrong at every endpoint.
fn errors(operation: &mut Operation, names_something: bool) {
    let keyed = operation.security.as_ref().is_some_and(|all| !all.is_empty());
    let missing = [("404", "There is nothing of this id for this key")];
    let rows = ALWAYS.iter();
    let rows = rows.chain(WITH_KEY.iter().filter(|_| keyed));
    let rows = rows.chain(WITH_BODY.iter().filter(|_| operation.request_body.is_some()));
    let rows: Vec<_> = rows.chain(missing.iter().filter(|_| names_something)).collect();
    for (status, description) in rows {
        let body = Content::new(Some(Ref::from_schema_name(ERROR)));
        let response = ResponseBuilder::new().description(*description);
        let response = || RefOr::T(response.content("application/json", body).build());
        operation.responses.responses.entry((*status).to_owned()).or_insert_with(response);
    }
}

/// Every POST may be sent again.
fn once(operation: &mut Operation) {
    let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(255)).build();
    let key = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("Handles the request once, however often it is sent within a day"))
        .schema(Some(text))
        .build();
    operation.parameters.get_or_insert_default().push(RefOr::T(key));
}

#[cfg(test)]
mod tests {
    use utoipa::openapi::HttpMethod;

    use super::*;

    #[test]
    fn shapes_of_answers_can_be_read_and_are_used() {
        let answers: Answers = serde_json::from_str(ANSWERS).unwrap();
        assert!(answers.schemas.len() > 10);
        for named in answers.answers.values().flat_map(BTreeMap::values) {
            assert!(named.is_empty() || answers.schemas.contains_key(named), "{named}");
        }
        // Others stand beside the handlers.
        let beside = super::super::described().components.unwrap().schemas;
        let text = ANSWERS.to_owned();
        for (at, _) in text.match_indices("#/components/schemas/") {
            let name = text[at..].trim_start_matches("#/components/schemas/");
            let name = name.split('"').next().unwrap();
            assert!(answers.schemas.contains_key(name) || beside.contains_key(name), "{name}");
        }
    }

    #[test]
    fn answers_are_about_endpoints_that_there_are() {
        let answers: Answers = serde_json::from_str(ANSWERS).unwrap();
        let document = super::super::described();
        for place in answers.answers.keys() {
            let (method, path) = place.split_once(' ').unwrap();
            let method = match method {
                "GET" => HttpMethod::Get,
                "POST" => HttpMethod::Post,
                "PUT" => HttpMethod::Put,
                _ => HttpMethod::Delete,
            };
            let told = document.paths.get_path_operation(path, method).is_some();
            assert!(told, "{place}");
        }
    }
}
