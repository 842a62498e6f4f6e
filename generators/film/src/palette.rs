//! Colours that go together.

use serde::{Deserialize, Serialize};

use crate::colour::Colour;

/// A set of colours for a whole film.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Palette {
    /// Deep blue with red.
    #[default]
    Newsroom,
    /// Near white with blue.
    Daylight,
    /// Dark green with gold.
    Forest,
    /// Greys with one orange.
    Ink,
    /// Plum with coral.
    Dusk,
}

impl Palette {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Newsroom, Self::Daylight, Self::Forest, Self::Ink, Self::Dusk];

    pub(crate) const fn colours(self) -> Colours {
        let h = Colour::hex;
        match self {
            Self::Newsroom => Colours {
                ground: [h(0x0a_16_30), h(0x15_30_5c)],
                text: h(0xff_ff_ff),
                muted: h(0xb4_c3_dc),
                panel: h(0x0c_1b_3a),
                line: h(0x3a_52_7d),
                accent: h(0xc8_16_2f),
                spark: h(0xff_5a_6e),
                series: [
                    h(0x4f_a8_ff),
                    h(0xff_5a_6e),
                    h(0xff_c1_4d),
                    h(0x4f_d6_a8),
                    h(0xb9_92_ff),
                    h(0x9a_b0_cc),
                ],
            },
            Self::Daylight => Colours {
                ground: [h(0xf7_f9_fc), h(0xe2_ea_f4)],
                text: h(0x14_20_36),
                muted: h(0x46_55_6e),
                panel: h(0xff_ff_ff),
                line: h(0xb6_c2_d4),
                accent: h(0x0b_5c_ad),
                spark: h(0x0b_5c_ad),
                series: [
                    h(0x0b_5c_ad),
                    h(0xc0_3a_2b),
                    h(0xb0_6f_00),
                    h(0x1c_7d_54),
                    h(0x75_4b_b8),
                    h(0x5a_67_7d),
                ],
            },
            Self::Forest => Colours {
                ground: [h(0x0d_22_1c), h(0x1d_44_37)],
                text: h(0xfb_fa_f2),
                muted: h(0xb9_cd_c0),
                panel: h(0x10_2b_23),
                line: h(0x3d_63_55),
                accent: h(0x8a_5a_08),
                spark: h(0xf0_b9_4a),
                series: [
                    h(0xf0_b9_4a),
                    h(0x6f_cf_97),
                    h(0x7f_bf_e8),
                    h(0xf2_8b_66),
                    h(0xd6_c6_f0),
                    h(0xa9_bf_b2),
                ],
            },
            Self::Ink => Colours {
                ground: [h(0x17_18_1b), h(0x2b_2d_33)],
                text: h(0xf8_f8_f6),
                muted: h(0xba_bc_c2),
                panel: h(0x1d_1f_23),
                line: h(0x4c_4f_58),
                accent: h(0xb5_46_0f),
                spark: h(0xff_8a_4a),
                series: [
                    h(0xff_8a_4a),
                    h(0xd9_dc_e2),
                    h(0x7f_b4_d8),
                    h(0xe6_c8_72),
                    h(0x9e_c7_9a),
                    h(0xc3_9b_c4),
                ],
            },
            Self::Dusk => Colours {
                ground: [h(0x23_10_2e), h(0x4a_1f_4a)],
                text: h(0xff_f7_f3),
                muted: h(0xd9_c0_d6),
                panel: h(0x2c_14_38),
                line: h(0x6b_45_70),
                accent: h(0xc2_3b_4a),
                spark: h(0xff_8f_7a),
                series: [
                    h(0xff_8f_7a),
                    h(0xf7_c9_66),
                    h(0x8f_c7_ff),
                    h(0xd7_9b_f2),
                    h(0x8f_e0_c0),
                    h(0xcf_bc_cf),
                ],
            },
        }
    }
}

/// The colours of one palette by what they are for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Colours {
    /// Above and below of the background.
    pub(crate) ground: [Colour; 2],
    /// Words on the ground and on panels.
    pub(crate) text: Colour,
    /// Less important words there.
    pub(crate) muted: Colour,
    /// Behind words that lie over pictures.
    pub(crate) panel: Colour,
    /// Thin lines and grids.
    pub(crate) line: Colour,
    /// A strong area with white words on it.
    pub(crate) accent: Colour,
    /// The same as a thin mark or large word on the ground.
    pub(crate) spark: Colour,
    /// Rows of charts, in order.
    pub(crate) series: [Colour; 6],
}

impl Colours {
    /// Words on an area of the accent.
    pub(crate) fn on_accent(&self) -> Colour {
        self.accent.readable()
    }

    /// The colour of a row of a chart.
    pub(crate) fn row(&self, number: usize) -> Colour {
        self.series.get(number % self.series.len()).copied().unwrap_or(self.spark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_on_what_lies_below() {
        for palette in Palette::ALL {
            let colours = palette.colours();
            for ground in [colours.ground[0], colours.ground[1], colours.panel] {
                for words in [colours.text, colours.muted] {
                    let contrast = words.contrast(ground);
                    assert!(contrast >= 4.5, "{palette:?}: {words:?} on {ground:?}: {contrast}");
                }
                for mark in colours.series.iter().chain([&colours.spark]) {
                    let contrast = mark.contrast(ground);
                    assert!(contrast >= 3.0, "{palette:?}: {mark:?} on {ground:?}: {contrast}");
                }
            }
            assert!(colours.on_accent().contrast(colours.accent) >= 4.5, "{palette:?}");
        }
    }
}
