//! Which variant is shown: Thompson sampling over Beta posteriors.
//!
//! Each slot (headline, copy, colours, layout, call) has a few arms. An arm has `wins` and `losses`,
//! both 1 at first; whoever is to choose draws from Beta(wins, losses) for every arm and shows the
//! largest. Before feedback is counted, all counts of a slot shrink towards 1 by 2 %, so that what
//! people liked long ago weighs less and no number grows without bound.

use serde::{Deserialize, Serialize};

use crate::lots::Lots;

/// How much of what was learned stays when something new is.
const KEPT: f64 = 0.98;

/// A slot of an advertisement, and how many arms it has.
pub(crate) const SLOTS: [(&str, usize); 5] =
    [("headline", 5), ("copy", 4), ("colours", 5), ("layout", 3), ("call", 4)];

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Arm {
    wins: f64,
    losses: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Slot {
    arms: Vec<Arm>,
    shown: usize,
}

/// What was learned from one audience.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Learner {
    slots: Vec<Slot>,
}

impl Learner {
    /// Nothing is known; what is shown is drawn by lot.
    pub(crate) fn new(lots: &mut Lots) -> Self {
        let slot = |(_, count): &(&str, usize)| Slot {
            arms: vec![Arm { wins: 1.0, losses: 1.0 }; *count],
            shown: 0,
        };
        let mut learner = Self { slots: SLOTS.iter().map(slot).collect() };
        learner.choose_all(lots);
        learner
    }

    /// Whether it has the slots that this version knows; a snapshot may be anything.
    pub(crate) fn is_whole(&self) -> bool {
        self.slots.len() == SLOTS.len()
            && self.slots.iter().zip(SLOTS).all(|(slot, (_, count))| {
                let sound =
                    |arm: &Arm| (0.5..1e6).contains(&arm.wins) && (0.5..1e6).contains(&arm.losses);
                slot.arms.len() == count && slot.shown < count && slot.arms.iter().all(sound)
            })
    }

    /// The arm that a slot shows.
    pub(crate) fn shown(&self, slot: &str) -> usize {
        self.slot(slot).map_or(0, |slot| slot.shown)
    }

    fn slot(&self, name: &str) -> Option<&Slot> {
        let at = SLOTS.iter().position(|(slot, _)| *slot == name)?;
        self.slots.get(at)
    }

    /// Counts feedback for what a slot shows: `reward` from -1 to 1.
    pub(crate) fn learn(&mut self, name: &str, reward: f64) {
        let place = SLOTS.iter().position(|(slot, _)| *slot == name);
        let Some(slot) = place.and_then(|at| self.slots.get_mut(at)) else { return };
        for arm in &mut slot.arms {
            arm.wins = 1.0 + (arm.wins - 1.0) * KEPT;
            arm.losses = 1.0 + (arm.losses - 1.0) * KEPT;
        }
        if let Some(arm) = slot.arms.get_mut(slot.shown) {
            if reward >= 0.0 {
                arm.wins += reward;
            } else {
                arm.losses -= reward;
            }
        }
    }

    /// Draws what every slot shows.
    pub(crate) fn choose_all(&mut self, lots: &mut Lots) {
        for (name, _) in SLOTS {
            self.choose(name, lots, false);
        }
    }

    /// Draws what a slot shows; with `other`, something else than now.
    pub(crate) fn choose(&mut self, name: &str, lots: &mut Lots, other: bool) {
        let place = SLOTS.iter().position(|(slot, _)| *slot == name);
        let Some(slot) = place.and_then(|at| self.slots.get_mut(at)) else { return };
        let mut best = (f64::MIN, slot.shown);
        for (at, arm) in slot.arms.iter().enumerate() {
            let draw = beta(lots, arm.wins, arm.losses);
            if draw > best.0 && !(other && at == slot.shown) {
                best = (draw, at);
            }
        }
        slot.shown = best.1;
    }
}

/// A draw from Beta(a, b), as a share of two Gamma draws.
fn beta(lots: &mut Lots, a: f64, b: f64) -> f64 {
    let (x, y) = (gamma(lots, a), gamma(lots, b));
    x / (x + y).max(f64::MIN_POSITIVE)
}

/// A draw from Gamma(shape, 1) for shape ≥ 1 (Marsaglia and Tsang 2000).
fn gamma(lots: &mut Lots, shape: f64) -> f64 {
    let d = shape.max(1.0) - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    for _ in 0..64 {
        let x = lots.normal();
        let v = (1.0 + c * x).powi(3);
        let u = lots.unit();
        if v > 0.0 && u.ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
    // Reached once in 10^80 draws: the mean will do.
    d
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_like_is_shown_more_and_can_be_unlearned() {
        let mut lots = Lots::new(4);
        let mut learner = Learner::new(&mut lots);
        let mut shown_of = |learner: &mut Learner, liked: usize, rounds: usize| {
            let mut last = 0;
            for round in 0..rounds {
                learner.choose("headline", &mut lots, false);
                let hit = learner.shown("headline") == liked;
                learner.learn("headline", if hit { 1.0 } else { -1.0 });
                last += usize::from(hit && round >= rounds - 100);
            }
            last
        };
        assert!(shown_of(&mut learner, 3, 300) > 80);
        assert!(shown_of(&mut learner, 1, 500) > 80, "taste may change");
        assert!(learner.is_whole());
    }

    #[test]
    fn draws_have_the_mean_of_their_distribution() {
        let mut lots = Lots::new(9);
        let mean = (0..4_000).map(|_| beta(&mut lots, 6.0, 2.0)).sum::<f64>() / 4_000.0;
        assert!((mean - 0.75).abs() < 0.01, "{mean}");
    }
}
