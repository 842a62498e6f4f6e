//! Names and codes of languages.

/// ISO 639-1, ISO 639-3 and the English name.
const KNOWN: [(&str, &str, &str); 64] = [
    ("af", "afr", "Afrikaans"),
    ("am", "amh", "Amharic"),
    ("ar", "ara", "Arabic"),
    ("az", "aze", "Azerbaijani"),
    ("be", "bel", "Belarusian"),
    ("bg", "bul", "Bulgarian"),
    ("bn", "ben", "Bengali"),
    ("bs", "bos", "Bosnian"),
    ("ca", "cat", "Catalan"),
    ("cs", "ces", "Czech"),
    ("cy", "cym", "Welsh"),
    ("da", "dan", "Danish"),
    ("de", "deu", "German"),
    ("el", "ell", "Greek"),
    ("en", "eng", "English"),
    ("eo", "epo", "Esperanto"),
    ("es", "spa", "Spanish"),
    ("et", "est", "Estonian"),
    ("eu", "eus", "Basque"),
    ("fa", "fas", "Persian"),
    ("fi", "fin", "Finnish"),
    ("fr", "fra", "French"),
    ("ga", "gle", "Irish"),
    ("gl", "glg", "Galician"),
    ("gu", "guj", "Gujarati"),
    ("ha", "hau", "Hausa"),
    ("he", "heb", "Hebrew"),
    ("hi", "hin", "Hindi"),
    ("hr", "hrv", "Croatian"),
    ("hu", "hun", "Hungarian"),
    ("hy", "hye", "Armenian"),
    ("id", "ind", "Indonesian"),
    ("is", "isl", "Icelandic"),
    ("it", "ita", "Italian"),
    ("ja", "jpn", "Japanese"),
    ("ka", "kat", "Georgian"),
    ("kk", "kaz", "Kazakh"),
    ("km", "khm", "Khmer"),
    ("ko", "kor", "Korean"),
    ("lo", "lao", "Lao"),
    ("lt", "lit", "Lithuanian"),
    ("lv", "lav", "Latvian"),
    ("mk", "mkd", "Macedonian"),
    ("ms", "msa", "Malay"),
    ("my", "mya", "Burmese"),
    ("nl", "nld", "Dutch"),
    ("no", "nor", "Norwegian"),
    ("pl", "pol", "Polish"),
    ("pt", "por", "Portuguese"),
    ("ro", "ron", "Romanian"),
    ("ru", "rus", "Russian"),
    ("sk", "slk", "Slovak"),
    ("sl", "slv", "Slovenian"),
    ("sq", "sqi", "Albanian"),
    ("sr", "srp", "Serbian"),
    ("sv", "swe", "Swedish"),
    ("sw", "swa", "Swahili"),
    ("ta", "tam", "Tamil"),
    ("th", "tha", "Thai"),
    ("tr", "tur", "Turkish"),
    ("uk", "ukr", "Ukrainian"),
    ("ur", "urd", "Urdu"),
    ("vi", "vie", "Vietnamese"),
    ("zh", "zho", "Chinese"),
];

/// The code by ISO 639-1 of a tag such as `zh-CN`, `cmn_Hans`, `deu` or `en`; others as they are.
pub(crate) fn code(tag: &str) -> String {
    let tag = tag.trim().to_lowercase();
    let first = tag.split(['-', '_']).next().unwrap_or_default();
    // Mandarin is what is meant by Chinese.
    let first = if first == "cmn" { "zho" } else { first };
    let known = KNOWN.iter().find(|(two, three, _)| *two == first || *three == first);
    known.map_or_else(|| first.to_owned(), |(two, ..)| (*two).to_owned())
}

/// The English name of a language, by its code.
pub(crate) fn name(tag: &str) -> Option<&'static str> {
    let code = code(tag);
    KNOWN.iter().find(|(two, ..)| *two == code).map(|(.., name)| *name)
}

/// The code of a language by its English name in any case, or by another code.
pub(crate) fn of_name(name: &str) -> String {
    let known = KNOWN.iter().find(|(.., known)| known.eq_ignore_ascii_case(name.trim()));
    known.map_or_else(|| code(name), |(two, ..)| (*two).to_owned())
}

/// Whether sentences of a language have a space between them.
pub(crate) fn is_spaced(tag: &str) -> bool {
    !["zh", "ja", "th", "lo", "km", "my"].contains(&code(tag).as_str())
}

/// The tag among `tags` that is meant by `asked`: the same, else of the same language; simplified
/// script where nobody says which.
pub(crate) fn meant<'a>(
    asked: &str,
    tags: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let plain = |tag: &str| tag.to_lowercase().replace('_', "-");
    let asked_plain = plain(asked.trim());
    let simplified = ["zh", "zh-cn", "zh-sg", "zho", "cmn"].contains(&asked_plain.as_str());
    let traditional = ["zh-tw", "zh-hk", "zh-hant"].contains(&asked_plain.as_str());
    let of_script = |script: &str| {
        let same = |tag: &&str| code(tag) == "zh" && plain(tag).ends_with(script);
        tags.clone().find(same)
    };
    tags.clone()
        .find(|tag| plain(tag) == asked_plain)
        .or_else(|| simplified.then(|| of_script("-hans")).flatten())
        .or_else(|| traditional.then(|| of_script("-hant")).flatten())
        .or_else(|| tags.clone().find(|tag| code(tag) == code(asked)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_one_language_are_the_same() {
        for (tag, expected) in
            [("zh-CN", "zh"), ("cmn_Hans", "zh"), ("DEU", "de"), ("en", "en"), ("yue_Hant", "yue")]
        {
            assert_eq!(code(tag), expected);
        }
        assert_eq!(name("zho"), Some("Chinese"));
        assert_eq!(name("qqq"), None);
        assert_eq!((of_name("english"), of_name("zh")), ("en".to_owned(), "zh".to_owned()));
        assert!(!is_spaced("zh-TW") && is_spaced("ko"));
    }

    #[test]
    fn the_tag_that_is_meant_is_found() {
        let tags = ["cmn", "cmn_Hant", "cmn_Hans", "yue_Hant", "deu"];
        let check = |asked, expected| assert_eq!(meant(asked, tags.iter().copied()), expected);
        check("zh", Some("cmn_Hans"));
        check("zh-TW", Some("cmn_Hant"));
        check("cmn", Some("cmn"));
        check("de-AT", Some("deu"));
        check("yue_Hant", Some("yue_Hant"));
        check("fr", None);
    }
}
