//! Bags are written, changed in every way, and checked.

mod changes;
mod extents;
mod trust;
mod zips;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use types::{
    Action, AssetId, Category, CheckRun, Decision, Finding, Mark, MediaType, PolicyVersion,
    RequestId, Role, Sha256,
};

use super::{Certificate, Enclosures, Exporter, Plan, PolicyText, plan::Author};
use crate::{
    C2paRecord, ContentRecord, Event, GeneratorRecord, Log, LogKey, LogOptions, Objects,
    PolicyRecord, Record, ReviewRecord,
};

/// A log with a few stories in it, and a folder that ends with the test.
pub(super) struct Bench {
    folder: tempfile::TempDir,
    pub(super) log: Log,
    pub(super) exporter: Exporter,
    pub(super) asset: AssetId,
}

impl Bench {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = LogKey::create(&folder.path().join("log.key")).unwrap();
        let options = LogOptions::new("example.com/log");
        let log = Log::open(&folder.path().join("log"), key, options).unwrap();
        let objects = Objects::open(&folder.path().join("objects")).unwrap();
        let enclosures = Enclosures {
            certificates: vec![Certificate { name: "root.pem".into(), pem: "PEM".into() }],
            policies: vec![PolicyText { version: policy(), toml: "id = \"newsroom\"\n".into() }],
            ..Enclosures::default()
        };
        let exporter = Exporter::new(log.clone(), objects.clone(), enclosures);
        let asset = AssetId::new();
        let bench = Self { folder, log, exporter, asset };
        bench.fill(&objects).await;
        bench
    }

    /// A key, a held and approved text, a refusal, another tenant's refusal.
    async fn fill(&self, objects: &Objects) {
        let mut key = Record::new(Event::KeyCreated, "press", "ada");
        key.detail = Some("key 123 role journalist".into());
        let request = RequestId::new();
        let mut admitted = Record::new(Event::Admitted, "press", "ada");
        admitted.request_id = Some(request);
        let mut held = Record::new(Event::Held, "press", "ada");
        held.request_id = Some(request);
        held.asset_id = Some(self.asset);
        held.input = Some(judged(Action::Review));
        let content = b"A text.".as_slice();
        held.content = Some(ContentRecord {
            media_type: MediaType::PlainText,
            sha256: objects.put(content).await.unwrap(),
            bytes: content.len() as u64,
            image_fingerprint: None,
            text_fingerprint: None,
        });
        held.mark = Some(Mark::NotMarkable { reason: "short text: 3 tokens".into() });
        held.c2pa =
            Some(C2paRecord::new("urn:c2pa:1".into(), objects.put(b"manifest").await.unwrap()));
        held.generator = Some(GeneratorRecord {
            model: "starter".into(),
            version: "1".into(),
            sha256: Sha256::of(b"model"),
            seed: "7".into(),
        });
        let mut approved = Record::new(Event::Approved, "press", "eve");
        approved.request_id = Some(request);
        approved.asset_id = Some(self.asset);
        approved.review = Some(ReviewRecord { role: Role::Editor, reason: "accurate".into() });
        let refused = |tenant: &str| {
            let mut record = Record::new(Event::Refused, tenant, "bob");
            record.request_id = Some(RequestId::new());
            record.input = Some(judged(Action::Block));
            record.detail = Some("=cmd|' /C calc'!A0".into());
            record
        };
        for record in [key, admitted, held, approved, refused("press"), refused("rival")] {
            self.log.append(record).await.unwrap();
        }
    }

    /// Writes a bag; its ZIP.
    pub(super) async fn export(&self, plan: &Plan) -> PathBuf {
        let out = tempfile::tempdir_in(self.folder.path()).unwrap().keep();
        self.exporter.export(plan, &out, &|_, _| {}).await.unwrap().path
    }

    /// Writes a bag and takes it apart.
    pub(super) async fn files(&self, plan: &Plan) -> Files {
        Files::read(&self.export(plan).await)
    }
}

pub(super) fn everything() -> Plan {
    Plan::everything(Author::operator())
}

pub(super) fn policy() -> PolicyVersion {
    PolicyVersion { id: "newsroom".into(), version: "1".into(), sha256: Sha256::of(b"pack") }
}

fn judged(action: Action) -> PolicyRecord {
    let finding = Finding {
        rule: "child-sexual-content".into(),
        rule_version: 1,
        action,
        category: Category::SexualMinors,
        kind: "term".into(),
        score: 1.0,
        spans: Vec::new(),
        obfuscated: false,
        shadow: false,
        message: String::new(),
    };
    PolicyRecord::from(&Decision {
        action,
        findings: vec![finding],
        checks: vec![CheckRun { check: "terms".into(), outcome: "ran".into() }],
        policy: policy(),
    })
}

/// The files of a bag by their names in it.
#[derive(Debug, Clone)]
pub(super) struct Files(pub(super) BTreeMap<String, Vec<u8>>);

impl Files {
    fn read(zip: &Path) -> Self {
        let mut archive = zip::ZipArchive::new(fs::File::open(zip).unwrap()).unwrap();
        let mut files = BTreeMap::new();
        for index in 0..archive.len() {
            let mut file = archive.by_index(index).unwrap();
            let name = file.name().unwrap().split_once('/').unwrap().1.to_owned();
            let mut bytes = Vec::new();
            std::io::copy(&mut file, &mut bytes).unwrap();
            files.insert(name, bytes);
        }
        Self(files)
    }

    pub(super) fn text(&self, name: &str) -> &str {
        std::str::from_utf8(&self.0[name]).unwrap()
    }

    pub(super) fn set(&mut self, name: &str, content: impl Into<Vec<u8>>) {
        self.0.insert(name.to_owned(), content.into());
    }

    pub(super) fn replace(&mut self, name: &str, from: &str, to: &str) {
        let text = self.text(name);
        assert!(text.contains(from), "{name} holds no {from}");
        self.set(name, text.replacen(from, to, 1));
    }

    /// Makes all digests anew, as somebody would who wants a change to go unnoticed.
    pub(super) fn resign(&mut self) {
        let lines = |files: &BTreeMap<String, Vec<u8>>, data: bool| -> String {
            let listed = files.iter().filter(|(name, _)| {
                name.starts_with("data/") == data && name.as_str() != super::names::TAG_MANIFEST
            });
            listed.map(|(name, bytes)| format!("{}  {name}\n", Sha256::of(bytes))).collect()
        };
        self.set(super::names::MANIFEST, lines(&self.0, true));
        let payload = self.0.iter().filter(|(name, _)| name.starts_with("data/"));
        let (bytes, count) =
            payload.fold((0, 0), |(bytes, n), (_, file)| (bytes + file.len(), n + 1));
        let info = self.text(super::names::BAG_INFO);
        let info: String = info
            .lines()
            .filter(|line| !line.starts_with("Payload-Oxum"))
            .map(|line| format!("{line}\n"))
            .collect();
        self.set(super::names::BAG_INFO, format!("{info}Payload-Oxum: {bytes}.{count}\n"));
        self.set(super::names::TAG_MANIFEST, lines(&self.0, false));
    }

    /// Writes the files into a folder and checks them there.
    pub(super) fn check(&self) -> Result<super::Checked, super::Fault> {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in &self.0 {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        super::check(folder.path(), None)
    }
}
