//! The three fonts, and coverage of their letters at thirds of a pixel.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use fontdue::{Font, FontSettings};

const REGULAR: &[u8] = include_bytes!("../../../../audit/fonts/NotoSans-Regular-subset.ttf");
const BOLD: &[u8] = include_bytes!("../../../../audit/fonts/NotoSans-Bold-subset.ttf");
const WIDE: &[u8] = include_bytes!("../../../../audit/fonts/DroidSansFallback-subset.ttf");
/// How many letters are kept; then all are drawn anew.
const KEPT_MAX: usize = 6000;
/// How much wider bold strokes of the third font are, in parts of the size.
const SMEAR: f32 = 0.028;

/// How thick letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// A letter as coverage, three samples a pixel across.
#[derive(Debug)]
pub(crate) struct Glyph {
    /// Width in thirds of a pixel, and height in pixels.
    pub(crate) size: (usize, usize),
    /// From the pen to the left side, and from the base line up to the foot, in pixels.
    pub(crate) offset: (i32, i32),
    pub(crate) coverage: Vec<u8>,
}

/// The font, the letter in it, the bits of its size, and whether it is made bold.
type Key = (usize, u16, u32, bool);

struct Fonts {
    faces: Vec<Font>,
    kept: RwLock<HashMap<Key, Arc<Glyph>>>,
}

static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    let settings = || FontSettings { collection_index: 0, scale: 48.0, load_substitutions: false };
    // All three are part of the program; a test reads them.
    let faces = [REGULAR, BOLD, WIDE].into_iter();
    let faces = faces.filter_map(|bytes| Font::from_bytes(bytes, settings()).ok()).collect();
    Fonts { faces, kept: RwLock::default() }
});

/// The font that has a letter, and whether it must be made bold.
fn face(letter: char, weight: Weight) -> Option<(usize, &'static Font, bool)> {
    let order = match weight {
        Weight::Regular => [(0, false), (2, false)],
        Weight::Bold => [(1, false), (2, true)],
    };
    order.into_iter().find_map(|(number, is_smeared)| {
        let font = FONTS.faces.get(number)?;
        font.has_glyph(letter).then_some((number, font, is_smeared))
    })
}

/// Whether some font has a letter.
pub(crate) fn has_letter(letter: char) -> bool {
    letter.is_whitespace() || face(letter, Weight::Regular).is_some()
}

/// How far the pen moves for a letter, in pixels.
pub(super) fn advance(letter: char, weight: Weight, size: f32) -> f32 {
    face(letter, weight).map_or(size * 0.7, |(_, font, _)| font.metrics(letter, size).advance_width)
}

/// How wide a line is, in pixels.
pub(crate) fn width(line: &str, weight: Weight, size: f32) -> f32 {
    line.chars().map(|letter| advance(letter, weight, size)).sum()
}

/// A letter's coverage and how far the pen moves; `None` for the coverage when no font has it.
pub(crate) fn glyph(letter: char, weight: Weight, size: f32) -> (Option<Arc<Glyph>>, f32) {
    let Some((number, font, is_smeared)) = face(letter, weight) else {
        return (None, advance(letter, weight, size));
    };
    let moved = font.metrics(letter, size).advance_width;
    let key = (number, font.lookup_glyph_index(letter), size.to_bits(), is_smeared);
    let kept = FONTS.kept.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    if let Some(glyph) = kept {
        return (Some(glyph), moved);
    }
    let glyph = Arc::new(drawn(font, letter, size, is_smeared));
    let mut kept = FONTS.kept.write().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= KEPT_MAX {
        kept.clear();
    }
    kept.insert(key, Arc::clone(&glyph));
    (Some(glyph), moved)
}

fn drawn(font: &Font, letter: char, size: f32, is_smeared: bool) -> Glyph {
    let (metrics, coverage) = font.rasterize_subpixel(letter, size);
    let wide = metrics.width * 3;
    let extra = if is_smeared { (size * SMEAR * 3.0).round() as usize } else { 0 };
    let mut smeared = Vec::with_capacity((wide + extra) * metrics.height);
    for row in coverage.chunks_exact(wide.max(1)) {
        smeared.extend((0..wide + extra).map(|at| {
            let from = at.saturating_sub(extra);
            row.iter().take(at + 1).skip(from).copied().max().unwrap_or(0)
        }));
    }
    Glyph {
        size: (wide + extra, metrics.height),
        offset: (metrics.xmin, metrics.ymin),
        coverage: smeared,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_fonts_are_read() {
        assert_eq!(FONTS.faces.len(), 3);
        for letter in "Aé–…0%中国新闻。".chars() {
            assert!(has_letter(letter), "{letter}");
        }
        assert!(!has_letter('\u{1f600}'));
    }

    #[test]
    fn bold_is_wider() {
        let ink = |weight| {
            let glyph = glyph('中', weight, 40.0).0.unwrap();
            glyph.coverage.iter().map(|c| u64::from(*c)).sum::<u64>()
        };
        assert!(ink(Weight::Bold) > ink(Weight::Regular) * 11 / 10);
        assert!(glyph('中', Weight::Bold, 40.0).1 == glyph('中', Weight::Regular, 40.0).1);
    }
}
