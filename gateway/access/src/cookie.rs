//! The cookie that carries a session.

use crate::session::ABSOLUTE_SECONDS;

/// The name over TLS: browsers keep such a cookie to this host and to TLS.
const SECURE_NAME: &str = "__Host-imprimatur_session";
/// The name without TLS, for trials on one machine.
const PLAIN_NAME: &str = "imprimatur_session";

/// How the session's cookie is called and set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cookies {
    secure: bool,
}

impl Cookies {
    /// For pages that come over TLS, or not.
    #[must_use]
    pub const fn new(secure: bool) -> Self {
        Self { secure }
    }

    /// Whether cookies are kept to TLS.
    #[must_use]
    pub const fn is_secure(self) -> bool {
        self.secure
    }

    const fn name(self) -> &'static str {
        if self.secure { SECURE_NAME } else { PLAIN_NAME }
    }

    /// The session's secret among the cookies of a request; `None` if there is none, or more than one:
    /// then somebody has planted one of them.
    #[must_use]
    pub fn read(self, header: &str) -> Option<&str> {
        let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
        let mut ours = pairs.filter(|(name, _)| *name == self.name()).map(|(_, value)| value);
        let value = ours.next()?;
        let plain = (1..=128).contains(&value.len())
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (plain && ours.next().is_none()).then_some(value)
    }

    /// `Set-Cookie` that begins a session.
    #[must_use]
    pub fn begin(self, secret: &str) -> String {
        self.set(secret, ABSOLUTE_SECONDS)
    }

    /// `Set-Cookie` that ends it.
    #[must_use]
    pub fn end(self) -> String {
        self.set("", 0)
    }

    fn set(self, value: &str, seconds: i64) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        let name = self.name();
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cookie_over_tls_is_kept_to_host_and_tls() {
        let set = Cookies::new(true).begin("abc");
        assert_eq!(
            set,
            "__Host-imprimatur_session=abc; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure"
        );
        assert!(Cookies::new(false).end().starts_with("imprimatur_session=; Path=/; Max-Age=0;"));
    }

    #[test]
    fn a_planted_second_cookie_is_nobody_s() {
        let cookies = Cookies::new(false);
        assert_eq!(cookies.read("a=b; imprimatur_session=abc;c=d"), Some("abc"));
        assert_eq!(cookies.read("imprimatur_session=abc; imprimatur_session=def"), None);
        assert_eq!(cookies.read("imprimatur_session="), None);
        assert_eq!(cookies.read("imprimatur_session=a b"), None);
        assert_eq!(cookies.read("xximprimatur_session=abc"), None);
        assert_eq!(Cookies::new(true).read("imprimatur_session=abc"), None);
    }

    proptest! {
        #[test]
        fn what_is_set_is_read(secure: bool, secret in "[0-9a-f]{64}", before in "[a-z]{0,8}=[a-z0-9]{0,8}") {
            let cookies = Cookies::new(secure);
            let set = cookies.begin(&secret);
            let pair = set.split(';').next().unwrap();
            prop_assert_eq!(cookies.read(pair), Some(secret.as_str()));
            let both = format!("{before}; {pair}");
            prop_assert_eq!(cookies.read(&both), Some(secret.as_str()));
        }

        #[test]
        fn anything_is_read_or_not_and_nothing_panics(secure: bool, header in "\\PC{0,200}") {
            if let Some(value) = Cookies::new(secure).read(&header) {
                prop_assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            }
        }
    }
}
