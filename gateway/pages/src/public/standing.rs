//! Where an asset stands before the public.

use super::report::Publication;
use crate::Frame;

/// What readers are told.
pub(crate) struct Standing<'a> {
    pub(crate) sentence: String,
    /// It was corrected or withdrawn.
    pub(crate) attention: bool,
    pub(crate) url: Option<&'a str>,
    pub(crate) notice_url: Option<&'a str>,
    pub(crate) replaced_by: Option<String>,
}

impl<'a> Standing<'a> {
    /// Nothing is said of what is not ours, or is still on its way.
    pub(crate) fn of(frame: &Frame, now: &'a Publication) -> Option<Self> {
        let t = frame.t();
        let at = now.at.as_deref().map(|at| frame.day(at)).unwrap_or_default();
        let (sentence, attention) = match now.state.as_str() {
            "published" => (t.standing_published(&at), false),
            "corrected" => (t.standing_corrected(&at), true),
            "withdrawn" => (t.standing_withdrawn(&at), true),
            "unpublished" => (t.standing_unpublished().to_owned(), true),
            _ => return None,
        };
        let notice_url = now.notice_url.as_deref().and_then(web);
        let url = now.url.as_deref().and_then(web).filter(|url| Some(*url) != notice_url);
        let replaced_by = now.replaced_by.as_ref().map(|id| format!("/verify/{id}"));
        Some(Self { sentence, attention, url, notice_url, replaced_by })
    }
}

/// Only addresses of the web become links.
fn web(url: &str) -> Option<&str> {
    (url.starts_with("https://") || url.starts_with("http://")).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::web;

    #[test]
    fn only_addresses_of_the_web_become_links() {
        assert_eq!(web("https://a.example/x"), Some("https://a.example/x"));
        assert_eq!(web("javascript:alert(1)"), None);
        assert_eq!(web("data:text/html,x"), None);
    }
}
