//! The sounds of American English: targets after published measurements of formants (Peterson and
//! Barney 1952, Hillenbrand 1995) and the tables of Klatt 1980.

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

const VOWELS: [Sound; 18] = [
    vowel("AA", "ɑ", Mouth::Open, 240.0, [740.0, 1180.0, 2560.0]).widths([110.0, 70.0, 160.0]),
    vowel("AE", "æ", Mouth::Open, 230.0, [680.0, 1720.0, 2450.0])
        .to([660.0, 1600.0, 2450.0])
        .widths([80.0, 110.0, 220.0]),
    vowel("AH", "ʌ", Mouth::Slight, 140.0, [630.0, 1220.0, 2550.0]).widths([80.0, 60.0, 140.0]),
    vowel("AX", "ə", Mouth::Slight, 90.0, [500.0, 1420.0, 2500.0]).widths([80.0, 80.0, 150.0]),
    vowel("IX", "ɨ", Mouth::Slight, 85.0, [420.0, 1750.0, 2520.0]).widths([60.0, 90.0, 150.0]),
    vowel("AO", "ɔ", Mouth::Mid, 230.0, [610.0, 950.0, 2550.0]).widths([90.0, 80.0, 120.0]),
    vowel("AW", "aʊ", Mouth::Open, 260.0, [720.0, 1300.0, 2500.0])
        .to([440.0, 930.0, 2350.0])
        .widths([80.0, 70.0, 140.0]),
    vowel("AY", "aɪ", Mouth::Open, 250.0, [720.0, 1230.0, 2530.0])
        .to([380.0, 2000.0, 2580.0])
        .widths([90.0, 80.0, 180.0]),
    vowel("EH", "ɛ", Mouth::Mid, 150.0, [560.0, 1780.0, 2530.0]).widths([60.0, 90.0, 180.0]),
    vowel("ER", "ɝ", Mouth::Round, 180.0, [470.0, 1290.0, 1640.0]).widths([80.0, 60.0, 100.0]),
    vowel("AXR", "ɚ", Mouth::Round, 110.0, [460.0, 1320.0, 1680.0]).widths([80.0, 60.0, 100.0]),
    vowel("EY", "eɪ", Mouth::Wide, 190.0, [480.0, 1900.0, 2570.0])
        .to([340.0, 2180.0, 2700.0])
        .widths([60.0, 90.0, 180.0]),
    vowel("IH", "ɪ", Mouth::Slight, 135.0, [410.0, 1900.0, 2570.0]).widths([50.0, 90.0, 140.0]),
    vowel("IY", "i", Mouth::Wide, 155.0, [300.0, 2240.0, 2960.0])
        .to([280.0, 2290.0, 3000.0])
        .widths([50.0, 120.0, 250.0]),
    vowel("OW", "oʊ", Mouth::Round, 220.0, [530.0, 1020.0, 2350.0])
        .to([400.0, 830.0, 2300.0])
        .widths([80.0, 70.0, 80.0]),
    vowel("OY", "ɔɪ", Mouth::Mid, 280.0, [550.0, 900.0, 2400.0])
        .to([370.0, 1950.0, 2500.0])
        .widths([80.0, 80.0, 140.0]),
    vowel("UH", "ʊ", Mouth::Round, 160.0, [450.0, 1080.0, 2350.0]).widths([70.0, 80.0, 100.0]),
    vowel("UW", "u", Mouth::Pursed, 210.0, [340.0, 1080.0, 2260.0])
        .to([310.0, 920.0, 2230.0])
        .widths([60.0, 90.0, 120.0]),
];

