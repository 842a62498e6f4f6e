//! How much louder or softer each cell of a sound is made.

use super::{
    BANDS, PERIOD, SLOT, SLOTS,
    contrast::{Contrast, response},
    edges,
    pattern::Cell,
    spectrogram::Spectrogram,
    trellis::CODED,
};

/// The ratio of a sound's power to that of its mark, in dB, for every period.
const SNR_DB: f32 = 33.0;
/// The greatest change of a cell, in nepers: 1.5 dB.
const CHANGE_MAX: f32 = 0.17;
/// Loud cells are changed less than soft ones, by this power of their loudness: the ear hears the
/// mark of a spectral peak first, and it costs most.
const EASE: f32 = 0.35;
/// The least and the greatest factor for cells that say already what they shall, or the contrary.
const FACTORS: std::ops::RangeInclusive<f32> = 0.4..=2.2;
/// Share of the frames' energy that their overlap leaves of a change.
const OVERLAP: f32 = 0.85;

/// Signed cells of a period that carry one bit together.
pub(super) type Group = Vec<Cell>;

/// The change of every cell of a sound, in nepers, slot by slot.
pub(super) fn changes(
    spectrogram: &Spectrogram,
    contrast: &Contrast,
    groups: &[Group],
) -> Vec<[f32; BANDS]> {
    let slots = spectrogram.frames().div_ceil(SLOT);
    let mut changes = Vec::with_capacity(slots);
    for period in 0..slots.div_ceil(SLOTS) {
        changes.extend(Period::new(spectrogram, contrast, period).changes(groups));
    }
    changes.truncate(slots);
    changes
}

/// One period of a sound.
struct Period {
    /// The power of each cell and the residual that it has unmarked.
    powers: Vec<[f32; BANDS]>,
    residuals: Vec<[f32; BANDS]>,
    /// The power of all frequencies together.
    power: f32,
}

impl Period {
    fn new(spectrogram: &Spectrogram, contrast: &Contrast, period: usize) -> Self {
        let edges = edges();
        let first = period * PERIOD;
        let last = (first + PERIOD).min(spectrogram.frames());
        let mut powers = vec![[0.0; BANDS]; SLOTS];
        for frame in first..last {
            let Some(cells) = powers.get_mut((frame - first) / SLOT) else { continue };
            let bands = spectrogram.bands(frame, &edges).zip(edges.iter().zip(edges.iter().skip(1)));
            // A frame's bin is 31.25 Hz wide; the mean square of noise is 4 / π of the squared
            // mean.
            cells.iter_mut().zip(bands).for_each(|(cell, (mean, (lower, upper)))| {
                *cell += mean * mean * 1.27 * (upper - lower) / 31.25;
            });
        }
        let residuals = (0..SLOTS).map(|slot| {
            let row = contrast.row(first + slot * SLOT);
            std::array::from_fn(|band| row.get(band).copied().unwrap_or_default())
        });
        let power = spectrogram.powers().get(first..last).unwrap_or_default().iter().sum::<f32>();
        Self { powers, residuals: residuals.collect(), power }
    }

    /// The changes that give the mark its strength.
    fn changes(&self, groups: &[Group]) -> Vec<[f32; BANDS]> {
        let shape = self.shape();
        let target = self.power * 10_f32.powf(-SNR_DB / 10.0);
        let mut level = (target / self.cost(&shape).max(f32::MIN_POSITIVE)).sqrt();
        let mut changes = self.informed(groups, &shape, level);
        for _ in 0..3 {
            level *= (target / self.cost(&changes).max(f32::MIN_POSITIVE)).sqrt().min(2.0);
            changes = self.informed(groups, &shape, level);
        }
        changes
    }

    /// The relative strength of the cells, about 1.
    fn shape(&self) -> Vec<[f32; BANDS]> {
        let edges = edges();
        let total: f32 = self.powers.iter().flatten().sum();
        let mean = total / (SLOTS as f32 * (edges[BANDS] - edges[0])) + f32::MIN_POSITIVE;
        let width = |band: usize| edges[band + 1] - edges[band];
        let relative = |row: &[f32; BANDS]| {
            std::array::from_fn(|band| {
                (row[band] / (width(band) * mean) + 1e-4).powf(-EASE / 2.0)
            })
        };
        self.powers.iter().map(relative).collect()
    }

    /// The power of the mark with these changes.
    fn cost(&self, changes: &[[f32; BANDS]]) -> f32 {
        let cells = self.powers.iter().flatten().zip(changes.iter().flatten());
        OVERLAP * cells.map(|(power, change)| power * change * change).sum::<f32>()
    }

    /// Changes of this level, less where a bit is heard already and more where it is drowned.
    fn informed(&self, groups: &[Group], shape: &[[f32; BANDS]], level: f32) -> Vec<[f32; BANDS]> {
        let bound = |cell: &Cell| (shape[cell.slot][cell.band] * level).min(CHANGE_MAX);
        let mut factors = vec![1.0_f32; groups.len()];
        let mut changes = vec![[0.0; BANDS]; SLOTS];
        for _ in 0..3 {
            for (group, factor) in groups.iter().zip(&factors) {
                for cell in group {
                    let change = (bound(cell) * factor).min(CHANGE_MAX);
                    changes[cell.slot][cell.band] = cell.sign * change;
                }
            }
            for (group, factor) in groups.iter().zip(&mut factors) {
                let heard: f32 = group.iter().map(|c| c.sign * self.heard(&changes, c)).sum();
                let wanted: f32 = group.iter().map(bound).sum();
                let missing = (wanted - heard) / wanted.max(f32::MIN_POSITIVE);
                *factor = (*factor + missing).clamp(*FACTORS.start(), *FACTORS.end());
            }
        }
        changes
    }

    /// The residual of a cell with these changes.
    fn heard(&self, changes: &[[f32; BANDS]], cell: &Cell) -> f32 {
        let mut heard = self.residuals[cell.slot][cell.band];
        for slot in cell.slot.saturating_sub(1)..(cell.slot + 2).min(SLOTS) {
            for band in cell.band.saturating_sub(1)..(cell.band + 2).min(BANDS) {
                let share = response(slot.abs_diff(cell.slot), band.abs_diff(cell.band));
                heard += share * changes[slot][band];
            }
        }
        heard
    }
}

/// The cells of a pattern in groups of one bit, with the signs of `word`. The sync cells, whose
/// sign is their own, are grouped like a bit of the payload.
pub(super) fn groups(pattern: &super::pattern::Pattern, word: &[bool; CODED]) -> Vec<Group> {
    let mut groups = vec![Group::new(); CODED];
    for (cell, (at, bit)) in pattern.payload.iter().zip(word.iter().enumerate().cycle()) {
        let sign = if *bit { -cell.sign } else { cell.sign };
        if let Some(group) = groups.get_mut(at) {
            group.push(Cell { sign, ..*cell });
        }
    }
    groups.extend(pattern.sync.chunks(5).map(<[Cell]>::to_vec));
    groups
}
