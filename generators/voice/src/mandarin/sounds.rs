//! The sounds of Mandarin: targets after published measurements of formants (Wu and Lin 1989,
//! Howie 1976, Lee and Zee 2003).

use crate::{
    mouth::Mouth,
    sound::{Kind, Sound},
};

const fn vowel(
    name: &'static str,
    ipa: &'static str,
    mouth: Mouth,
    ms: f32,
    formants: [f32; 3],
) -> Sound {
    Sound::vowel(name, ipa, mouth, ms, formants)
}

const fn consonant(
    name: &'static str,
    ipa: &'static str,
    mouth: Mouth,
    kind: Kind,
    formants: [f32; 3],
) -> Sound {
    Sound::consonant(name, ipa, mouth, kind, formants)
}

const VOWELS: [Sound; 20] = [
    vowel("a", "a", Mouth::Open, 180.0, [830.0, 1250.0, 2550.0]).widths([110.0, 80.0, 160.0]),
    // Before n, and before ng.
    vowel("an", "a", Mouth::Open, 125.0, [760.0, 1480.0, 2550.0]).widths([100.0, 90.0, 160.0]),
    vowel("ang", "ɑ", Mouth::Open, 125.0, [740.0, 1080.0, 2600.0]).widths([100.0, 80.0, 160.0]),
    vowel("o", "o", Mouth::Mid, 160.0, [530.0, 820.0, 2550.0]).widths([80.0, 70.0, 120.0]),
    vowel("e", "ɤ", Mouth::Slight, 175.0, [470.0, 1080.0, 2600.0])
        .to([570.0, 1180.0, 2600.0])
        .widths([70.0, 80.0, 140.0]),
    vowel("en", "ə", Mouth::Slight, 110.0, [520.0, 1480.0, 2600.0]).widths([70.0, 90.0, 150.0]),
    vowel("eng", "ɤ", Mouth::Slight, 115.0, [520.0, 1080.0, 2600.0]).widths([70.0, 80.0, 150.0]),
    vowel("eh", "ɛ", Mouth::Mid, 150.0, [540.0, 1900.0, 2600.0]).widths([60.0, 90.0, 160.0]),
    vowel("ian", "ɛ", Mouth::Mid, 115.0, [600.0, 1800.0, 2600.0]).widths([70.0, 90.0, 160.0]),
    vowel("ai", "ai", Mouth::Open, 190.0, [800.0, 1350.0, 2550.0])
        .to([430.0, 2000.0, 2650.0])
        .widths([90.0, 90.0, 170.0]),
    vowel("ei", "ei", Mouth::Wide, 180.0, [500.0, 1850.0, 2600.0])
        .to([330.0, 2220.0, 2800.0])
        .widths([60.0, 90.0, 170.0]),
    vowel("ao", "au", Mouth::Open, 190.0, [780.0, 1180.0, 2550.0])
        .to([460.0, 820.0, 2500.0])
        .widths([90.0, 80.0, 140.0]),
    vowel("ou", "ou", Mouth::Round, 180.0, [550.0, 1000.0, 2500.0])
        .to([390.0, 760.0, 2500.0])
        .widths([70.0, 70.0, 120.0]),
    vowel("ong", "ʊ", Mouth::Round, 115.0, [430.0, 780.0, 2500.0]).widths([60.0, 70.0, 120.0]),
    vowel("er", "ɚ", Mouth::Round, 190.0, [620.0, 1350.0, 2100.0])
        .to([500.0, 1450.0, 1750.0])
        .widths([80.0, 80.0, 110.0]),
    vowel("i", "i", Mouth::Wide, 170.0, [290.0, 2320.0, 3200.0]).widths([45.0, 110.0, 250.0]),
    vowel("u", "u", Mouth::Pursed, 170.0, [360.0, 640.0, 2600.0]).widths([50.0, 70.0, 120.0]),
    vowel("yu", "y", Mouth::Pursed, 170.0, [290.0, 2080.0, 2380.0]).widths([45.0, 90.0, 120.0]),
    // The vowels of zi and zhi.
    vowel("zi", "ɿ", Mouth::Hiss, 160.0, [380.0, 1340.0, 2750.0]).widths([60.0, 90.0, 200.0]),
    vowel("zhi", "ʅ", Mouth::Spread, 160.0, [380.0, 1720.0, 2180.0]).widths([60.0, 90.0, 140.0]),
];