const SONORANTS: [Sound; 12] = [
    consonant("W", "w", Mouth::Pursed, Kind::Glide, [300.0, 650.0, 2200.0])
        .lasts(75.0, 50.0)
        .widths([60.0, 80.0, 100.0])
        .yields([0.1, 0.1, 0.4], 65.0)
        .voice(-4.0),
    consonant("Y", "j", Mouth::Wide, Kind::Glide, [270.0, 2250.0, 3000.0])
        .lasts(75.0, 45.0)
        .widths([50.0, 160.0, 300.0])
        .yields([0.1, 0.1, 0.2], 70.0)
        .voice(-3.0),
    consonant("R", "ɹ", Mouth::Round, Kind::Glide, [330.0, 1100.0, 1420.0])
        .lasts(75.0, 45.0)
        .widths([70.0, 90.0, 110.0])
        .yields([0.15, 0.15, 0.1], 70.0)
        .voice(-3.0),
    consonant("L", "l", Mouth::Tongue, Kind::Glide, [350.0, 1080.0, 2750.0])
        .lasts(75.0, 45.0)
        .widths([60.0, 100.0, 200.0])
        .yields([0.1, 0.25, 0.3], 35.0)
        .voice(-4.0),
    // Dark, after a vowel.
    consonant("LX", "ɫ", Mouth::Tongue, Kind::Glide, [440.0, 820.0, 2700.0])
        .lasts(85.0, 50.0)
        .widths([70.0, 90.0, 200.0])
        .yields([0.3, 0.15, 0.4], 75.0)
        .voice(-3.0),
    // After a vowel.
    consonant("RX", "ɹ", Mouth::Round, Kind::Glide, [430.0, 1270.0, 1600.0])
        .lasts(80.0, 50.0)
        .widths([80.0, 80.0, 110.0])
        .yields([0.3, 0.3, 0.15], 80.0)
        .voice(-2.0),
    consonant("M", "m", Mouth::Closed, Kind::Nasal, [280.0, 1050.0, 2150.0])
        .lasts(75.0, 50.0)
        .widths([60.0, 170.0, 200.0])
        .yields([0.2, 0.55, 0.5], 40.0)
        .voice(-3.5)
        .nasal(850.0),
    consonant("N", "n", Mouth::Tongue, Kind::Nasal, [280.0, 1550.0, 2600.0])
        .lasts(65.0, 40.0)
        .widths([60.0, 170.0, 200.0])
        .yields([0.2, 0.4, 0.4], 45.0)
        .voice(-3.5)
        .nasal(1450.0),
    consonant("NG", "ŋ", Mouth::Back, Kind::Nasal, [290.0, 2000.0, 2500.0])
        .lasts(80.0, 50.0)
        .widths([60.0, 170.0, 200.0])
        .yields([0.2, 0.6, 0.5], 55.0)
        .voice(-3.5)
        .nasal(2600.0),
    consonant("DX", "ɾ", Mouth::Tongue, Kind::Tap, [320.0, 1650.0, 2600.0])
        .lasts(28.0, 22.0)
        .widths([60.0, 120.0, 200.0])
        .yields([0.3, 0.5, 0.5], 30.0)
        .voice(-10.0),
    consonant("HH", "h", Mouth::Slight, Kind::Breath, [500.0, 1500.0, 2500.0])
        .lasts(65.0, 40.0)
        .voiceless(0.0),
    // A start of a vowel after a pause.
    consonant("Q", "ʔ", Mouth::Slight, Kind::Stop, [500.0, 1500.0, 2500.0])
        .lasts(20.0, 10.0)
        .yields([1.0, 1.0, 1.0], 5.0)
        .voiceless(0.0),
];

const FRICATIVES: [Sound; 8] = [
    consonant("F", "f", Mouth::Teeth, Kind::Fricative, [340.0, 1150.0, 2200.0])
        .lasts(100.0, 60.0)
        .yields([0.4, 0.55, 0.5], 45.0)
        .voiceless(0.0)
        .noise([7800.0, 4000.0, -21.0], [1400.0, 1200.0, -28.0], -25.0),
    consonant("V", "v", Mouth::Teeth, Kind::Fricative, [250.0, 1150.0, 2200.0])
        .lasts(60.0, 40.0)
        .yields([0.2, 0.55, 0.5], 45.0)
        .voice(-8.0)
        .noise([7500.0, 4000.0, -33.0], [1500.0, 1500.0, -40.0], -36.0),
    consonant("TH", "θ", Mouth::Tongue, Kind::Fricative, [320.0, 1350.0, 2550.0])
        .lasts(90.0, 60.0)
        .yields([0.4, 0.45, 0.5], 45.0)
        .voiceless(0.0)
        .noise([6000.0, 4000.0, -26.0], [8500.0, 2500.0, -30.0], -31.0),
    consonant("DH", "ð", Mouth::Tongue, Kind::Fricative, [270.0, 1400.0, 2550.0])
        .lasts(50.0, 30.0)
        .yields([0.2, 0.45, 0.5], 40.0)
        .voice(-8.0)
        .noise([6000.0, 4000.0, -36.0], [8500.0, 2500.0, -40.0], -40.0),
    consonant("S", "s", Mouth::Hiss, Kind::Fricative, [320.0, 1450.0, 2600.0])
        .lasts(110.0, 60.0)
        .yields([0.4, 0.4, 0.4], 40.0)
        .voiceless(0.0)
        .noise([5200.0, 1400.0, -11.0], [7600.0, 2600.0, -9.0], -38.0),
    consonant("Z", "z", Mouth::Hiss, Kind::Fricative, [240.0, 1450.0, 2600.0])
        .lasts(75.0, 40.0)
        .yields([0.2, 0.4, 0.4], 40.0)
        .voice(-11.0)
        .noise([5200.0, 1400.0, -16.0], [7600.0, 2600.0, -14.0], -42.0),
    consonant("SH", "ʃ", Mouth::Spread, Kind::Fricative, [300.0, 1750.0, 2600.0])
        .lasts(110.0, 70.0)
        .yields([0.4, 0.3, 0.4], 45.0)
        .voiceless(0.0)
        .noise([2900.0, 900.0, -8.0], [4700.0, 2200.0, -12.0], -36.0),
    consonant("ZH", "ʒ", Mouth::Spread, Kind::Fricative, [240.0, 1750.0, 2600.0])
        .lasts(75.0, 40.0)
        .yields([0.2, 0.3, 0.4], 45.0)
        .voice(-10.0)
        .noise([2900.0, 900.0, -13.0], [4700.0, 2200.0, -17.0], -40.0),
];

