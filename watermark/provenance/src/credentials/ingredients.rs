//! Ingredients: what content was made from, with its own credentials and how they checked out.

use std::{io::Cursor, sync::Arc};

use c2pa::{Builder, Context, Reader};
use serde_json::{Value, json};

use crate::{Ingredient, ProvenanceError};

/// Adds an ingredient that actions may refer to by `label`.
pub(super) fn add(
    builder: &mut Builder,
    context: &Arc<Context>,
    ingredient: &Ingredient,
    relationship: &str,
    label: &str,
) -> Result<(), ProvenanceError> {
    let description = json!({
        "title": ingredient.title,
        "format": ingredient.media_type.name(),
        "relationship": relationship,
        "label": label,
    });
    let format = ingredient.media_type.name();
    match &ingredient.sidecar {
        None => {
            let mut bytes = Cursor::new(&ingredient.bytes);
            builder.add_ingredient_from_stream(description.to_string(), format, &mut bytes)?;
        }
        Some(sidecar) => {
            let reader = beside(context, sidecar, format, &ingredient.bytes)?;
            add_checked(builder, &reader, sidecar.clone(), description)?;
        }
    }
    Ok(())
}

/// Reads the manifest store that lies beside some bytes.
///
/// # Errors
/// [`ProvenanceError::Sign`] when it is no manifest store.
pub(super) fn beside(
    context: &Arc<Context>,
    sidecar: &[u8],
    format: &str,
    bytes: &[u8],
) -> Result<Reader, ProvenanceError> {
    let reader = Reader::from_shared_context(context);
    let read = reader.with_manifest_data_and_stream(sidecar, format, Cursor::new(bytes));
    read.map_err(|error| {
        ProvenanceError::Sign(format!("the manifest beside it cannot be read: {error}"))
    })
}

/// Adds an ingredient whose manifest store was read and checked.
pub(super) fn add_checked(
    builder: &mut Builder,
    reader: &Reader,
    store: Vec<u8>,
    mut description: Value,
) -> Result<(), ProvenanceError> {
    if let Some(description) = description.as_object_mut() {
        description.insert("active_manifest".to_owned(), json!(reader.active_label()));
        let results = json!(reader.validation_results());
        description.insert("validation_results".to_owned(), results);
    }
    let mut ingredient = c2pa::Ingredient::from_json(&description.to_string())?;
    ingredient.set_manifest_data(store)?;
    builder.add_ingredient(ingredient);
    Ok(())
}
