//! From briefs to plans.

use proptest::prelude::*;
use story::{Brief, StoryError, plan};

fn brief(json: serde_json::Value) -> Brief {
    Brief::parse(json.to_string().as_bytes()).unwrap()
}

#[test]
fn a_plan_has_headings_facts_scenes_and_the_same_looks_in_every_picture() {
    let brief = brief(serde_json::json!({
        "brief": "Write a story about the keeper of a lighthouse in a harbour at dawn.",
        "sources": [{"title": "Gauge", "url": "https://example.org/gauge",
            "text": "On Monday the river Elbe in Dresden rose by 35 cm to a level of 412 cm."}],
        "chapters": 3, "narration": true, "seed": 7,
        "characters": [{"name": "Ada", "looks": "yellow raincoat, grey braid"}, {"name": "Bo"}],
    }));
    let plan = plan(&brief).unwrap();
    assert_eq!(plan.title, "The keeper of a lighthouse in a harbour at dawn");
    assert_eq!(plan.chapters.len(), 3);
    for chapter in &plan.chapters {
        let picture = chapter.picture_prompt();
        assert!(picture.starts_with(&chapter.scene), "{picture}");
        assert!(picture.contains("Ada (yellow raincoat, grey braid)"), "{picture}");
        assert!(picture.contains(&plan.characters[1].looks) && picture.contains(&plan.style));
        assert!(chapter.scene.contains("harbour"), "{}", chapter.scene);
        let facts = "river; name=Elbe; place=Dresden; day=Monday; level_cm=412; change_cm=35";
        assert_eq!(chapter.starter_prompt(), facts);
        let text = chapter.text_prompt("It was early.");
        assert!(text.ends_with(facts) && text.contains("It was early."), "{text}");
        assert!(chapter.illustrated && chapter.narrated);
    }
    assert_eq!(plan.chapters[0].scene, "lighthouse, harbour, skyline, clear, dawn");
    assert_eq!(plan.chapters[2].scene.split(", ").last(), Some("night"));
}

#[test]
fn chinese_briefs_are_planned_in_chinese() {
    let brief = brief(serde_json::json!({
        "brief": "写一个关于雪山小村的故事。", "language": "zh-Hans", "chapters": 2,
        "characters": [{"name": "小明"}]
    }));
    let plan = plan(&brief).unwrap();
    assert_eq!(plan.title, "雪山小村的故事");
    assert!(plan.chapters[0].text_prompt("").contains("第 1 章，共 2 章"));
    assert!(plan.chapters[0].scene.contains("village") && plan.chapters[0].scene.contains("snow"));
    assert!(plan.chapters[1].alt.starts_with("插图："), "{}", plan.chapters[1].alt);
}

#[test]
fn what_is_out_of_range_is_refused_by_name() {
    let parse = |json: &str| Brief::parse(json.as_bytes()).and_then(|brief| plan(&brief));
    assert_eq!(parse(r#"{"brief": " "}"#).unwrap_err(), StoryError::Empty("brief"));
    assert_eq!(parse(r#"{"brief": "a", "chapters": 13}"#).unwrap_err(), StoryError::Chapters(13));
    assert!(matches!(parse(r#"{"brief": "a", "x": 1}"#), Err(StoryError::Unreadable(_))));
    assert!(matches!(parse(r#"{"brief": "a", "language": "e n"}"#), Err(StoryError::Language(_))));
    let long = serde_json::json!({"brief": "a".repeat(8_001)}).to_string();
    assert!(matches!(parse(&long), Err(StoryError::TooLong { most: 8_000, .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_brief_is_planned_or_refused(
        text in "\\PC{0,300}", source in "[ -~\\n水位度%€]{0,400}", chapters in 0_u32..14, seed: u64,
    ) {
        let json = serde_json::json!({"brief": text, "chapters": chapters, "seed": seed,
            "sources": [{"text": source}]});
        if let Ok(brief) = Brief::parse(json.to_string().as_bytes()) {
            let planned = plan(&brief).unwrap();
            prop_assert_eq!(planned.chapters.len(), chapters as usize);
            prop_assert!(!planned.title.trim().is_empty());
            // Every figure of the facts stands in the brief or its source.
            for facts in planned.chapters.iter().filter_map(|chapter| chapter.facts.as_ref()) {
                for part in facts.split(';').skip(1) {
                    let value = part.split_once('=').unwrap().1.trim();
                    let said = text.contains(value) || source.contains(value)
                        || source.to_lowercase().contains(&value.to_lowercase());
                    prop_assert!(said, "{} is not in {}", value, source);
                }
            }
            prop_assert_eq!(plan(&brief).unwrap(), planned);
        }
    }

    #[test]
    fn any_bytes_are_a_brief_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Brief::parse(&bytes).and_then(|brief| plan(&brief));
    }
}
