//! Escaping for XML and HTML. Whatever a text holds, the page stays well-formed.

/// Whether a character may stand in a page: XML 1.0 without controls.
pub(crate) fn allowed(character: char) -> bool {
    match character {
        '\t' | '\n' => true,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => false,
        // Marks that turn the direction of what follows, beyond their own text.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => false,
        other => (other as u32) & 0xfffe != 0xfffe && !('\u{fdd0}'..='\u{fdef}').contains(&other),
    }
}

/// Text for between tags and inside quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 16);
    for character in text.chars().filter(|c| allowed(*c)) {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

/// An address that may be a link, escaped; nothing else is made one.
pub(crate) fn link(url: &str) -> Option<String> {
    let lower = url.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"))?;
    // Only characters that RFC 3986 has, and a host that begins like one.
    let known = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(c);
    let host = rest.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    let whole = rest.matches('#').count() <= 1 && percents_are_whole(rest);
    (host && whole && rest.chars().all(known) && plain_host(rest)).then(|| escape(url))
}

fn plain_host(rest: &str) -> bool {
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (name, port) = host.split_once(':').unwrap_or((host, ""));
    let name_fits = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    let labels_fit = name
        .split('.')
        .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    name_fits && labels_fit && port.len() <= 5 && port.chars().all(|c| c.is_ascii_digit())
}

fn percents_are_whole(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .all(|after| after.len() >= 2 && after.chars().take(2).all(|c| c.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_quotes() {
        assert_eq!(escape("a<b>\"'&\u{0}\u{b}\u{ffff}\u{202e}c"), "a&lt;b&gt;&quot;&#39;&amp;c");
    }

    #[test]
    fn only_web_addresses_become_links() {
        for (url, is_link) in [
            ("https://example.org/a?b=1&c=2", true),
            ("HTTP://example.org", true),
            ("javascript:alert(1)", false),
            ("https://", false),
            ("https://a b", false),
            ("https://a/%zz", false),
            ("https://例子.org", false),
            ("https://a..b/", false),
        ] {
            assert_eq!(link(url).is_some(), is_link, "{url}");
        }
    }
}
