//! Registers of 256 bits: of AVX2, or of plain numbers that give the same results.

use pulp::cast;

/// Arithmetic on 32 bytes, 16 short or 8 long integers, and on 8 floats.
pub(super) trait Lanes: Copy {
    /// Integers; how long they are is up to each operation.
    type Whole: Copy;
    type Floats: Copy;

    fn bytes(self, bytes: [u8; 32]) -> Self::Whole;
    /// The same 32 bits in each lane.
    fn word(self, word: i32) -> Self::Whole;
    /// Signed bytes as short integers.
    fn widen(self, bytes: [u8; 16]) -> Self::Whole;
    /// Moves the bits of short integers up, or down where `by` is negative.
    fn shift<const BY: i32>(self, a: Self::Whole) -> Self::Whole;
    fn and(self, a: Self::Whole, b: Self::Whole) -> Self::Whole;
    fn or(self, a: Self::Whole, b: Self::Whole) -> Self::Whole;
    /// The first short integer of each long one, twice; with `SECOND` the second.
    fn twice<const SECOND: bool>(self, a: Self::Whole) -> Self::Whole;
    fn add_short(self, a: Self::Whole, b: Self::Whole) -> Self::Whole;
    fn add_long(self, a: Self::Whole, b: Self::Whole) -> Self::Whole;
    fn subtract_long(self, a: Self::Whole, b: Self::Whole) -> Self::Whole;
    /// Unsigned bytes times signed ones, two products to a short integer; the caller sees to it
    /// that none is beyond its range.
    fn dot_bytes(self, unsigned: Self::Whole, signed: Self::Whole) -> Self::Whole;
    /// Short integers times short integers, two products to a long one.
    fn dot_shorts(self, a: Self::Whole, b: Self::Whole) -> Self::Whole;
    /// Long integers as floats.
    fn floats(self, a: Self::Whole) -> Self::Floats;
    fn load(self, floats: [f32; 8]) -> Self::Floats;
    fn store(self, floats: Self::Floats) -> [f32; 8];
    fn splat(self, float: f32) -> Self::Floats;
    fn add(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn subtract(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn multiply(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{__m256, __m256i};

    use pulp::{cast, x86::V3};

    impl super::Lanes for V3 {
        type Whole = __m256i;
        type Floats = __m256;

        #[inline(always)]
        fn bytes(self, bytes: [u8; 32]) -> __m256i {
            cast(bytes)
        }

        #[inline(always)]
        fn word(self, word: i32) -> __m256i {
            self.avx._mm256_set1_epi32(word)
        }

        #[inline(always)]
        fn widen(self, bytes: [u8; 16]) -> __m256i {
            self.avx2._mm256_cvtepi8_epi16(cast(bytes))
        }

        #[inline(always)]
        fn shift<const BY: i32>(self, a: __m256i) -> __m256i {
            match BY {
                5 => self.avx2._mm256_slli_epi16::<5>(a),
                4 => self.avx2._mm256_slli_epi16::<4>(a),
                2 => self.avx2._mm256_slli_epi16::<2>(a),
                -2 => self.avx2._mm256_srli_epi16::<2>(a),
                -4 => self.avx2._mm256_srli_epi16::<4>(a),
                _ => a,
            }
        }

        #[inline(always)]
        fn and(self, a: __m256i, b: __m256i) -> __m256i {
            self.avx2._mm256_and_si256(a, b)
        }

        #[inline(always)]
        fn or(self, a: __m256i, b: __m256i) -> __m256i {
            self.avx2._mm256_or_si256(a, b)
        }

        #[inline(always)]
        fn twice<const SECOND: bool>(self, a: __m256i) -> __m256i {
            let from = if SECOND { 0x0706_0706_0302_0302 } else { 0x0504_0504_0100_0100_u64 };
            let upper = from + 0x0808_0808_0808_0808;
            self.avx2._mm256_shuffle_epi8(a, cast([from, upper, from, upper]))
        }

        #[inline(always)]
        fn add_short(self, a: __m256i, b: __m256i) -> __m256i {
            self.avx2._mm256_add_epi16(a, b)
        }

        #[inline(always)]
        fn add_long(self, a: __m256i, b: __m256i) -> __m256i {
            self.avx2._mm256_add_epi32(a, b)
        }

        #[inline(always)]
        fn subtract_long(self, a: __m256i, b: __m256i) -> __m256i {
            self.avx2._mm256_sub_epi32(a, b)
        }

        #[inline(always)]
        fn dot_bytes(self, unsigned: __m256i, signed: __m256i) -> __m256i {
            self.avx2._mm256_maddubs_epi16(unsigned, signed)
        }

        #[inline(always)]
        fn dot_shorts(self, a: __m256i, b: __m256i) -> __m256i {
            self.avx2._mm256_madd_epi16(a, b)
        }

        #[inline(always)]
        fn floats(self, a: __m256i) -> __m256 {
            self.avx._mm256_cvtepi32_ps(a)
        }

        #[inline(always)]
        fn load(self, floats: [f32; 8]) -> __m256 {
            cast(floats)
        }

        #[inline(always)]
        fn store(self, floats: __m256) -> [f32; 8] {
            cast(floats)
        }

        #[inline(always)]
        fn splat(self, float: f32) -> __m256 {
            self.avx._mm256_set1_ps(float)
        }

        #[inline(always)]
        fn add(self, a: __m256, b: __m256) -> __m256 {
            self.avx._mm256_add_ps(a, b)
        }

        #[inline(always)]
        fn subtract(self, a: __m256, b: __m256) -> __m256 {
            self.avx._mm256_sub_ps(a, b)
        }

        #[inline(always)]
        fn multiply(self, a: __m256, b: __m256) -> __m256 {
            self.avx._mm256_mul_ps(a, b)
        }
    }
}

/// Number by number, on any processor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plain;

/// Short integers, each of two of the same place.
fn shorts(a: [u8; 32], b: [u8; 32], of: impl Fn(i16, i16) -> i16) -> [u8; 32] {
    let (mut a, b): ([i16; 16], [i16; 16]) = (cast(a), cast(b));
    a.iter_mut().zip(b).for_each(|(a, b)| *a = of(*a, b));
    cast(a)
}

fn longs(a: [u8; 32], b: [u8; 32], of: impl Fn(i32, i32) -> i32) -> [u8; 32] {
    let (mut a, b): ([i32; 8], [i32; 8]) = (cast(a), cast(b));
    a.iter_mut().zip(b).for_each(|(a, b)| *a = of(*a, b));
    cast(a)
}

fn floats(mut a: [f32; 8], b: [f32; 8], of: impl Fn(f32, f32) -> f32) -> [f32; 8] {
    a.iter_mut().zip(b).for_each(|(a, b)| *a = of(*a, b));
    a
}

impl Lanes for Plain {
    type Whole = [u8; 32];
    type Floats = [f32; 8];

    fn bytes(self, bytes: [u8; 32]) -> [u8; 32] {
        bytes
    }

    fn word(self, word: i32) -> [u8; 32] {
        cast([word; 8])
    }

    fn widen(self, bytes: [u8; 16]) -> [u8; 32] {
        cast(bytes.map(|byte| i16::from(byte.cast_signed())))
    }

    fn shift<const BY: i32>(self, a: [u8; 32]) -> [u8; 32] {
        let shorts: [u16; 16] = cast(a);
        cast(shorts.map(|short| if BY > 0 { short << BY } else { short >> -BY }))
    }

    fn and(self, a: [u8; 32], b: [u8; 32]) -> [u8; 32] {
        longs(a, b, |a, b| a & b)
    }

    fn or(self, a: [u8; 32], b: [u8; 32]) -> [u8; 32] {
        longs(a, b, |a, b| a | b)
    }

    fn twice<const SECOND: bool>(self, a: [u8; 32]) -> [u8; 32] {
        let pairs: [[i16; 2]; 8] = cast(a);
        cast(pairs.map(|[first, second]| if SECOND { [second; 2] } else { [first; 2] }))
    }

    fn add_short(self, a: [u8; 32], b: [u8; 32]) -> [u8; 32] {
        shorts(a, b, i16::wrapping_add)
    }

    fn add_long(self, a: [u8; 32], b: [u8; 32]) -> [u8; 32] {
        longs(a, b, i32::wrapping_add)
    }

    fn subtract_long(self, a: [u8; 32], b: [u8; 32]) -> [u8; 32] {
        longs(a, b, i32::wrapping_sub)
    }

    fn dot_bytes(self, unsigned: [u8; 32], signed: [u8; 32]) -> [u8; 32] {
        let (pairs, signed): ([[u8; 2]; 16], [[i8; 2]; 16]) = (cast(unsigned), cast(signed));
        let mut dots = [0; 16];
        for ((dot, [a, b]), [c, d]) in dots.iter_mut().zip(pairs).zip(signed) {
            let (a, b, c, d) = (i16::from(a), i16::from(b), i16::from(c), i16::from(d));
            *dot = (a * c).saturating_add(b * d);
        }
        cast(dots)
    }

    fn dot_shorts(self, a: [u8; 32], b: [u8; 32]) -> [u8; 32] {
        let (a, b): ([[i16; 2]; 8], [[i16; 2]; 8]) = (cast(a), cast(b));
        let mut dots = [0; 8];
        for ((dot, [a, b]), [c, d]) in dots.iter_mut().zip(a).zip(b) {
            *dot = (i32::from(a) * i32::from(c)).wrapping_add(i32::from(b) * i32::from(d));
        }
        cast(dots)
    }

    fn floats(self, a: [u8; 32]) -> [f32; 8] {
        let longs: [i32; 8] = cast(a);
        longs.map(|long| long as f32)
    }

    fn load(self, floats: [f32; 8]) -> [f32; 8] {
        floats
    }

    fn store(self, floats: [f32; 8]) -> [f32; 8] {
        floats
    }

    fn splat(self, float: f32) -> [f32; 8] {
        [float; 8]
    }

    fn add(self, a: [f32; 8], b: [f32; 8]) -> [f32; 8] {
        floats(a, b, |a, b| a + b)
    }

    fn subtract(self, a: [f32; 8], b: [f32; 8]) -> [f32; 8] {
        floats(a, b, |a, b| a - b)
    }

    fn multiply(self, a: [f32; 8], b: [f32; 8]) -> [f32; 8] {
        floats(a, b, |a, b| a * b)
    }
}
