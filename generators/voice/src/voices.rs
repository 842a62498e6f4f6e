//! The voices that there are.

/// Somebody who speaks: the size of the mouth, the pitch, and how the voice sounds.
#[derive(Debug, Clone, Copy)]
pub struct Voice {
    /// For requests and settings; never changes.
    pub id: &'static str,
    /// For lists.
    pub name: &'static str,
    /// A sentence about its sound.
    pub description: &'static str,
    /// Where an unstressed vowel in the middle of a phrase lies.
    pub(crate) pitch_hz: f32,
    /// How far the pitch moves; 1 is usual.
    pub(crate) lively: f32,
    /// Resonances relative to a tall man's.
    pub(crate) size: f32,
    pub(crate) open_share: f32,
    /// Above it the voice loses 6 dB an octave more.
    pub(crate) tilt_hz: f32,
    pub(crate) breath_db: f32,
    pub(crate) jitter: f32,
    pub(crate) seed: u64,
}

const VOICES: [Voice; 5] = [
    Voice {
        id: "alder",
        name: "Alder",
        description: "A lower, clear voice, for news.",
        pitch_hz: 105.0,
        lively: 1.0,
        size: 1.0,
        open_share: 0.6,
        tilt_hz: 3500.0,
        breath_db: -30.0,
        jitter: 0.008,
        seed: 11,
    },
    Voice {
        id: "rowan",
        name: "Rowan",
        description: "A low, calm voice, for stories.",
        pitch_hz: 88.0,
        lively: 0.85,
        size: 0.96,
        open_share: 0.58,
        tilt_hz: 3000.0,
        breath_db: -31.0,
        jitter: 0.009,
        seed: 12,
    },
    Voice {
        id: "linden",
        name: "Linden",
        description: "A higher, clear voice, for news.",
        pitch_hz: 186.0,
        lively: 0.95,
        size: 1.15,
        open_share: 0.62,
        tilt_hz: 3600.0,
        breath_db: -28.0,
        jitter: 0.007,
        seed: 13,
    },
    Voice {
        id: "willow",
        name: "Willow",
        description: "A higher, soft voice, for stories.",
        pitch_hz: 205.0,
        lively: 1.1,
        size: 1.17,
        open_share: 0.7,
        tilt_hz: 2600.0,
        breath_db: -24.0,
        jitter: 0.007,
        seed: 14,
    },
    Voice {
        id: "aspen",
        name: "Aspen",
        description: "A middle voice, brisk.",
        pitch_hz: 140.0,
        lively: 1.05,
        size: 1.07,
        open_share: 0.6,
        tilt_hz: 3400.0,
        breath_db: -29.0,
        jitter: 0.008,
        seed: 15,
    },
];

/// All voices, the usual one first. Each speaks English and Mandarin.
pub fn voices() -> &'static [Voice] {
    &VOICES
}

/// The voice of an id.
pub fn voice(id: &str) -> Option<&'static Voice> {
    VOICES.iter().find(|voice| voice.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_voice_is_found_by_its_own_id() {
        for each in voices() {
            assert_eq!(voice(each.id).unwrap().name, each.name);
        }
        assert!(voice("nobody").is_none());
        assert!(voices().len() >= 4);
    }
}
