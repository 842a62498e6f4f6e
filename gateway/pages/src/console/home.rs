//! `/console`: where a role begins.

use types::Role;

/// The page that a role begins with.
#[must_use]
pub const fn first(role: Role) -> &'static str {
    match role {
        Role::Journalist | Role::Public => "/console/create/text",
        Role::Editor | Role::Standards => "/console/reviews",
        Role::Auditor => "/console/audit",
        Role::Ops => "/console/health",
    }
}
