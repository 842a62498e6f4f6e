//! Words for what types say in code.

use types::{Action, Modality, Role};

use crate::texts::Texts;

pub(crate) const fn role(t: &Texts, role: &Role) -> &'static str {
    match role {
        Role::Journalist => t.console_role_journalist(),
        Role::Editor => t.console_role_editor(),
        Role::Standards => t.console_role_standards(),
        Role::Auditor => t.console_role_auditor(),
        Role::Ops => t.console_role_ops(),
        Role::Public => t.console_role_public(),
    }
}

pub(crate) const fn modality(t: &Texts, modality: &Modality) -> &'static str {
    match modality {
        Modality::Text => t.console_text(),
        Modality::Image => t.console_image(),
        Modality::Audio => t.console_audio(),
        Modality::Video => t.console_video(),
    }
}

pub(crate) const fn action(t: &Texts, action: &Action) -> &'static str {
    match action {
        Action::Allow => t.console_action_allow(),
        Action::Label => t.console_action_label(),
        Action::Flag => t.console_action_flag(),
        Action::Redact => t.console_action_redact(),
        Action::Rewrite => t.console_action_rewrite(),
        Action::Review => t.console_action_review(),
        Action::Block => t.console_action_block(),
    }
}

/// What happened; what is not known stays as it is written.
pub(crate) fn event<'a>(t: &Texts, name: &'a str) -> &'a str {
    match name {
        "admitted" => t.console_event_admitted(),
        "refused" => t.console_event_refused(),
        "released" => t.console_event_released(),
        "held" => t.console_event_held(),
        "failed" => t.console_event_failed(),
        "interrupted" => t.console_event_interrupted(),
        "approved" => t.console_event_approved(),
        "rejected" => t.console_event_rejected(),
        "published" => t.console_event_published(),
        "corrected" => t.console_event_corrected(),
        "withdrawn" => t.console_event_withdrawn(),
        "verified" => t.console_event_verified(),
        "exported" => t.console_event_exported(),
        "policy_loaded" | "policy_changed" => t.console_event_policy(),
        other => other,
    }
}

/// Why somebody decided, in words; other codes stay as they are written.
pub(crate) fn reason<'a>(t: &Texts, code: &'a str) -> &'a str {
    match code.strip_prefix("returned/").unwrap_or(code) {
        "accurate" => t.console_reason_accurate(),
        "misleading" => t.console_reason_misleading(),
        "sources" => t.console_reason_sources(),
        "rights" => t.console_reason_rights(),
        "privacy" => t.console_reason_privacy(),
        "style" => t.console_reason_style(),
        "" => t.console_reason_none(),
        other => other,
    }
}

/// A verdict of the API, in words.
pub(crate) const fn verdict<'a>(t: &Texts, name: &'a str) -> &'a str {
    match name.as_bytes() {
        b"trusted" => t.console_verdict_trusted(),
        b"untrusted_signer" => t.console_verdict_untrusted(),
        b"expired_signer" => t.console_verdict_expired(),
        b"altered_after_signing" => t.console_verdict_altered(),
        b"invalid" => t.console_verdict_invalid(),
        b"remote_only" => t.console_verdict_remote(),
        b"none" => t.console_verdict_none(),
        b"unreadable" | b"unsupported" => t.console_verdict_unreadable(),
        _ => name,
    }
}