const STOPS: [Sound; 8] = [
    consonant("P", "p", Mouth::Closed, Kind::Stop, [350.0, 950.0, 2150.0])
        .lasts(90.0, 55.0)
        .yields([0.35, 0.65, 0.6], 40.0)
        .voiceless(45.0)
        .noise([1000.0, 1300.0, -12.0], [3500.0, 3500.0, -23.0], -27.0),
    consonant("B", "b", Mouth::Closed, Kind::Stop, [220.0, 950.0, 2150.0])
        .lasts(80.0, 50.0)
        .yields([0.3, 0.65, 0.6], 35.0)
        .voice(-20.0)
        .noise([900.0, 1300.0, -15.0], [3500.0, 3500.0, -28.0], -32.0),
    consonant("T", "t", Mouth::Tongue, Kind::Stop, [350.0, 1800.0, 2650.0])
        .lasts(85.0, 50.0)
        .yields([0.35, 0.45, 0.5], 45.0)
        .voiceless(50.0)
        .noise([4300.0, 1800.0, -9.0], [7000.0, 3000.0, -13.0], -28.0),
    consonant("D", "d", Mouth::Tongue, Kind::Stop, [220.0, 1800.0, 2650.0])
        .lasts(70.0, 45.0)
        .yields([0.3, 0.45, 0.5], 45.0)
        .voice(-20.0)
        .noise([3900.0, 1800.0, -13.0], [6500.0, 3000.0, -17.0], -30.0),
    consonant("K", "k", Mouth::Back, Kind::Stop, [330.0, 1900.0, 2400.0])
        .lasts(85.0, 55.0)
        .yields([0.35, 0.85, 0.55], 60.0)
        .voiceless(55.0)
        .noise([2000.0, 450.0, -4.0], [4200.0, 2000.0, -18.0], -28.0)
        .velar(),
    consonant("G", "ɡ", Mouth::Back, Kind::Stop, [220.0, 1900.0, 2400.0])
        .lasts(75.0, 50.0)
        .yields([0.3, 0.85, 0.55], 60.0)
        .voice(-20.0)
        .noise([2000.0, 450.0, -8.0], [4200.0, 2000.0, -21.0], -31.0)
        .velar(),
    consonant("CH", "tʃ", Mouth::Spread, Kind::Affricate, [300.0, 1780.0, 2600.0])
        .lasts(125.0, 85.0)
        .yields([0.4, 0.3, 0.4], 45.0)
        .voiceless(0.0)
        .noise([3000.0, 900.0, -7.0], [4700.0, 2200.0, -11.0], -33.0),
    consonant("JH", "dʒ", Mouth::Spread, Kind::Affricate, [230.0, 1780.0, 2600.0])
        .lasts(95.0, 60.0)
        .yields([0.2, 0.3, 0.4], 45.0)
        .voice(-20.0)
        .noise([3000.0, 900.0, -12.0], [4700.0, 2200.0, -16.0], -36.0),
];

/// The sound of a name: an ARPAbet name, or one of our variants (`AX`, `LX`, `DX` …).
pub(crate) fn sound(name: &str) -> Option<&'static Sound> {
    static ALL: [&[Sound]; 4] = [&VOWELS, &SONORANTS, &FRICATIVES, &STOPS];
    ALL.iter().flat_map(|group| group.iter()).find(|sound| sound.name == name)
}
