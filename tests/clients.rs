//! Clients that no one here wrote, unmodified, against a served line. They run when
//! `IMPRIMATUR_EXTERNAL=1`: Python's in the environment of `IMPRIMATUR_CLIENTS`, npm's in `NODE_PATH`.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::{
    external::{said, wanted},
    newsroom::{Newsroom, PROGRAM},
};

/// What schemathesis looks at in every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// A newsroom whose server hears, too: by a tiny network whose numbers are random.
fn newsroom() -> Newsroom {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../generators/tests/golden");
    Newsroom::with(&format!("[generators.ears]\nkind = \"whisper\"\npath = \"{golden}/whisper\"\n"))
}

pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/external/clients").join(name)
}

pub(crate) fn python() -> String {
    std::env::var("IMPRIMATUR_CLIENTS").unwrap_or_else(|_| "python3".into())
}

fn run(interpreter: &str, name: &str, args: &[&str]) -> Output {
    Command::new(interpreter).arg(script(name)).args(args).output().unwrap()
}

/// The script ended well and said `ok` so often.
fn worked(output: &Output, checks: usize) {
    let said = said(output);
    assert!(output.status.success(), "{said}");
    assert_eq!(said.lines().filter(|line| line.starts_with("ok ")).count(), checks, "{said}");
}

/// Asks a served newsroom; the second key is another person's.
fn asked(interpreter: &str, name: &str, more: &[&str], checks: usize) {
    let newsroom = newsroom();
    let (key, other) = (newsroom.key("editor", "ada"), newsroom.key("editor", "ben"));
    let server = newsroom.serve();
    let mut args = vec![server.url.as_str(), key.as_str()];
    if more == ["another"] {
        args.push(&other);
    } else {
        args.extend(more);
    }
    worked(&run(interpreter, name, &args), checks);
}

#[test]
fn openai_for_python_works_whole() {
    if wanted("OpenAI's Python clients") {
        asked(&python(), "openai_python.py", &["another"], 16);
    }
}

#[test]
fn openai_for_npm_works_whole() {
    if wanted("OpenAI's npm client") {
        asked("node", "openai_node.mjs", &[], 9);
    }
}

#[test]
fn frameworks_work_by_changing_their_address() {
    if wanted("langchain, llama-index, litellm, instructor, pydantic-ai, openai-agents and llm") {
        asked(&python(), "frameworks.py", &[], 7);
    }
}

/// Whatever can be sent after `/openapi.json` gets an answer that it tells of. Without
/// `IMPRIMATUR_EXAMPLES` so few are sent that it takes no more than four minutes.
#[test]
fn every_answer_is_one_that_the_document_tells_of() {
    if !wanted("schemathesis") {
        return;
    }
    let newsroom = self::newsroom();
    let keys = [newsroom.key("editor", "ada"), newsroom.key("auditor", "eve")];
    let server = newsroom.serve();
    let examples = std::env::var("IMPRIMATUR_EXAMPLES").unwrap_or_else(|_| "3".into());
    let program = Path::new(&python()).with_file_name("schemathesis");
    // What speaks another protocol is tested by itself.
    let others = "^/v1/realtime|/socket$";
    for (key, (only, without)) in keys.iter().zip([(".", others), ("^/v1/audit", "^$")]) {
        let output = Command::new(&program)
            .arg("run")
            .arg(format!("{}/openapi.json", server.url))
            .args(["--url", &server.url, "-H", &format!("Authorization: Bearer {key}")])
            .args(["--include-path-regex", only, "--exclude-path-regex", without])
            .args(["--phases", "examples,coverage,fuzzing", "--max-examples", &examples])
            .args(["--checks", CHECKS])
            .args(["--seed", "1", "--request-timeout", "60", "--no-color"])
            .current_dir(newsroom.path("."))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
}

#[test]
fn the_protocol_s_own_client_calls_the_tools() {
    if wanted("the Model Context Protocol's Python client") {
        asked(&python(), "mcp_client.py", &[], 11);
        let newsroom = Newsroom::new();
        let folder = newsroom.path(".").display().to_string();
        worked(&run(&python(), "mcp_client.py", &["stdio", PROGRAM, &folder]), 5);
    }
}
