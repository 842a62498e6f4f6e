//! Who there is.

use crate::{colour::Colour, error::FilmError};

/// How a presenter looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Design {
    pub(crate) name: &'static str,
    pub(super) skin: Colour,
    /// Where light does not reach.
    pub(super) shade: Colour,
    pub(super) lips: Colour,
    pub(super) hair: Colour,
    pub(super) style: Hair,
    pub(super) iris: Colour,
    pub(super) jacket: Colour,
    pub(super) shirt: Colour,
    pub(super) neck: Neck,
    /// How thick brows are.
    pub(super) brow: f32,
    /// Whether lashes are drawn.
    pub(super) has_lashes: bool,
    pub(super) has_glasses: bool,
    pub(super) has_beard: bool,
    /// Half of the width of the jaw.
    pub(super) jaw: f32,
    /// Half of the width of the shoulders.
    pub(super) shoulders: f32,
    pub(super) is_robot: bool,
}

/// How hair is worn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hair {
    /// Long and wavy, to the shoulders.
    Long,
    /// Short with a side parting.
    Parted,
    /// To the chin, with a fringe.
    Bob,
    /// Short and curly.
    Curly,
    /// A scarf that covers it.
    Scarf,
    /// Tied behind the head.
    Tied,
}

/// What is worn at the neck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Neck {
    /// A shirt with a tie of this colour.
    Tie(Colour),
    /// A round blouse with a thin chain.
    Blouse,
    /// A high collar.
    High,
    /// An open shirt.
    Open,
}

/// Names of all designs.
///
/// Five people and one machine, drawn from nobody in particular.
#[must_use]
pub fn designs() -> &'static [&'static str] {
    &["cedar", "birch", "lotus", "onyx", "saffron", "maple", "orbit"]
}

const fn h(value: u32) -> Colour {
    Colour::hex(value)
}

const CEDAR: Design = Design {
    name: "cedar",
    skin: h(0xc68a62),
    shade: h(0x9c6242),
    lips: h(0xa34444),
    hair: h(0x2c1a14),
    style: Hair::Long,
    iris: h(0x4a2c18),
    jacket: h(0x126b72),
    shirt: h(0xf3eee6),
    neck: Neck::Blouse,
    brow: 6.0,
    has_lashes: true,
    has_glasses: false,
    has_beard: false,
    jaw: 66.0,
    shoulders: 212.0,
    is_robot: false,
};

const BIRCH: Design = Design {
    name: "birch",
    skin: h(0xf0c3a0),
    shade: h(0xcf9570),
    lips: h(0xc07366),
    hair: h(0x8a5f34),
    style: Hair::Parted,
    iris: h(0x3f6b86),
    jacket: h(0x22345a),
    shirt: h(0xf6f8fb),
    neck: Neck::Tie(h(0xa82338)),
    brow: 7.5,
    has_lashes: false,
    has_glasses: false,
    has_beard: false,
    jaw: 76.0,
    shoulders: 250.0,
    is_robot: false,
};

const LOTUS: Design = Design {
    name: "lotus",
    skin: h(0xf2cba4),
    shade: h(0xd39f78),
    lips: h(0xbd4a4f),
    hair: h(0x1b171c),
    style: Hair::Bob,
    iris: h(0x3a2216),
    jacket: h(0xa6243e),
    shirt: h(0x1f1d24),
    neck: Neck::Blouse,
    brow: 5.5,
    has_lashes: true,
    has_glasses: false,
    has_beard: false,
    jaw: 64.0,
    shoulders: 205.0,
    is_robot: false,
};

const ONYX: Design = Design {
    name: "onyx",
    skin: h(0x7a4a30),
    shade: h(0x55301e),
    lips: h(0x6b332e),
    hair: h(0x171110),
    style: Hair::Curly,
    iris: h(0x24140d),
    jacket: h(0x4d5563),
    shirt: h(0xe7ecf2),
    neck: Neck::Open,
    brow: 8.0,
    has_lashes: false,
    has_glasses: true,
    has_beard: true,
    jaw: 77.0,
    shoulders: 252.0,
    is_robot: false,
};

const SAFFRON: Design = Design {
    name: "saffron",
    skin: h(0xd9a57c),
    shade: h(0xb07a55),
    lips: h(0xa84b4b),
    hair: h(0x2e5f6e),
    style: Hair::Scarf,
    iris: h(0x4b311c),
    jacket: h(0x5a3464),
    shirt: h(0x2e5f6e),
    neck: Neck::High,
    brow: 6.5,
    has_lashes: true,
    has_glasses: false,
    has_beard: false,
    jaw: 65.0,
    shoulders: 208.0,
    is_robot: false,
};

const MAPLE: Design = Design {
    name: "maple",
    skin: h(0xf3c9ae),
    shade: h(0xd2987c),
    lips: h(0xb85855),
    hair: h(0xb7b3b0),
    style: Hair::Tied,
    iris: h(0x4c6a4a),
    jacket: h(0x2f4a3e),
    shirt: h(0xf0e6d2),
    neck: Neck::Open,
    brow: 5.5,
    has_lashes: true,
    has_glasses: true,
    has_beard: false,
    jaw: 68.0,
    shoulders: 210.0,
    is_robot: false,
};

const ORBIT: Design = Design {
    name: "orbit",
    skin: h(0xe9eef5),
    shade: h(0xb7c2d2),
    lips: h(0x58d8e6),
    hair: h(0x131a2a),
    style: Hair::Tied,
    iris: h(0x58d8e6),
    jacket: h(0xd7dee8),
    shirt: h(0x242f45),
    neck: Neck::High,
    brow: 6.0,
    has_lashes: false,
    has_glasses: false,
    has_beard: false,
    jaw: 70.0,
    shoulders: 220.0,
    is_robot: true,
};

impl Design {
    /// The design of a name.
    pub(crate) fn named(name: &str) -> Result<&'static Self, FilmError> {
        let all = [&CEDAR, &BIRCH, &LOTUS, &ONYX, &SAFFRON, &MAPLE, &ORBIT];
        all.into_iter().find(|design| design.name == name).ok_or_else(|| FilmError::Unknown {
            what: "design",
            name: name.chars().take(40).collect(),
            known: designs().join(", "),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_design() {
        for name in designs() {
            assert_eq!(Design::named(name).unwrap().name, *name);
        }
        assert!(matches!(Design::named("nobody"), Err(FilmError::Unknown { .. })));
    }
}
