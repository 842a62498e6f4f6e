//! Which model is asked first, and which stand in for it.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use super::{health::State, member::Member};

/// Turns of models by their weights: smooth, so that a model of weight 3 beside one of weight 1 is
/// not asked three times in a row and then not at all.
#[derive(Debug)]
pub(super) struct Turns(Option<Mutex<Vec<i64>>>);

impl Turns {
    pub(super) fn in_order() -> Self {
        Self(None)
    }

    pub(super) fn by_weight(members: usize) -> Self {
        Self(Some(Mutex::new(vec![0; members])))
    }

    /// The members' places: those that may be asked first, then those that rest, in case that
    /// nothing else is left.
    pub(super) fn next(&self, members: &[Member]) -> Vec<usize> {
        let now = Instant::now();
        let ranks: Vec<u8> = members.iter().map(|member| rank(member.state(now))).collect();
        let rank = |place: &usize| ranks.get(*place).copied();
        let mut order: Vec<usize> = (0..members.len()).collect();
        let Some(credits) = &self.0 else {
            order.sort_by_key(rank);
            return order;
        };
        let mut credits = credits.lock().unwrap_or_else(PoisonError::into_inner);
        let best = ranks.iter().min().copied();
        let taking = |place: &usize| rank(place) == best;
        let weight = |place: usize| members.get(place).map_or(0, |member| i64::from(member.weight));
        let mut total = 0;
        for place in order.iter().copied().filter(taking) {
            if let Some(credit) = credits.get_mut(place) {
                *credit += weight(place);
                total += weight(place);
            }
        }
        let credit = |place: &usize| credits.get(*place).copied().unwrap_or_default();
        order.sort_by_key(|place| (rank(place), std::cmp::Reverse(credit(place))));
        if let Some(credit) = order.first().and_then(|first| credits.get_mut(*first)) {
            *credit -= total;
        }
        order
    }
}

const fn rank(state: State) -> u8 {
    match state {
        State::Ready | State::Due => 0,
        State::Probing => 1,
        State::Resting => 2,
        State::Unusable => 3,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::null::Null;

    #[test]
    fn weights_are_shares_and_turns_are_smooth() {
        let member = |weight| Member::new("m".to_owned(), Arc::new(Null::new("m")), weight);
        let members = [member(3), member(1), member(0)];
        let turns = Turns::by_weight(3);
        let first: Vec<usize> = (0..8).map(|_| turns.next(&members)[0]).collect();
        assert_eq!(first, [0, 0, 1, 0, 0, 0, 1, 0]);
        assert_eq!(turns.next(&members).len(), 3, "one of weight 0 stands in only");
        assert_eq!(Turns::in_order().next(&members), [0, 1, 2]);
    }
}
