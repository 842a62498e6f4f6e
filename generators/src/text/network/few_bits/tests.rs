use candle_core::{Device, Tensor, quantized::QTensor};
use proptest::prelude::*;
use pulp::NullaryFnOnce as _;

use super::{
    activations::tiles,
    format::{Format, Panel},
    lanes::Plain,
    panels::Band,
    *,
};

const KINDS: [GgmlDType; 3] = [GgmlDType::Q8_0, GgmlDType::Q4K, GgmlDType::Q6K];

/// Numbers that are neither round nor all alike.
fn numbers(count: usize, step: f32) -> Vec<f32> {
    (0..count).map(|index| (index as f32 * step).sin() * (1.0 + (index % 7) as f32)).collect()
}

/// A matrix as candle stores it, and the floats for which it stands.
fn matrix(kind: GgmlDType, rows: usize, columns: usize) -> (FewBits, Vec<f32>) {
    let tensor =
        Tensor::from_vec(numbers(rows * columns, 0.37), (rows, columns), &Device::Cpu).unwrap();
    let stored = QTensor::quantize(&tensor, kind).unwrap();
    let floats = stored.dequantize(&Device::Cpu).unwrap().flatten_all().unwrap().to_vec1().unwrap();
    (FewBits::new(kind, &stored.data().unwrap(), (rows, columns)).unwrap(), floats)
}

/// What the rounded activations stand for.
fn rounded(x: &[f32], block: usize) -> Vec<f64> {
    let one = |block: &[f32]| -> Vec<f64> {
        let largest = block.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
        let scale = f64::from(largest / 127.0);
        let whole = |x: &f32| (f64::from(*x * (1.0 / (largest / 127.0)))).round_ties_even();
        block.iter().map(|x| whole(x) * scale).collect()
    };
    x.chunks(block).flat_map(one).collect()
}

#[test]
fn every_row_is_read_as_candle_reads_it() {
    for kind in KINDS {
        let (matrix, floats) = matrix(kind, 21, 512);
        for (index, expected) in floats.chunks(512).enumerate() {
            let mut row = vec![0.0; 512];
            matrix.row(index, &mut row);
            assert_eq!(row, expected, "{kind:?} {index}");
        }
    }
}

#[test]
fn every_number_is_the_dot_product_of_what_was_rounded() {
    for kind in KINDS {
        let (matrix, floats) = matrix(kind, 37, 768);
        let x = numbers(3 * 768, 0.11);
        let found = matrix.product(&x);
        let block = if kind == GgmlDType::Q8_0 { 32 } else { 256 };
        for (x, found) in x.chunks(768).zip(found.chunks(37)) {
            let x = rounded(x, block);
            for (weights, found) in floats.chunks(768).zip(found) {
                let terms = || weights.iter().zip(&x).map(|(a, b)| f64::from(*a) * b);
                let (exact, size): (f64, f64) = (terms().sum(), terms().map(f64::abs).sum());
                let off = (exact - f64::from(*found)).abs();
                assert!(off < size * 1e-6, "{kind:?}: {found} for {exact}");
            }
        }
    }
}

#[test]
fn the_largest_numbers_stay_within_the_registers() {
    for (kind, bytes) in [(GgmlDType::Q8_0, 34), (GgmlDType::Q4K, 144), (GgmlDType::Q6K, 210)] {
        let block = if kind == GgmlDType::Q8_0 { 32 } else { 256 };
        for byte in [0x80, 0xff] {
            let mut stored = vec![byte; bytes];
            // A scale of 1, wherever it lies.
            let places: &[usize] = match kind {
                GgmlDType::Q8_0 => &[0],
                GgmlDType::Q4K => &[0, 2],
                _ => &[208],
            };
            places.iter().for_each(|at| stored[*at..at + 2].copy_from_slice(&[0, 0x3c]));
            let matrix = FewBits::new(kind, &stored, (1, block)).unwrap();
            let mut row = vec![0.0; block];
            matrix.row(0, &mut row);
            for x in [vec![1.0_f32; block], vec![-1.0; block]] {
                let exact: f64 = row.iter().zip(&x).map(|(a, b)| f64::from(a * b)).sum();
                let found = f64::from(matrix.product(&x)[0]);
                assert!((exact - found).abs() <= exact.abs() * 1e-5, "{kind:?}: {found} {exact}");
            }
        }
    }
}

