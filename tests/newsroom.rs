//! A newsroom for one test: an installation in a temporary folder, keys, and a served API.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Read as _, Seek as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

/// The built program.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_imprimatur");

/// An installation made by `imprimatur init`, and its folder that ends with the test.
pub(crate) struct Newsroom {
    folder: tempfile::TempDir,
}

impl Newsroom {
    /// `imprimatur init` in a fresh folder.
    pub(crate) fn new() -> Self {
        let newsroom = Self { folder: tempfile::tempdir().unwrap() };
        let dir = newsroom.path(".");
        let made = newsroom.run(&["init", "--dir", dir.to_str().unwrap(), "--yes"]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        newsroom
    }

    /// A newsroom with keys added to its configuration.
    pub(crate) fn with(settings: &str) -> Self {
        let newsroom = Self::new();
        let file = newsroom.path("imprimatur.toml");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text + settings).unwrap();
        newsroom
    }

    /// One whose pictures, sounds and videos get their labels before they leave.
    pub(crate) fn labelling() -> Self {
        let newsroom = Self::new();
        let file = newsroom.path("imprimatur.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        let labelling = text.replace("visible = \"on_publish\"", "visible = \"on\"");
        assert_ne!(labelling, text);
        std::fs::write(file, labelling).unwrap();
        newsroom
    }

