//! Signing in to the console: by a link, by password, by another provider; and forms of others.

use std::{net::SocketAddr, sync::Arc};

use serde_json::{Value, json};

#[path = "../gateway/access/tests/idp/mod.rs"]
#[expect(dead_code, reason = "every way to be wrong is tried in the crate's own tests")]
mod idp;

use idp::{Algorithm, Fault, Idp};

use crate::newsroom::{Newsroom, RIVER, Server, chat};

/// A browser with its cookies.
pub(crate) struct Browser<'a> {
    server: &'a Server,
    cookies: Vec<String>,
}

/// What the server said.
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) body: Value,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(server: &'a Server) -> Self {
        Self { server, cookies: Vec::new() }
    }

    pub(crate) fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Said {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .into();
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.server.url))
            .header("cookie", self.cookies.join("; "));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = agent.run(request.body(body.to_owned()).unwrap()).unwrap();
        for set in answer.headers().get_all("set-cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            let name = pair.split('=').next().unwrap().to_owned() + "=";
            self.cookies.retain(|cookie| !cookie.starts_with(&name));
            self.cookies.push(pair);
        }
        let location =
            answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
        // Pictures are answers, too.
        let bytes = answer.body_mut().read_to_vec().unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Said { status: answer.status().as_u16(), location: location.unwrap_or_default(), body }
    }

    fn get(&mut self, path: &str) -> Said {
        self.send("GET", path, &[], "")
    }

    pub(crate) fn form(&mut self, path: &str, body: &str) -> Said {
        self.send("POST", path, &[("content-type", "application/x-www-form-urlencoded")], body)
    }

    fn post(&mut self, path: &str, csrf: &str, body: &Value) -> Said {
        let headers = [("content-type", "application/json"), ("x-csrf-token", csrf)];
        self.send("POST", path, &headers, &body.to_string())
    }
}

fn secret(link: &Value) -> String {
    link.as_str().unwrap().rsplit_once("link=").unwrap().1.to_owned()
}

pub(crate) fn create(newsroom: &Newsroom, name: &str, role: &str) -> String {
    let whose = ["--tenant", "press", "--desk", "city", "--role", role];
    let args = [&["people", "create", name], &whose[..]].concat();
    secret(&newsroom.json(&args, 0)["link"])
}

#[test]
fn init_prints_a_link_that_signs_the_first_admin_in_once() {
    let newsroom = Newsroom::new();
    let link = secret(&newsroom.json(&["people", "link", "admin"], 0)["link"]);
    let server = newsroom.serve();
    let mut browser = Browser::new(&server);
    let page = browser.get(&format!("/console/sign-in?link={link}"));
    assert!(page.body.as_str().unwrap().contains(&link));
    assert_eq!(browser.get("/console/session").status, 401, "looking at it does not use it up");
    let signed_in = browser.form("/console/session", &format!("link={link}"));
    assert_eq!((signed_in.status, &signed_in.body["role"]), (200, &json!("ops")));
    let csrf = signed_in.body["csrf"].as_str().unwrap();
    assert_eq!(browser.get("/console/session").body["csrf"], csrf);
    assert_eq!(Browser::new(&server).form("/console/session", &format!("link={link}")).status, 401);

    let wanted = json!({"subject": "grace", "desk": "city", "role": "journalist"});
    let foreign = browser.post("/v1/keys", "made up", &wanted);
    assert_eq!((foreign.status, &foreign.body["error"]["code"]), (403, &json!("csrf")));
    assert_eq!(browser.post("/v1/keys", csrf, &wanted).status, 200);
    let cross = [
        ("content-type", "application/json"),
        ("x-csrf-token", csrf),
        ("origin", "https://evil.example"),
    ];
    assert_eq!(browser.send("POST", "/v1/keys", &cross, &wanted.to_string()).status, 403);

    let planted = browser.cookies[0].clone();
    assert_eq!(browser.form("/console/session/end", "x=y").status, 403);
    assert_eq!(browser.form("/console/session/end", &format!("csrf={csrf}")).status, 204);
    browser.cookies = vec![planted];
    assert_eq!(browser.get("/console/session").status, 401, "the session has ended");
}

#[test]
fn a_password_signs_in_and_is_changed_and_wrong_ones_are_on_record() {
    let newsroom = Newsroom::new();
    let link = create(&newsroom, "grace", "journalist");
    let server = newsroom.serve();
    let mut browser = Browser::new(&server);
    let signed_in = browser.form("/console/session", &format!("link={link}"));
    let csrf = signed_in.body["csrf"].as_str().unwrap();
    let before = browser.cookies.clone();
    let short = browser.form("/console/password", &format!("csrf={csrf}&password=short"));
    assert_eq!(short.status, 400);
    let set =
        browser.form("/console/password", &format!("csrf={csrf}&password=correct+horse+battery"));
    assert_eq!((set.status, &set.body["name"]), (200, &json!("grace")));
    assert_ne!(set.body["csrf"], csrf, "another session");
    let mut old = Browser { server: &server, cookies: before };
    assert_eq!(old.get("/console/session").status, 401);
    let csrf = set.body["csrf"].as_str().unwrap();
    assert_eq!(browser.post("/v1/chat/completions", csrf, &chat(RIVER)).status, 200);

    let mut other = Browser::new(&server);
    for attempt in 0..6 {
        let wrong = other.form("/console/session", "name=grace&password=wrong");
        let expected =
            if attempt < 5 { (401, "wrong_password") } else { (429, "too_many_passwords") };
        assert_eq!((wrong.status, wrong.body["error"]["code"].as_str().unwrap()), expected);
    }
    let page = [("content-type", "application/x-www-form-urlencoded"), ("accept", "text/html")];
    let sent_on = browser.send("GET", "/console/session", &page, "");
    assert_eq!(sent_on.status, 200);
    let stranger = other.send("GET", "/console/session", &page, "");
    assert_eq!(
        (stranger.status, stranger.location.as_str()),
        (303, "/console/sign-in?next=/console/session&ended=1")
    );
    assert_eq!(server.terminate(), Some(0));
    let records = newsroom.lines(&["audit", "tail", "-n", "40"]);
    let count =
        |event: &str| records.iter().filter(|record| record["record"]["event"] == event).count();
    assert_eq!((count("signed_in"), count("sign_in_failed")), (2, 5));
    assert!(!format!("{records:?}").contains("grace"));
}

