//! What a browser may do with a page.

/// The page's `Content-Security-Policy`. Nothing inline, nothing from elsewhere; scripts carry the
/// nonce, by which htmx also knows the attributes that we wrote from those that somebody smuggled in,
/// and markup becomes elements only through htmx (Trusted Types).
#[must_use]
pub fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' \
         data: blob:; media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri \
         'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx"
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_inline_is_allowed() {
        let policy = super::policy("abc");
        assert!(policy.contains("script-src 'self' 'nonce-abc';"));
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"));
    }
}
