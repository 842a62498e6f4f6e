//! Who comes next: tenants take turns, each in the order of its requests.

use std::collections::VecDeque;

/// Requests that wait, by tenant.
#[derive(Debug)]
pub(super) struct Queue<T> {
    /// Tenants with requests; the first is next.
    tenants: VecDeque<(Option<String>, VecDeque<T>)>,
}

impl<T> Queue<T> {
    pub(super) const fn new() -> Self {
        Self { tenants: VecDeque::new() }
    }

    pub(super) fn push(&mut self, tenant: Option<&str>, request: T) {
        let own = self.tenants.iter_mut().find(|(name, _)| name.as_deref() == tenant);
        match own {
            Some((_, requests)) => requests.push_back(request),
            None => self.tenants.push_back((tenant.map(str::to_owned), VecDeque::from([request]))),
        }
    }

    /// The request that is next.
    pub(super) fn peek(&self) -> Option<&T> {
        self.tenants.front().and_then(|(_, requests)| requests.front())
    }

    /// Takes the next request; its tenant goes to the end.
    pub(super) fn pop(&mut self) -> Option<T> {
        let (tenant, mut requests) = self.tenants.pop_front()?;
        let request = requests.pop_front();
        if !requests.is_empty() {
            self.tenants.push_back((tenant, requests));
        }
        request
    }

    /// Takes out those of which `gone` holds.
    pub(super) fn remove(&mut self, gone: impl Fn(&T) -> bool) {
        for (_, requests) in &mut self.tenants {
            requests.retain(|request| !gone(request));
        }
        self.tenants.retain(|(_, requests)| !requests.is_empty());
    }

    pub(super) fn len(&self) -> usize {
        self.tenants.iter().map(|(_, requests)| requests.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_take_turns() {
        let mut queue = Queue::new();
        for request in ["a1", "a2", "a3", "b1", "c1", "b2"] {
            queue.push(Some(&request[..1]), request);
        }
        queue.remove(|request| *request == "c1");
        assert_eq!((queue.len(), queue.peek()), (5, Some(&"a1")));
        let order: Vec<&str> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(order, ["a1", "b1", "a2", "b2", "a3"]);
    }

    #[test]
    fn without_tenants_the_first_comes_first() {
        let mut queue = Queue::new();
        (0..4).for_each(|request| queue.push(None, request));
        assert_eq!(std::iter::from_fn(|| queue.pop()).collect::<Vec<_>>(), [0, 1, 2, 3]);
    }
}
