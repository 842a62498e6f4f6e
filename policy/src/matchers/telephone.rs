//! Telephone numbers: forms that are one by themselves, and forms that need a word beside them.

/// Words after which a number is called, and what may stand between.
const CALLS: &[&str] = &[
    "phone",
    "telephone",
    "tel",
    "mobile",
    "mob",
    "cell",
    "cellphone",
    "fax",
    "call",
    "calling",
    "dial",
    "dialling",
    "dialing",
    "ring",
    "ringing",
    "reach",
    "answering",
    "whatsapp",
    "landline",
    "hotline",
    "switchboard",
    "voicemail",
    "sms",
    "text",
    "telefon",
    "telefax",
];
const BETWEEN: &[&str] = &[
    "me", "us", "him", "her", "them", "back", "now", "on", "at", "is", "no", "nr", "number",
    "numbers", "home", "work", "office", "direct", "line", "under", "via", "or", "my", "our",
    "his", "their", "the", "a", "new", "please", "and",
];
/// More words between say something else.
const BETWEEN_MAX: usize = 5;

/// A number by itself: as many digits as E.164 allows, and neither a date nor a range of years nor
/// the hotline of a company (400 and 800 in China, 800 in North America), which is nobody's own.
pub(super) fn whole(text: &str) -> bool {
    let groups = groups(text);
    let count: usize = groups.iter().map(|group| group.len()).sum();
    let hotline =
        matches!(*groups, ["400" | "800", second, third] if second.len() == 3 && third.len() == 4);
    // Seven digits in two groups are the end of a longer number, or one without its area.
    let part = groups.len() == 2 && count < 8;
    let amount = in_thousands(&groups) && is_round(&groups);
    (7..=15).contains(&count)
        && !(is_dated(&groups) || hotline || part || amount)
        && is_varied(text)
}

/// A number without its country or area, which a word must announce: no date, and no amount in
/// thousands.
pub(super) fn short(text: &str) -> bool {
    let groups = groups(text);
    let count: usize = groups.iter().map(|group| group.len()).sum();
    let amount = is_round(&groups) || in_thousands(&groups) && count != 9;
    (6..=15).contains(&count) && !is_dated(&groups) && !amount && is_varied(text)
}

/// Whether what stands before a number says that it is one: `call me at`, `Phone:`.
pub(super) fn announces(before: &str) -> bool {
    let joint = |letter: char| !letter.is_alphanumeric();
    // A sentence, a number or a list of something else ends what is announced.
    let end = before.trim_end_matches([' ', ':', '.', '#', '(', '\n', '\t', '=', '-']);
    let words = end.rsplit(joint).filter(|word| !word.is_empty()).take(BETWEEN_MAX + 1);
    for word in words {
        let word = word.to_ascii_lowercase();
        if CALLS.contains(&word.as_str()) {
            return true;
        }
        if !BETWEEN.contains(&word.as_str()) {
            return false;
        }
    }
    false
}

/// Where the word begins that follows a number.
pub(super) fn label(text: &str) -> usize {
    text.rfind(|letter: char| letter.is_ascii_digit()).map_or(text.len(), |last| last + 1)
}

/// The groups of digits of a number, without its extension.
fn groups(text: &str) -> Vec<&str> {
    let number = text.split(|letter: char| letter.is_ascii_alphabetic()).next().unwrap_or_default();
    number
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|group| !group.is_empty())
        .collect()
}

fn is_dated(groups: &[&str]) -> bool {
    let year =
        |group: &&str| group.len() == 4 && (group.starts_with("19") || group.starts_with("20"));
    let count: usize = groups.iter().map(|group| group.len()).sum();
    let first =
        groups.first().is_some_and(year) && groups.get(1).is_some_and(|group| group.len() <= 2);
    first || (groups.len() <= 3 && groups.iter().any(year) && count <= 8)
}

/// Whether groups are those of an amount: `12 450 000`.
fn in_thousands(groups: &[&str]) -> bool {
    groups.len() > 1
        && groups.first().is_some_and(|first| first.len() <= 3)
        && groups.iter().skip(1).all(|group| group.len() == 3)
}

fn is_round(groups: &[&str]) -> bool {
    groups.last().is_some_and(|last| last.ends_with("000"))
}

/// Whether it has more than two digits that differ.
fn is_varied(text: &str) -> bool {
    let digits = text.chars().filter_map(|letter| letter.to_digit(10));
    digits.fold(0_u16, |seen, digit| seen | 1 << digit).count_ones() > 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_not_a_date() {
        assert!(whole("+1 (202) 555-0143"));
        assert!(whole("020 7946 0958"));
        assert!(whole("001-202-555-0143x818"));
        assert!(!whole("400-820-9978"));
        for date in ["2024-05-12 13", "2024-05-12", "12/05/2024", "1939-1945", "0000000", "1234"] {
            assert!(!whole(date) && !short(date), "{date}");
        }
    }

    #[test]
    fn a_short_number_is_no_amount() {
        for number in ["555 0143", "33 93 31", "07-40096123", "2025550143", "322 327 102"] {
            assert!(short(number), "{number}");
        }
        for amount in ["12 345", "120 450", "1 250 000", "12 000 000", "600000"] {
            assert!(!short(amount), "{amount}");
        }
        for amount in ["12 450 000", "1.250.000"] {
            assert!(!whole(amount), "{amount}");
        }
    }

    #[test]
    fn a_number_is_announced_by_the_words_before_it() {
        for before in ["Phone: ", "You can call me at ", "Tel. ", "my mobile number is ", "Fax # ("]
        {
            assert!(announces(before), "{before}");
        }
        for before in ["", "order number ", "the call cost ", "call for papers ", "reach almost "] {
            assert!(!announces(before), "{before}");
        }
    }
}