    /// The same newsroom again in another folder, as from a backup.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self { folder: tempfile::tempdir().unwrap() };
        let [from, to] = [self, &copy].map(|newsroom| newsroom.path(".").display().to_string());
        assert!(Command::new("cp").args(["-a", &from, &to]).status().unwrap().success());
        copy
    }

    /// A path inside the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The lines of a command that prints one object a line; it may print none.
    pub(crate) fn lines(&self, args: &[&str]) -> Vec<Value> {
        let output = self.run(&[&["--json"], args].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Runs the program in the folder.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        Command::new(PROGRAM).current_dir(self.folder.path()).args(args).output().unwrap()
    }

    /// Runs the program, expects `exit`, and gives its JSON.
    pub(crate) fn json(&self, args: &[&str], exit: i32) -> Value {
        let args = [&["--json"], args].concat();
        let output = self.run(&args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{args:?}: {stderr}");
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{args:?}: {error}: {stderr}"))
    }

    /// A new API key.
    pub(crate) fn key(&self, role: &str, subject: &str) -> String {
        self.key_of("press", role, subject)
    }

    /// A new API key of some organisation.
    pub(crate) fn key_of(&self, tenant: &str, role: &str, subject: &str) -> String {
        let whose = ["--tenant", tenant, "--desk", "city", "--role", role, "--subject", subject];
        let args = [["keys", "create"].as_slice(), &whose].concat();
        self.json(&args, 0)["key"].as_str().unwrap().to_owned()
    }

    /// Serves the API until the value is dropped.
    pub(crate) fn serve(&self) -> Server {
        Server::start(self.folder.path())
    }
}

/// A served API.
pub(crate) struct Server {
    process: Child,
    /// For example `http://127.0.0.1:40123`.
    pub(crate) url: String,
    public: String,
    /// Where operators ask, if they have a listener.
    pub(crate) admin: String,
    /// What the program has logged, to be shown when it ends otherwise than asked.
    log: Option<File>,
}

/// A status and a JSON body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.bytes)))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Starts a program that serves, and reads the line in which it says where.
pub(crate) fn started(command: &mut Command) -> (Child, Value) {
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (process, serde_json::from_str(&line).unwrap())
}

impl Server {
    fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[])
    }

    /// Serves with more options.
    pub(crate) fn start_with(folder: &Path, more: &[&str]) -> Self {
        Self::start_in(folder, more, &[])
    }

    /// Serves with more options and variables.
    pub(crate) fn start_in(folder: &Path, more: &[&str], env: &[(&str, &str)]) -> Self {
        let args = ["--json", "serve", "--listen", "127.0.0.1:0", "--public-listen", "127.0.0.1:0"];
        let args = [&args, more].concat();
        let log = tempfile::tempfile().unwrap();
        let mut command = Command::new(PROGRAM);
        command.current_dir(folder).args(args).envs(env.iter().copied());
        let (process, started) = started(command.stderr(log.try_clone().unwrap()));
        let mut server = Self::said(process, &started);
        server.log = Some(log);
        server
    }

    /// A program that was started to serve, with its standard output to be read; `None` when it ends
    /// before it serves.
    pub(crate) fn of(mut process: Child) -> Option<Self> {
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Some(Self::said(process, &serde_json::from_str(&line).ok()?))
    }

    fn said(process: Child, started: &Value) -> Self {
        let url = |name: &str| started[name].as_str().unwrap_or_default().to_owned();
        Self { process, url: url("api"), public: url("public"), admin: url("admin"), log: None }
    }

    /// Waits for the end that was asked for; the exit code.
    pub(crate) fn wait(mut self) -> Option<i32> {
        self.ended()
    }

    /// Ends the process as a power cut would: no handler runs.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks the server to end; its exit code.
    pub(crate) fn terminate(mut self) -> Option<i32> {
        self.signal("-TERM");
        self.ended()
    }

    /// The exit code; a failed test shows how and after what the program ended otherwise.
    fn ended(&mut self) -> Option<i32> {
        let status = self.process.wait().unwrap();
        if let (false, Some(log)) = (status.success(), &mut self.log) {
            let mut text = String::new();
            log.rewind().and_then(|()| log.read_to_string(&mut text)).unwrap();
            eprintln!("{status}\n{text}");
        }
        status.code()
    }

    /// Asks the server to read its configuration again.
    pub(crate) fn hang_up(&self) {
        self.signal("-HUP");
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Waits until something is so; what never is ends the test.
    pub(crate) fn until(&self, so: impl Fn(&Self) -> bool) {
        for _ in 0..600 {
            if so(self) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("it never became so");
    }

    /// What the public listener answers.
    pub(crate) fn public(&self, path: &str) -> Answer {
        read(agent().get(format!("{}{path}", self.public)).call().unwrap())
    }

    /// Where the public listener is.
    pub(crate) fn public_url(&self) -> String {
        self.public.clone()
    }

    /// What the public listener answers to JSON.
    pub(crate) fn public_post_json(&self, path: &str, body: &Value) -> Answer {
        let request = agent().post(format!("{}{path}", self.public));
        let request = request.header("content-type", "application/json");
        read(request.send(body.to_string().as_bytes()).unwrap())
    }

    /// What it answers to a form with one file, as a browser without scripts sends it.
    pub(crate) fn public_form(&self, path: &str, field: &str, name: &str, bytes: &[u8]) -> Answer {
        let head = format!(
            "--edge\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n"
        );
        let body = [head.as_bytes(), bytes, b"\r\n--edge--\r\n"].concat();
        let request = agent().post(format!("{}{path}", self.public)).header("accept", "text/html");
        read(
            request
                .header("content-type", "multipart/form-data; boundary=edge")
                .send(&body)
                .unwrap(),
        )
    }

    /// What the public listener answers to a body.
    pub(crate) fn public_post(&self, path: &str, body: &[u8]) -> Answer {
        post(&format!("{}{path}", self.public), body)
    }

    pub(crate) fn post(&self, key: &str, path: &str, body: &Value) -> Answer {
        self.send(key, path, body.to_string().as_bytes(), "application/json")
    }

    /// A POST that is handled once, however often it is sent.
    pub(crate) fn post_once(&self, key: &str, once: &str, path: &str, body: &Value) -> Answer {
        let request = agent()
            .post(format!("{}{path}", self.url))
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {key}"))
            .header("idempotency-key", once);
        read(request.send(body.to_string().as_bytes()).unwrap())
    }

    pub(crate) fn send(&self, key: &str, path: &str, body: &[u8], content_type: &str) -> Answer {
        let request =
            agent().post(format!("{}{path}", self.url)).header("content-type", content_type);
        let request = if key.is_empty() {
            request
        } else {
            request.header("authorization", format!("Bearer {key}"))
        };
        read(request.send(body).unwrap())
    }

    pub(crate) fn put(&self, key: &str, path: &str, body: &Value) -> Answer {
        let request = agent()
            .put(format!("{}{path}", self.url))
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {key}"));
        read(request.send(body.to_string().as_bytes()).unwrap())
    }

    pub(crate) fn delete(&self, key: &str, path: &str) -> Answer {
        let request = agent()
            .delete(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {key}"));
        read(request.call().unwrap())
    }

    pub(crate) fn get(&self, key: &str, path: &str) -> Answer {
        let request = agent().get(format!("{}{path}", self.url));
        let request = if key.is_empty() {
            request
        } else {
            request.header("authorization", format!("Bearer {key}"))
        };
        read(request.call().unwrap())
    }

    /// Any method, with an empty JSON object where there is a body.
    pub(crate) fn request(&self, key: &str, method: &str, path: &str) -> Answer {
        let body = if matches!(method, "POST" | "PUT") { "{}" } else { "" };
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("content-type", "application/json");
        let request = match key {
            "" => request,
            key => request.header("authorization", format!("Bearer {key}")),
        };
        let config = agent().configure_request(request.body(body).unwrap());
        let request = config.allow_non_standard_methods(true).max_redirects(0).build();
        read(agent().run(request).unwrap())
    }

    /// The value of a counter in `/metrics`.
    pub(crate) fn counter(&self, name: &str) -> u64 {
        let text = String::from_utf8(self.get("", "/metrics").bytes).unwrap();
        let line = text
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_else(|| panic!("{name} in {text}"));
        line.rsplit(' ').next().unwrap().parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Posts a plain text anywhere.
pub(crate) fn post(url: &str, body: &[u8]) -> Answer {
    try_post(url, body).unwrap()
}

/// The same; `None` when nobody answers.
pub(crate) fn try_post(url: &str, body: &[u8]) -> Option<Answer> {
    let request = agent().post(url).header("content-type", "text/plain; charset=utf-8");
    request.send(body).ok().and_then(try_read)
}

/// What an address answers.
pub(crate) fn get(url: &str) -> Answer {
    read(agent().get(url).call().unwrap())
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

fn read(response: ureq::http::Response<ureq::Body>) -> Answer {
    try_read(response).unwrap()
}

fn try_read(mut response: ureq::http::Response<ureq::Body>) -> Option<Answer> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.body_mut().with_config().limit(64 << 20).read_to_vec().ok()?;
    Some(Answer { status, headers, bytes })
}

/// A chat request for the starter model.
pub(crate) fn chat(prompt: &str) -> Value {
    serde_json::json!({
        "model": "newsdesk-starter", "seed": 7,
        "messages": [{"role": "user", "content": prompt}],
    })
}

/// A prompt that the starter model knows.
pub(crate) const RIVER: &str =
    "river; name=Elbe; place=Dresden; level_cm=412; change_cm=20; alert_cm=500";