const SONORANTS: [Sound; 11] = [
    consonant("j-", "j", Mouth::Wide, Kind::Glide, [290.0, 2280.0, 3000.0])
        .lasts(60.0, 35.0)
        .widths([50.0, 120.0, 250.0])
        .yields([0.1, 0.1, 0.2], 65.0)
        .voice(-2.0),
    consonant("w-", "w", Mouth::Pursed, Kind::Glide, [330.0, 660.0, 2400.0])
        .lasts(60.0, 35.0)
        .widths([60.0, 80.0, 120.0])
        .yields([0.1, 0.1, 0.4], 65.0)
        .voice(-3.0),
    consonant("y-", "ɥ", Mouth::Pursed, Kind::Glide, [290.0, 2050.0, 2380.0])
        .lasts(60.0, 35.0)
        .widths([50.0, 100.0, 130.0])
        .yields([0.1, 0.1, 0.2], 65.0)
        .voice(-2.0),
    consonant("m", "m", Mouth::Closed, Kind::Nasal, [280.0, 1050.0, 2150.0])
        .lasts(75.0, 50.0)
        .widths([60.0, 170.0, 200.0])
        .yields([0.2, 0.55, 0.5], 40.0)
        .voice(-3.5)
        .nasal(850.0),
    consonant("n", "n", Mouth::Tongue, Kind::Nasal, [280.0, 1550.0, 2600.0])
        .lasts(70.0, 45.0)
        .widths([60.0, 170.0, 200.0])
        .yields([0.2, 0.4, 0.4], 50.0)
        .voice(-3.5)
        .nasal(1450.0),
    // Codas.
    consonant("-n", "n", Mouth::Tongue, Kind::Nasal, [290.0, 1650.0, 2650.0])
        .lasts(75.0, 45.0)
        .widths([60.0, 220.0, 250.0])
        .yields([0.3, 0.4, 0.4], 65.0)
        .voice(-4.0)
        .nasal(1450.0),
    consonant("-ng", "ŋ", Mouth::Back, Kind::Nasal, [310.0, 1000.0, 2500.0])
        .lasts(80.0, 50.0)
        .widths([60.0, 220.0, 250.0])
        .yields([0.3, 0.5, 0.4], 70.0)
        .voice(-4.0)
        .nasal(2600.0),
    consonant("l", "l", Mouth::Tongue, Kind::Glide, [330.0, 1400.0, 2700.0])
        .lasts(70.0, 45.0)
        .widths([60.0, 110.0, 220.0])
        .yields([0.15, 0.35, 0.3], 35.0)
        .voice(-5.0),
    consonant("r", "ʐ", Mouth::Spread, Kind::Glide, [320.0, 1500.0, 1950.0])
        .lasts(75.0, 50.0)
        .widths([60.0, 100.0, 150.0])
        .yields([0.15, 0.3, 0.2], 55.0)
        .voice(-5.0),
    consonant("r-", "ɻ", Mouth::Round, Kind::Glide, [460.0, 1400.0, 1720.0])
        .lasts(70.0, 45.0)
        .widths([80.0, 90.0, 120.0])
        .yields([0.3, 0.3, 0.15], 75.0)
        .voice(-2.0),
    consonant("h", "x", Mouth::Back, Kind::Fricative, [420.0, 1300.0, 2500.0])
        .lasts(95.0, 65.0)
        .yields([0.8, 0.95, 0.9], 45.0)
        .voiceless(0.0)
        .noise([1400.0, 450.0, -18.0], [3400.0, 2500.0, -27.0], -33.0)
        .velar(),
];

const FRICATIVES: [Sound; 4] = [
    consonant("f", "f", Mouth::Teeth, Kind::Fricative, [340.0, 1150.0, 2200.0])
        .lasts(100.0, 65.0)
        .yields([0.4, 0.55, 0.5], 45.0)
        .voiceless(0.0)
        .noise([7800.0, 4000.0, -21.0], [1400.0, 1200.0, -28.0], -25.0),
    consonant("s", "s", Mouth::Hiss, Kind::Fricative, [330.0, 1400.0, 2650.0])
        .lasts(115.0, 75.0)
        .yields([0.4, 0.4, 0.4], 40.0)
        .voiceless(0.0)
        .noise([6000.0, 1600.0, -11.0], [8600.0, 2600.0, -9.0], -40.0),
    consonant("sh", "ʂ", Mouth::Spread, Kind::Fricative, [320.0, 1650.0, 2150.0])
        .lasts(115.0, 75.0)
        .yields([0.4, 0.3, 0.3], 45.0)
        .voiceless(0.0)
        .noise([2700.0, 800.0, -8.0], [4600.0, 2200.0, -13.0], -37.0),
    consonant("x", "ɕ", Mouth::Spread, Kind::Fricative, [290.0, 2100.0, 2950.0])
        .lasts(115.0, 75.0)
        .yields([0.3, 0.2, 0.3], 50.0)
        .voiceless(0.0)
        .noise([4300.0, 1400.0, -11.0], [6800.0, 2600.0, -10.0], -38.0),
];

