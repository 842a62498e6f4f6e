//! Every endpoint by which something made can leave × streamed or not × policy before or after ×
//! a checker that passes, blocks, times out, errs or panics (and rules that block) × a client that
//! reads at once, reads slowly or leaves: nothing that is not released leaves, statuses are true, and
//! exactly one terminal record says what ran.

mod client;
mod parts;
mod rows;

use std::{
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use audit::{Event, Record};
use client::{Client, Reader, Seen};
use gateway::{checking::Post, pipeline::Line};
use parts::{Guard, MARKER, Maker, Mood};
use rows::{PICTURES, Row, SOUNDS, TEXTS, WORKS};
use types::{Modality, Task};

use crate::inside;

/// Before or after generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Input,
    Output,
}

impl Side {
    const fn name(self) -> &'static str {
        match self {
            Self::Input => "before",
            Self::Output => "after",
        }
    }
}

/// What policy does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Policy {
    RulesBlock,
    Checker(Mood),
}

const POLICIES: [Policy; 6] = [
    Policy::Checker(Mood::Passes),
    Policy::RulesBlock,
    Policy::Checker(Mood::Blocks),
    Policy::Checker(Mood::TimesOut),
    Policy::Checker(Mood::Errs),
    Policy::Checker(Mood::Panics),
];
const READERS: [Reader; 3] = [Reader::Quick, Reader::Slow, Reader::Leaves];

/// Rules for the test: one for what is asked, one for what is made.
const PACK: &str = r#"
id = "crossing"
version = "1"
[[rule]]
id = "asked"
version = 1
category = "defamation"
scope = { hook = "input" }
when = { terms = ["obsidian"] }
action = "block"
message = { en = "Not this.", zh = "不可。" }
tests = [{ text = "obsidian", expect = "block", hook = "input" }]
[[rule]]
id = "made"
version = 1
category = "defamation"
scope = { hook = "output" }
when = { terms = ["Quartz"] }
action = "block"
message = { en = "Not this.", zh = "不可。" }
tests = [{ text = "Quartz", expect = "block", hook = "output" }]
"#;

/// How files begin, plain and in base64.
const FILES: [&str; 8] =
    ["iVBORw0KGgo", "\u{89}PNG", "RIFF", "UklGR", "ftypisom", "ftypmp42", "model/gltf", "fLaC"];

/// A line with one checker on one side, served.
struct Place {
    line: Line,
    client: Client,
    mood: Arc<Mutex<Mood>>,
    side: Side,
    _runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

impl Place {
    fn new(side: Side) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mood = Arc::new(Mutex::new(Mood::Passes));
        let post = Post {
            name: "guard".into(),
            checker: Arc::new(Guard(Arc::clone(&mood))),
            input: side == Side::Input,
            output: side == Side::Output,
            pictures: true,
            deadline: Duration::from_millis(250),
        };
        let installation = inside::installation(folder.path());
        std::fs::write(folder.path().join("policy.toml"), PACK).unwrap();
        let (line, key, address) = runtime.block_on(async {
            let stages = inside::open(installation, inside::log_options()).await.unwrap();
            let mut stages = stages.with_checkers(vec![post]);
            for (name, modality, tasks) in [
                ("writes", Modality::Text, &[][..]),
                ("draws", Modality::Image, &[Task::Create]),
                ("fills", Modality::Image, &[Task::Inpaint]),
                ("varies", Modality::Image, &[Task::Vary]),
                ("speaks", Modality::Audio, &[]),
                ("hears", Modality::Text, &[Task::Transcribe]),
            ] {
                stages.generators.insert(name.into(), Maker::named(name, modality, tasks));
            }
            let key = inside::key(&stages.accounts).await;
            let line = inside::line(stages);
            let address = inside::serve(&line).await;
            (line, key, address)
        });
        let client = Client { address, key, reader: Reader::Quick };
        Self { line, client, mood, side, _runtime: runtime, _folder: folder }
    }

    /// Asks with every client; both that stay are told the same.
    fn cells(&self, row: &Row, policy: Policy) -> String {
        let is_blind = policy == Policy::RulesBlock
            && (!row.has_words && self.side == Side::Output || row.name.contains("variations"));
        if is_blind {
            return "no words".to_owned();
        }
        let [quick, slow, _] = READERS.map(|reader| self.cell(row, policy, reader));
        assert_eq!(quick, slow, "{} {:?} {policy:?}", row.name, self.side);
        quick
    }

    /// Asks once and looks at all that follows; what the table says of it.
    fn cell(&self, row: &Row, policy: Policy, reader: Reader) -> String {
        let name = format!("{} {:?} {policy:?} {reader:?}", row.name, self.side);
        let before = self.line.stages().log.size();
        *self.mood.lock().unwrap() = match policy {
            Policy::RulesBlock => Mood::Passes,
            Policy::Checker(mood) => mood,
        };
        let client = Client { reader, ..self.client.clone() };
        let seen = (row.call)(&client, self.words(policy));
        let records = self.ended(before, &name);
        let events: Vec<Event> = records.iter().map(|record| record.event).collect();
        let expected = expected(policy);
        let left = reader == Reader::Leaves;
        assert!(
            events.iter().all(|event| *event == expected || (left && *event == Event::Interrupted)),
            "{name}: {events:?}, and the client read {}",
            seen.begins()
        );
        assert!(left || events.len() == 1, "{name}: {events:?}");
        for record in records.iter().filter(|record| record.event == expected) {
            self.truthful(record, policy, &name);
        }
        if expected != Event::Released {
            nothing_left(&seen, &name);
        }
        if left { String::new() } else { self.told(row, policy, &seen, &name) }
    }

