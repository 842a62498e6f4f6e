//! Matrices in the number formats of weight files, and linear maps of them.

use std::{borrow::Cow, sync::Arc};

use candle_core::{
    CpuStorage, Device, Module as _, Storage, Tensor,
    quantized::{GgmlDType, QMatMul, QStorage, QTensor},
};
use half::f16;

use super::{
    few_bits::FewBits,
    product::{Floats, product},
};
use crate::{
    GeneratorError,
    weights::{Kind, Stored},
};

/// Shorter rows than the longest block of any format are widened: arithmetic on few bits would
/// gain nothing there.
const SHORT: usize = 256;

/// A matrix in memory as it was stored: a row for each output.
#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    numbers: Numbers,
    rows: usize,
    columns: usize,
}

#[derive(Debug, Clone)]
enum Numbers {
    F32(Arc<Vec<f32>>),
    F16(Arc<Vec<f16>>),
    Bf16(Arc<Vec<u16>>),
    FewBits(Arc<FewBits>),
    /// Formats without products of ours.
    Quantised(Arc<QTensor>),
}

impl Matrix {
    /// Takes over a tensor of two dimensions.
    ///
    /// # Errors
    /// [`GeneratorError::Unsupported`] when it has another form.
    pub(crate) fn new(stored: Stored) -> Result<Self, GeneratorError> {
        let [rows, columns] = *stored.shape.as_slice() else {
            let reason = format!("a matrix is stored with the shape {:?}", stored.shape);
            return Err(GeneratorError::Unsupported { reason });
        };
        let numbers = match stored.kind {
            Kind::F32 => Numbers::F32(Arc::new(stored.floats())),
            Kind::F16 => Numbers::F16(Arc::new(stored.halves().map(f16::from_bits).collect())),
            Kind::Bf16 => Numbers::Bf16(Arc::new(stored.halves().collect())),
            Kind::Ggml(kind) if columns >= SHORT && FewBits::has(kind) => {
                let wrong = || GeneratorError::Unsupported {
                    reason: format!("a matrix of {rows} × {columns} does not fit its bytes"),
                };
                let numbers = FewBits::new(kind, &stored.bytes, (rows, columns));
                Numbers::FewBits(Arc::new(numbers.ok_or_else(wrong)?))
            }
            Kind::Ggml(kind) => {
                let storage = QStorage::from_data(Cow::Owned(stored.bytes), &Device::Cpu, kind)?;
                let tensor = QTensor::new(storage, (rows, columns))?;
                if columns < SHORT {
                    Numbers::F32(Arc::new(
                        tensor.dequantize(&Device::Cpu)?.flatten_all()?.to_vec1()?,
                    ))
                } else {
                    Numbers::Quantised(Arc::new(tensor))
                }
            }
        };
        Ok(Self { numbers, rows, columns })
    }

    fn floats(&self) -> Option<Floats<'_>> {
        match &self.numbers {
            Numbers::F32(floats) => Some(Floats::F32(floats)),
            Numbers::F16(floats) => Some(Floats::F16(floats)),
            Numbers::Bf16(floats) => Some(Floats::Bf16(floats)),
            Numbers::FewBits(_) | Numbers::Quantised(_) => None,
        }
    }

    /// Writes row `index` as 32-bit floats.
    pub(crate) fn row(&self, index: usize, to: &mut [f32]) -> Result<(), GeneratorError> {
        if index >= self.rows {
            let reason = format!("a token {index} where the network knows {} tokens", self.rows);
            return Err(GeneratorError::Failed(reason));
        }
        let tensor = match &self.numbers {
            Numbers::Quantised(tensor) => tensor,
            Numbers::FewBits(numbers) => {
                numbers.row(index, to);
                return Ok(());
            }
            _ => {
                if let Some(floats) = self.floats() {
                    floats.widen(index * self.columns, to);
                }
                return Ok(());
            }
        };
        let bytes = tensor.data()?;
        let length = bytes.len() / self.rows;
        let row = bytes.get(index * length..(index + 1) * length).unwrap_or_default();
        let storage = QStorage::from_data(Cow::Borrowed(row), &Device::Cpu, tensor.dtype())?;
        let row = QTensor::new(storage, self.columns)?.dequantize(&Device::Cpu)?;
        to.copy_from_slice(&row.to_vec1::<f32>()?);
        Ok(())
    }

    /// `x` · selfᵗ for rows of `x`.
    fn product(&self, x: &Input) -> Result<Vec<f32>, GeneratorError> {
        match (&self.numbers, self.floats(), &x.tensor) {
            (Numbers::FewBits(numbers), ..) => Ok(numbers.product(&x.floats)),
            (Numbers::Quantised(tensor), _, Some(x)) => quantised(tensor, x),
            (_, Some(weights), _) => Ok(product(weights, &x.floats, self.columns)),
            _ => Err(GeneratorError::Failed("a product without its rows".to_owned())),
        }
    }

    /// As the products of candle want it.
    const fn quantised(&self) -> Option<&Arc<QTensor>> {
        match &self.numbers {
            Numbers::Quantised(tensor) => Some(tensor),
            _ => None,
        }
    }
}

