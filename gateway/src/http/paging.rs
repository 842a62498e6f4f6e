//! Pages of lists, as OpenAI has them: `limit`, `after` and `order`.

use axum::extract::{Query, rejection::QueryRejection};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::error::ApiError;

/// Longest page.
const LIMIT_MAX: usize = 100;
const LIMIT_DEFAULT: usize = 20;

/// Which part of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// At most so many, 1–100; 20 if absent.
    #[param(minimum = 1, maximum = 100)]
    pub(super) limit: Option<usize>,
    /// Those after the one of this id.
    pub(super) after: Option<String>,
    /// `asc` or `desc`.
    #[param(inline)]
    pub(super) order: Option<Order>,
}

/// In which order a list is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    /// Oldest first.
    Asc,
    /// Latest first.
    Desc,
}

impl Page {
    /// The page that a query asks for.
    ///
    /// # Errors
    /// 400 when there cannot be one.
    pub(super) fn read(query: Result<Query<Self>, QueryRejection>) -> Result<Self, ApiError> {
        let Query(page) = query.map_err(|error| ApiError::invalid("query", error.body_text()))?;
        if page.limit.is_some_and(|limit| !(1..=LIMIT_MAX).contains(&limit)) {
            let text = format!("limit must lie between 1 and {LIMIT_MAX}.");
            return Err(ApiError::invalid("limit", text));
        }
        Ok(page)
    }

    /// How many.
    pub(super) fn limit(&self) -> usize {
        self.limit.unwrap_or(LIMIT_DEFAULT)
    }
}

/// A page of a list that is given latest first, whose rows have their id in the member `id`.
///
/// # Errors
/// 400 when no row has the id to go on from.
pub(super) fn paged(mut latest: Vec<Value>, page: &Page, id: &str) -> Result<Value, ApiError> {
    if page.order == Some(Order::Asc) {
        latest.reverse();
    }
    let of = |row: &Value| row.get(id).cloned().unwrap_or_default();
    let skipped = match &page.after {
        None => 0,
        Some(after) => {
            let place = latest.iter().position(|row| of(row) == after.as_str());
            let missing = || ApiError::invalid("after", "Nothing of this id is in the list.");
            place.ok_or_else(missing)? + 1
        }
    };
    let mut data: Vec<Value> = latest.into_iter().skip(skipped).collect();
    let more = data.len() > page.limit();
    data.truncate(page.limit());
    let (first, last) = (data.first().map(of), data.last().map(of));
    Ok(json!({
        "object": "list", "data": data, "first_id": first, "last_id": last, "has_more": more,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Value> {
        ["c", "b", "a"].map(|id| json!({"id": id})).to_vec()
    }

    fn ids(page: Page) -> (Vec<String>, bool) {
        let told = paged(rows(), &page, "id").unwrap();
        let data = told["data"].as_array().unwrap().iter();
        (data.map(|row| row["id"].as_str().unwrap().to_owned()).collect(), told["has_more"] == true)
    }

    #[test]
    fn pages_follow_each_other_in_either_order() {
        let page = |limit, after: Option<&str>, order| Page {
            limit: Some(limit),
            after: after.map(str::to_owned),
            order,
        };
        assert_eq!(ids(page(2, None, None)), (vec!["c".into(), "b".into()], true));
        assert_eq!(ids(page(2, Some("b"), None)), (vec!["a".into()], false));
        assert_eq!(ids(page(1, None, Some(Order::Asc))), (vec!["a".into()], true));
        assert_eq!(ids(page(9, Some("a"), Some(Order::Asc))).0, ["b", "c"]);
        let error = paged(rows(), &page(1, Some("x"), None), "id").unwrap_err();
        assert_eq!(error.body().error.param.as_deref(), Some("after"));
    }
}
