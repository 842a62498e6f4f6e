//! `/console/password`: the form; the API takes it.

use access::Method;
use axum::response::Response;

use super::{Paged, member};
use crate::http::console::Session;

pub(super) async fn show(session: Session, page: Paged) -> Response {
    let by_password = session.method == Method::Password;
    page.show(pages::console::password::page(&page.frame, &member(&session), by_password))
}