const STOPS: [Sound; 12] = [
    consonant("b", "p", Mouth::Closed, Kind::Stop, [300.0, 950.0, 2150.0])
        .lasts(70.0, 45.0)
        .yields([0.35, 0.65, 0.6], 35.0)
        .voiceless(8.0)
        .noise([1000.0, 1500.0, -18.0], [3500.0, 3500.0, -30.0], -32.0),
    consonant("p", "pʰ", Mouth::Closed, Kind::Stop, [350.0, 950.0, 2150.0])
        .lasts(135.0, 95.0)
        .yields([0.35, 0.65, 0.6], 45.0)
        .voiceless(75.0)
        .noise([1100.0, 1500.0, -16.0], [3500.0, 3500.0, -26.0], -28.0),
    consonant("d", "t", Mouth::Tongue, Kind::Stop, [300.0, 1750.0, 2650.0])
        .lasts(65.0, 45.0)
        .yields([0.35, 0.45, 0.5], 40.0)
        .voiceless(8.0)
        .noise([3800.0, 1800.0, -12.0], [6500.0, 3000.0, -16.0], -30.0),
    consonant("t", "tʰ", Mouth::Tongue, Kind::Stop, [350.0, 1750.0, 2650.0])
        .lasts(130.0, 95.0)
        .yields([0.35, 0.45, 0.5], 50.0)
        .voiceless(75.0)
        .noise([4200.0, 1800.0, -9.0], [7000.0, 3000.0, -13.0], -27.0),
    consonant("g", "k", Mouth::Back, Kind::Stop, [300.0, 1500.0, 2400.0])
        .lasts(70.0, 45.0)
        .yields([0.35, 0.9, 0.6], 45.0)
        .voiceless(14.0)
        .noise([1700.0, 500.0, -11.0], [4000.0, 2000.0, -25.0], -33.0)
        .velar(),
    consonant("k", "kʰ", Mouth::Back, Kind::Stop, [330.0, 1500.0, 2400.0])
        .lasts(135.0, 100.0)
        .yields([0.35, 0.9, 0.6], 50.0)
        .voiceless(80.0)
        .noise([1700.0, 500.0, -9.0], [4000.0, 2000.0, -22.0], -30.0)
        .velar(),
    consonant("z", "ts", Mouth::Hiss, Kind::Affricate, [300.0, 1400.0, 2650.0])
        .lasts(95.0, 65.0)
        .yields([0.35, 0.4, 0.4], 40.0)
        .voiceless(0.0)
        .noise([6000.0, 1600.0, -11.0], [8600.0, 2600.0, -9.0], -38.0),
    consonant("c", "tsʰ", Mouth::Hiss, Kind::Affricate, [330.0, 1400.0, 2650.0])
        .lasts(155.0, 115.0)
        .yields([0.4, 0.4, 0.4], 45.0)
        .voiceless(35.0)
        .noise([6000.0, 1600.0, -10.0], [8600.0, 2600.0, -8.0], -36.0),
    consonant("zh", "ʈʂ", Mouth::Spread, Kind::Affricate, [300.0, 1650.0, 2150.0])
        .lasts(85.0, 60.0)
        .yields([0.35, 0.3, 0.3], 45.0)
        .voiceless(0.0)
        .noise([2700.0, 800.0, -8.0], [4600.0, 2200.0, -13.0], -35.0),
    consonant("ch", "ʈʂʰ", Mouth::Spread, Kind::Affricate, [320.0, 1650.0, 2150.0])
        .lasts(150.0, 115.0)
        .yields([0.4, 0.3, 0.3], 50.0)
        .voiceless(40.0)
        .noise([2700.0, 800.0, -7.0], [4600.0, 2200.0, -12.0], -33.0),
    consonant("j", "tɕ", Mouth::Spread, Kind::Affricate, [270.0, 2100.0, 2950.0])
        .lasts(90.0, 60.0)
        .yields([0.3, 0.2, 0.3], 45.0)
        .voiceless(0.0)
        .noise([4200.0, 1400.0, -11.0], [6700.0, 2600.0, -11.0], -36.0),
    consonant("q", "tɕʰ", Mouth::Spread, Kind::Affricate, [290.0, 2100.0, 2950.0])
        .lasts(155.0, 115.0)
        .yields([0.3, 0.2, 0.3], 50.0)
        .voiceless(40.0)
        .noise([4200.0, 1400.0, -10.0], [6700.0, 2600.0, -10.0], -34.0),
];

/// The sound of a name: an initial (`zh`), a glide (`w-`), a coda (`-n`), or a vowel by the final
/// it stands in (`ang`).
pub(crate) fn sound(name: &str) -> Option<&'static Sound> {
    static ALL: [&[Sound]; 4] = [&VOWELS, &SONORANTS, &FRICATIVES, &STOPS];
    ALL.iter().flat_map(|group| group.iter()).find(|sound| sound.name == name)
}
