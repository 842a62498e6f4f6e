//! The page: one HTML file that shows the scene in WebGL 2, in glasses by WebXR, or as a picture,
//! and that sends feedback and applies revisions.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    Session, gltf,
    picture::{escape, svg},
};

const STYLE: &str = include_str!("page.css");
/// In the order in which they need each other; they become one script.
const SCRIPT: [&str; 4] = [
    include_str!("model.js"),
    include_str!("shaders.js"),
    include_str!("stage.js"),
    include_str!("live.js"),
];

/// One HTML file without anything from elsewhere: the scene as GLB inside, shown by a script of its
/// own, with a picture and text for where there is no WebGL.
///
/// `websocket_path` is where feedback goes as JSON, one [`crate::Feedback`] a message, and where
/// [`crate::Revision`]s come from; without one, the page only shows. `nonce` goes on the one script
/// and the one style, for `Content-Security-Policy: script-src 'nonce-…'; style-src 'nonce-…'`.
pub fn page(
    session: &Session,
    title: &str,
    language: &str,
    websocket_path: Option<&str>,
    nonce: Option<&str>,
) -> String {
    let words = words(language);
    let nonce = nonce.map_or(String::new(), |nonce| format!(" nonce=\"{}\"", escape(nonce)));
    let settings = json!({"socket": websocket_path, "number": session.number()});
    // Without a model the page shows its picture.
    let model = gltf(session).map(|file| STANDARD.encode(file)).unwrap_or_default();
    let document = &session.document;
    let script = SCRIPT.join("\n");
    format!(
        r#"<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style{nonce}>
{STYLE}</style>
</head>
<body data-kind="{kind}">
<p id="notice" role="note">{notice}</p>
<main>
<h1>{title}</h1>
<section id="stage" aria-labelledby="about">
<canvas id="view" tabindex="0" role="img" aria-label="{about}" hidden></canvas>
<div id="poster">{poster}</div>
<div id="advert"><h2 id="headline">{headline}</h2><p id="copy">{copy}</p><p id="price">{price}</p><button id="call" type="button" aria-expanded="false" aria-controls="facts">{call}</button><dl id="facts" hidden></dl></div>
<p id="says" role="status" aria-live="polite"></p>
</section>
{panel}</main>
<script id="document" type="application/json">{state}</script>
<script id="settings" type="application/json">{settings}</script>
<script id="words" type="application/json">{said}</script>
<script id="model" type="text/plain">{model}</script>
<script{nonce}>
"use strict";
(() => {{
{script}
}})();
</script>
</body>
</html>
"#,
        language = escape(language),
        title = escape(title),
        kind = if document.advert.is_some() { "advertisement" } else { "scene" },
        notice = escape(&document.notice),
        about = escape(&document.description),
        poster = svg(session),
        headline = advert(session, |advert| &advert.headline),
        copy = advert(session, |advert| &advert.copy),
        price = advert(session, |advert| advert.price.as_deref().unwrap_or_default()),
        call = advert(session, |advert| &advert.call),
        panel = panel(&words, &document.description, &document.warnings),
        state = inert(&serde_json::to_value(document).unwrap_or(Value::Null)),
        settings = inert(&settings),
        said = inert(&words),
    )
}

/// Controls, description and warnings.
fn panel(words: &Value, about: &str, warnings: &[String]) -> String {
    let word = |name: &str| escape(words.get(name).and_then(Value::as_str).unwrap_or_default());
    format!(
        r#"<section id="panel" aria-label="{controls}">
<div id="looks" class="row" role="group" aria-label="{view}"></div>
<div class="row" data-live role="group" aria-label="{things}"><label for="target">{things}</label><select id="target"></select><span id="acts" class="row"></span></div>
<div id="options" class="row" data-live role="group" aria-label="{options}"></div>
<form id="talk" data-live><label for="text">{talk}</label><input id="text" maxlength="500" autocomplete="off"><button type="submit">{send}</button></form>
<p id="status" role="status" aria-live="polite"></p>
<p id="about">{about}</p>
<p id="warnings">{warnings}</p>
</section>
"#,
        controls = word("controls"),
        view = word("view"),
        things = word("things"),
        options = word("options"),
        talk = word("talk"),
        send = word("send"),
        about = escape(about),
        warnings = escape(&warnings.join(" · ")),
    )
}

fn advert(session: &Session, part: impl Fn(&crate::Advert) -> &str) -> String {
    session.document.advert.as_ref().map_or(String::new(), |advert| escape(part(advert)))
}

/// JSON that cannot end the element it stands in.
fn inert(value: &Value) -> String {
    value
        .to_string()
        .replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

fn words(language: &str) -> Value {
    if language.starts_with("zh") {
        return json!({
            "left": "向左", "right": "向右", "up": "向上", "down": "向下", "closer": "靠近",
            "farther": "远离", "back": "复位", "click": "看一看", "like": "多一些", "dislike": "去掉",
            "click_part": "感兴趣", "like_part": "喜欢", "dislike_part": "不喜欢", "skip": "跳过", "send": "发送", "talk": "对人物说", "things": "场景中的物与人",
            "options": "选项", "controls": "控制", "view": "视角", "offline": "连接已断开，正在重试……",
            "failed": "操作未完成。", "flat": "此浏览器没有 WebGL，显示为图片。",
            "headline": "标题", "copy": "文案", "call": "按钮", "colours": "配色", "layout": "版式",
        });
    }
    json!({
        "left": "Left", "right": "Right", "up": "Up", "down": "Down", "closer": "Closer",
        "farther": "Farther", "back": "Reset view", "click": "Look at it", "like": "More of it",
        "dislike": "Take it away", "click_part": "Interesting", "like_part": "I like it",
        "dislike_part": "I do not like it", "skip": "Skip", "send": "Send", "talk": "Say to somebody",
        "things": "Things and people", "options": "Options", "controls": "Controls", "view": "View",
        "offline": "The connection was lost; trying again …", "failed": "That did not work.",
        "flat": "There is no WebGL here: the scene is shown as a picture.",
        "headline": "Headline", "copy": "Copy", "call": "Button", "colours": "Colours", "layout": "Layout",
    })
}
