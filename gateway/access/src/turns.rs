//! Turns among tenants for what is scarce.
//!
//! As long as there is room, anybody goes at once. When there is none, whoever has the fewest turns
//! under way goes next, and among equals one tenant after the other: a tenant that asks a thousand
//! times waits behind one that asks once.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

/// Turns for one scarce thing; a clone shares them.
#[derive(Clone)]
pub struct Turns {
    ring: Arc<Mutex<Ring>>,
    at_once: usize,
    waiting_max: usize,
}

#[derive(Default)]
struct Ring {
    running: usize,
    tenants: HashMap<String, Tenant>,
    /// Tenants who wait, whose turn was longest ago first.
    order: VecDeque<String>,
}

#[derive(Default)]
struct Tenant {
    running: usize,
    waiting: VecDeque<oneshot::Sender<Turn>>,
}

/// Too many of a tenant's requests wait already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{waiting} requests of this tenant wait already")]
pub struct Full {
    /// How many.
    pub waiting: usize,
}

/// The right to go; given back when dropped.
pub struct Turn {
    turns: Option<Turns>,
    tenant: String,
}

impl Turns {
    /// `at_once` turns (at least one), and `waiting_max` who wait for one, for each tenant.
    #[must_use]
    pub fn new(at_once: usize, waiting_max: usize) -> Self {
        Self { ring: Arc::default(), at_once: at_once.max(1), waiting_max }
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        // Nothing that is done under the lock panics half-way.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn; whoever stops waiting leaves the queue.
    ///
    /// # Errors
    /// [`Full`] when too many of the tenant wait already.
    pub async fn take(&self, tenant: &str) -> Result<Turn, Full> {
        let waiting = {
            let mut ring = self.ring();
            if ring.running < self.at_once && ring.order.is_empty() {
                ring.running += 1;
                ring.tenants.entry(tenant.to_owned()).or_default().running += 1;
                return Ok(self.turn(tenant));
            }
            let line = ring.tenants.entry(tenant.to_owned()).or_default();
            line.waiting.retain(|sender| !sender.is_closed());
            if line.waiting.len() >= self.waiting_max {
                return Err(Full { waiting: self.waiting_max });
            }
            let (sender, receiver) = oneshot::channel();
            line.waiting.push_back(sender);
            if line.waiting.len() == 1 && !ring.order.iter().any(|name| name == tenant) {
                ring.order.push_back(tenant.to_owned());
            }
            // Those who waited before may all have left.
            self.hand_out(&mut ring);
            receiver
        };
        // The sender is dropped only with a turn sent, so this does not fail.
        waiting.await.map_err(|_| Full { waiting: 0 })
    }

    /// How many turns are under way, and how many requests wait.
    #[must_use]
    pub fn load(&self) -> (usize, usize) {
        let ring = self.ring();
        (ring.running, ring.tenants.values().map(|tenant| tenant.waiting.len()).sum())
    }

    fn turn(&self, tenant: &str) -> Turn {
        Turn { turns: Some(self.clone()), tenant: tenant.to_owned() }
    }

    fn give_back(&self, tenant: &str) {
        let mut ring = self.ring();
        ring.running = ring.running.saturating_sub(1);
        if let Some(known) = ring.tenants.get_mut(tenant) {
            known.running = known.running.saturating_sub(1);
        }
        self.hand_out(&mut ring);
        if ring.tenants.get(tenant).is_some_and(Tenant::is_idle) {
            ring.tenants.remove(tenant);
        }
    }

    /// Gives free turns to those who wait.
    fn hand_out(&self, ring: &mut Ring) {
        while ring.running < self.at_once {
            let Some(tenant) = ring.next() else { return };
            let Some(line) = ring.tenants.get_mut(&tenant) else { continue };
            while let Some(sender) = line.waiting.pop_front() {
                match sender.send(self.turn(&tenant)) {
                    Ok(()) => {
                        line.running += 1;
                        ring.running += 1;
                        break;
                    }
                    // Whoever left has had no turn, so none is given back.
                    Err(mut turn) => turn.turns = None,
                }
            }
            if !line.waiting.is_empty() {
                ring.order.push_back(tenant);
            } else if line.is_idle() {
                ring.tenants.remove(&tenant);
            }
        }
    }
}

impl Ring {
    /// Takes the tenant with the fewest turns under way out of the order.
    fn next(&mut self) -> Option<String> {
        let running = |name: &String| self.tenants.get(name).map_or(0, |tenant| tenant.running);
        let fewest = self.order.iter().enumerate().min_by_key(|(_, name)| running(name));
        let at = fewest.map(|(at, _)| at)?;
        self.order.remove(at)
    }
}

impl Tenant {
    fn is_idle(&self) -> bool {
        self.running == 0 && self.waiting.is_empty()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.turns.take() {
            turns.give_back(&self.tenant);
        }
    }
}

impl fmt::Debug for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (running, waiting) = self.load();
        write!(f, "Turns({running} of {} under way, {waiting} wait)", self.at_once)
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turn")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_modest_tenant_does_not_wait_for_a_greedy_one() {
        let turns = Turns::new(4, 1000);
        let order = Arc::new(Mutex::new(Vec::new()));
        let ask = |tenant: &'static str| {
            let (turns, order) = (turns.clone(), Arc::clone(&order));
            tokio::spawn(async move {
                let turn = turns.take(tenant).await.unwrap();
                tokio::time::sleep(Duration::from_millis(10)).await;
                order.lock().unwrap().push(tenant);
                drop(turn);
            })
        };
        let greedy: Vec<_> = (0..400).map(|_| ask("greedy")).collect();
        tokio::time::sleep(Duration::from_millis(5)).await;
        let modest: Vec<_> = (0..4).map(|_| ask("modest")).collect();
        for asked in greedy.into_iter().chain(modest) {
            asked.await.unwrap();
        }
        let order = order.lock().unwrap();
        let last = order.iter().rposition(|tenant| *tenant == "modest").unwrap();
        assert!(last < 16, "the modest tenant was done after {last} others");
        assert_eq!(turns.load(), (0, 0));
        assert!(turns.ring().tenants.is_empty(), "nothing is remembered");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_leaves_the_queue_blocks_nobody() {
        let turns = Turns::new(1, 10);
        let first = turns.take("a").await.unwrap();
        let leaving = tokio::time::timeout(Duration::from_millis(1), turns.take("a")).await;
        assert!(leaving.is_err());
        let waiting = tokio::spawn({
            let turns = turns.clone();
            async move { turns.take("b").await }
        });
        tokio::time::sleep(Duration::from_millis(1)).await;
        drop(first);
        drop(waiting.await.unwrap().unwrap());
        assert_eq!(turns.load(), (0, 0));
        drop(turns.take("c").await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_nobody_takes_up_is_given_back() {
        let turns = Turns::new(1, 10);
        let first = turns.take("a").await.unwrap();
        let mut waiting = Box::pin(turns.take("a"));
        assert!(tokio::time::timeout(Duration::ZERO, &mut waiting).await.is_err());
        drop(first); // the turn is sent
        drop(waiting); // and dropped before it is received
        assert_eq!(turns.load(), (0, 0));
    }

    #[tokio::test]
    async fn beyond_the_queue_others_are_turned_away_but_not_other_tenants() {
        let turns = Turns::new(1, 1);
        let _first = turns.take("a").await.unwrap();
        let mut waiting = Box::pin(turns.take("a"));
        assert!(tokio::time::timeout(Duration::from_millis(1), &mut waiting).await.is_err());
        assert_eq!(turns.take("a").await.unwrap_err(), Full { waiting: 1 });
        let other = tokio::time::timeout(Duration::from_millis(1), turns.take("b")).await;
        assert!(other.is_err(), "it waits and is not turned away");
    }
}
