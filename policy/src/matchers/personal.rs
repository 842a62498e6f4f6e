//! Personal data: one entry for each kind. To add one, add an entry.

use super::{
    Kind, checksum,
    entities::{Announced, By, Entity},
    telephone,
};

/// Every kind of personal data, by its name in packs.
pub(super) const ALL: &[Entity] = &[
    Entity {
        kind: Kind::Pii("email"),
        pattern: r"(?-u:\b)[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@(?:[A-Za-z0-9\-]{1,63}\.){1,4}[A-Za-z]{2,18}(?-u:\b)",
        check: |text| !text.contains(".."),
    },
    Entity {
        kind: Kind::Pii("credit_card"),
        pattern: r"(?-u:\b)[2-6](?:[ \-]?[0-9]){12,18}(?-u:\b)",
        check: checksum::card,
    },
    Entity {
        kind: Kind::Pii("iban"),
        pattern: r"(?-u:\b)[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,4})?(?-u:\b)",
        check: checksum::iban,
    },
    Entity {
        kind: Kind::Pii("us_ssn"),
        pattern: r"(?-u:\b)[0-9]{3}[ \-][0-9]{2}[ \-][0-9]{4}(?-u:\b)",
        check: checksum::social_security,
    },
    Entity {
        kind: Kind::Pii("uk_nino"),
        pattern: r"(?-u:\b)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D](?-u:\b)",
        check: checksum::national_insurance,
    },
    Entity {
        kind: Kind::Pii("cn_resident_id"),
        pattern: r"(?-u:\b)[1-8][0-9]{16}[0-9Xx](?-u:\b)",
        check: checksum::resident_id,
    },
    Entity {
        kind: Kind::Pii("cn_mobile"),
        pattern: r"(?:(?:\+86|(?-u:\b)(?:0086|86))[ \-]?|(?-u:\b))1[3-9][0-9](?:[ \-]?[0-9]{4}){2}(?-u:\b)",
        check: |_| true,
    },
    Entity {
        kind: Kind::Pii("phone"),
        pattern: r"(?:\+[0-9]{1,3}[ .\-]?(?:\([0-9]{1,4}\)[ .\-]?)?[0-9]{1,4}|\([0-9]{2,5}\)[ .\-]?[0-9]{2,4}|(?-u:\b)00[1-9][0-9]{0,2}[ .\-][0-9]{1,4}|(?-u:\b)[0-9]{2,4})(?:[ .\-][0-9]{2,5}){1,5}(?:[ ]?(?:x|ext\.?|extension)[ ]?[0-9]{1,5})?(?-u:\b)",
        check: telephone::whole,
    },
    Entity {
        kind: Kind::Pii("ipv4"),
        pattern: r"(?-u:\b)[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?-u:\b)",
        check: checksum::ipv4,
    },
    Entity {
        kind: Kind::Pii("ipv6"),
        pattern: r"(?-u:\b)[0-9A-Fa-f]{1,4}:(?::?[0-9A-Fa-f]{1,4}:){1,6}:?[0-9A-Fa-f]{1,4}(?-u:\b)",
        check: checksum::ipv6,
    },
    Entity {
        kind: Kind::Pii("cn_plate"),
        pattern: r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·•\-]?[A-HJ-NP-Z0-9]{5,6}(?-u:\b)",
        check: |_| true,
    },
];

/// Forms of the same kinds that other numbers have too: they count beside a word that announces them.
pub(super) const ANNOUNCED: &[Announced] = &[
    Announced {
        entity: Entity {
            kind: Kind::Pii("phone"),
            pattern: r"(?-u:\b)[0-9]{2,5}(?:[ .\-]?[0-9]{2,8}){1,4}(?:[ ]?(?:x|ext\.?|extension)[ ]?[0-9]{1,5})?(?-u:\b)",
            check: telephone::short,
        },
        by: By::Before(telephone::announces),
    },
    Announced {
        entity: Entity {
            kind: Kind::Pii("phone"),
            pattern: r"(?-u:\b)[0-9]{2,5}(?:[ .\-]?[0-9]{2,8}){1,4}[ ]?[\-(]?[ ]?(?i:office|fax|mobile|cell|landline)(?-u:\b)",
            check: telephone::short,
        },
        by: By::After(telephone::label),
    },
];
