//! Evidence for others: what the gateway knows beside the log, and whose act an export is.

use std::{fs, path::Path};

use audit::{
    ExportError, Exporter, LogError, Plan, Redaction,
    export::{Author, Certificate, Enclosures, Exported, PolicyText, Progress, plan},
    report::Rendered,
};
use types::{Language, PolicyVersion, Principal, Sha256};

use crate::{recording, signing_keys, wiring::Stages};

/// Certificates that tell by whom assets are signed and stamped; their keys stay where they are.
const CERTIFICATES: [&str; 3] = ["root.pem", "chain.pem", "tsa.pem"];

/// What a caller asks for.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// One organisation; all if absent.
    pub tenant: Option<String>,
    /// The first day or time.
    pub from: Option<String>,
    /// The day or time after the last.
    pub to: Option<String>,
    /// The regime; the own rules if absent.
    pub regime: Option<String>,
    /// What is withheld.
    pub redaction: Redaction,
    /// Why it is withheld.
    pub ground: Option<String>,
    /// The language of the report.
    pub language: Language,
}

impl Wish {
    /// The plan of an export or report by `author`.
    ///
    /// # Errors
    /// [`ExportError::Time`] when a time is none.
    pub fn plan(self, author: Author) -> Result<Plan, ExportError> {
        let extent = plan::extent(self.tenant, self.from.as_deref(), self.to.as_deref())?;
        let Self { regime, redaction, ground, language, .. } = self;
        let usual = Plan::everything(author);
        let regime = regime.unwrap_or(usual.regime);
        Ok(Plan { extent, regime, language, redaction, ground, author: usual.author })
    }
}

impl Stages {
    /// Writes a bag of evidence to `target`, or into it if it is a folder; the export is on record.
    ///
    /// # Errors
    /// [`ExportError`]; then there is no bag.
    pub async fn export(
        &self,
        plan: &Plan,
        target: &Path,
        progress: &Progress<'_>,
    ) -> Result<Exported, ExportError> {
        self.exporter().await?.export(plan, target, progress).await
    }

    /// Runs the checks of a regime, without writing a bag.
    ///
    /// # Errors
    /// [`ExportError`].
    pub async fn report(
        &self,
        plan: &Plan,
        progress: &Progress<'_>,
    ) -> Result<Rendered, ExportError> {
        self.exporter().await?.report(plan, progress).await
    }

    /// Whose act it is: a caller's, under their organisation and pseudonym.
    #[must_use]
    pub fn author(&self, principal: &Principal) -> Author {
        let actor = recording::pseudonym(&self.pseudonym_key, principal);
        Author { tenant: principal.tenant.clone(), actor }
    }

    /// Keeps the text of the rules in force, so that exports can enclose it.
    pub(crate) async fn keep_policy(&self, text: &str) -> Result<(), LogError> {
        let failed = |error: &dyn std::fmt::Display| LogError::Index(error.to_string());
        let kept = self.objects.put(text.as_bytes()).await.map_err(|error| failed(&error))?;
        let value = serde_json::to_vec(&(self.engine.version(), kept));
        let value = value.map_err(|error| failed(&error))?;
        let key = policy_key(self.engine.version());
        let set = self.state.compare_and_swap(&key, None, Some(&value)).await;
        set.map(drop).map_err(|error| failed(&error))
    }

    async fn exporter(&self) -> Result<Exporter, LogError> {
        let settings = &self.installation.config().audit;
        let enclosures = Enclosures {
            certificates: self.certificates()?,
            policies: self.policies().await?,
            witnesses: settings.witnesses.values().map(|witness| witness.vkey.clone()).collect(),
            retention_months: Some(settings.vault.retention_months),
            anchors: Some(self.installation.log().join("anchors")).filter(|folder| folder.is_dir()),
            log_folder: Some(self.installation.log()),
        };
        Ok(Exporter::new(self.log.clone(), self.objects.clone(), enclosures))
    }

    /// Those that this installation was made with, then every later chain that signs or has signed.
    fn certificates(&self) -> Result<Vec<Certificate>, LogError> {
        let folder = self.installation.provenance();
        let read = |name: &&str| {
            let path = folder.join(name);
            let pem = fs::read_to_string(&path);
            let pem = pem.map_err(|error| LogError::File { path, reason: error.to_string() })?;
            Ok(Certificate { name: (*name).to_owned(), pem })
        };
        let mut certificates =
            CERTIFICATES.iter().map(read).collect::<Result<Vec<_>, LogError>>()?;
        let wrong = |error: provenance::ProvenanceError| LogError::File {
            path: folder.clone(),
            reason: error.to_string(),
        };
        for kept in signing_keys::folder(&self.installation).all().map_err(wrong)? {
            if kept.number > 0 {
                let name = format!("chain-{}.pem", kept.number);
                certificates.push(Certificate { name, pem: kept.chain.to_pem() });
            }
        }
        Ok(certificates)
    }

    /// Every rule pack that was in force here and whose text is still at hand.
    async fn policies(&self) -> Result<Vec<PolicyText>, LogError> {
        let rows = self.state.scan(POLICY).await;
        let rows = rows.map_err(|error| LogError::Index(error.to_string()))?;
        let mut texts = Vec::new();
        for (_, value) in rows {
            let Ok((version, kept)) = serde_json::from_slice::<(PolicyVersion, Sha256)>(&value)
            else {
                continue;
            };
            // A text that is gone is stated as missing in the bag.
            let Ok(bytes) = self.objects.get(&kept).await else { continue };
            if let Ok(toml) = String::from_utf8(bytes) {
                texts.push(PolicyText { version, toml });
            }
        }
        Ok(texts)
    }
}

/// Where the texts of rules are noted.
const POLICY: &[u8] = b"policy/text/";

fn policy_key(version: &PolicyVersion) -> Vec<u8> {
    [POLICY, version.sha256.as_bytes().as_slice()].concat()
}
