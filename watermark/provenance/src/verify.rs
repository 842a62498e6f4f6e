//! The way back: from bytes to what their credentials say.
//!
//! Nothing is fetched, whatever a file asks for, and no file ends the caller.

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use c2pa::{Context, Error, Reader, validation_status::TIMESTAMP_VALIDATED};
use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use types::MediaType;

use crate::{
    ProvenanceError, TrustLists,
    authority::{certificates, expiry},
    declared,
    findings::Findings,
    jumbf,
    report::{Labels, Report, Signer, TimeStamp, Verdict},
    summary::{Facts, Summary},
    token::Token,
    xmp,
};

/// The label of the box with the claim signature.
const SIGNATURE: &str = "c2pa.signature";
/// Reasons are for people: longer ones are cut.
const REASON_CHARS_MAX: usize = 120;

/// Checks credentials against trust lists.
#[derive(Debug)]
pub struct Verifier {
    lists: TrustLists,
    context: Arc<Context>,
}

impl Verifier {
    /// A verifier that trusts these lists.
    ///
    /// # Errors
    /// [`ProvenanceError::Certificate`] when a list cannot be used.
    pub fn new(lists: TrustLists) -> Result<Self, ProvenanceError> {
        let settings = json!({
            "version": 1,
            "trust": lists.settings(),
            "cawg_trust": lists.settings(),
            "verify": { "remote_manifest_fetch": false, "ocsp_fetch": false },
            "core": { "allowed_network_hosts": [] },
        });
        let context = Context::new().with_settings(settings);
        let context = context.map_err(|error| ProvenanceError::Certificate(error.to_string()))?;
        Ok(Self { lists, context: context.into_shared() })
    }

    /// Reads and judges. `sidecar` is a manifest store that lies beside the file, used where the
    /// file carries none; `format` is a file extension or media type, used where the bytes do not
    /// tell.
    #[must_use]
    pub fn verify(&self, bytes: &[u8], sidecar: Option<&[u8]>, format: Option<&str>) -> Report {
        // Parsers of hostile input are not ours: one that panics has found a file unreadable.
        let looked =
            catch_unwind(AssertUnwindSafe(|| self.look(bytes, sidecar, &hint(bytes, format))));
        let report =
            looked.unwrap_or_else(|_| Report::unreadable("its structure stops the parser"));
        Report { labels: labels(bytes), ..report }
    }

    fn look(&self, bytes: &[u8], sidecar: Option<&[u8]>, format: &str) -> Report {
        let embedded = self.reader().with_stream(format, Cursor::new(bytes));
        let (reader, store) = match (embedded, sidecar) {
            (
                Err(Error::JumbfNotFound | Error::UnsupportedType | Error::RemoteManifestUrl(_)),
                Some(sidecar),
            ) => (self.beside(bytes, sidecar, format), Some(sidecar.to_vec())),
            (embedded, _) => (embedded, c2pa::jumbf_io::load_jumbf_from_memory(format, bytes).ok()),
        };
        match reader {
            Ok(reader) => self.judge(&reader, store.as_deref().unwrap_or_default()),
            Err(error) => without_manifest(&error, bytes),
        }
    }

    fn beside(&self, bytes: &[u8], sidecar: &[u8], format: &str) -> c2pa::Result<Reader> {
        self.reader().with_manifest_data_and_stream(sidecar, format, Cursor::new(bytes))
    }

    fn reader(&self) -> Reader {
        Reader::from_shared_context(&self.context)
    }

    fn judge(&self, reader: &Reader, store: &[u8]) -> Report {
        let label = reader.active_label();
        let signature = reader.active_manifest().and_then(c2pa::Manifest::signature_info);
        let chain = signature.and_then(|info| certificates(info.cert_chain())).unwrap_or_default();
        let mut findings = Findings::of(reader);
        let token = label
            .and_then(|label| jumbf::content(store, &[label, SIGNATURE]))
            .and_then(Token::of_signature);
        let token =
            token.filter(|_| findings.successes.iter().any(|code| code == TIMESTAMP_VALIDATED));
        let time_stamp = token.as_ref().map(|token| self.time_stamp(token));
        let list = self.lists.vouching(&chain, token.as_ref().map(|token| token.at));
        let revoked_at = self.lists.revoked_at(&chain);
        // A time that nobody vouches for may be stated by whoever has the key now.
        let proved =
            token.as_ref().filter(|_| time_stamp.as_ref().is_some_and(|stamp| stamp.trusted));
        let before =
            |since: OffsetDateTime| proved.is_some_and(|token| token.at < since.unix_timestamp());
        findings.listed = list.is_some() && revoked_at.is_none_or(before);
        findings.in_time =
            time_stamp.as_ref().is_some_and(|stamp| stamp.trusted) || still_valid(&chain);
        let (failures, identity) = findings.claim_and_identity_failures();
        let identity_warning = !identity.is_empty();
        let declared = declared::ai(reader);
        let found = Report {
            signer: signature.map(|info| signer(info, list, revoked_at)),
            signed_at: signature.and_then(|info| info.time.clone()),
            ai_declared_active: declared.active,
            ai_declared_anywhere: declared.anywhere,
            ingredient_warning: findings.warn_of_ingredients(),
            manifest_label: label.map(str::to_owned),
            warnings: warnings(&findings, identity, time_stamp.as_ref()),
            failures,
            time_stamp,
            ..Report::unreadable("")
        };
        concluded(found, findings.verdict(), identity_warning)
    }

