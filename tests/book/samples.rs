//! The integrator's page: its Rust example is compiled here, its other blocks run with outside tools.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use super::page;
use crate::{
    console_blocks::blocks,
    external::wanted,
    newsroom::{Newsroom, RIVER},
};

fn brief(url: &str, key: &str, facts: &str) -> Result<String, Box<dyn std::error::Error>> {
    let request = serde_json::json!({
        "model": "newsdesk-starter",
        "messages": [{"role": "user", "content": facts}],
    });
    let answer: serde_json::Value = ureq::post(format!("{url}/v1/chat/completions"))
        .header("authorization", format!("Bearer {key}"))
        .send_json(&request)?
        .body_mut()
        .read_json()?;
    let text = answer["choices"][0]["message"]["content"].as_str().ok_or("no text")?;
    Ok(text.to_owned())
}

#[test]
fn the_rust_example_is_this_one_and_works() {
    let page = page("how-to/integrate.md");
    let example = blocks(&page, "rust").next().unwrap();
    assert!(include_str!("samples.rs").contains(example), "the page has another example");
    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    assert!(brief(&server.url, &key, RIVER).unwrap().contains("Elbe"));
}

#[test]
fn the_other_examples_work() {
    if !wanted("the book's examples by curl, Python and Node") {
        return;
    }
    let newsroom = Newsroom::new();
    let key = newsroom.key("editor", "ada");
    let server = newsroom.serve();
    let python = std::env::var("IMPRIMATUR_PYTHON").unwrap_or_else(|_| "python3".into());
    let page = page("how-to/integrate.md");
    let folder = tempfile::tempdir().unwrap();
    let tools: [(&str, Vec<&str>); 3] = [
        ("sh", vec!["sh", "-e"]),
        ("python", vec![&python, "-"]),
        ("javascript", vec!["node", "--input-type=module", "-"]),
    ];
    for (language, tool) in tools {
        let mut ran = 0;
        for block in blocks(&page, language) {
            let mut process = Command::new(tool[0])
                .args(&tool[1..])
                .current_dir(folder.path())
                .env("IMPRIMATUR_URL", &server.url)
                .env("IMPRIMATUR_KEY", &key)
                .stdin(Stdio::piped())
                .spawn()
                .unwrap();
            process.stdin.take().unwrap().write_all(format!("{block}\n").as_bytes()).unwrap();
            assert!(process.wait().unwrap().success(), "{language}: {block}");
            ran += 1;
        }
        assert!(ran > 0, "the page has no block of {language}");
    }
}
