//! Any bytes as certificates, keys, trust lists, and what time-stamp authorities are asked and answer.
#![cfg_attr(fuzzing, no_main)]

use std::sync::LazyLock;

use provenance::{Authority, Chain, ClaimKey, StampRequest, TimeStampAuthority as _, TrustLists};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| run(data));

static AUTHORITY: LazyLock<Option<Authority>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().ok()?;
    Authority::create(folder.path(), "Test Press").ok()
});

pub(crate) fn run(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let mut lists = TrustLists::default();
        let added = lists.add_pem("a list", text).is_ok();
        assert_eq!(lists.about().count(), usize::from(added), "a list counts whole or not at all");
        drop(lists.allow(text));
        let key = ClaimKey::from_pem(text, None);
        if let (Ok(chain), Ok(key)) = (Chain::from_pem(text), key) {
            drop(chain.problems(&key));
        }
        if let Ok(chain) = Chain::from_pem(text) {
            let again = Chain::from_pem(&chain.to_pem()).ok();
            assert_eq!(again.map(|again| again.fingerprint()), Some(chain.fingerprint()));
        }
        drop(ClaimKey::from_pem(text, Some("secret")));
    }
    drop(Chain::from_der(vec![data.to_vec(), data.to_vec()]));
    let request = StampRequest::new(b"checkpoint", [1, 2, 3, 4, 5, 6, 7, 8]);
    if let Ok(stamped) = request.check(data, &TrustLists::default()) {
        assert!(!stamped.trusted, "no authority is listed");
    }
    if let Some(authority) = AUTHORITY.as_ref() {
        drop(authority.time_stamps().stamp(data));
    }
}
