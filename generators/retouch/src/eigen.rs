//! Eigenvalues and eigenvectors of symmetric matrices.

#![expect(clippy::indexing_slicing, reason = "kernels: indices run over a square matrix")]

/// A symmetric matrix of `size` × `size`, row by row.
pub(crate) struct Symmetric {
    pub(crate) size: usize,
    pub(crate) values: Vec<f64>,
}

/// Eigenvalues, falling, and the eigenvectors as rows in that order.
pub(crate) struct Eigen {
    pub(crate) values: Vec<f64>,
    pub(crate) vectors: Vec<Vec<f64>>,
}

/// Sweeps over all pairs; ten are enough for any matrix of a few hundred rows.
const SWEEPS: usize = 12;

impl Symmetric {
    /// By Jacobi's rotations.
    pub(crate) fn eigen(&self) -> Eigen {
        let n = self.size;
        let mut a = self.values.clone();
        let mut v: Vec<f64> = (0..n * n).map(|i| f64::from(i / n == i % n)).collect();
        let scale = a.iter().map(|x| x * x).sum::<f64>();
        for _ in 0..SWEEPS {
            let off: f64 = (0..n * n).filter(|i| i / n != i % n).map(|i| a[i] * a[i]).sum();
            if off <= 1e-20 * scale {
                break;
            }
            for p in 0..n {
                for q in p + 1..n {
                    rotate(&mut a, &mut v, n, (p, q));
                }
            }
        }
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|i, j| a[j * n + j].total_cmp(&a[i * n + i]));
        Eigen {
            values: order.iter().map(|i| a[i * n + i]).collect(),
            vectors: order.iter().map(|i| v[i * n..(i + 1) * n].to_vec()).collect(),
        }
    }

    /// The symmetric matrix that has the same eigenvectors and mapped eigenvalues.
    pub(crate) fn mapped(&self, value: impl Fn(f64) -> f64) -> Self {
        let eigen = self.eigen();
        let mut values = vec![0.0; self.size * self.size];
        for (lambda, vector) in eigen.values.iter().zip(&eigen.vectors) {
            let factor = value(*lambda);
            for (row, a) in values.chunks_mut(self.size).zip(vector) {
                for (place, b) in row.iter_mut().zip(vector) {
                    *place += factor * a * b;
                }
            }
        }
        Self { size: self.size, values }
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        let n = self.size;
        let mut values = vec![0.0; n * n];
        for i in 0..n {
            for k in 0..n {
                for j in 0..n {
                    values[i * n + j] += self.values[i * n + k] * other.values[k * n + j];
                }
            }
        }
        Self { size: n, values }
    }
}

/// Turns rows and columns `p` and `q` such that their common element vanishes.
fn rotate(a: &mut [f64], v: &mut [f64], n: usize, (p, q): (usize, usize)) {
    let apq = a[p * n + q];
    if apq == 0.0 {
        return;
    }
    let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
    let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let t = if theta == 0.0 { 1.0 } else { t };
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    for k in 0..n {
        let (x, y) = (a[k * n + p], a[k * n + q]);
        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
    for k in 0..n {
        let (x, y) = (a[p * n + k], a[q * n + k]);
        a[p * n + k] = c * x - s * y;
        a[q * n + k] = s * x + c * y;
        let (x, y) = (v[p * n + k], v[q * n + k]);
        v[p * n + k] = c * x - s * y;
        v[q * n + k] = s * x + c * y;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_is_the_sum_of_its_parts() {
        let n = 6;
        let at = |i: usize, j: usize| (1.0 + (i * j % 5) as f64) / (1.0 + i.abs_diff(j) as f64);
        let matrix = Symmetric { size: n, values: (0..36).map(|k| at(k / n, k % n)).collect() };
        let again = matrix.mapped(|lambda| lambda);
        for (a, b) in again.values.iter().zip(&matrix.values) {
            assert!((a - b).abs() < 1e-9);
        }
        let square = matrix.mapped(|lambda| lambda * lambda);
        for (a, b) in square.values.iter().zip(&matrix.times(&matrix).values) {
            assert!((a - b).abs() < 1e-8);
        }
        assert!(matrix.eigen().values.is_sorted_by(|a, b| a >= b));
    }
}