#[test]
fn whoever_is_disabled_while_signed_in_is_out() {
    let newsroom = Newsroom::new();
    let ops = newsroom.key("ops", "root");
    let link = create(&newsroom, "grace", "editor");
    let server = newsroom.serve();
    let mut browser = Browser::new(&server);
    let signed_in = browser.form("/console/session", &format!("link={link}"));
    assert_eq!(browser.get("/v1/reviews").status, 200);
    let people = server.get(&ops, "/v1/people").json();
    let people = people["data"].as_array().unwrap();
    let ada = people.iter().find(|person| person["name"] == "grace").unwrap();
    let path = format!("/v1/people/{}/disable", ada["id"].as_str().unwrap());
    assert_eq!(server.request(&ops, "POST", &path).status, 200);
    assert_eq!(browser.get("/v1/reviews").status, 401);
    let csrf = signed_in.body["csrf"].as_str().unwrap();
    assert_eq!(browser.post("/v1/chat/completions", csrf, &chat(RIVER)).status, 401);
}

/// Serves a provider on some port of this machine until the test ends.
fn provider(algorithm: Algorithm) -> Arc<Idp> {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let any = SocketAddr::from(([127, 0, 0, 1], 0));
            let listener = tokio::net::TcpListener::bind(any).await.unwrap();
            let issuer = format!("http://{}", listener.local_addr().unwrap());
            let idp = Arc::new(Idp::new(&issuer, algorithm));
            sender.send(Arc::clone(&idp)).unwrap();
            let answer = move |request: axum::extract::Request| {
                let idp = Arc::clone(&idp);
                async move {
                    let (parts, body) = request.into_parts();
                    let body = axum::body::to_bytes(body, 1 << 16).await.unwrap();
                    let header = parts.headers.get("authorization");
                    let authorization = header.map_or("", |value| value.to_str().unwrap());
                    let body = String::from_utf8_lossy(&body);
                    let (status, answer) = idp.answer(parts.uri.path(), authorization, &body);
                    let status = axum::http::StatusCode::from_u16(status).unwrap();
                    (status, axum::Json(answer))
                }
            };
            axum::serve(listener, axum::Router::new().fallback(answer)).await.unwrap();
        });
    });
    receiver.recv().unwrap()
}

fn newsroom_of(idp: &Idp) -> Newsroom {
    let newsroom = Newsroom::with(&format!(
        "\n[auth.oidc]\nissuer = \"{}\"\nclient_id = \"imprimatur\"\nclient_secret_file = \"oidc.secret\"\n\
         redirect_url = \"https://press.example/console/oidc/callback\"\nrole_claim = \"groups\"\n\
         roles = [{{ value = \"desk\", role = \"editor\" }}]\ntenant = \"press\"\ndesk = \"city\"\n",
        idp.issuer
    ));
    let file = newsroom.path("oidc.secret");
    std::fs::write(&file, "s3cret").unwrap();
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    newsroom
}

fn by_provider(browser: &mut Browser<'_>, idp: &Idp) -> Said {
    let started = browser.get("/console/oidc/start");
    assert_eq!(started.status, 303);
    let (state, code) = idp.authorize(&started.location);
    browser.get(&format!("/console/oidc/callback?state={state}&code={code}"))
}

#[test]
fn a_provider_of_identities_signs_people_in() {
    let idp = provider(Algorithm::Rs256);
    let newsroom = newsroom_of(&idp);
    let server = newsroom.serve();
    let mut browser = Browser::new(&server);
    let signed_in = by_provider(&mut browser, &idp);
    assert_eq!((signed_in.status, &signed_in.body["role"]), (200, &json!("editor")));
    assert_eq!(browser.get("/v1/reviews").status, 200);

    *idp.fault.lock().unwrap() = Fault::Nonce;
    let mut other = Browser::new(&server);
    let refused = by_provider(&mut other, &idp);
    assert_eq!((refused.status, &refused.body["error"]["code"]), (401, &json!("provider_refused")));
    let denied = other.get("/console/oidc/callback?error=access_denied&state=x");
    assert_eq!(denied.status, 401);
    assert_eq!(other.get("/console/session").status, 401);
}

#[test]
fn a_secret_that_others_can_read_is_refused() {
    let newsroom = newsroom_of(&Idp::new("http://127.0.0.1:1", Algorithm::Es256));
    use std::os::unix::fs::PermissionsExt as _;
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(newsroom.path("oidc.secret"), open).unwrap();
    let refused = newsroom.run(&["keys", "list"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("chmod 600"));
}