/// A product of candle in few bits, row by row the same whatever the number of rows.
///
/// candle has other kernels for one row of Q6_K and for 32 rows and more of Q4_K, which add up in
/// another order. The kernel for several maps of one input has no such exceptions but that it
/// leaves out a single row of Q6_K; two rows are not left out.
fn quantised(tensor: &Arc<QTensor>, x: &Tensor) -> Result<Vec<f32>, GeneratorError> {
    let rows = x.dim(0)?;
    let lone = rows == 1 && tensor.dtype() == GgmlDType::Q6K;
    let x = if lone { Tensor::cat(&[x, x], 0)? } else { x.clone() };
    let result = match QTensor::gemv_fused_shared_lhs(&[tensor], &x)? {
        Some(mut results) if results.len() == 1 => results.swap_remove(0),
        _ => QMatMul::QTensor(Arc::clone(tensor)).forward(&x)?,
    };
    let mut numbers = numbers(&result)?;
    if lone {
        numbers.truncate(numbers.len() / 2);
    }
    Ok(numbers)
}

/// Rows that a map is applied to, in the forms that its matrices want.
struct Input {
    floats: Vec<f32>,
    tensor: Option<Tensor>,
}

impl Input {
    fn new(x: Vec<f32>, parts: &[Matrix], columns: usize) -> Result<Self, GeneratorError> {
        let shape = (x.len() / columns, columns);
        let quantised = parts.iter().filter(|part| part.quantised().is_some()).count();
        if quantised == 0 {
            return Ok(Self { floats: x, tensor: None });
        }
        let floats = if quantised < parts.len() { x.clone() } else { Vec::new() };
        Ok(Self { floats, tensor: Some(Tensor::from_vec(x, shape, &Device::Cpu)?) })
    }
}

fn numbers(tensor: &Tensor) -> Result<Vec<f32>, GeneratorError> {
    let (storage, layout) = tensor.storage_and_layout();
    if let Storage::Cpu(CpuStorage::F32(all)) = &*storage
        && let Some((from, to)) = layout.contiguous_offsets()
        && let Some(numbers) = all.get(from..to)
    {
        return Ok(numbers.to_vec());
    }
    Ok(tensor.flatten_all()?.to_vec1()?)
}

/// A linear map: one or more matrices side by side, and a bias.
#[derive(Debug)]
pub(crate) struct Linear {
    parts: Vec<Matrix>,
    bias: Option<Vec<f32>>,
}

impl Linear {
    /// Puts the outputs of `parts` side by side; all have the same number of columns.
    pub(crate) fn new(parts: Vec<Matrix>, bias: Option<Vec<f32>>) -> Self {
        Self { parts: merged(parts), bias }
    }

    /// Numbers of a row of the result.
    pub(crate) fn outputs(&self) -> usize {
        self.parts.iter().map(|part| part.rows).sum()
    }

    /// Applies the map to each row of `x`. Every row of the result depends on its row alone.
    pub(crate) fn forward(&self, x: Vec<f32>) -> Result<Vec<f32>, GeneratorError> {
        let columns = self.parts.first().map_or(1, |part| part.columns);
        let rows = x.len() / columns;
        let x = Input::new(x, &self.parts, columns)?;
        let mut results = self.products(&x)?;
        let mut out = if results.len() == 1 {
            results.pop().unwrap_or_default()
        } else {
            self.side_by_side(&results, rows)
        };
        if let Some(bias) = &self.bias {
            for row in out.chunks_exact_mut(bias.len()) {
                row.iter_mut().zip(bias).for_each(|(x, bias)| *x += bias);
            }
        }
        Ok(out)
    }

    fn products(&self, x: &Input) -> Result<Vec<Vec<f32>>, GeneratorError> {
        if let (Some(x), true) = (&x.tensor, self.parts.len() > 1) {
            let tensors = self.parts.iter().filter_map(Matrix::quantised);
            let tensors: Vec<&QTensor> = tensors.map(Arc::as_ref).collect();
            if tensors.len() == self.parts.len()
                && let Some(results) = QTensor::gemv_fused_shared_lhs(&tensors, x)?
            {
                return results.iter().map(numbers).collect();
            }
        }
        self.parts.iter().map(|part| part.product(x)).collect()
    }

