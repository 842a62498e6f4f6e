//! Strings and numbers, byte by byte.

/// Digits before the point: integers stay exact in every reader.
const INTEGER_DIGITS_MAX: u8 = 15;
/// Digits after the point.
const FRACTION_DIGITS_MAX: u8 = 17;
/// Digits of the exponent: no reader overflows.
const EXPONENT_DIGITS_MAX: u8 = 2;

/// Inside a string, after its opening quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InString {
    /// Between two characters.
    Plain,
    /// After a backslash.
    Escape,
    /// So many hexadecimal digits are missing; the second may have to be small.
    Hex { left: u8, small: bool },
    /// So many bytes of a character are missing, and the bounds of the next.
    Character { left: u8, low: u8, high: u8 },
}

/// What a byte does to a string.
pub(super) enum Next<T> {
    /// It goes on.
    On(T),
    /// It ends with this byte.
    End,
    /// The byte does not fit.
    Wrong,
}

impl InString {
    pub(super) const fn push(self, byte: u8) -> Next<Self> {
        match (self, byte) {
            (Self::Plain, b'"') => Next::End,
            (Self::Plain, b'\\') => Next::On(Self::Escape),
            (Self::Plain, 0x20..=0x7e)
            | (Self::Escape, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                Next::On(Self::Plain)
            }
            (Self::Plain, byte) => Self::lead(byte),
            (Self::Escape, b'u') => Next::On(Self::Hex { left: 4, small: false }),
            (Self::Hex { left, small }, byte) => Self::digit(left, small, byte),
            (Self::Character { left, low, high }, byte) if byte >= low && byte <= high => {
                if left == 1 {
                    Next::On(Self::Plain)
                } else {
                    Next::On(Self::Character { left: left - 1, low: 0x80, high: 0xbf })
                }
            }
            _ => Next::Wrong,
        }
    }

    /// The first byte of a character (Unicode, table 3-7).
    const fn lead(byte: u8) -> Next<Self> {
        let (left, low, high) = match byte {
            0xc2..=0xdf => (1, 0x80, 0xbf),
            0xe0 => (2, 0xa0, 0xbf),
            0xed => (2, 0x80, 0x9f),
            0xe1..=0xef => (2, 0x80, 0xbf),
            0xf0 => (3, 0x90, 0xbf),
            0xf1..=0xf3 => (3, 0x80, 0xbf),
            0xf4 => (3, 0x80, 0x8f),
            _ => return Next::Wrong,
        };
        Next::On(Self::Character { left, low, high })
    }

    /// Halves of characters (D800–DFFF) are not written: alone they are no text.
    const fn digit(left: u8, small: bool, byte: u8) -> Next<Self> {
        if !byte.is_ascii_hexdigit() || (small && !matches!(byte, b'0'..=b'7')) {
            return Next::Wrong;
        }
        if left == 1 {
            return Next::On(Self::Plain);
        }
        let small = left == 4 && matches!(byte, b'd' | b'D');
        Next::On(Self::Hex { left: left - 1, small })
    }

    /// The byte that leads to the end soonest.
    pub(super) const fn closing(self) -> u8 {
        match self {
            Self::Plain => b'"',
            Self::Escape => b'n',
            Self::Hex { .. } => b'0',
            Self::Character { low, .. } => low,
        }
    }
}

/// Inside a number, with the digits of its present part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InNumber {
    Minus,
    Zero,
    Integer(u8),
    Point,
    Fraction(u8),
    Exponent,
    Sign,
    Power(u8),
}

impl InNumber {
    /// After the first byte of a number.
    pub(super) const fn begin(byte: u8) -> Option<Self> {
        match byte {
            b'-' => Some(Self::Minus),
            b'0' => Some(Self::Zero),
            b'1'..=b'9' => Some(Self::Integer(1)),
            _ => None,
        }
    }

    /// After one more byte; `None` when it is not part of the number.
    pub(super) const fn push(self, byte: u8, whole: bool) -> Option<Self> {
        match (self, byte) {
            // Readers take the whole number −0 for a fraction.
            (Self::Minus, b'0') if !whole => Some(Self::Zero),
            (Self::Minus, b'1'..=b'9') => Some(Self::Integer(1)),
            (Self::Integer(digits), b'0'..=b'9') if digits < INTEGER_DIGITS_MAX => {
                Some(Self::Integer(digits + 1))
            }
            (Self::Zero | Self::Integer(_), b'.') if !whole => Some(Self::Point),
            (Self::Zero | Self::Integer(_) | Self::Fraction(_), b'e' | b'E') if !whole => {
                Some(Self::Exponent)
            }
            (Self::Point, b'0'..=b'9') => Some(Self::Fraction(1)),
            (Self::Fraction(digits), b'0'..=b'9') if digits < FRACTION_DIGITS_MAX => {
                Some(Self::Fraction(digits + 1))
            }
            (Self::Exponent, b'+' | b'-') => Some(Self::Sign),
            (Self::Exponent | Self::Sign, b'0'..=b'9') => Some(Self::Power(1)),
            (Self::Power(digits), b'0'..=b'9') if digits < EXPONENT_DIGITS_MAX => {
                Some(Self::Power(digits + 1))
            }
            _ => None,
        }
    }

    /// The byte that leads to an end.
    pub(super) const fn closing(self) -> u8 {
        if matches!(self, Self::Minus) { b'1' } else { b'0' }
    }

    /// Whether it may end here.
    pub(super) const fn is_whole(self) -> bool {
        matches!(self, Self::Zero | Self::Integer(_) | Self::Fraction(_) | Self::Power(_))
    }
}
