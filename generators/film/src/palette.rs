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
        match self {
            Self::Newsroom => NEWSROOM,
            Self::Daylight => DAYLIGHT,
            Self::Forest => FOREST,
            Self::Ink => INK,
            Self::Dusk => DUSK,
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

const fn h(value: u32) -> Colour {
    Colour::hex(value)
}

const NEWSROOM: Colours = Colours {
    ground: [h(0x0a1630), h(0x15305c)],
    text: h(0xffffff),
    muted: h(0xb4c3dc),
    panel: h(0x0c1b3a),
    line: h(0x3a527d),
    accent: h(0xc8162f),
    spark: h(0xff5a6e),
    series: [h(0x4fa8ff), h(0xff5a6e), h(0xffc14d), h(0x4fd6a8), h(0xb992ff), h(0x9ab0cc)],
};

const DAYLIGHT: Colours = Colours {
    ground: [h(0xf7f9fc), h(0xe2eaf4)],
    text: h(0x142036),
    muted: h(0x46556e),
    panel: h(0xffffff),
    line: h(0xb6c2d4),
    accent: h(0x0b5cad),
    spark: h(0x0b5cad),
    series: [h(0x0b5cad), h(0xc03a2b), h(0xb06f00), h(0x1c7d54), h(0x754bb8), h(0x5a677d)],
};

const FOREST: Colours = Colours {
    ground: [h(0x0d221c), h(0x1d4437)],
    text: h(0xfbfaf2),
    muted: h(0xb9cdc0),
    panel: h(0x102b23),
    line: h(0x3d6355),
    accent: h(0x8a5a08),
    spark: h(0xf0b94a),
    series: [h(0xf0b94a), h(0x6fcf97), h(0x7fbfe8), h(0xf28b66), h(0xd6c6f0), h(0xa9bfb2)],
};

const INK: Colours = Colours {
    ground: [h(0x17181b), h(0x2b2d33)],
    text: h(0xf8f8f6),
    muted: h(0xbabcc2),
    panel: h(0x1d1f23),
    line: h(0x4c4f58),
    accent: h(0xb5460f),
    spark: h(0xff8a4a),
    series: [h(0xff8a4a), h(0xd9dce2), h(0x7fb4d8), h(0xe6c872), h(0x9ec79a), h(0xc39bc4)],
};

const DUSK: Colours = Colours {
    ground: [h(0x23102e), h(0x4a1f4a)],
    text: h(0xfff7f3),
    muted: h(0xd9c0d6),
    panel: h(0x2c1438),
    line: h(0x6b4570),
    accent: h(0xc23b4a),
    spark: h(0xff8f7a),
    series: [h(0xff8f7a), h(0xf7c966), h(0x8fc7ff), h(0xd79bf2), h(0x8fe0c0), h(0xcfbccf)],
};

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
