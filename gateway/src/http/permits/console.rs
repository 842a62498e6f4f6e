//! The pages of the console: who may see them, and who may send their forms.

use super::{ADMIN, AUDIT, PUBLISH, Permit, READ, REVIEW, TEXT};

/// Every page of the console: method, path, who may.
pub(super) const TABLE: &[(&str, &str, Permit)] = &[
    ("GET", "/console", Permit::Known),
    ("GET", "/console/password", Permit::Known),
    ("GET", "/console/reviews", REVIEW),
    ("GET", "/console/reviews/{id}", REVIEW),
    ("POST", "/console/reviews/{id}", REVIEW),
    ("GET", "/console/reviews/{id}/file", REVIEW),
    ("GET", "/console/complaints", REVIEW),
    ("POST", "/console/complaints", REVIEW),
    ("GET", "/console/consents", REVIEW),
    ("POST", "/console/consents", REVIEW),
    ("GET", "/console/people", ADMIN),
    ("POST", "/console/people", ADMIN),
    ("GET", "/console/create/{kind}", TEXT),
    ("POST", "/console/create/check", TEXT),
    ("POST", "/console/create/{kind}", TEXT),
    ("GET", "/console/r/{id}", READ),
    ("POST", "/console/r/{id}", TEXT),
    ("GET", "/console/stories/{id}", READ),
    ("GET", "/console/assets", READ),
    ("GET", "/console/assets/{id}", READ),
    ("GET", "/console/assets/{id}/thumbnail", READ),
    ("GET", "/console/assets/{id}/{file}", READ),
    ("POST", "/console/assets/{id}/publish", PUBLISH),
    ("POST", "/console/assets/{id}/amend", PUBLISH),
    ("GET", "/console/audit", AUDIT),
    // Who reads no log still follows their own requests.
    ("GET", "/console/audit/{index}", READ),
    ("GET", "/console/compliance", AUDIT),
    ("POST", "/console/compliance", AUDIT),
    ("GET", "/console/policy", READ),
    ("POST", "/console/policy", READ),
    ("GET", "/console/models", READ),
    ("GET", "/console/trust", READ),
    ("GET", "/console/health", READ),
    ("GET", "/console/desk", READ),
    ("POST", "/console/desk", READ),
];
