use serde_json::json;

use super::*;
use crate::public::proof::{Inclusion, Sibling, Tree};

const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror=alert(1) hx-get=/x>";

fn frame(language: Language) -> Frame {
    Frame {
        publisher: "Press".to_owned(),
        language,
        language_chosen: true,
        theme: None,
        nonce: "NONCE".to_owned(),
        path: "/verify".to_owned(),
    }
}

fn report(text: &str) -> Report {
    let leaf = |verdict: &str, below: serde_json::Value| {
        json!({"title": text, "relationship": "parentOf", "media_type": text, "verdict": verdict,
            "signer": {"name": text, "list": text, "revoked_at": null}, "signed_at": text,
            "ai_declared": true, "thumbnail": {"sha256": "aa"}, "ingredients": below})
    };
    let tree = json!([
        leaf(
            "trusted",
            json!([leaf("none", json!([])), leaf("invalid", json!([leaf("none", json!([]))]))])
        ),
        leaf("remote_only", json!([])),
    ]);
    serde_json::from_value(json!({
        "verdict": "untrusted_signer", "summary": text, "intact": true,
        "signer": {"name": text, "list": null, "revoked_at": text}, "signed_at": text,
        "publication": {"state": "corrected", "at": text, "url": text, "notice_url": "javascript:alert(1)", "replaced_by": text},
        "time_stamp": {"trusted": true, "authority": text},
        "ai_declared_active": false, "ai_declared_anywhere": true, "ingredient_warning": true,
        "labels": {"source_type": text, "aigc": {"Label": "1", "ContentProducer": text}},
        "manifest_label": text, "remote_url": text,
        "mark": {"found": true, "algorithm": text, "id": text, "decidable": true},
        "recovered": {"how": text, "certainty": text, "statement": text},
        "matches": [{"asset_id": text, "how": text, "certainty": text, "media_type": text, "made_at": text,
            "publication": {"state": text, "at": null, "url": null, "notice_url": null, "replaced_by": null}}],
        "receipt": {"index": 1, "leaf_hash": text, "inclusion": "proved"},
        "lists": [{"name": text, "sha256": text, "certificates": 1, "expired": 0, "as_of": text, "next_update": null}],
        "failures": [text], "warnings": [text, format!("ingredient: {text}")], "title": text, "generator": text,
        "thumbnail": {"sha256": "aa"},
        "actions": [{"action": text, "when": text, "agent": text, "source_type": text}],
        "identities": [{"name": text, "issuer": text, "status": text}],
        "ingredients": tree, "ingredients_left_out": true, "ms": 1,
    }))
    .unwrap()
}

fn written_out(language: Language, text: &str) -> String {
    let (report, frame) = (report(text), frame(language));
    let siblings = vec![Sibling { hash: "ab".repeat(32), left: true }];
    let tree = Tree::new(2, "ef".repeat(32), text, siblings);
    let proof = Proof::new(1, text.to_owned(), Inclusion::Proved, Some(tree));
    let link = Link::new(text, text);
    let pictures = BTreeMap::from([("aa".to_owned(), "data:image/png;base64,AA".to_owned())]);
    let checked = Checked {
        name: Some(text),
        report: &report,
        raw: text,
        version: "1",
        pictures: &pictures,
        proof: Some(&proof),
        link: Some(&link),
    };
    let whole = page(&frame, true, Some(&checked)).unwrap();
    let part = result(&frame, &checked).unwrap();
    assert!(whole.contains("<!doctype html>") && !part.contains("<html"));
    whole + &part
}

/// Whatever a file says is text, wherever it is shown.
#[test]
fn what_a_file_says_is_text() {
    for language in [Language::En, Language::Zh] {
        let html = written_out(language, HOSTILE);
        for bad in
            ["<script>alert", "<img src=x", "onerror=alert(1) hx-get=/x>", "href=\"javascript"]
        {
            assert!(!html.contains(bad), "{bad}");
        }
        assert!(html.matches("alert(1)").count() > 30, "it is shown all the same");
    }
}

#[test]
fn lists_of_the_tree_are_balanced() {
    let html = written_out(Language::En, "x");
    for tag in ["ul", "li", "div", "details", "section", "dl", "p"] {
        let open =
            html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
        assert_eq!(open, html.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn three_facts_stay_apart() {
    let t = Texts(Language::En);
    let report = report("x");
    assert_eq!(intact(t, report.intact).0, t.intact_yes());
    assert_eq!(signer(t, &report), ("x".to_owned(), t.signer_unlisted().to_owned()));
    assert_eq!(ai(t, &report).0, t.ai_below());
    let unsigned = Report { ai_declared_anywhere: false, ..report };
    assert_eq!(ai(t, &unsigned).0, t.ai_label());
}

#[test]
fn a_chinese_page_says_nothing_in_english() {
    let html = written_out(Language::Zh, "");
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => text.push(c),
            _ => {}
        }
    }
    let known = [
        "English",
        "Imprimatur",
        "IPTC",
        "GB",
        "Press",
        "Cookie",
        "https",
        "AA",
        "UTC",
        "amp",
        "quot",
    ];
    let words = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 3);
    let strange: Vec<&str> = words.filter(|word| !known.contains(word)).collect();
    let strange: Vec<&str> = strange
        .into_iter()
        .filter(|word| !["verify", "abababab", "efefefef"].contains(word))
        .collect();
    assert!(strange.iter().all(|word| word.chars().all(|c| matches!(c, 'a'..='f'))), "{strange:?}");
}
