//! `/verify`: the page where anybody has a file checked.

use axum::response::Response;

use super::Paged;

pub(super) async fn form(page: Paged) -> Response {
    page.show(pages::public::verify::form(&page.frame, false))
}
