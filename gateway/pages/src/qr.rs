//! An address as a QR code: a drawing that is shown as a picture.

use std::fmt::Write as _;

use fast_qr::{ECL, QRBuilder};

/// Light modules around the code, as the standard asks.
const QUIET: usize = 4;

/// A `data:` address of an SVG drawing; `None` where the text is too long for a code.
pub(crate) fn drawn(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let side = code.size + 2 * QUIET;
    let mut path = String::new();
    for row in 0..code.size {
        for column in 0..code.size {
            if code[row].get(column)?.value() {
                // Writing into a string does not fail.
                write!(path, "M{} {}h1v1h-1z", column + QUIET, row + QUIET).ok()?;
            }
        }
    }
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {side} {side}' shape-rendering='crispEdges'>\
         <path fill='%23fff' d='M0 0h{side}v{side}H0z'/><path d='{path}'/></svg>"
    );
    Some(format!("data:image/svg+xml,{}", svg.replace('<', "%3C").replace('>', "%3E")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_address_has_a_larger_code() {
        let (short, long) =
            (drawn("https://a.example/x").unwrap(), drawn(&"x".repeat(200)).unwrap());
        assert!(short.starts_with("data:image/svg+xml,%3Csvg") && short.len() < long.len());
        assert_eq!(drawn(&"x".repeat(10_000)), None);
    }
}
