//! Writes entries and what is made of them into a bag.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufWriter, Seek as _, Write as _},
    path::Path,
};

use serde_json::{Map, Value};
use types::{PolicyVersion, Sha256};

use super::{
    Enclosures, ExportError, Redaction,
    about::About,
    bag::Bag,
    events::{self, Events},
    names,
    reading::{self, Attachment, Item},
    redaction::{Redactions, Withheld},
    trust::Trust,
};
use crate::{
    Checkpoint, LogError, Proof, Record, merkle,
    report::{Regime, Seen, Views},
};

/// A bag whose entries are coming in.
#[derive(Debug)]
pub(super) struct Payload {
    pub(super) about: About,
    checkpoint: Checkpoint,
    bag: Bag,
    lines: BufWriter<fs::File>,
    line: u64,
    events: Events<fs::File>,
    redactions: Redactions,
    views: Views,
    policies: BTreeMap<Sha256, PolicyVersion>,
}

impl Payload {
    pub(super) fn new(
        about: About,
        regime: &Regime,
        checkpoint: Checkpoint,
        file: fs::File,
    ) -> Result<Self, Error> {
        Ok(Self {
            bag: Bag::new(file, &about.bag)?,
            lines: BufWriter::new(tempfile::tempfile()?),
            line: 0,
            events: Events::new(tempfile::tempfile()?)?,
            redactions: Redactions::new(about.redaction, &about.ground)?,
            views: Views::new(regime, &about.facts, &about.extent, about.language)?,
            policies: BTreeMap::new(),
            about,
            checkpoint,
        })
    }

    /// Takes the next entry.
    pub(super) fn add(&mut self, item: Item) -> Result<(), Error> {
        let Item { index, entry, record, path, manifest, content } = item;
        let leaf = merkle::leaf_hash(&entry);
        if !reading::proves(index, leaf, &path, &self.checkpoint) {
            // What cannot be proved is not handed out as evidence.
            let reason = "its inclusion proof does not hold".to_owned();
            return Err(Error::Export(LogError::Damaged { index, reason }.into()));
        }
        let proof = Proof { index, path, checkpoint: self.checkpoint.note.clone() };
        self.bag.data(&names::proof(index), proof.text().as_bytes())?;
        self.about.entries += 1;
        let members: Map<String, Value> =
            serde_json::from_slice(&entry).map_err(std::io::Error::from)?;
        let withheld = self.about.redaction.members(&members);
        let line = if withheld.is_empty() {
            Some(self.show(&entry)?)
        } else {
            self.withhold(index, leaf, &record, &withheld)?;
            None
        };
        self.events.add(&events::row(index, line, &record, &withheld))?;
        for decision in [&record.input, &record.output].into_iter().flatten() {
            self.policies.insert(decision.policy.sha256, decision.policy.clone());
        }
        let manifest = self.attach(index, manifest, content, &record)?;
        self.views.see(&Seen { index, record: &record, proved: true, manifest });
        Ok(())
    }

    /// The line that the entry became.
    fn show(&mut self, entry: &[u8]) -> std::io::Result<u64> {
        self.lines.write_all(entry)?;
        self.lines.write_all(b"\n")?;
        self.line += 1;
        Ok(self.line)
    }

