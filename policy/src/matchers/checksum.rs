//! Checksums and ranges of numbers that identify people and accounts.

/// Digits of a text.
fn digits(text: &str) -> impl DoubleEndedIterator<Item = u32> + '_ {
    text.chars().filter_map(|letter| letter.to_digit(10))
}

/// Payment cards: 13–16 or 19 digits with a Luhn checksum (ISO/IEC 7812-1), of a known issuer's
/// range. No issuer uses 17 or 18, which Chinese identity numbers have.
pub(super) fn card(text: &str) -> bool {
    let count = digits(text).count();
    let issuer = digits(text).take(2).fold(0, |number, digit| number * 10 + digit);
    let known = matches!(issuer, 30 | 34..=39 | 40..=49 | 50..=59 | 60..=69 | 22..=27);
    matches!(count, 13..=16 | 19) && known && luhn(text)
}

fn luhn(text: &str) -> bool {
    let sum: u32 = digits(text)
        .rev()
        .enumerate()
        .map(|(place, digit)| match digit * 2 {
            _ if place.is_multiple_of(2) => digit,
            double if double > 9 => double - 9,
            double => double,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// International bank account numbers: mod 97 (ISO 13616).
pub(super) fn iban(text: &str) -> bool {
    let letters: Vec<char> = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let Some((head, tail)) = letters.split_at_checked(4) else { return false };
    let rest = tail.iter().chain(head).filter_map(|letter| letter.to_digit(36));
    let remainder =
        rest.fold(
            0,
            |rest, value| {
                if value > 9 { (rest * 100 + value) % 97 } else { (rest * 10 + value) % 97 }
            },
        );
    (15..=34).contains(&letters.len()) && remainder == 1
}

/// Resident identity numbers of China: mod 11-2 (GB 11643) and a date of birth.
pub(super) fn resident_id(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits(text).zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let expected = "10X98765432".chars().nth((sum % 11) as usize);
    let number =
        |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let born = (number(6, 10), number(10, 12), number(12, 14));
    let dated = matches!(born, (Some(1900..=2099), Some(1..=12), Some(1..=31)));
    dated && expected == text.chars().next_back().map(|letter| letter.to_ascii_uppercase())
}

/// Social security numbers of the USA: never 000, 666 or 9xx, 00, 0000.
pub(super) fn social_security(text: &str) -> bool {
    let number: String = text.chars().filter(char::is_ascii_digit).collect();
    let part = |from: usize, to: usize| number.get(from..to).unwrap_or_default();
    let area = part(0, 3);
    number.len() == 9
        && area != "000"
        && area != "666"
        && !area.starts_with('9')
        && part(3, 5) != "00"
        && part(5, 9) != "0000"
}

/// National insurance numbers of the United Kingdom: prefixes that are given out.
pub(super) fn national_insurance(text: &str) -> bool {
    let prefix: String = text.chars().take(2).collect::<String>().to_ascii_uppercase();
    let never = ["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"];
    !never.contains(&prefix.as_str())
}

/// IP addresses of version 4. Four single digits are nobody's address: the number of a version, or
/// a number that was spelt out.
pub(super) fn ipv4(text: &str) -> bool {
    text.len() > "1.2.3.4".len()
        && text.parse::<std::net::Ipv4Addr>().is_ok_and(|address| !address.is_unspecified())
}

/// IP addresses of version 6.
pub(super) fn ipv6(text: &str) -> bool {
    text.parse::<std::net::Ipv6Addr>().is_ok_and(|address| !address.is_unspecified())
}

/// Shannon entropy in bits per character.
pub(super) fn entropy(text: &str) -> f64 {
    let bytes = text.as_bytes();
    let mut counts = std::collections::BTreeMap::<u8, f64>::new();
    for byte in bytes {
        *counts.entry(*byte).or_default() += 1.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "lengths of secrets are far below 2^52")]
    let length = bytes.len() as f64;
    counts.values().map(|count| -(count / length) * (count / length).log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Check = fn(&str) -> bool;

    #[test]
    fn published_numbers_check_and_changed_ones_do_not() {
        let cases: [(Check, &str, &str); 9] = [
            (card, "4111 1111 1111 1111", "4111 1111 1111 1112"),
            (card, "6222022084366866", "6222022084366867"),
            (iban, "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 33"),
            (iban, "DE89370400440532013000", "DE89370400440532013001"),
            (resident_id, "11010519491231002X", "110105194912310021"),
            (social_security, "219-09-9999", "666-09-9999"),
            (national_insurance, "AB 12 34 56 C", "GB 12 34 56 C"),
            (ipv4, "192.0.2.1", "2.0.0.5"),
            (ipv6, "2001:db8::1", "::"),
        ];
        for (check, good, bad) in cases {
            assert!(check(good), "{good}");
            assert!(!check(bad), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn one_wrong_digit_breaks_a_card(digits in "4[0-9]{14}", place in 0_usize..15, by in 1_u32..10) {
            let last = (0..10).find(|last| luhn(&format!("{digits}{last}"))).unwrap();
            let number: Vec<u32> = format!("{digits}{last}").chars().map(|c| c.to_digit(10).unwrap()).collect();
            let changed: String = number.iter().enumerate()
                .map(|(at, digit)| if at == place { (digit + by) % 10 } else { *digit }.to_string()).collect();
            proptest::prop_assert!(!luhn(&changed));
        }
    }
}