#[test]
fn what_is_not_a_number_stays_visible() {
    for kind in KINDS {
        let (matrix, _) = matrix(kind, 9, 256);
        for spoilt in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut x = numbers(512, 0.2);
            x[300] = spoilt;
            let found = matrix.product(&x);
            assert!(found[..9].iter().all(|x| x.is_finite()), "{kind:?}");
            assert!(found[9..].iter().all(|x| x.is_nan()), "{kind:?}");
        }
    }
}

#[test]
fn a_matrix_takes_hardly_more_than_in_its_file() {
    fn check<F: Format>(most: f64) {
        let held = size_of::<F::Block>() + 2 * F::SCALES;
        assert!(held as f64 <= most * (F::LANES * F::BYTES) as f64);
    }
    check::<Q8_0>(1.0);
    check::<Q4K>(1.03);
    check::<Q6K>(1.0);
}

#[test]
fn bytes_that_do_not_fit_the_shape_are_not_taken() {
    for (bytes, shape) in [(33, (1, 32)), (34, (1, 33)), (34, (2, 32)), (68, (1, 32)), (0, (1, 0))]
    {
        assert!(FewBits::new(GgmlDType::Q8_0, &vec![0; bytes], shape).is_none());
    }
    assert!(FewBits::new(GgmlDType::Q5K, &[0; 176], (1, 256)).is_none());
}

/// The numbers of the first panel, with registers or without.
fn band<F: Format>(stored: &[u8], x: &[f32], columns: usize) -> [Vec<f32>; 2] {
    let panels = Panels::<F>::new(stored, (F::LANES, columns)).unwrap();
    let tiles = tiles(x, columns, F::STYLE);
    let rows = x.len() / columns;
    let mut plain = vec![0.0; F::LANES * rows];
    let (blocks, scales) = panels.parts();
    let panel = Panel { blocks, scales: &scales };
    Band::<_, F> { lanes: Plain, panel, tiles: &tiles, out: &mut plain }.call();
    [panels.product(x, columns), plain]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_number_is_the_same_alone_and_in_every_batch(
        kind in prop::sample::select(KINDS.to_vec()),
        outputs in 1_usize..40,
        blocks in 1_usize..4,
        rows in 1_usize..12,
        step in 0.01_f32..3.0,
    ) {
        let columns = 256 * blocks;
        let (matrix, _) = matrix(kind, outputs, columns);
        let x = numbers(rows * columns, step);
        let all = matrix.product(&x);
        for (x, expected) in x.chunks(columns).zip(all.chunks(outputs)) {
            prop_assert_eq!(&matrix.product(x)[..], expected);
        }
        for some in [2, 3, 7] {
            let parts: Vec<f32> =
                x.chunks(some * columns).flat_map(|x| matrix.product(x)).collect();
            prop_assert_eq!(&parts, &all);
        }
    }

    #[test]
    fn every_processor_gives_the_same_numbers(
        bytes in prop::collection::vec(any::<u8>(), 16 * 210),
        rows in 1_usize..6,
        step in 0.01_f32..3.0,
    ) {
        let finite = |mut bytes: Vec<u8>, length: usize, scales: &[usize]| {
            for block in bytes.chunks_exact_mut(length) {
                // The exponent of a half that is no number has all bits.
                scales.iter().for_each(|at| block[at + 1] &= 0xbf);
            }
            bytes
        };
        let x = numbers(rows * 256, step);
        let stored = finite(bytes[..8 * 144].to_vec(), 144, &[0, 2]);
        let [found, plain] = band::<Q4K>(&stored, &x, 256);
        prop_assert_eq!(found, plain);
        let stored = finite(bytes[..8 * 210].to_vec(), 210, &[208]);
        let [found, plain] = band::<Q6K>(&stored, &x, 256);
        prop_assert_eq!(found, plain);
        let stored = finite(bytes[..16 * 34].to_vec(), 34, &[0]);
        let [found, plain] = band::<Q8_0>(&stored, &x[..rows * 32], 32);
        prop_assert_eq!(found, plain);
    }

    #[test]
    fn joined_matrices_give_their_numbers_side_by_side(
        kind in prop::sample::select(KINDS.to_vec()),
        panels in 1_usize..3,
        below in 1_usize..20,
    ) {
        let (above, below) = (matrix(kind, 16 * panels, 256).0, matrix(kind, below, 256).0);
        let x = numbers(256, 0.7);
        let joined = above.joined(&below).unwrap().product(&x);
        prop_assert_eq!(joined, [above.product(&x), below.product(&x)].concat());
    }
}
