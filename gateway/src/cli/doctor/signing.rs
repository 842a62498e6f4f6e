//! In whose name assets are signed, and whether others can accept that.

use std::fmt;

use provenance::{
    Chain, ChainProblem, ProvenanceError, StampRequest, TimeStampAuthority, TrustLists,
};
use serde::Serialize;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};
use types::Sha256;

use super::Finding;
use crate::{installation::Installation, signing_keys};

/// Certificates are to be renewed this long before they end.
const EXPIRY_DAYS_MIN: i64 = 30;
/// What is stamped to see whether the authority answers.
const PROBE: &[u8] = b"imprimatur doctor";
const RENEW: &str = "get a new one (`imprimatur keys csr`, then `keys import`), or make one of your own with `imprimatur keys rotate --signing`; what the old one signed stays verified";

/// The identity that signs, in words.
#[derive(Debug, Serialize)]
pub(super) struct About {
    certificate: Sha256,
    subject: String,
    issuer: String,
    valid_until: Option<String>,
    /// The installation issued it itself.
    own: bool,
    /// Whose lists call it trusted.
    trusted_by: String,
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, issuer, trusted_by, .. } = self;
        let until = self.valid_until.as_deref().unwrap_or("an unknown time");
        write!(
            f,
            "assets are signed by {subject}, issued by {issuer}, until {until}; trusted by {trusted_by}"
        )
    }
}

/// Who signs; `None` when that cannot be read, which is a finding.
pub(super) fn about(installation: &Installation) -> Option<About> {
    let chain = signing_keys::current_chain(installation).ok()?;
    let own = is_own(installation, &chain);
    let trusted_by = if own {
        "whoever has this installation's root.pem in a list; other validators say: unknown signer"
            .to_owned()
    } else {
        format!("every list that holds the root above {}", top(&chain))
    };
    Some(About {
        certificate: chain.fingerprint(),
        subject: chain.subject().to_owned(),
        issuer: chain.issuer().to_owned(),
        valid_until: chain.valid_until().format(&Rfc3339).ok(),
        own,
        trusted_by,
    })
}

/// What is wrong with key, certificates and time-stamps.
pub(super) fn examine(installation: &Installation) -> Vec<Finding> {
    let mut findings = Vec::new();
    match signing_keys::identity(installation) {
        Err(ProvenanceError::Chain(problem)) => findings.push(chain(&problem)),
        Err(error) => findings.push(Finding::new(
            "signing key",
            error,
            "restore keys/provenance from a backup, correct [provenance], or make a new one with `imprimatur keys rotate --signing`",
        )),
        Ok(identity) => findings.extend(in_time(identity.chain())),
    }
    findings.extend(time_stamps(installation));
    findings
}

fn in_time(of: &Chain) -> Option<Finding> {
    let now = OffsetDateTime::now_utc();
    if let Err(problem) = of.in_time(now) {
        return Some(chain(&problem));
    }
    let left = of.valid_until() - now;
    let problem = format!("the signing certificate ends in {} days", left.whole_days());
    (left < Duration::days(EXPIRY_DAYS_MIN)).then(|| Finding::new("certificate", problem, RENEW))
}

fn chain(problem: &ChainProblem) -> Finding {
    Finding::new("certificate", format!("the signing certificate: {problem}"), problem.fix())
}

/// Asks for one time-stamp, as signing does.
fn time_stamps(installation: &Installation) -> Option<Finding> {
    let remote = installation.config().provenance.tsa_url.is_some();
    let fix = if remote {
        "see that provenance.tsa_url answers RFC 3161 requests, and that provenance.tsa_trust holds its root"
    } else {
        "set provenance.tsa_url to an RFC 3161 authority, or make new certificates with `imprimatur keys rotate --signing`"
    };
    let stamped = signing_keys::time_stamps(installation)
        .and_then(|authority| stamp(authority.as_ref(), installation));
    stamped.err().map(|error| Finding::new("time-stamps", error, fix))
}

fn stamp(
    authority: &dyn TimeStampAuthority,
    installation: &Installation,
) -> Result<(), ProvenanceError> {
    let request = StampRequest::new(PROBE, rand::random());
    let answer = authority.stamp(request.der())?;
    let settings = &installation.config().provenance;
    let lists = match (&settings.tsa_url, signing_keys::tsa_list(installation)?) {
        (Some(_), None) => return request.check(&answer, &TrustLists::default()).map(drop),
        (Some(_), Some(list)) => list,
        (None, _) => signing_keys::own_list(installation)?,
    };
    if request.check(&answer, &lists)?.trusted {
        return Ok(());
    }
    let reason = "no trusted certificate vouches for the authority now";
    Err(ProvenanceError::TimeStamp(reason.to_owned()))
}

fn is_own(installation: &Installation, chain: &Chain) -> bool {
    let kept = signing_keys::folder(installation).all().unwrap_or_default();
    kept.iter().any(|kept| kept.own && kept.chain.fingerprint() == chain.fingerprint())
}

/// The last authority that the chain names.
fn top(chain: &Chain) -> String {
    let last = chain.certificates().last().cloned().into_iter().collect::<Vec<_>>();
    Chain::from_der(last)
        .map_or_else(|_| chain.issuer().to_owned(), |last| last.issuer().to_owned())
}
