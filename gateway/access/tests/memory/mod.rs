//! A state store in memory, for tests and figures.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use audit::{StateError, StateStore};

/// Keys and values in memory; it can be made to fail.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    rows: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
    failing: AtomicBool,
}

#[expect(dead_code, reason = "not every user of this file breaks or counts")]
impl Memory {
    pub(crate) fn len(&self) -> usize {
        self.rows.lock().unwrap().len()
    }

    pub(crate) fn fail(&self, failing: bool) {
        self.failing.store(failing, Ordering::SeqCst);
    }
}

impl Memory {
    fn works(&self) -> Result<(), StateError> {
        let failing = self.failing.load(Ordering::SeqCst);
        if failing { Err(StateError::Store("broken for the test".to_owned())) } else { Ok(()) }
    }
}

#[async_trait]
impl StateStore for Memory {
    async fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        self.works()?;
        Ok(self.rows.lock().unwrap().get(key).cloned())
    }

    async fn compare_and_swap(
        &self,
        key: &[u8],
        old: Option<&[u8]>,
        new: Option<&[u8]>,
    ) -> Result<bool, StateError> {
        self.works()?;
        assert!(key.len() <= audit::state::KEY_BYTES_MAX, "{}", String::from_utf8_lossy(key));
        assert!(new.unwrap_or_default().len() <= audit::state::VALUE_BYTES_MAX);
        let mut rows = self.rows.lock().unwrap();
        if rows.get(key).map(Vec::as_slice) != old {
            return Ok(false);
        }
        match new {
            Some(new) => rows.insert(key.to_vec(), new.to_vec()),
            None => rows.remove(key),
        };
        Ok(true)
    }

    async fn scan(&self, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StateError> {
        self.works()?;
        let rows = self.rows.lock().unwrap();
        let from = rows.range(prefix.to_vec()..);
        let of = from.take_while(|(key, _)| key.starts_with(prefix));
        Ok(of.map(|(key, value)| (key.clone(), value.clone())).collect())
    }
}
