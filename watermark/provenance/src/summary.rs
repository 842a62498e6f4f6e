//! Verdicts in sentences, for readers who know nothing of certificates.
//!
//! No sentence says whether the content is true, and none gives a score.

use serde::Serialize;

use crate::Verdict;

/// One sentence, or two, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// English.
    pub en: String,
    /// Chinese, simplified.
    pub zh: String,
}

/// What the sentence depends on beside the verdict.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Facts<'a> {
    pub(crate) signer: &'a str,
    pub(crate) list: &'a str,
    pub(crate) ingredient_warning: bool,
    /// The name of someone beside the signer could not be confirmed.
    pub(crate) identity_warning: bool,
    /// Where the credentials are kept, for [`Verdict::RemoteOnly`].
    pub(crate) host: &'a str,
    /// Why a file cannot be read.
    pub(crate) reason: &'a str,
}

impl Summary {
    fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }

    pub(crate) fn unreadable(reason: &str) -> Self {
        Self::of(Verdict::Unreadable, &Facts { reason, ..Facts::default() })
    }

    pub(crate) fn of(verdict: Verdict, facts: &Facts<'_>) -> Self {
        let Facts { host, reason, .. } = facts;
        match verdict {
            Verdict::Trusted => trusted(facts),
            Verdict::UntrustedSigner => untrusted(facts),
            Verdict::ExpiredSigner => Self::new(
                "The signature is intact, but its certificate has expired, and no trusted time shows that it was made before.",
                "签名完好，但证书已过期，且没有可信时间能证明签名时证书仍然有效。",
            ),
            Verdict::AlteredAfterSigning => Self::new(
                "The file was changed after it was signed. Cropping, resizing or saving it again does this, too.",
                "文件在签名后被更改过；裁剪、缩放或另存也会造成这一结果。",
            ),
            Verdict::Invalid => Self::new(
                "The credentials are damaged or forged: take nothing from what they say.",
                "凭证已损坏或被伪造，请勿采信其中的内容。",
            ),
            Verdict::RemoteOnly => Self::new(
                format!("The credentials are kept at {host}; we did not fetch them."),
                format!("凭证保存在 {host}，我们没有获取。"),
            ),
            Verdict::None => Self::new(
                "There are no Content Credentials in this file. That says nothing about whether it is true.",
                "此文件没有内容凭证；这并不说明其真假。",
            ),
            Verdict::Unsupported => Self::new(
                "We could not read this file (its format is not one that we know).",
                "无法读取此文件（不支持这种格式）。",
            ),
            Verdict::Unreadable => Self::new(
                format!("We could not read this file ({reason})."),
                format!("无法读取此文件（{reason}）。"),
            ),
        }
    }
}

fn trusted(facts: &Facts<'_>) -> Summary {
    let Facts { signer, list, .. } = facts;
    let mut en = format!(
        "This file has not changed since {signer}, who is on the list \"{list}\", signed it"
    );
    let mut zh = format!("自 {signer} 签名后，此文件未被更改；签名者在“{list}”名单上");
    if facts.ingredient_warning {
        en += ", but something it was made from had credentials that did not check out";
        zh += "；但制作时使用的某个素材，其凭证当时未通过验证";
    }
    Summary::new(en + ".", zh + "。")
}

/// Either the signer is unknown, or somebody that the signer relies on is.
fn untrusted(facts: &Facts<'_>) -> Summary {
    let Facts { signer, list, identity_warning, .. } = facts;
    if list.is_empty() {
        return Summary::new(
            format!(
                "Not changed since it was signed, but the signer is on none of our lists. \
                 Anyone can choose the name \"{signer}\"."
            ),
            format!("签名后未被更改，但签名者不在任何名单上；“{signer}”这一名称任何人都可自填。"),
        );
    }
    let (en, zh) = if *identity_warning {
        (
            "but another name in its credentials could not be confirmed",
            "但凭证中另一个署名未能得到确认",
        )
    } else {
        (
            "but something it was made from was signed by someone on none of them",
            "但制作时使用的某个素材，其签名者不在任何名单上",
        )
    };
    Summary::new(
        format!(
            "Not changed since {signer}, who is on one of our lists (\"{list}\"), signed it, {en}."
        ),
        format!("自 {signer} 签名后未被更改，签名者在“{list}”名单上；{zh}。"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Verdict; 9] = [
        Verdict::Trusted,
        Verdict::UntrustedSigner,
        Verdict::ExpiredSigner,
        Verdict::AlteredAfterSigning,
        Verdict::Invalid,
        Verdict::RemoteOnly,
        Verdict::None,
        Verdict::Unreadable,
        Verdict::Unsupported,
    ];

    #[test]
    fn every_verdict_has_its_sentence_in_both_languages() {
        let facts = Facts {
            signer: "A",
            list: "b",
            ingredient_warning: true,
            identity_warning: false,
            host: "h",
            reason: "r",
        };
        for verdict in ALL {
            let summary = Summary::of(verdict, &facts);
            assert!(summary.en.ends_with('.') && summary.zh.ends_with('。'), "{summary:?}");
            for word in ["real", "authentic", "genuine"] {
                assert!(!summary.en.to_lowercase().contains(word), "{summary:?}");
            }
        }
        assert!(Summary::of(Verdict::Trusted, &facts).en.contains("did not check out"));
        let doubt = |facts: &Facts<'_>| Summary::of(Verdict::UntrustedSigner, facts).en;
        assert!(doubt(&facts).contains("made from"));
        assert!(doubt(&Facts { identity_warning: true, ..facts }).contains("another name"));
        assert!(
            doubt(&Facts { signer: "A", ..Facts::default() })
                .contains("Anyone can choose the name \"A\"")
        );
        assert!(!Summary::of(Verdict::Trusted, &Facts::default()).en.contains("did not check out"));
    }
}
