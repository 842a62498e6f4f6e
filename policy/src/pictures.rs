//! Lists of known pictures: a picture that is on one, or nearly so, is judged by it.
//!
//! A list holds fingerprints (64 hexadecimal digits, as `imprimatur moderate FILE` prints them), one a
//! line; what follows a blank is a note, and lines that begin with `#` are notes altogether. It holds
//! no pictures, and none can be made from it.

use types::{Action, Category, Finding, ImageFingerprint, Language};

use crate::PolicyError;

/// Near-identical pictures differ in at most this many of 256 bits (PDQ's published threshold).
const DISTANCE_MAX: u32 = 31;

/// A list of known pictures, and what follows for those on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureList {
    name: String,
    category: Category,
    action: Action,
    fingerprints: Vec<ImageFingerprint>,
}

impl PictureList {
    /// Reads a list that is called `name`.
    ///
    /// # Errors
    /// [`PolicyError::PictureList`] naming the first line that is no fingerprint.
    pub fn parse(
        name: &str,
        category: Category,
        action: Action,
        text: &str,
    ) -> Result<Self, PolicyError> {
        let mut fingerprints = Vec::new();
        for (place, line) in text.lines().enumerate() {
            let Some(word) = line.split_whitespace().next().filter(|word| !word.starts_with('#'))
            else {
                continue;
            };
            let read = ImageFingerprint::try_from(word.to_owned());
            let wrong = |_| PolicyError::PictureList { list: name.to_owned(), line: place + 1 };
            fingerprints.push(read.map_err(wrong)?);
        }
        Ok(Self { name: name.to_owned(), category, action, fingerprints })
    }

    /// How many pictures are on it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fingerprints.len()
    }

    /// Whether none is on it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fingerprints.is_empty()
    }

    /// What follows for a picture; `None` when it is not on the list.
    #[must_use]
    pub fn judge(&self, picture: &ImageFingerprint, language: Language) -> Option<Finding> {
        let near = |known: &ImageFingerprint| known.distance(picture);
        let nearest = self.fingerprints.iter().map(near).min()?;
        if nearest > DISTANCE_MAX {
            return None;
        }
        let message = match language {
            Language::En => {
                "A picture of this request is on a list of pictures that are not used here."
            }
            Language::Zh => "本次请求中的图像在本机构不予使用的图像名单之中。",
        };
        Some(Finding {
            rule: format!("picture-list/{}", self.name),
            rule_version: 1,
            action: self.action,
            category: self.category,
            kind: "picture_list".to_owned(),
            // The share of bits that agree.
            score: (256 - nearest) as f32 / 256.0,
            spans: Vec::new(),
            obfuscated: false,
            shadow: false,
            message: message.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(text: &str) -> Result<PictureList, PolicyError> {
        PictureList::parse("known", Category::Violence, Action::Block, text)
    }

    #[test]
    fn a_near_picture_is_on_the_list_and_another_is_not() {
        let known = ImageFingerprint([0x5a; 32]);
        let text = format!("# known\n\n{} seized in May\n", String::from(known));
        let list = list(&text).unwrap();
        assert_eq!(list.len(), 1);
        let mut near = known;
        near.0[..3].copy_from_slice(&[!0x5a; 3]); // 24 bits
        let finding = list.judge(&near, Language::En).unwrap();
        assert_eq!((finding.action, &*finding.rule), (Action::Block, "picture-list/known"));
        near.0[3] = !0x5a; // 32 bits
        assert_eq!(list.judge(&near, Language::En), None);
    }

    #[test]
    fn a_line_that_is_no_fingerprint_is_named() {
        let good = String::from(ImageFingerprint([1; 32]));
        let error = list(&format!("{good}\n{}\n", &good[..40])).unwrap_err();
        assert_eq!(error, PolicyError::PictureList { list: "known".into(), line: 2 });
        assert!(list("").unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn no_text_ends_the_reader(text: String) {
            let _ = list(&text);
        }
    }
}
