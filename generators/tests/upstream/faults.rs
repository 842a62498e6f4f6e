//! One row for each way in which a server can fail: what it does, and the fault's name.

use crate::{
    code, run,
    server::{
        Close, DONE, Pause, Reset, STOP, Send, Server, Step, WHOLE, answer, events, json, said,
        send,
    },
};

pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) script: Vec<Step>,
    pub(crate) expected: &'static str,
}

impl Row {
    fn new(name: &'static str, script: Vec<Step>, expected: &'static str) -> Self {
        Self { name, script, expected }
    }
}

async fn check(rows: Vec<Row>, whole: bool) {
    for Row { name, script, expected } in rows {
        let server = Server::start(vec![script]).await;
        let (result, _) = run(server.settings(), whole).await;
        assert_eq!(code(&result), expected, "{name}: {result:?}");
        let words = result.unwrap_err().to_string();
        assert!(!words.contains("secret") && !words.contains("127.0.0.1"), "{name}: {words}");
    }
}

#[tokio::test]
async fn every_fault_of_a_stream_has_its_name() {
    check(silence(), false).await;
    check(noise(), false).await;
}

#[tokio::test]
async fn every_fault_of_a_whole_answer_has_its_name() {
    check(bodies(), true).await;
    check(statuses(), true).await;
}

/// Streams that do not come to their end.
pub(crate) fn silence() -> Vec<Row> {
    let chunked = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n";
    vec![
        Row::new("stalls before the first byte", vec![Pause(2000)], "upstream_timed_out"),
        Row::new("stalls after its head", vec![events(), Pause(2000)], "upstream_timed_out"),
        Row::new(
            "stalls in mid-stream",
            vec![events(), said("The"), Pause(2000)],
            "upstream_timed_out",
        ),
        Row::new(
            "never finishes",
            [vec![events()], vec![vec![said("a"), Pause(100)]; 40].concat()].concat(),
            "upstream_timed_out",
        ),
        Row::new("resets at once", vec![Reset], "upstream_reset"),
        Row::new(
            "resets in mid-stream",
            vec![events(), said("The"), Pause(20), Reset],
            "upstream_reset",
        ),
        Row::new("sends broken chunks", vec![send(chunked), Close], "upstream_reset"),
        Row::new("ends without an end", vec![events(), said("The"), Close], "upstream_reset"),
    ]
}

/// Streams of something else.
pub(crate) fn noise() -> Vec<Row> {
    let long = "a".repeat(2 << 20);
    let error = "data: {\"error\":{\"message\":\"the secret plan\",\"code\":\"overloaded\"}}\n\n";
    vec![
        Row::new(
            "sends invalid UTF-8",
            vec![events(), Send(b"data: \xff\xfe\n\n".to_vec()), Close],
            "upstream_malformed",
        ),
        Row::new("sends no events", vec![events(), send("<html>\n"), Close], "upstream_malformed"),
        Row::new(
            "sends events of no JSON",
            vec![events(), send("data: {\"choi\n\n"), Close],
            "upstream_malformed",
        ),
        Row::new(
            "sends a page",
            vec![answer("200 OK", "content-type: text/html\r\n", "<html>")],
            "upstream_malformed",
        ),
        Row::new(
            "sends a line without end",
            vec![events(), send("data: "), send(&long), Close],
            "upstream_too_large",
        ),
        Row::new(
            "fails in mid-stream",
            vec![events(), said("The"), send(error), Close],
            "upstream_reported",
        ),
        Row::new("streams nothing", vec![events(), send(DONE), Close], "upstream_malformed"),
        Row::new(
            "goes on after its end",
            vec![events(), send(STOP), said("more"), Close],
            "upstream_malformed",
        ),
    ]
}

/// Whole answers that are none.
pub(crate) fn bodies() -> Vec<Row> {
    let tool = r#"{"choices":[{"message":{"content":null,"tool_calls":[{"id":"1"}]},"finish_reason":"tool_calls"}]}"#;
    let cut = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n{\"choices\":";
    let short = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{WHOLE}"
    );
    vec![
        Row::new("stalls in a whole answer", vec![send(cut), Pause(2000)], "upstream_timed_out"),
        Row::new("promises more than it sends", vec![send(cut), Reset], "upstream_reset"),
        Row::new("promises less than it sends", vec![send(&short), Close], "upstream_malformed"),
        Row::new("sends no HTTP", vec![send("hello\r\n\r\n"), Close], "upstream_reset"),
        Row::new("sends no JSON", vec![json("{\"choices\":[")], "upstream_malformed"),
        Row::new(
            "fails under status 200",
            vec![json(r#"{"error":"out of memory"}"#)],
            "upstream_reported",
        ),
        Row::new("calls tools", vec![json(tool)], "upstream_malformed"),
        Row::new("chooses nothing", vec![json(r#"{"choices":[]}"#)], "upstream_malformed"),
    ]
}

/// Answers without success.
pub(crate) fn statuses() -> Vec<Row> {
    vec![
        Row::new(
            "sends elsewhere",
            vec![answer("307 Temporary Redirect", "location: http://127.0.0.1:1/\r\n", "")],
            "upstream_redirected",
        ),
        Row::new(
            "is busy",
            vec![answer("429 Too Many Requests", "retry-after: 7\r\n", "")],
            "upstream_busy",
        ),
        Row::new("is not ready", vec![answer("503 Service Unavailable", "", "")], "upstream_busy"),
        Row::new(
            "fails",
            vec![answer("500 Internal Server Error", "", "the secret plan")],
            "upstream_failed",
        ),
        Row::new(
            "wants another key",
            vec![answer("401 Unauthorized", "", "")],
            "upstream_misconfigured",
        ),
        Row::new(
            "has no such model",
            vec![answer("404 Not Found", "", "{}")],
            "upstream_misconfigured",
        ),
        Row::new(
            "refuses",
            vec![answer(
                "400 Bad Request",
                "",
                r#"{"error":{"message":"the secret plan","code":"context_length_exceeded"}}"#,
            )],
            "upstream_refused",
        ),
    ]
}