    fn time_stamp(&self, token: &Token) -> TimeStamp {
        TimeStamp {
            trusted: self.lists.keeps_time(&token.chain, token.at),
            authority: token.authority(),
        }
    }
}

/// The report with its verdict, and without what nobody should take from broken credentials.
fn concluded(found: Report, verdict: Verdict, identity_warning: bool) -> Report {
    let signer = found.signer.filter(|_| verdict != Verdict::Invalid);
    let facts = Facts {
        signer: signer.as_ref().map(|signer| signer.name.as_str()).unwrap_or_default(),
        list: signer.as_ref().and_then(|signer| signer.list.as_deref()).unwrap_or_default(),
        ingredient_warning: found.ingredient_warning,
        identity_warning,
        ..Facts::default()
    };
    let summary = Summary::of(verdict, &facts);
    let intact = match verdict {
        Verdict::Trusted | Verdict::UntrustedSigner | Verdict::ExpiredSigner => Some(true),
        Verdict::AlteredAfterSigning => Some(false),
        _ => None,
    };
    Report { verdict, summary, intact, signer, ..found }
}

fn signer(
    info: &c2pa::SignatureInfo,
    list: Option<&str>,
    revoked_at: Option<OffsetDateTime>,
) -> Signer {
    let name = info.issuer.clone().or_else(|| info.common_name.clone());
    // Years after 9999 have no RFC 3339 form.
    let revoked_at = revoked_at.and_then(|at| at.format(&Rfc3339).ok());
    Signer { name: name.unwrap_or_default(), list: list.map(str::to_owned), revoked_at }
}

fn still_valid(chain: &[Vec<u8>]) -> bool {
    let end = chain.first().and_then(|leaf| expiry(leaf));
    end.is_some_and(|end| end > OffsetDateTime::now_utc())
}

fn warnings(findings: &Findings, identity: Vec<String>, stamp: Option<&TimeStamp>) -> Vec<String> {
    let mut warnings: Vec<String> =
        identity.into_iter().map(|code| format!("named actor: {code}")).collect();
    if stamp.is_some_and(|stamp| !stamp.trusted) {
        warnings.push("time not from a listed authority".to_owned());
    }
    let below = findings.recorded_failures.iter().chain(&findings.ingredient_failures);
    warnings.extend(below.map(|code| format!("ingredient: {code}")));
    warnings.dedup();
    warnings
}

fn without_manifest(error: &Error, bytes: &[u8]) -> Report {
    let bare = |verdict, host| {
        Report::bare(verdict, Summary::of(verdict, &Facts { host, ..Facts::default() }))
    };
    match error {
        _ if bytes.is_empty() => Report::unreadable("it is empty"),
        Error::JumbfNotFound => bare(Verdict::None, ""),
        Error::RemoteManifestUrl(url) => bare(Verdict::RemoteOnly, host(url)),
        // Text carries its manifest beside it, and there is none.
        Error::UnsupportedType if MediaType::sniff(bytes) == Some(MediaType::PlainText) => {
            bare(Verdict::None, "")
        }
        Error::UnsupportedType => Report {
            failures: vec!["unsupported format".to_owned()],
            ..bare(Verdict::Unsupported, "")
        },
        other => {
            let said = other.to_string();
            let line = said.lines().next().unwrap_or_default();
            Report::unreadable(&line.chars().take(REASON_CHARS_MAX).collect::<String>())
        }
    }
}

/// The host of a URL, without the user name that may stand before it.
fn host(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, after)| after);
    let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

/// What the parser is told about the format: what the bytes say, else what the caller says.
fn hint(bytes: &[u8], format: Option<&str>) -> String {
    if let Some(known @ (MediaType::Png | MediaType::Jpeg)) = MediaType::sniff(bytes) {
        return known.name().to_owned();
    }
    let essence = format.unwrap_or_default().split(';').next().unwrap_or_default();
    let essence = essence.trim().trim_start_matches('.').to_lowercase();
    let start = String::from_utf8_lossy(bytes.get(..512).unwrap_or(bytes));
    match essence.as_str() {
        "" if start.starts_with("%PDF-") => "pdf".to_owned(),
        "" if start.contains("<svg") => "svg".to_owned(),
        _ => essence,
    }
}

fn labels(bytes: &[u8]) -> Labels {
    let packet = xmp::read(bytes).unwrap_or_default();
    Labels { source_type: xmp::source_type(packet), aigc: xmp::aigc(packet) }
}
