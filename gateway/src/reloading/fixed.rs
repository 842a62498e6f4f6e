//! What cannot change while the program runs: where it stores, what its log is called, where it
//! listens, who attests to it, who is told.

use serde::Serialize;

use crate::config::Config;

/// The first setting that differs and only a restart can change.
pub(super) fn changed(before: &Config, after: &Config) -> Option<String> {
    /// A part of the configuration, as plain values.
    fn of(part: &impl Serialize) -> serde_json::Value {
        serde_json::to_value(part).unwrap_or_default()
    }
    type Part = fn(&Config) -> serde_json::Value;
    let parts: [(&str, Part); 14] = [
        ("storage", |config| of(&config.storage)),
        ("audit.origin", |config| of(&config.audit.origin)),
        ("audit.quorum", |config| of(&config.audit.quorum)),
        ("audit.quorum_overdue_s", |config| of(&config.audit.quorum_overdue_s)),
        ("audit.witnesses", |config| of(&config.audit.witnesses)),
        ("audit.witness", |config| of(&config.audit.witness)),
        ("audit.time_stamps", |config| of(&config.audit.time_stamps)),
        ("server.listen", |config| of(&config.server.listen)),
        ("server.public_listen", |config| of(&config.server.public_listen)),
        ("server.admin_listen", |config| of(&config.server.admin_listen)),
        ("server.tls", |config| of(&config.server.tls.is_on())),
        ("telemetry", |config| of(&config.telemetry)),
        ("webhooks", |config| of(&config.webhooks)),
        ("watch", |config| of(&config.watch)),
    ];
    let different = parts.into_iter().find(|(_, part)| part(before) != part(after));
    // The address of the database is no part of what is written.
    let moved = before.storage.url != after.storage.url;
    different.map(|(key, _)| key.to_owned()).or_else(|| moved.then(|| "storage.url".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_a_restart_is_named() {
        let before = Config::default();
        assert_eq!(changed(&before, &before), None);
        let mut after = Config::default();
        after.server.body_bytes_max = 1;
        after.policy.pack = Some("other.toml".into());
        after.review.four_eyes = false;
        assert_eq!(changed(&before, &after), None);
        after.server.listen = ([127, 0, 0, 1], 1).into();
        assert_eq!(changed(&before, &after).as_deref(), Some("server.listen"));
        let mut after = Config::default();
        after.storage.url = Some("postgresql://elsewhere".to_owned().into());
        assert_eq!(changed(&before, &after).as_deref(), Some("storage.url"));
        after.audit.origin = "other".to_owned();
        assert_eq!(changed(&before, &after).as_deref(), Some("audit.origin"));
    }
}
