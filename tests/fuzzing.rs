//! The fuzz targets of the gateway on their seeds, and on seeds changed at random: every endpoint takes
//! whatever comes.

#[path = "../gateway/fuzz/fuzz_targets/configuration.rs"]
mod configuration;
#[path = "mutated.rs"]
mod mutated;
#[path = "../gateway/fuzz/fuzz_targets/request.rs"]
mod request;

use gateway::http::permits::TABLE;
use types::Role;

/// Bodies of endpoints that take JSON.
#[rustfmt::skip]
const BODIES: &[(&str, &str)] = &[
    ("/v1/chat/completions", r#"{"model":"null","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"Who won?"}]}],"stream":true,"stream_options":{"include_usage":true},"temperature":0.5,"top_p":0.9,"max_tokens":20,"seed":7,"stop":["\n"],"logprobs":true,"top_logprobs":2,"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}}}}"#),
    ("/v1/completions", r#"{"model":"null","prompt":["One.","Two."],"n":1,"echo":false,"max_tokens":5}"#),
    ("/v1/responses", r#"{"model":"null","input":[{"role":"user","content":[{"type":"input_text","text":"Who won?"}]}],"instructions":"Be brief.","stream":false,"store":true,"previous_response_id":"resp_1","max_output_tokens":9}"#),
    ("/v1/images/generations", r#"{"prompt":"a harbour","model":"null","size":"512x512","n":1,"response_format":"b64_json","seed":3}"#),
    ("/v1/audio/speech", r#"{"model":"null","input":"Good evening.","voice":"alloy","response_format":"wav","speed":1.25}"#),
    ("/v1/videos", r#"{"model":"null","prompt":"A title.","seconds":"4","size":"320x180"}"#),
    ("/v1/sessions", r#"{"request":"A red car.","model":"null"}"#),
    ("/v1/stories", r#"{"brief":{"title":"The river","facts":[{"name":"Elbe"}]},"format":"html","models":{"text":"null"}}"#),
    ("/v1/moderations", r#"{"input":["Who won?",{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}],"model":"omni-moderation-latest"}"#),
    ("/v1/assist/suggest", r#"{"text":"The council mett on tuesday .","language":"en","max_chars":80}"#),
    ("/v1/assist/correct", r#"{"text":"The council mett on tuesday .","language":"zh"}"#),
    ("/v1/assist/ideas", r#"{"text":"The council met. It rained."}"#),
    ("/v1/assist/headline", r#"{"text":"The council met on Tuesday. It rained.","max_chars":40}"#),
    ("/v1/assist/alt-text", r#"{"image":"iVBORw0KGgo=","caption":"A harbour","prompt":"a harbour"}"#),
    ("/v1/profile", r#"{"consent":true,"profile":{"language":"en"}}"#),
    ("/v1/feedback", r#"{"features":["short"],"verdict":"accepted"}"#),
    ("/mcp", r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"verify","arguments":{"text":"The river fell."}}}"#),
    ("/v1/assets/{id}/publish", r#"{"url":"https://press.example.org/a","reason":"published"}"#),
    ("/v1/assets/{id}/correct", r#"{"url":"https://press.example.org/a","replaced_by":"01890a5d-ac96-774b-bcce-b302099a8057","reason":"a name"}"#),
    ("/v1/assets/{id}/withdraw", r#"{"reason":"wrong"}"#),
    ("/v1/reviews/{id}", r#"{"decision":"approve","reason":"accurate"}"#),
    ("/v1/consents", r#"{"names":["Ada Byron"],"covers":["likeness","voice"],"kept_at":"safe 3","valid_from":"2026-01-01T00:00:00Z","valid_until":"2027-01-01T00:00:00Z","desks":["city"]}"#),
    ("/v1/complaints/{ticket}", r#"{"outcome":"upheld","note":"corrected"}"#),
    ("/v1/audit/reveal", r#"{"id":"1","reason":"a court asks"}"#),
    ("/v1/audit/erase", r#"{"subject":"00112233445566778899aabbccddeeff","mentioned":"Ada"}"#),
    ("/v1/audit/holds", r#"{"scope":"tenant:press","reason":"a court asks"}"#),
    ("/v1/keys", r#"{"subject":"ada","desk":"city","role":"journalist","scopes":["generate:text"],"expires_at":"2027-01-01T00:00:00Z"}"#),
    ("/v1/keys/{id}/rotate", r#"{"overlap_seconds":60}"#),
    ("/v1/people", r#"{"name":"ada@press.example.org","desk":"city","role":"journalist"}"#),
    ("/console/session", r#"{"name":"ada","password":"a long password"}"#),
];

/// Requests of strangers, of forms, and with headers that are read.
#[rustfmt::skip]
const OTHERS: &[&str] = &[
    "POST /v1/verify\ncontent-type: application/json\n\n{\"text\":\"The river fell.\"}",
    "POST /v1/verify\ncontent-type: text/plain; charset=utf-8\naccept-language: zh\n\nThe river fell.",
    "POST /v1/detect\ncontent-type: multipart/form-data; boundary=edge\n\n--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\ncontent-type: text/plain\r\n\r\nThe river fell.\r\n--edge--\r\n",
    "POST /verify\ncontent-type: multipart/form-data; boundary=edge\naccept: text/html\n\n--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.svg\"\r\n\r\n<svg xmlns='http://www.w3.org/2000/svg'/>\r\n--edge--\r\n",
    "POST /v1/renditions\nkey: editor\ncontent-type: multipart/form-data; boundary=edge\n\n--edge\r\ncontent-disposition: form-data; name=\"parent\"\r\n\r\n01890a5d-ac96-774b-bcce-b302099a8057\r\n--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n\x7fPNG\r\n--edge--\r\n",
    "POST /v1/images/edits\nkey: editor\ncontent-type: multipart/form-data; boundary=edge\n\n--edge\r\ncontent-disposition: form-data; name=\"image\"; filename=\"a.gif\"\r\n\r\nGIF89a\x01\0\x01\0\0\0\0;\r\n--edge\r\ncontent-disposition: form-data; name=\"prompt\"\r\n\r\na harbour\r\n--edge--\r\n",
    "POST /v1/audio/transcriptions\nkey: editor\ncontent-type: multipart/form-data; boundary=edge\n\n--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\nRIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\r\n--edge\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nnull\r\n--edge--\r\n",
    "POST /v1/complaints\ncontent-type: application/json\n\n{\"about\":\"a.txt\",\"text\":\"It is wrong.\",\"contact\":\"a@example.org\"}",
    "POST /complaint\ncontent-type: application/x-www-form-urlencoded\n\nabout=a&text=It+is+wrong&contact=%00",
    "GET /log/tile/0/x001/x234/067.p/17\n\n",
    "GET /log/tile/entries/000\nkey: auditor\nrange: bytes=0-9\n\n",
    "GET /sbr/v1/matches/byBinding?alg=org.imprimatur.text.1&value=AAAA&maxResults=10\n\n",
    "POST /sbr/v1/matches/byContent?hintAlg=a\ncontent-type: image/png\n\n\x7fPNG",
    "GET /v1/audit/entries?after=0&limit=5&event=refused&from=2026-01-01T00:00:00Z\nkey: auditor\n\n",
    "GET /v1/assets?limit=5&after=x&modality=text&q=river\nkey: editor\n\n",
    "GET /v1/audit/reports?regime=eu&lang=zh&from=1&to=2\nkey: auditor\n\n",
    "GET /c/00000000000000ff?lang=zh\naccept-language: zh-CN,zh;q=0.9,*;q=0\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n\n",
    "GET /console/oidc/callback?code=a&state=b\ncookie: imprimatur_session=abc; __Host-imprimatur=def\n\n",
    "POST /v1/moderations\nkey: editor\nidempotency-key: 1\nx-request-id: a b\ncontent-encoding: gzip\ncontent-type: application/json\n\n{\"input\":\"a\"}",
    "OPTIONS /v1/models\norigin: https://cms.example.org\naccess-control-request-method: GET\n\n",
];

/// A request of somebody who may, for every row of the table of permits.
fn requests() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (method, path, permit) in TABLE {
        let role =
            [Role::Editor, Role::Auditor, Role::Ops].into_iter().find(|role| permit.admits(*role));
        let key = role.unwrap_or(Role::Standards);
        let body =
            BODIES.iter().find(|(of, _)| of == path && *method != "GET").map_or("", |row| row.1);
        let place =
            path.replace(['{', '}'], "").replace("/id", "/01890a5d-ac96-774b-bcce-b302099a8057");
        let head = format!("{method} {place}\nkey: {key}\ncontent-type: application/json\n\n");
        seeds.push([head.as_bytes(), body.as_bytes()].concat());
    }
    seeds.extend(OTHERS.iter().map(|request| request.as_bytes().to_vec()));
    seeds
}

#[test]
fn any_request_is_read_or_refused() {
    mutated::check("request", &requests(), 400, request::run);
}

#[test]
fn any_configuration_is_read_or_refused() {
    let text = include_str!("../gateway/src/default.toml");
    // What stands there as a remark is an example.
    let examples = text.lines().map(|line| {
        line.strip_prefix("# ")
            .filter(|rest| rest.contains(" = ") || rest.starts_with('['))
            .unwrap_or(line)
    });
    let seeds = [text.to_owned(), examples.map(|line| format!("{line}\n")).collect()];
    mutated::check("configuration", &seeds.map(String::into_bytes), 200, configuration::run);
}
