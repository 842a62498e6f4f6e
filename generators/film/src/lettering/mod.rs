//! Letters and lines: `fonts` finds a letter's shape, `breaking` cuts text into lines, and
//! [`Block::fitted`] makes it fit a width by shrinking, wrapping and at last cutting.

mod breaking;
mod fonts;

pub(crate) use fonts::{Glyph, Weight, glyph, has_letter, width};

/// What shows that text was cut.
const ELLIPSIS: char = '…';

/// Text that fits, line by line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Block {
    pub(crate) lines: Vec<String>,
    /// Height of the letters in pixels.
    pub(crate) size: f32,
    pub(crate) weight: Weight,
    /// Whether some of the text is left out.
    pub(crate) is_cut: bool,
}

/// Into what a text must fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fit {
    pub(crate) weight: Weight,
    /// The wanted height of the letters, and the least, in pixels.
    pub(crate) size: f32,
    pub(crate) size_min: f32,
    /// Width in pixels.
    pub(crate) width: f32,
    pub(crate) lines_max: usize,
}

impl Block {
    /// Lines of `text` that fit: a little smaller on one line, else wrapped, else smaller still,
    /// else cut.
    pub(crate) fn fitted(text: &str, fit: Fit) -> Self {
        let text = text.trim();
        let Fit { weight, size, size_min, width: room, lines_max } = fit;
        let size_min = size_min.min(size).max(1.0);
        let block = |lines, size, is_cut| Self { lines, size, weight, is_cut };
        if !text.contains('\n') {
            let wide = width(text, weight, size);
            let smaller = size * (room / wide.max(1e-3)).min(1.0) * 0.999;
            if wide <= room {
                return block(vec![text.to_owned()], size, false);
            }
            if smaller >= (size * 0.82).max(size_min) {
                return block(vec![text.to_owned()], smaller, false);
            }
        }
        let mut size = size;
        loop {
            let mut lines = breaking::lines(text, &|part| width(part, weight, size), room);
            if lines.len() <= lines_max {
                return block(lines, size, false);
            }
            if size <= size_min {
                lines.truncate(lines_max.max(1));
                if let Some(last) = lines.last_mut() {
                    shorten(last, weight, size, room);
                }
                return block(lines, size, true);
            }
            size = (size * 0.94).max(size_min);
        }
    }

    /// From one base line to the next, in pixels.
    pub(crate) fn leading(&self) -> f32 {
        self.size * 1.28
    }

    /// From the top of the first line to the foot of the last, in pixels.
    pub(crate) fn height(&self) -> f32 {
        self.leading() * self.lines.len() as f32
    }

    /// The width of the longest line, in pixels.
    pub(crate) fn width(&self) -> f32 {
        self.lines.iter().map(|line| width(line, self.weight, self.size)).fold(0.0, f32::max)
    }
}

/// Takes letters off the end until the line and an ellipsis fit.
fn shorten(line: &mut String, weight: Weight, size: f32, room: f32) {
    let dots = width(&ELLIPSIS.to_string(), weight, size);
    while !line.is_empty() && width(line, weight, size) + dots > room {
        line.pop();
    }
    line.truncate(line.trim_end().len());
    line.push(ELLIPSIS);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fit(width: f32, lines_max: usize) -> Fit {
        Fit { weight: Weight::Regular, size: 40.0, size_min: 20.0, width, lines_max }
    }

    #[test]
    fn text_shrinks_then_wraps_then_is_cut() {
        let words = "Rivers rise after a week of rain";
        let whole = width(words, Weight::Regular, 40.0);
        assert_eq!(Block::fitted(words, fit(whole + 1.0, 2)).size, 40.0);
        let smaller = Block::fitted(words, fit(whole * 0.9, 2));
        assert!(smaller.lines.len() == 1 && smaller.size < 40.0);
        assert_eq!(Block::fitted(words, fit(whole * 0.7, 2)).lines.len(), 2);
        let cut = Block::fitted(words, fit(whole * 0.1, 2));
        assert!(cut.is_cut && cut.lines[1].ends_with(ELLIPSIS), "{cut:?}");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_its_room(text in "[a-zA-Z ,.中文，。\n-]{0,120}", room in 60_f32..900.0, lines in 1_usize..4) {
            let block = Block::fitted(&text, fit(room, lines));
            prop_assert!(block.lines.len() <= lines);
            prop_assert!(block.width() <= room + 0.5, "{} > {room}", block.width());
        }
    }
}