    /// The leaf hash stands for the entry.
    fn withhold(
        &mut self,
        index: u64,
        leaf_hash: Sha256,
        record: &Record,
        withheld: &[&'static str],
    ) -> std::io::Result<()> {
        self.about.withheld += 1;
        self.redactions.add(&Withheld {
            index,
            leaf_hash,
            tenant: record.tenant.clone(),
            tenant_seq: record.tenant_seq,
            time: record.time.clone(),
            withheld: withheld.iter().map(|name| (*name).to_owned()).collect(),
        })
    }

    /// Whether the manifest that the record names is at hand.
    fn attach(
        &mut self,
        index: u64,
        manifest: Attachment,
        content: Attachment,
        record: &Record,
    ) -> Result<Option<bool>, Error> {
        let shown = self.about.redaction < Redaction::Content;
        if let (true, Attachment::Bytes(asset, bytes), Some(known)) =
            (shown, content, &record.content)
        {
            let ending = known.media_type.extension();
            self.bag.data(&names::of_asset(asset, index, record.event, ending), &bytes)?;
        }
        Ok(match manifest {
            Attachment::None => None,
            Attachment::Missing(asset) => {
                self.about.misses(asset);
                Some(false)
            }
            Attachment::Bytes(asset, bytes) => {
                if shown {
                    self.bag.data(&names::of_asset(asset, index, record.event, "c2pa"), &bytes)?;
                }
                Some(true)
            }
        })
    }

    /// Writes everything that follows from the entries; the digest of the payload's manifest.
    pub(super) fn finish(
        mut self,
        enclosures: &Enclosures,
        trust: &Trust,
    ) -> Result<(Bag, About, Sha256), Error> {
        let mut lines = self.lines.into_inner().map_err(|error| error.into_error())?;
        lines.rewind()?;
        self.bag.data_from(names::ENTRIES, &mut lines)?;
        let mut table = self.events.finish()?;
        table.rewind()?;
        self.bag.data_from(names::EVENTS, &mut table)?;
        let mut redactions = self.redactions.finish()?;
        redactions.rewind()?;
        self.bag.data_from(names::REDACTIONS, &mut redactions)?;
        self.bag.data(names::CHECKPOINT, self.checkpoint.note.as_bytes())?;
        self.bag.data(names::KEYS, &json(&keys(&self.about, enclosures))?)?;
        enclose_policies(&mut self.bag, &mut self.about, &self.policies, enclosures)?;
        trust.enclose(&mut self.bag)?;
        if let Some(folder) = &enclosures.anchors {
            enclose_anchors(&mut self.bag, &self.about, folder)?;
        }
        let report = self.views.finish(&self.about.log, &self.about.generated);
        self.bag.data(names::REPORT_JSON, &json(&report.report)?)?;
        self.bag.data(names::REPORT_HTML, report.html()?.as_bytes())?;
        self.bag.data(names::REPORT_PDF, &report.pdf()?)?;
        self.bag.data(names::ABOUT, &json(&self.about)?)?;
        let digest = self.bag.seal()?;
        Ok((self.bag, self.about, digest))
    }
}

/// JSON for people and machines, with a line end.
pub(super) fn json(value: &impl serde::Serialize) -> std::io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn keys(about: &About, enclosures: &Enclosures) -> Value {
    let certificate = |certificate: &super::Certificate| serde_json::json!({"name": certificate.name, "pem": certificate.pem});
    serde_json::json!({
        "schema": "imprimatur.keys.1",
        "log": {"origin": about.log.origin, "vkey": about.log.vkey},
        "witnesses": enclosures.witnesses,
        "certificates": enclosures.certificates.iter().map(certificate).collect::<Vec<_>>(),
    })
}

fn enclose_policies(
    bag: &mut Bag,
    about: &mut About,
    used: &BTreeMap<Sha256, PolicyVersion>,
    enclosures: &Enclosures,
) -> Result<(), Error> {
    for version in used.values() {
        let text = enclosures.policies.iter().find(|text| text.version.sha256 == version.sha256);
        let Some(text) = text else {
            about.policies_missing.push(version.clone());
            continue;
        };
        let digest = version.sha256.to_string();
        let start = digest.get(..12).unwrap_or_default();
        let name = format!("{}-{}-{start}.toml", version.id, version.version);
        bag.data(&names::inside("policy", &name), text.toml.as_bytes())?;
    }
    Ok(())
}

/// The time-stamped checkpoints up to the exported one, each with its token.
fn enclose_anchors(bag: &mut Bag, about: &About, folder: &Path) -> Result<(), Error> {
    for stamped in &about.facts.anchors {
        for ending in ["note", "tsr"] {
            let name = format!("{}.{ending}", stamped.size);
            let mut file = fs::File::open(folder.join(&name))?;
            bag.data_from(&names::inside("time-stamps", &name), &mut file)?;
        }
    }
    Ok(())
}

/// What stops a bag: an error of ours, or of the file that is being written.
#[derive(Debug)]
pub(super) enum Error {
    Export(ExportError),
    Io(std::io::Error),
}

impl Error {
    pub(super) fn at(self, path: &Path) -> ExportError {
        match self {
            Self::Export(error) => error,
            Self::Io(error) => ExportError::file(path, error),
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<crate::report::RenderError> for Error {
    fn from(error: crate::report::RenderError) -> Self {
        Self::Export(error.into())
    }
}

impl From<crate::report::RegimeError> for Error {
    fn from(error: crate::report::RegimeError) -> Self {
        Self::Export(error.into())
    }
}
