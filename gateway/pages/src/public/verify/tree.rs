//! The tree of what a file was made from, as rows that open and close lists.

use std::collections::BTreeMap;

use crate::{public::report::Ingredient, texts::Texts};

/// One node. A template cannot call itself, so rows say where lists begin and end.
pub(super) struct Row<'a> {
    pub(super) node: &'a Ingredient,
    pub(super) relation: &'static str,
    pub(super) picture: Option<&'a str>,
    /// The first below its parent.
    pub(super) begins: bool,
    /// Nothing is below it.
    pub(super) ends_itself: bool,
    /// So many lists end behind it.
    pub(super) ends: usize,
}

pub(super) fn rows<'a>(
    t: Texts,
    nodes: &'a [Ingredient],
    pictures: &'a BTreeMap<String, String>,
) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for node in nodes {
        add(t, node, false, pictures, &mut rows);
    }
    rows
}

fn add<'a>(
    t: Texts,
    node: &'a Ingredient,
    begins: bool,
    pictures: &'a BTreeMap<String, String>,
    rows: &mut Vec<Row<'a>>,
) {
    let relation = match node.relationship.as_str() {
        "parentOf" => t.tree_parent(),
        "componentOf" => t.tree_component(),
        _ => t.tree_input(),
    };
    let shown = node.thumbnail.as_ref().and_then(|one| picture(pictures, &one.sha256));
    let ends_itself = node.ingredients.is_empty();
    rows.push(Row { node, relation, picture: shown, begins, ends_itself, ends: 0 });
    for (place, below) in node.ingredients.iter().enumerate() {
        add(t, below, place == 0, pictures, rows);
    }
    if let (false, Some(last)) = (ends_itself, rows.last_mut()) {
        last.ends += 1;
    }
}

pub(super) fn picture<'a>(pictures: &'a BTreeMap<String, String>, key: &str) -> Option<&'a str> {
    pictures.get(key).map(String::as_str)
}
