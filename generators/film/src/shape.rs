//! Shapes written as SVG path data with absolute commands: `M L C Q Z`.

use tiny_skia::{Path, PathBuilder};

/// The path of a text like `M 0 0 L 10 0 Q 10 5 0 5 Z`; `None` when it draws nothing.
pub(crate) fn shape(text: &str) -> Option<Path> {
    let mut path = PathBuilder::new();
    let mut words = text.split([' ', ',', '\n']).filter(|word| !word.is_empty());
    let mut command = "";
    let mut numbers: Vec<f32> = Vec::with_capacity(6);
    loop {
        let word = words.next();
        let number = word.and_then(|word| word.parse().ok());
        match (word, number) {
            (_, Some(number)) => numbers.push(number),
            (Some("Z"), None) => path.close(),
            (Some(word), None) => (command, numbers) = (word, Vec::with_capacity(6)),
            (None, _) => return path.finish(),
        }
        match (command, numbers.as_slice()) {
            ("M", &[x, y]) => path.move_to(x, y),
            ("L", &[x, y]) => path.line_to(x, y),
            ("Q", &[a, b, x, y]) => path.quad_to(a, b, x, y),
            ("C", &[a, b, c, d, x, y]) => path.cubic_to(a, b, c, d, x, y),
            _ => continue,
        }
        numbers.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_drawn() {
        let path = shape("M 0 0 L 10 0 20 10 Q 5 20 0 10 C 1 1 2 2 3 3 Z").unwrap();
        assert_eq!(path.verbs().len(), 6);
        assert_eq!(path.bounds().right(), 20.0);
        assert!(shape("").is_none());
    }
}
