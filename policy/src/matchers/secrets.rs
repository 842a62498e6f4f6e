//! Secrets: one entry for each kind. To add one, add an entry.

use super::{Kind, checksum, entities::Entity};

/// Every kind of secret, by its name in packs.
pub(super) const ALL: &[Entity] = &[
    Entity {
        kind: Kind::Secret("private_key"),
        pattern: r"-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----",
        check: |_| true,
    },
    Entity {
        kind: Kind::Secret("aws_access_key"),
        pattern: r"(?-u:\b)(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?-u:\b)",
        check: |_| true,
    },
    Entity {
        kind: Kind::Secret("github_token"),
        pattern: r"(?-u:\b)(?:gh[pousr]_[A-Za-z0-9]{36,80}|github_pat_[A-Za-z0-9_]{50,100})(?-u:\b)",
        check: varied,
    },
    Entity {
        kind: Kind::Secret("gitlab_token"),
        pattern: r"(?-u:\b)(?:glpat-|gldt-|glrt-|glptt-|glcbt-|glft-|glimt-|glagent-|glsoat-)[A-Za-z0-9_\-]{20,60}",
        check: varied,
    },
    Entity {
        kind: Kind::Secret("slack_token"),
        pattern: r"(?-u:\b)(?:xox[abeoprs]|xapp)-[A-Za-z0-9\-]{10,120}",
        check: varied,
    },
    Entity {
        kind: Kind::Secret("webhook"),
        pattern: r"(?-u:\b)(?:hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_\-]{20,80}|discord(?:app)?\.com/api/webhooks/[0-9]{15,22}/[A-Za-z0-9_\-]{40,100})",
        check: |_| true,
    },
    Entity {
        kind: Kind::Secret("google_api_key"),
        pattern: r"(?-u:\b)(?:AIza[A-Za-z0-9_\-]{35}|GOCSPX-[A-Za-z0-9_\-]{28}|ya29\.[A-Za-z0-9_\-]{20,200})",
        check: varied,
    },
    Entity {
        kind: Kind::Secret("jwt"),
        pattern: r"(?-u:\b)eyJ[A-Za-z0-9_\-]{8,500}\.eyJ[A-Za-z0-9_\-]{8,500}\.[A-Za-z0-9_\-]{8,500}",
        check: |_| true,
    },
    Entity {
        kind: Kind::Secret("provider_key"),
        pattern: concat!(
            r"(?-u:\b)(?:sk-(?:ant-|proj-|svcacct-|or-)?[A-Za-z0-9_\-]{20,160}|[srp]k_(?:live|test)_[A-Za-z0-9]{10,99}|whsec_[A-Za-z0-9+/=]{20,60}",
            r"|hf_[A-Za-z0-9]{30,40}|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_\-]{50,200}|SG\.[A-Za-z0-9_\-]{16,32}\.[A-Za-z0-9_\-]{16,64}",
            r"|dop_v1_[a-f0-9]{64}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|sq0[a-z]{3}-[A-Za-z0-9_\-]{22,43}|EAAA[A-Za-z0-9_\-]{56,64}|key-[a-f0-9]{32}",
            r"|(?:PMAK|FLWSECK_TEST|FLWSECK|rubygems|lin_api|figd|glsa|glc|dckr_pat|rdme|xkeysib|ATATT3|ATCTT3|sntrys|sntryu|nvapi|pscale_tkn|pscale_oauth|AGE-SECRET-KEY|flb_live|doo_v1|dor_v1|secret_|ntn|rk_prod|duffel_live|duffel_test|EZAK|EZTK|shippo_live|shippo_test|CFPAT)[_\-.=]?[A-Za-z0-9_\-]{20,200})"
        ),
        check: varied,
    },
    Entity {
        kind: Kind::Secret("bearer"),
        pattern: r"(?i-u:\b)(?:[Aa]uthorization: ?|[Aa]uthorization['\x22]? ?[:=] ?['\x22]?)(?:[Bb]earer|[Bb]asic|[Tt]oken) [A-Za-z0-9._~+/=\-]{16,400}",
        check: |_| true,
    },
    Entity {
        kind: Kind::Secret("url_password"),
        pattern: r"(?-u:\b)[a-z][a-z0-9+]{2,15}://[A-Za-z0-9._%\-]{0,64}:[^@/\s:]{3,100}@[A-Za-z0-9.\-]{3,100}",
        check: |_| true,
    },
    Entity {
        kind: Kind::Secret("assigned"),
        // A name that says what it holds, a sign, and a value that nobody reads as a word.
        pattern: r#"(?i-u:api[_ \-]?key|key|secret|token|passw(?:or)?d|pwd|access|private|credentials?|client_?id|_pat|auth)[A-Za-z0-9_]{0,20}["']?(?:[ ]?(?:[:=]|=>|:=)[ ]?|[ \-])["']?[A-Za-z0-9_+/=.~\-]{12,200}"#,
        check: assigned,
    },
];

/// Not a placeholder: the characters vary as those of a random text do.
fn varied(text: &str) -> bool {
    checksum::entropy(text) > 2.5
}

/// What stands behind the sign has a part that is neither a word nor a number, and it varies.
fn assigned(text: &str) -> bool {
    let value = text.rsplit(['"', '\'', ':', ' ']).next().unwrap_or_default();
    let value =
        value.split_once('=').filter(|(_, rest)| rest.len() > 8).map_or(value, |(_, rest)| rest);
    let random = |part: &str| {
        let digits = part.chars().filter(char::is_ascii_digit).count();
        part.len() >= 10 && digits >= 2 && digits < part.len()
    };
    value.split(|letter: char| !letter.is_ascii_alphanumeric()).any(random)
        && checksum::entropy(value) > 3.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_reads_as_words_or_a_date_is_no_secret() {
        let cases = [
            ("api_key = \"9f8a7c6b5d4e3f2a1b0c", true),
            ("token: 123e4567-e89b-12d3-a456-4266141740ab", true),
            ("access-to-the-2024-25-budget", false),
            ("private equity-investors", false),
            ("password: correct-horse-battery", false),
            ("key 2024-05-12-13-30", false),
        ];
        for (text, expected) in cases {
            assert_eq!(assigned(text), expected, "{text}");
        }
    }
}
