//! What a mouth looks like while a sound is said.

/// Shapes of a mouth that can be told apart on a screen, for drawn lips.
///
/// | Shape | English | Mandarin |
/// |---|---|---|
/// | `Closed` | silence, p b m | silence, b p m |
/// | `Slight` | ə ʌ ɪ h, weak vowels | e (ɤ), h |
/// | `Open` | ɑ æ, start of aɪ aʊ | a |
/// | `Mid` | ɛ ɔ, start of ɔɪ | ê, o |
/// | `Wide` | i e j | i, y |
/// | `Round` | o ʊ ɝ r | er, final u |
/// | `Pursed` | u w | u, ü, w |
/// | `Teeth` | f v | f |
/// | `Tongue` | t d n l θ ð | d t n l |
/// | `Hiss` | s z | z c s, zi |
/// | `Spread` | ʃ ʒ tʃ dʒ | j q x zh ch sh r |
/// | `Back` | k g ŋ | g k ng |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mouth {
    /// Lips together.
    Closed,
    /// A little open, at rest.
    Slight,
    /// Wide open.
    Open,
    /// Half open.
    Mid,
    /// Corners drawn apart, teeth near.
    Wide,
    /// Rounded and open.
    Round,
    /// Rounded, almost closed.
    Pursed,
    /// Lower lip at the upper teeth.
    Teeth,
    /// Tongue behind or between the teeth, lips a little open.
    Tongue,
    /// Teeth together.
    Hiss,
    /// Teeth together, lips pushed out.
    Spread,
    /// A little open, tongue out of sight.
    Back,
}
