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
        other => beside(t, other),
    }
}

/// What happened beside the content: to evidence, people, keys and the log itself.
fn beside<'a>(t: &Texts, name: &'a str) -> &'a str {
    match name {
        "access_answered" => t.console_event_access_answered(),
        "asset_examined" => t.console_event_asset_examined(),
        "assisted" => t.console_event_assisted(),
        "complaint_closed" => t.console_event_complaint_closed(),
        "complaint_received" => t.console_event_complaint_received(),
        "consent_recorded" => t.console_event_consent_recorded(),
        "consent_withdrawn" => t.console_event_consent_withdrawn(),
        "dialogue_begun" => t.console_event_dialogue_begun(),
        "epoch_begun" => t.console_event_epoch_begun(),
        "erased" => t.console_event_erased(),
        "erasure_refused" => t.console_event_erasure_refused(),
        "expired" => t.console_event_expired(),
        "hold_added" => t.console_event_hold_added(),
        "hold_released" => t.console_event_hold_released(),
        "key_created" => t.console_event_key_created(),
        "key_revoked" => t.console_event_key_revoked(),
        "key_rotated" => t.console_event_key_rotated(),
        "log_key_rotated" => t.console_event_log_key_rotated(),
        "mark_key_rotated" => t.console_event_mark_key_rotated(),
        "person_changed" => t.console_event_person_changed(),
        "person_created" => t.console_event_person_created(),
        "person_disabled" => t.console_event_person_disabled(),
        "policy_replayed" => t.console_event_policy_replayed(),
        "profile_erased" => t.console_event_profile_erased(),
        "profile_set" => t.console_event_profile_set(),
        "restored" => t.console_event_restored(),
        "reveal_requested" => t.console_event_reveal_requested(),
        "revealed" => t.console_event_revealed(),
        "sign_in_failed" => t.console_event_sign_in_failed(),
        "signed_in" => t.console_event_signed_in(),
        "signed_out" => t.console_event_signed_out(),
        "signing_key_changed" => t.console_event_signing_key_changed(),
        "signing_key_requested" => t.console_event_signing_key_requested(),
        "signing_key_revoked" => t.console_event_signing_key_revoked(),
        "trust_list_updated" => t.console_event_trust_list_updated(),
        other => other,
    }
}

/// A regime by the name of its rules.
pub(crate) fn regime<'a>(t: &Texts, name: &'a str) -> &'a str {
    match name {
        "eu-art50" => t.console_regime_eu(),
        "sb942" => t.console_regime_sb942(),
        "cn-gb45438" => t.console_regime_cn(),
        "ny-fair" => t.console_regime_ny(),
        "internal" => t.console_regime_internal(),
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

#[cfg(test)]
mod tests {
    use types::Language;

    use super::*;
    use crate::console::{audit::EVENTS, reports::REGIMES};

    #[test]
    fn whatever_can_be_chosen_has_words_in_both_languages() {
        for language in [Language::En, Language::Zh] {
            let t = Texts(language);
            for name in EVENTS {
                assert_ne!(event(&t, name), name);
            }
            for name in REGIMES {
                assert_ne!(regime(&t, name), name);
            }
        }
    }
}
