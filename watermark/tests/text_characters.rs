//! Ids in invisible characters: what survives, what is refused, and that nothing else changes.

use proptest::prelude::*;
use types::MarkId;
use watermark::{
    WatermarkError, WatermarkKey, fingerprint,
    text::characters::{detect, embed, strip},
};

const ENGLISH: &str = "The harbour bridge in Aldmoor will close on Monday for repairs, the council \
    said. The work is expected to take six weeks and to cost 1.4 million crowns; buses will run \
    through the tunnel. Details: https://aldmoor.example/bridge?id=7 or bridge@aldmoor.example. \
    Residents who drive to the island should leave early, because the ferry has only twelve places.";
const CHINESE: &str = "市政府周一宣布，港口大桥将于下月关闭维修，预计工期六周，耗资一百四十万元。\
    详情请见https://aldmoor.example/路径。居民应提早出发。";
const ARABIC: &str = "أعلنت البلدية يوم الاثنين أن جسر الميناء سيغلق الشهر المقبل للصيانة، ومن المتوقع \
    أن تستمر الأعمال ستة أسابيع وأن تبلغ كلفتها مليون وأربعمئة ألف كرونة، وستسير الحافلات عبر \
    النفق طوال هذه المدة وعلى السكان الخروج باكرا";

fn key(secret: u8) -> WatermarkKey {
    WatermarkKey::new([secret; 32])
}

#[test]
fn ids_come_back_in_every_script_and_the_text_stays() {
    let id = MarkId::from(0x0011_2233_4455_6677);
    for text in [ENGLISH, CHINESE, ARABIC] {
        let marked = embed(&key(1), text, id).unwrap();
        assert_eq!(strip(&marked), text);
        let found = detect(&[key(2), key(1)], &marked).unwrap();
        assert_eq!((found.id, found.key), (id, 1));
        assert!(found.p_value < 1e-6, "{found:?}");
        assert_eq!(detect(&[key(2)], &marked), None);
        assert_eq!(detect(&[], &marked), None);
        assert_eq!(fingerprint::text(&marked), fingerprint::text(text));
    }
}

#[test]
fn addresses_stay_as_they_were() {
    let marked = embed(&key(1), ENGLISH, MarkId::from(1)).unwrap();
    assert!(marked.contains("https://aldmoor.example/bridge?id=7"));
    assert!(marked.contains("bridge@aldmoor.example"));
    assert!(embed(&key(1), CHINESE, MarkId::from(1)).unwrap().contains("https://aldmoor.example/"));
}

#[test]
fn crops_edits_and_pastes_of_long_texts_are_read() {
    let long = [ENGLISH; 10].join("\n");
    let (id, other) = (MarkId::from(u64::MAX), MarkId::from(5));
    let marked = embed(&key(1), &long, id).unwrap();
    let read = |text: &str| detect(&[key(1)], text).map(|found| found.id);
    let words: Vec<&str> = marked.split(' ').collect();
    assert_eq!(read(&words[100..250].join(" ")), Some(id), "a crop");
    let deleted: Vec<&str> = words
        .iter()
        .copied()
        .enumerate()
        .filter(|(at, _)| at % 3 != 0)
        .map(|(_, word)| word)
        .collect();
    assert_eq!(read(&deleted.join(" ")), Some(id), "a third of the words deleted");
    assert_eq!(read(&format!("{long}\n{}\n{long}", words[100..250].join(" "))), Some(id), "pasted");
    // Two ids in one text: one of them is read, never a mixture.
    let second = embed(&key(1), &long, other).unwrap();
    assert!([Some(id), Some(other)].contains(&read(&format!("{marked}\n{second}"))));
}

#[test]
fn what_cannot_carry_an_id_is_refused_with_its_reason() {
    let few = embed(&key(1), "Too short to carry anything at all.", MarkId::from(1)).unwrap_err();
    assert_eq!(few, WatermarkError::FewPlaces { places: 7, min: 32 });
    assert!(few.to_string().contains("7 places"));
    let marked = embed(&key(1), ENGLISH, MarkId::from(1)).unwrap();
    assert_eq!(embed(&key(1), &marked, MarkId::from(2)), Err(WatermarkError::Occupied));
}

#[test]
fn text_manifests_beside_the_mark_change_nothing() {
    let marked = embed(&key(1), ENGLISH, MarkId::from(9)).unwrap();
    let manifest =
        "\u{feff}\u{fe07}\u{fe08}\u{fe09}\u{fe0a}\u{e0133}\u{fe0d}\u{fe0d}\u{fe0d}\u{fe0d}";
    let signed = format!("{marked}{manifest}");
    assert_eq!(detect(&[key(1)], &signed).unwrap().id, MarkId::from(9));
    assert_eq!(strip(&signed), format!("{ENGLISH}{manifest}"));
}

proptest! {
    #[test]
    fn any_text_that_takes_an_id_gives_id_and_text_back(
        text in "([a-zA-Zéß中文字符αβ]{1,6}[ .,，\u{200d}\u{fe0f}👩0-9/'-]{0,2}){0,90}",
        id: u64,
    ) {
        if let Ok(marked) = embed(&key(1), &text, MarkId::from(id)) {
            prop_assert_eq!(strip(&marked), text);
            prop_assert_eq!(detect(&[key(1)], &marked).map(|found| found.id), Some(MarkId::from(id)));
        }
    }

    #[test]
    fn unmarked_texts_give_nothing_and_stay(text: String) {
        prop_assert_eq!(detect(&[key(1)], &text), None);
        prop_assert!(strip(&text).len() <= text.len());
    }

    #[test]
    fn foreign_selectors_are_not_taken_for_ids(text in "([ab ][\u{fe00}-\u{fe0f}]{0,9}){0,80}") {
        prop_assert_eq!(detect(&[key(1), key(2)], &text), None);
    }
}
