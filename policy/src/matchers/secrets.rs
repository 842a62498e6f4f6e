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
        kind: Kind::Secret("vendor_token"),
        // Tokens that say by their beginning who issued them.
        pattern: concat!(
            r"(?-u:\b)(?:(?:bkua|odt|gsk|xai|r8|fw|phx|phc|pnu|sgp|sq[pua]|tfp|[ap]k_live|ak_test|ops|ramp_id|glsa|uptr|csk|nfp|pat|dp\.[a-z]{2,5}|CLOJARS|ION|AKCp|perm|tkn\.v1|tkn|v1\.0)[_\-:.][A-Za-z0-9_\-=.]{24,200}",
            r"|pk_[0-9]{5,10}_[A-Z0-9]{24,40}|sk_[0-9]{3,6}_[0-9]{3,8}_[a-f0-9]{30,50}|tskey-[a-z]{2,10}-[A-Za-z0-9\-]{8,80}|pul-[a-f0-9]{40}|dapi[a-f0-9]{32}",
            r"|hvs\.[A-Za-z0-9_\-]{24,200}|NR(?:AK|JS|II)-[A-Za-z0-9]{20,50}|pplx-[A-Za-z0-9]{30,60}|BBFF-[A-Za-z0-9]{20,40}|LTAI[A-Za-z0-9]{16,24}|AKID[A-Za-z0-9]{32}",
            r"|pat[A-Za-z0-9]{14}\.[a-f0-9]{64}|[A-Za-z0-9]{10,20}\.atlasv1\.[A-Za-z0-9_=\-]{60,80}|[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk|[0-9]{8,10}:AA[A-Za-z0-9_\-]{33}",
            r"|EAAC[A-Za-z0-9]{40,250}|amzn\.mws\.[a-f0-9\-]{36}|1//0[A-Za-z0-9_\-]{40,120}|sl\.[A-Za-z0-9_\-]{100,200}|[a-f0-9]{32}-us[0-9]{1,2}|[ps]k\.eyJ[A-Za-z0-9_\-]{20,200}\.[A-Za-z0-9_\-]{20,60}",
            r"|00D[A-Za-z0-9]{12,15}![A-Za-z0-9_.]{60,120}|hooks\.zapier\.com/hooks/catch/[A-Za-z0-9/]{10,40}|[a-z0-9\-]{2,30}\.webhook\.office\.com/webhookb2/[A-Za-z0-9@/\-]{40,200})"
        ),
        check: varied,
    },
    Entity {
        kind: Kind::Secret("password"),
        // Between quotes, or behind a sign with spaces around it.
        pattern: r#"(?i-u:password|passwd|passphrase|passwort|[ _]pass|pwd)["']?[ \t]{0,4}(?:=>|:=|=|:)[ \t]{0,4}(?:"[^"\n]{6,64}"|'[^'\n]{6,64}')"#,
        check: password,
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
        pattern: r#"(?i-u:api[_ \-]?key|key|secret|token|passw(?:or)?d|pwd|access|private|credentials?|client_?id|_pat|auth|login)[A-Za-z0-9_]{0,20}["']?(?:[ \t]{0,4}(?:[:=,]|=>|:=)[ \t]{0,4}|[ \-]|[ \t]{2,4})["']{0,2}[A-Za-z0-9_+/=.~\-]{12,200}"#,
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
    if is_uuid(value) || long_number(value) {
        return true;
    }
    let parts = || value.split(|letter: char| !letter.is_ascii_alphanumeric());
    (parts().any(random) || parts().any(unspeakable)) && checksum::entropy(value) > 2.9
}

/// Whether a value ends with a UUID: who names one a secret means it.
fn is_uuid(value: &str) -> bool {
    let groups = || value.rsplit('-').map(str::len).take(5);
    let hexadecimal =
        value.rsplit('-').take(4).all(|part| part.bytes().all(|b| b.is_ascii_hexdigit()));
    hexadecimal
        && groups().take(4).eq([12, 4, 4, 4])
        && groups().nth(4).is_some_and(|first| first >= 8)
}

/// Digits only, longer than numbers of orders and telephones, and not the same ones.
fn long_number(value: &str) -> bool {
    value.len() >= 15
        && value.bytes().all(|byte| byte.is_ascii_digit())
        && checksum::entropy(value) > 2.5
}

/// Letters in both cases with five consonants in a row, as in no word or name of a variable.
fn unspeakable(part: &str) -> bool {
    let vowel = |byte: u8| b"aeiouyAEIOUY".contains(&byte);
    let mixed = part.bytes().any(|byte| byte.is_ascii_lowercase())
        && part.bytes().any(|byte| byte.is_ascii_uppercase());
    mixed
        && part.len() >= 16
        && part.as_bytes().windows(5).any(|run| !run.iter().any(|b| vowel(*b)))
}

/// Not a placeholder for a password.
fn password(text: &str) -> bool {
    let value = text.trim_end_matches(['"', '\'']).rsplit(['"', '\'']).next().unwrap_or_default();
    let placeholder = value.starts_with(['$', '<', '{', '%', '[', '*', '#', '.', ' '])
        || value.contains("...")
        || value.split(' ').count() > 3;
    !placeholder && checksum::entropy(value) > 2.0
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
            ("secret=123e4567-e89b-12d3-a456-426614174000", true),
            ("token: 8195513847023883", true),
            ("key: someNameOfAVariableHere", false),
            ("Atlassian_key = \"DjayBenyJrtpvydFCzAphcqc", true),
        ];
        for (text, expected) in cases {
            assert_eq!(assigned(text), expected, "{text}");
        }
    }

    #[test]
    fn a_placeholder_is_no_password() {
        let cases = [
            ("password = \"super$ecret\"", true),
            ("password: 'open sesame'", true),
            ("password = \"${DB_PASSWORD}\"", false),
            ("password: \"<your password>\"", false),
            ("Password: \"********\"", false),
            ("password: \"please choose a long one\"", false),
        ];
        for (text, expected) in cases {
            assert_eq!(password(text), expected, "{text}");
        }
    }
}
