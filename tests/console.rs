//! The console as a newsroom uses it: an author asks, editors decide, and nobody can cheat.

use std::{thread, time::Duration};

use crate::{
    newsroom::{Newsroom, RIVER, Server},
    sign_in::{Browser, Said, create},
};

pub(crate) const PACK: &str = r#"
id = "test"
version = "1"
[[rule]]
id = "river-desk"
version = 1
category = "defamation"
scope = { hook = "output" }
when = { terms = ["Elbe"] }
action = "review"
message = { en = "An editor looks at this first.", zh = "须经编辑审阅。" }
tests = [{ text = "The Elbe rose.", expect = "review", hook = "output" }]
[[rule]]
id = "no-arrests"
version = 1
category = "likeness_consent"
scope = { hook = "input" }
when = { terms = ["being arrested"] }
action = "block"
message = { en = "No pictures of arrests.", zh = "不得生成逮捕画面。" }
tests = [{ text = "somebody being arrested", expect = "block", hook = "input" }]
"#;
pub(crate) const PAGE: [(&str, &str); 1] = [("accept", "text/html")];

/// Somebody at a browser, with what their forms carry.
pub(crate) struct Person<'a> {
    browser: Browser<'a>,
    csrf: String,
}

impl<'a> Person<'a> {
    pub(crate) fn new(server: &'a Server, link: &str) -> Self {
        let mut browser = Browser::new(server);
        let signed_in = browser.form("/console/session", &format!("link={link}"));
        assert_eq!(signed_in.status, 200, "{}", signed_in.body);
        let csrf = signed_in.body["csrf"].as_str().unwrap().to_owned();
        Self { browser, csrf }
    }

    pub(crate) fn see(&mut self, path: &str) -> Said {
        self.browser.send("GET", path, &PAGE, "")
    }

    /// A page that must be there.
    pub(crate) fn page(&mut self, path: &str) -> String {
        let said = self.see(path);
        assert_eq!(said.status, 200, "{path}: {}", said.body);
        text(&said)
    }

    pub(crate) fn send(&mut self, path: &str, form: &str) -> Said {
        let headers = [PAGE[0], ("content-type", "application/x-www-form-urlencoded")];
        let csrf = self.csrf.clone();
        self.browser.send("POST", path, &headers, &format!("csrf={csrf}&{form}"))
    }

    /// Asks for something and waits until its request has ended; the page of the request.
    fn ask(&mut self, kind: &str, form: &str) -> (String, String) {
        let asked = self.send(&format!("/console/create/{kind}"), form);
        assert_eq!(asked.status, 303, "{}", asked.body);
        assert!(asked.location.starts_with("/console/r/"), "{}", asked.location);
        for _ in 0..600 {
            let page = self.page(&asked.location);
            if !page.contains("<progress") {
                return (asked.location, page);
            }
            thread::sleep(Duration::from_millis(200));
        }
        panic!("{} does not end", asked.location);
    }
}

pub(crate) fn text(said: &Said) -> String {
    said.body.as_str().map_or_else(|| said.body.to_string(), str::to_owned)
}

/// The first id after a path on a page.
pub(crate) fn id_after(page: &str, path: &str) -> String {
    let (_, rest) = page.split_once(path).unwrap_or_else(|| panic!("no {path} in {page}"));
    rest.split(['"', '?', '/']).next().unwrap().to_owned()
}

pub(crate) fn value_of(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

fn newsroom() -> Newsroom {
    let newsroom = Newsroom::new();
    std::fs::write(newsroom.path("policy.toml"), PACK).unwrap();
    newsroom
}

#[test]
fn four_eyes_one_decision_and_no_forged_form() {
    let newsroom = newsroom();
    let links = [("ada", "editor"), ("grace", "standards"), ("lena", "editor")];
    let links = links.map(|(name, role)| create(&newsroom, name, role));
    let server = newsroom.serve();
    let [mut ada, mut grace, mut lena] = links.map(|link| Person::new(&server, &link));

    let hostile = format!("prompt={RIVER}&sources=%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    let (_, page) = ada.ask("text", &hostile);
    assert!(page.contains("Held for an editor"), "{page}");
    let queue = ada.page("/console/reviews");
    assert!(queue.contains("needs another editor") && queue.contains("river-desk"));
    let asset = id_after(&queue, "/console/reviews/");
    let path = format!("/console/reviews/{asset}");
    let page = grace.page(&path);
    assert!(page.contains("&lt;script&gt;") || page.contains("&#60;script"), "{page}");
    assert!(!page.contains("<script>alert"));
    let sha256 = value_of(&page, "sha256");
    let good = format!("sha256={sha256}&reason=accurate&responsible=Grace&decision=approve");

    let own = ada.send(&path, &good);
    assert_eq!(own.status, 403, "{}", text(&own));
    assert!(text(&own).contains("another editor decides"));
    let records = grace.browser.send("GET", "/v1/audit/entries?event=refused", &[], "");
    let last = records.body["data"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["record"]["detail"], "four_eyes", "{last}");

    let encoded = [PAGE[0], ("content-type", "application/x-www-form-urlencoded")];
    let forged = grace.browser.send("POST", &path, &encoded, &good);
    assert_eq!(forged.status, 403, "a form without the session's token");
    assert_eq!(grace.send(&path, &good.replace(&sha256, &"0".repeat(64))).status, 409);
    assert_eq!(grace.send(&path, &good.replace("Grace", "")).status, 400);

    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| grace.send(&path, &good));
        let second = scope.spawn(|| lena.send(&path, &good));
        (first.join().unwrap(), second.join().unwrap())
    });
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409], "{} {}", text(&first), text(&second));
    let late = if first.status == 409 { text(&first) } else { text(&second) };
    assert!(late.contains("Somebody else has decided"), "{late}");
    let approvals = grace.browser.send("GET", "/v1/audit/entries?event=approved", &[], "");
    let approvals = approvals.body["data"].as_array().unwrap().clone();
    assert_eq!(approvals.len(), 1);
    assert!(approvals[0]["record"]["detail"].as_str().unwrap().contains("responsible"));
    assert!(grace.page(&path).contains("Grace"), "who answers for it is shown to editors");

    let published = lena.send(&format!("/console/assets/{asset}/publish"), "url=");
    assert_eq!(published.status, 303, "{}", text(&published));
    let page = lena.page(&format!("/console/assets/{asset}"));
    assert!(page.contains("Published") && page.contains("ninjs"));
    for file in ["content", "manifest", "ninjs.json", "newsml.xml", "iptc.xmp"] {
        assert_eq!(lena.see(&format!("/console/assets/{asset}/{file}")).status, 200, "{file}");
    }
    let before = grace.browser.send("GET", "/console/session/end", &PAGE, "");
    assert_ne!(before.status, 200, "only POST ends a session");
    assert_eq!(grace.send("/console/session/end", "").status, 303);
    let ended = grace.send(&path, &good);
    assert!(ended.status == 303 || ended.status == 401, "{}", ended.status);
}

