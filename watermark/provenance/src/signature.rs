//! The signature of one manifest: who made it, when, and who vouches for both.

use c2pa::{Manifest, SignatureInfo};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    authority::certificates,
    contents::plain,
    judging::Judge,
    jumbf,
    report::{Signer, TimeStamp},
    token::Token,
    trust::valid_at,
};

/// The label of the box with the claim signature.
const SIGNATURE: &str = "c2pa.signature";

/// What is known of a signature beside whether it is intact.
#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) signer: Option<Signer>,
    pub(crate) signed_at: Option<String>,
    pub(crate) time_stamp: Option<TimeStamp>,
    /// Whether the certificate is valid as of the time of judging, or was at a time that a listed authority has stamped.
    pub(crate) in_time: bool,
    /// It is younger than the time as of which is judged.
    pub(crate) later: bool,
    /// The certificate is revoked, and nothing shows that the signature is older.
    revoked: bool,
}

impl Signature {
    /// `stamped`: the time-stamp's own signature was checked and is intact.
    pub(crate) fn of(judge: &Judge<'_>, label: &str, manifest: &Manifest, stamped: bool) -> Self {
        let info = manifest.signature_info();
        let chain = info.and_then(|info| certificates(info.cert_chain())).unwrap_or_default();
        let token = jumbf::content(judge.store, &[label, SIGNATURE])
            .and_then(Token::of_signature)
            .filter(|_| stamped);
        let time_stamp = token.as_ref().map(|token| TimeStamp {
            trusted: judge.lists.keeps_time(&token.chain, token.at),
            authority: token.authority(),
        });
        let trusted =
            token.as_ref().filter(|_| time_stamp.as_ref().is_some_and(|stamp| stamp.trusted));
        let leaf = chain.first().map(Vec::as_slice).unwrap_or_default();
        let now = judge.lists.now();
        // What was stamped later shows nothing about that time.
        let in_time = valid_at(leaf, now)
            || trusted.is_some_and(|token| token.at <= now && valid_at(leaf, token.at));
        let list = judge.lists.vouching(&chain, token.as_ref().map(|token| token.at));
        // A time that nobody vouches for may be stated by whoever has the key now.
        let revoked_at = judge.lists.revoked_at(&chain);
        let older =
            |since: OffsetDateTime| trusted.is_some_and(|token| token.at < since.unix_timestamp());
        Self {
            signer: info.map(|info| signer(info, list, revoked_at)),
            revoked: !revoked_at.is_none_or(older),
            signed_at: info.and_then(|info| info.time.clone()),
            time_stamp,
            in_time,
            later: token.as_ref().is_some_and(|token| token.at > now),
        }
    }

    pub(crate) fn is_listed(&self) -> bool {
        !self.revoked && self.signer.as_ref().is_some_and(|signer| signer.list.is_some())
    }
}

fn signer(info: &SignatureInfo, list: Option<&str>, revoked_at: Option<OffsetDateTime>) -> Signer {
    let name = info.issuer.as_ref().or(info.common_name.as_ref());
    let name = name.map(|name| plain(name)).unwrap_or_default();
    // Years after 9999 have no RFC 3339 form.
    let revoked_at = revoked_at.and_then(|at| at.format(&Rfc3339).ok());
    Signer { name, list: list.map(str::to_owned), revoked_at }
}
