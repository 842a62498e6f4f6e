//! One sound: what the synthesiser has to know about it.

use crate::mouth::Mouth;

/// How a sound is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Silence,
    Vowel,
    Glide,
    Nasal,
    Fricative,
    /// Closure, burst, and for voiceless ones a breath before voicing starts.
    Stop,
    /// Closure, then friction.
    Affricate,
    /// A breath with the formants of the next vowel.
    Breath,
    /// A tap of the tongue: voiced and short.
    Tap,
}

/// Three formants: frequencies or bandwidths in Hz, or shares.
pub(crate) type Three = [f32; 3];

/// Noise made in the mouth: resonances (centre Hz, bandwidth Hz, level dB), and a flat part in dB.
/// Levels are root mean squares relative to a full open vowel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Noise {
    pub(crate) peaks: [Three; 2],
    pub(crate) flat_db: f32,
    /// The first peak lies at the second formant at the release (velars).
    pub(crate) follows_second: bool,
}

/// No noise.
pub(crate) const QUIET: Noise =
    Noise { peaks: [[2000.0, 500.0, -99.0]; 2], flat_db: -99.0, follows_second: false };

/// A sound, with targets for a male voice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sound {
    pub(crate) name: &'static str,
    pub(crate) ipa: &'static str,
    pub(crate) mouth: Mouth,
    pub(crate) kind: Kind,
    pub(crate) voiced: bool,
    /// Usual and least duration.
    pub(crate) ms: f32,
    pub(crate) ms_min: f32,
    pub(crate) formants: Three,
    /// Where a diphthong ends.
    pub(crate) glide: Option<Three>,
    pub(crate) widths: Three,
    /// How much of a neighbour's formants is left at the boundary.
    pub(crate) yields: Three,
    /// How long the neighbour is under way from or to this sound.
    pub(crate) reach_ms: f32,
    pub(crate) noise: Noise,
    /// Voicing relative to a vowel.
    pub(crate) voice_db: f32,
    /// From the release to voicing.
    pub(crate) breath_ms: f32,
    /// The zero of nasals, Hz.
    pub(crate) zero: Option<f32>,
}

impl Sound {
    const fn new(name: &'static str, ipa: &'static str, mouth: Mouth, kind: Kind) -> Self {
        Self {
            name,
            ipa,
            mouth,
            kind,
            voiced: true,
            ms: 80.0,
            ms_min: 40.0,
            formants: [500.0, 1500.0, 2500.0],
            glide: None,
            widths: [60.0, 90.0, 150.0],
            yields: [0.5, 0.5, 0.5],
            reach_ms: 40.0,
            noise: QUIET,
            voice_db: 0.0,
            breath_ms: 0.0,
            zero: None,
        }
    }

    pub(crate) const fn vowel(
        name: &'static str,
        ipa: &'static str,
        mouth: Mouth,
        ms: f32,
        formants: Three,
    ) -> Self {
        let mut sound = Self::new(name, ipa, mouth, Kind::Vowel);
        sound.ms = ms;
        sound.ms_min = ms * 0.4;
        sound.formants = formants;
        sound
    }

    pub(crate) const fn consonant(
        name: &'static str,
        ipa: &'static str,
        mouth: Mouth,
        kind: Kind,
        formants: Three,
    ) -> Self {
        let mut sound = Self::new(name, ipa, mouth, kind);
        sound.formants = formants;
        sound
    }

    pub(crate) const fn to(mut self, glide: Three) -> Self {
        self.glide = Some(glide);
        self
    }

    pub(crate) const fn lasts(mut self, ms: f32, ms_min: f32) -> Self {
        self.ms = ms;
        self.ms_min = ms_min;
        self
    }

    pub(crate) const fn widths(mut self, widths: Three) -> Self {
        self.widths = widths;
        self
    }

    pub(crate) const fn yields(mut self, yields: Three, reach_ms: f32) -> Self {
        self.yields = yields;
        self.reach_ms = reach_ms;
        self
    }

    pub(crate) const fn voiceless(mut self, breath_ms: f32) -> Self {
        self.voiced = false;
        self.voice_db = -99.0;
        self.breath_ms = breath_ms;
        self
    }

    pub(crate) const fn voice(mut self, db: f32) -> Self {
        self.voice_db = db;
        self
    }

    pub(crate) const fn noise(mut self, first: Three, second: Three, flat_db: f32) -> Self {
        self.noise = Noise { peaks: [first, second], flat_db, follows_second: false };
        self
    }

    pub(crate) const fn velar(mut self) -> Self {
        self.noise.follows_second = true;
        self
    }

    pub(crate) const fn nasal(mut self, zero: f32) -> Self {
        self.zero = Some(zero);
        self
    }

    pub(crate) fn is_vowel(&self) -> bool {
        self.kind == Kind::Vowel
    }
}

/// The silence between phrases.
pub(crate) const SILENCE: Sound =
    Sound::new("sil", "", Mouth::Closed, Kind::Silence).voiceless(0.0);