#[test]
fn a_refusal_says_what_to_change_and_every_page_opens_in_both_languages() {
    let newsroom = newsroom();
    let links = [("ada", "editor"), ("grace", "standards"), ("olga", "ops")];
    let links = links.map(|(name, role)| create(&newsroom, name, role));
    let server = newsroom.serve();
    let [mut ada, mut grace, mut olga] = links.map(|link| Person::new(&server, &link));

    let refused = ada.send("/console/create/image", "prompt=A+mayor+being+arrested");
    assert_eq!(refused.status, 422);
    let page = text(&refused);
    for part in ["no-arrests", "No pictures of arrests", "<mark>being arrested</mark>"] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let check = ada.send("/console/create/check", "prompt=A+mayor+being+arrested");
    assert!(text(&check).contains("A refusal"), "{}", text(&check));

    let (request, page) = ada.ask("image", "prompt=a+harbour+at+dawn&size=512x512");
    assert!(page.contains("Released") && page.contains("Send to editor"), "{page}");
    assert_eq!(ada.send(&request, "alt=").status, 400, "a picture needs a description");
    assert_eq!(ada.send(&request, "alt=A+harbour+at+dawn").status, 303);
    let queue = grace.page("/console/reviews?modality=image");
    assert!(queue.contains("A harbour at dawn"), "{queue}");
    let asset = id_after(&queue, "/console/reviews/");
    assert_eq!(grace.see(&format!("/console/assets/{asset}/thumbnail")).status, 200);
    let steps = page.matches("class=\"step-name\"").count();
    assert!(steps >= 7, "{steps} steps");

    let candidate = PACK.replace("being arrested", "harbour").replace("\n", "%0A");
    let candidate = candidate.replace('&', "%26").replace('+', "%2B");
    let trial = text(&grace.send("/console/policy", &format!("candidate={candidate}")));
    assert!(trial.contains("judged again"), "{trial}");
    let report = grace.send("/console/compliance", "regime=eu-art50&redact=none&act=report");
    assert!(text(&report).contains("EU-50.2-a"), "{}", text(&report));
    let zip = grace.send("/console/compliance", "regime=eu-art50&redact=people&act=export");
    assert_eq!(zip.status, 200);

    let index = "/console/audit/0";
    let shared = ["/console/policy", "/console/models", "/console/trust", "/console/health"];
    let audits = ["/console/audit", "/console/audit?old=1&new=2", index, "/console/compliance"];
    let asks = ["/console/create/text", "/console/create/voice", "/console/create/story"];
    let seen = [&format!("/console/assets/{asset}")[..], "/console/assets", "/console/desk"];
    for path in shared.iter().chain(&audits).chain(&asks).chain(&seen) {
        let sign = if path.contains('?') { '&' } else { '?' };
        let english = grace.page(&format!("{path}{sign}lang=en"));
        let chinese = grace.page(&format!("{path}{sign}lang=zh"));
        assert!(english.contains("<html lang=\"en\"") && chinese.contains("lang=\"zh-Hans\""));
        assert!(!chinese.contains(">Reviews<"), "{path}");
    }
    for path in ["/console/reviews", "/console/audit", "/console/compliance"] {
        assert_eq!(olga.see(path).status, 403, "{path}");
    }
    assert_eq!(Browser::new(&server).send("GET", "/console/reviews", &PAGE, "").status, 303);
    assert_eq!(server.public("/console").status, 404);
}
