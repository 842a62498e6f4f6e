//! What was read lately, in bounded memory.
//!
//! Each part keeps a young and an old half. What is asked for moves to the young half; when that is
//! full it becomes the old one, and the old one is forgotten. So no look-up ever has to clean up.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Parts that are locked apart.
const PARTS: usize = 16;

/// Values by their names.
#[derive(Debug)]
pub(crate) struct Cache<V> {
    parts: [Mutex<Part<V>>; PARTS],
    hasher: RandomState,
    half: usize,
}

#[derive(Debug)]
struct Part<V> {
    young: HashMap<String, V>,
    old: HashMap<String, V>,
    changes: u64,
}

/// What a part had seen when a value was missing: it must still have, when the value is put there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen(u64);

impl<V: Clone> Cache<V> {
    /// Room for about `max` values.
    pub(crate) fn new(max: usize) -> Self {
        let part = || Mutex::new(Part { young: HashMap::new(), old: HashMap::new(), changes: 0 });
        Self {
            parts: std::array::from_fn(|_| part()),
            hasher: RandomState::new(),
            half: (max / PARTS / 2).max(1),
        }
    }

    fn part(&self, name: &str) -> MutexGuard<'_, Part<V>> {
        let index = self.hasher.hash_one(name) as usize % PARTS;
        // The remainder is below the number of parts; the first stands in for what cannot be.
        let [first, ..] = &self.parts;
        let part = self.parts.get(index).unwrap_or(first);
        // Whoever panicked has left whole maps.
        part.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A value, and what to show when it is put back newer.
    pub(crate) fn get(&self, name: &str) -> (Option<V>, Seen) {
        let mut part = self.part(name);
        let seen = Seen(part.changes);
        if let Some(value) = part.young.get(name) {
            return (Some(value.clone()), seen);
        }
        let Some((name, value)) = part.old.remove_entry(name) else { return (None, seen) };
        part.keep(name, value.clone(), self.half);
        (Some(value), seen)
    }

    /// Keeps what was read since `seen`, unless something was removed in the meantime: then it may be
    /// what was removed.
    pub(crate) fn put(&self, name: &str, value: V, seen: Seen) {
        let mut part = self.part(name);
        if Seen(part.changes) == seen {
            part.keep(name.to_owned(), value, self.half);
        }
    }

    /// Forgets a value, and gives it.
    pub(crate) fn remove(&self, name: &str) -> Option<V> {
        let mut part = self.part(name);
        part.changes += 1;
        let Part { young, old, .. } = &mut *part;
        let (young, old) = (young.remove(name), old.remove(name));
        young.or(old)
    }

    /// Forgets every value of which this is true, and gives them.
    pub(crate) fn remove_all(&self, is: impl Fn(&V) -> bool) -> Vec<V> {
        let mut removed = Vec::new();
        for part in &self.parts {
            let mut part = part.lock().unwrap_or_else(PoisonError::into_inner);
            part.changes += 1;
            let Part { young, old, .. } = &mut *part;
            for half in [young, old] {
                removed.extend(half.extract_if(|_, value| is(value)).map(|(_, value)| value));
            }
        }
        removed
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        let parts = self.parts.iter().map(|part| part.lock().unwrap());
        parts.map(|part| part.young.len() + part.old.len()).sum()
    }
}

impl<V> Part<V> {
    fn keep(&mut self, name: String, value: V, half: usize) {
        if self.young.len() >= half {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.remove(&name);
        self.young.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_what_is_used_stays() {
        let cache = Cache::new(320);
        let (_, seen) = cache.get("used");
        cache.put("used", 0, seen);
        for number in 1..10_000 {
            let name = number.to_string();
            let (missing, seen) = cache.get(&name);
            assert_eq!(missing, None);
            cache.put(&name, number, seen);
            assert_eq!(cache.get("used").0, Some(0), "after {number}");
            assert!(cache.len() <= 320);
        }
    }

    #[test]
    fn what_was_read_before_a_removal_is_not_kept_after_it() {
        let cache = Cache::new(100);
        let (_, seen) = cache.get("key");
        assert_eq!(cache.remove("key"), None);
        cache.put("key", 1, seen);
        assert_eq!(cache.get("key").0, None);
        let (_, seen) = cache.get("key");
        cache.put("key", 2, seen);
        assert_eq!(cache.remove("key"), Some(2));
    }

    #[test]
    fn values_are_removed_by_what_they_are() {
        let cache = Cache::new(10_000);
        for number in 0..40 {
            let name = number.to_string();
            let (_, seen) = cache.get(&name);
            cache.put(&name, number, seen);
        }
        let even = cache.remove_all(|number| number % 2 == 0);
        assert_eq!((even.len(), cache.len()), (20, 20));
    }
}
