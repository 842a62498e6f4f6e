use proptest::prelude::*;
use serde_json::json;

use super::*;

fn graph(text: &str) -> Vec<u8> {
    json!({"1": {"class_type": "X", "inputs": {"text": text, "model": ["2", 0]}}})
        .to_string()
        .into_bytes()
}

fn opened(text: &str) -> Result<Template, String> {
    Template::read(&graph(text))
}

#[test]
fn what_a_graph_is_for_follows_from_its_placeholders() {
    let cases = [
        ("{{prompt}}", Ok(Task::Create)),
        ("{{source}}", Ok(Task::Vary)),
        ("{{prompt}} {{source}} {{strength}}", Ok(Task::Vary)),
        ("{{source}}{{mask}}", Ok(Task::Inpaint)),
        ("{{source}}{{style}}", Ok(Task::Style)),
        ("{{source}}{{garment}}{{mask}}", Ok(Task::TryOn)),
        ("{{source}}{{factor|4}}", Ok(Task::Upscale)),
        ("{{mask}}", Err("`source`")),
        ("{{style}}", Err("`source`")),
        ("{{source}}{{garment}}", Err("`mask`")),
        ("{{source}}{{mask}}{{garment_mask}}", Err("`garment`")),
        ("{{source}}{{garment}}{{mask}}{{style}}", Err("one task")),
        ("{{source}}{{style}}{{mask}}", Err("one task")),
        ("a harbour", Err("`prompt`")),
        ("{{promt}}", Err("no placeholder `promt`")),
        ("{{prompt", Err("not closed")),
        ("{{prompt}} {{steps|many}}", Err("`steps`")),
        ("{{source|x.png}}", Err("`source`")),
    ];
    for (text, expected) in cases {
        match (opened(text), expected) {
            (Ok(template), Ok(task)) => assert_eq!(template.task(), task, "{text}"),
            (Err(reason), Err(part)) => assert!(reason.contains(part), "{text}: {reason}"),
            (found, _) => panic!("{text}: {found:?}"),
        }
    }
}

#[test]
fn what_is_no_graph_is_refused() {
    let cases: [&[u8]; 5] =
        [b"", b"[]", b"{}", br#"{"nodes":[],"links":[]}"#, br#"{"1":{"in":2}}"#];
    for bytes in cases {
        assert!(Template::read(bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn numbers_stay_numbers_where_they_are_the_whole_string() {
    let bytes = json!({"1": {"class_type": "KSampler", "inputs": {
        "seed": "{{seed}}", "cfg": "{{ guidance | 6.5 }}", "name": "s{{seed}}-{{steps|8}}",
        "text": "masterpiece, {{prompt}}", "untouched": 7, "links": ["2", 0],
    }}});
    let template = Template::read(bytes.to_string().as_bytes()).unwrap();
    let value = |name: Name, usual: Option<&str>| match (name, usual) {
        (Name::Seed, _) => json!(u64::MAX),
        (Name::Prompt, _) => json!("a \"quay\""),
        (_, Some(usual)) => serde_json::from_str(usual).unwrap(),
        (name, None) => panic!("{name:?}"),
    };
    let expected = json!({
        "seed": u64::MAX, "cfg": 6.5, "name": format!("s{}-8", u64::MAX),
        "text": "masterpiece, a \"quay\"", "untouched": 7, "links": ["2", 0],
    });
    assert_eq!(template.filled(&value)["1"]["inputs"], expected);
}

proptest! {
    #[test]
    fn no_prompt_changes_the_graph(prompt in "([\"\\\\{}|,:\\[\\]]|\\{\\{seed\\}\\}|\\{\\{source\\}\\}|[a-z河 \n]){0,30}") {
        let template = opened("so: {{prompt}}").unwrap();
        let filled = template.filled(&|_, _| Value::String(prompt.clone()));
        let expected = json!({"1": {"class_type": "X", "inputs": {
            "text": format!("so: {prompt}"), "model": ["2", 0],
        }}});
        // Also as the server reads it.
        let read: Value = serde_json::from_str(&filled.to_string()).unwrap();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[{}|a-z]{0,40}") {
        let _ = Template::read(&bytes);
        let _ = opened(&text);
    }
}