    fn side_by_side(&self, results: &[Vec<f32>], rows: usize) -> Vec<f32> {
        let mut out = Vec::with_capacity(rows * self.outputs());
        for row in 0..rows {
            for (result, part) in results.iter().zip(&self.parts) {
                let row = result.get(row * part.rows..(row + 1) * part.rows);
                out.extend_from_slice(row.unwrap_or_default());
            }
        }
        out
    }
}

/// Matrices of one format become one: one product instead of several.
fn merged(parts: Vec<Matrix>) -> Vec<Matrix> {
    let mut merged: Vec<Matrix> = Vec::new();
    for part in parts {
        let joined = merged.last().and_then(|last| joined(last, &part));
        match joined {
            Some(joined) => {
                merged.pop();
                merged.push(joined);
            }
            None => merged.push(part),
        }
    }
    merged
}

fn joined(a: &Matrix, b: &Matrix) -> Option<Matrix> {
    let numbers = match (&a.numbers, &b.numbers) {
        (Numbers::F32(a), Numbers::F32(b)) => Numbers::F32(Arc::new([&a[..], &b[..]].concat())),
        (Numbers::F16(a), Numbers::F16(b)) => Numbers::F16(Arc::new([&a[..], &b[..]].concat())),
        (Numbers::Bf16(a), Numbers::Bf16(b)) => Numbers::Bf16(Arc::new([&a[..], &b[..]].concat())),
        (Numbers::FewBits(a), Numbers::FewBits(b)) => Numbers::FewBits(Arc::new(a.joined(b)?)),
        _ => return None,
    };
    Some(Matrix { numbers, rows: a.rows + b.rows, columns: a.columns })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_few_bits(rows: usize, kind: GgmlDType) -> Matrix {
        let numbers: Vec<f32> = (0..rows * SHORT).map(|i| (i as f32 * 0.37).sin()).collect();
        let tensor = Tensor::from_vec(numbers, (rows, SHORT), &Device::Cpu).unwrap();
        let bytes = QTensor::quantize(&tensor, kind).unwrap().data().unwrap().into_owned();
        let kind = Kind::Ggml(kind);
        Matrix::new(Stored { kind, shape: vec![rows, SHORT], bytes }).unwrap()
    }

    fn widened(matrix: &Matrix) -> Matrix {
        let mut numbers = vec![0.0; matrix.rows * matrix.columns];
        for (index, row) in numbers.chunks_exact_mut(matrix.columns).enumerate() {
            matrix.row(index, row).unwrap();
        }
        let numbers = Numbers::F32(Arc::new(numbers));
        Matrix { numbers, rows: matrix.rows, columns: matrix.columns }
    }

    #[test]
    fn few_bits_give_nearly_what_their_numbers_give_alone_and_in_a_batch() {
        use GgmlDType::{Q4_0, Q4K, Q5K, Q6K, Q8_0};
        let x: Vec<f32> = (0..40 * SHORT).map(|i| (i as f32 * 0.11).cos()).collect();
        for kind in [Q8_0, Q4_0, Q4K, Q5K, Q6K] {
            let (first, second) = (in_few_bits(32, kind), in_few_bits(16, kind));
            let exact = Linear::new(vec![widened(&first), widened(&second)], None);
            let map = Linear::new(vec![first, second], None);
            let all = map.forward(x.clone()).unwrap();
            for (ours, exact) in all.iter().zip(exact.forward(x.clone()).unwrap()) {
                assert!((ours - exact).abs() < 0.3, "{kind:?}: {ours} {exact}");
            }
            let alone = map.forward(x[..SHORT].to_vec()).unwrap();
            assert_eq!(alone, all[..48], "{kind:?}");
            let some = map.forward(x[..5 * SHORT].to_vec()).unwrap();
            assert_eq!(some, all[..5 * 48], "{kind:?}");
        }
    }

    #[test]
    fn a_bias_is_added_to_every_row() {
        let numbers = Numbers::F32(Arc::new(vec![1.0, 2.0, 3.0, 4.0]));
        let matrix = Matrix { numbers, rows: 2, columns: 2 };
        let map = Linear::new(vec![matrix], Some(vec![10.0, 20.0]));
        assert_eq!(map.forward(vec![1.0, 0.0, 0.0, 1.0]).unwrap(), [11.0, 23.0, 12.0, 24.0]);
    }
}