    const fn words(&self, policy: Policy) -> &'static str {
        match (policy, self.side) {
            (Policy::RulesBlock, Side::Input) => "A harbour, and obsidian.",
            (Policy::RulesBlock, Side::Output) => "A harbour that is to shine like Quartz.",
            _ => "A harbour at dawn.",
        }
    }

    /// The terminal records since then, once there are as many as requests were admitted.
    fn ended(&self, before: u64, name: &str) -> Vec<Record> {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let log = &self.line.stages().log;
            let entries = log.entries(before, log.size()).unwrap();
            let records: Vec<Record> =
                entries.iter().map(|entry| Record::parse(entry).unwrap()).collect();
            let (ended, rest): (Vec<_>, Vec<_>) =
                records.into_iter().partition(|record| record.event.is_terminal());
            let admitted = rest.iter().filter(|record| record.event == Event::Admitted).count();
            let closed = ended.iter().filter(|record| record.event != Event::Refused).count();
            let is_over = !ended.is_empty() && ended.len() >= admitted;
            if is_over {
                assert!(ended.len() == 1, "{name}: {admitted} admitted, {closed} closed");
                return ended;
            }
            if Instant::now() > until {
                assert!(admitted == 0, "{name}: {admitted} admitted, {} ended", ended.len());
                return ended;
            }
            // A client that leaves at once may have asked for nothing.
            if admitted == 0 && Instant::now() + Duration::from_secs(19) > until {
                return ended;
            }
            thread::sleep(Duration::from_millis(3));
        }
    }

    /// The record names the checker, and what became of it.
    fn truthful(&self, record: &Record, policy: Policy, name: &str) {
        let side = match self.side {
            Side::Input => &record.input,
            Side::Output => &record.output,
        };
        let checks = side.iter().flat_map(|policy| &policy.checks);
        let said: Vec<&str> = checks
            .filter(|check| check.check == "guard")
            .map(|check| check.outcome.as_str())
            .collect();
        let expected: &[&str] = match policy {
            // The rules have decided: nobody else is shown it.
            Policy::RulesBlock => &[],
            Policy::Checker(Mood::Passes | Mood::Blocks) => &["ran"],
            Policy::Checker(Mood::TimesOut) => &["timed_out"],
            Policy::Checker(Mood::Errs) => &["failed"],
            Policy::Checker(Mood::Panics) => &["panicked"],
        };
        assert_eq!(said, expected, "{name}: {record:?}");
    }

    /// What a client that stays is told, and that it is true.
    fn told(&self, row: &Row, policy: Policy, seen: &Seen, name: &str) -> String {
        // A stream has begun before its output is judged.
        let begun = row.is_stream
            && self.side == Side::Output
            && (row.name.contains("completions") || row.name.contains("responses"));
        let (status, code) = match expected(policy) {
            Event::Released => (200, ""),
            Event::Refused => (400, "content_policy_violation"),
            // A job that began well names the part that failed.
            _ if row.is_job && self.side == Side::Output => (503, "\"code\":\"policy\""),
            // OpenAI's names for what goes wrong in a response that has begun.
            _ if begun && row.name.contains("responses") => (503, "\"code\":\"server_error\""),
            _ => (503, "failing_closed"),
        };
        let wanted = if begun { 200 } else { status };
        let text = seen.begins();
        assert_eq!(seen.status, wanted, "{name}: {text}");
        assert!(seen.has(code), "{name}: {text}");
        match (begun, status) {
            (_, 200) => "200".to_owned(),
            (true, _) if row.name.contains("responses") => {
                let end = if status == 400 { "incomplete" } else { "failed" };
                assert!(seen.has(&format!("event: response.{end}")), "{name}: {text}");
                format!("200, then `response.{end}`")
            }
            (true, 400) => "200, then `content_filter`".to_owned(),
            (true, _) => "200, then an error event".to_owned(),
            _ => status.to_string(),
        }
    }
}

const fn expected(policy: Policy) -> Event {
    match policy {
        Policy::Checker(Mood::Passes) => Event::Released,
        Policy::RulesBlock | Policy::Checker(Mood::Blocks) => Event::Refused,
        Policy::Checker(_) => Event::Failed,
    }
}

fn nothing_left(seen: &Seen, name: &str) {
    for part in [MARKER].into_iter().chain(FILES) {
        assert!(!seen.has(part), "{name}: `{part}` has left");
    }
}

/// Asks in every way; what the table in the README says must be what happens.
fn crossed(rows: &[Row]) {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    for side in [Side::Input, Side::Output] {
        let place = Place::new(side);
        for row in rows {
            let cells = POLICIES.map(|policy| place.cells(row, policy));
            let line = format!("| {} | {} | {} |", row.name, side.name(), cells.join(" | "));
            assert!(
                readme.contains(&line),
                "the table in gateway/README.md wants the line\n{line}"
            );
        }
    }
}

#[test]
fn texts() {
    crossed(TEXTS);
}

#[test]
fn pictures() {
    crossed(PICTURES);
}

#[test]
fn sounds() {
    crossed(SOUNDS);
}

#[test]
fn works() {
    crossed(WORKS);
}
