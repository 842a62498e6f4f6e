//! Bearer keys: `imp_{id}_{secret}`, stored as a hash, shown once.
//!
//! The secret has 256 random bits, so a plain SHA-256 is enough: there is nothing to guess.

use std::sync::Arc;

use audit::{StateError, StateStore};
use rand::random;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use types::{Principal, Sha256};

const PREFIX: &str = "key/";

/// Why a key was not accepted or could not be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// Unknown, wrong or revoked: all look alike to the caller.
    #[error("this key is not valid; make one with `imprimatur keys create`")]
    UnknownKey,
    /// State could not be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The log did not take the event.
    #[error(transparent)]
    Log(#[from] audit::LogError),
}

/// A key as it is stored and listed: without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The part of the key that names it.
    pub id: String,
    /// Who presents the key.
    pub principal: Principal,
    /// SHA-256 of the secret.
    pub secret_sha256: Sha256,
    /// Whether the key has been ended.
    pub revoked: bool,
}

/// The keys of an installation.
#[derive(Debug, Clone)]
pub struct Accounts {
    state: Arc<dyn StateStore>,
}

impl Accounts {
    /// Keys kept in `state`.
    #[must_use]
    pub fn new(state: Arc<dyn StateStore>) -> Self {
        Self { state }
    }

    /// Makes a key and gives its text, which is not stored.
    ///
    /// # Errors
    /// [`AccountError::State`] when the key cannot be stored.
    pub async fn create(&self, principal: Principal) -> Result<(Account, String), AccountError> {
        let id = format!("{:012x}", random::<u64>() >> 16);
        let secret = Sha256::from(random::<[u8; 32]>()).to_string();
        let secret_sha256 = Sha256::of(secret.as_bytes());
        let account = Account { id: id.clone(), principal, secret_sha256, revoked: false };
        let stored = self.state.compare_and_swap(&name(&id), None, Some(&bytes(&account))).await?;
        if !stored {
            return Err(AccountError::UnknownKey); // 48 bits collided: ask again
        }
        Ok((account, format!("imp_{id}_{secret}")))
    }

    /// Who presents this key.
    ///
    /// # Errors
    /// [`AccountError::UnknownKey`] for anything but a valid key.
    pub async fn authenticate(&self, token: &str) -> Result<Principal, AccountError> {
        let mut parts = token.splitn(3, '_');
        let (Some("imp"), Some(id), Some(secret)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(AccountError::UnknownKey);
        };
        let (account, _) = self.read(id).await?;
        let given = Sha256::of(secret.as_bytes());
        let equal: bool = given.as_bytes().ct_eq(account.secret_sha256.as_bytes()).into();
        if equal && !account.revoked {
            Ok(account.principal)
        } else {
            Err(AccountError::UnknownKey)
        }
    }

    /// Every key, also revoked ones.
    ///
    /// # Errors
    /// [`AccountError::State`] when they cannot be read.
    pub async fn list(&self) -> Result<Vec<Account>, AccountError> {
        let rows = self.state.scan(PREFIX.as_bytes()).await?;
        Ok(rows.iter().filter_map(|(_, value)| serde_json::from_slice(value).ok()).collect())
    }

    /// Ends a key at once.
    ///
    /// # Errors
    /// [`AccountError::UnknownKey`] when there is none of this id.
    pub async fn revoke(&self, id: &str) -> Result<Account, AccountError> {
        loop {
            let (account, stored) = self.read(id).await?;
            let revoked = Account { revoked: true, ..account };
            if self.state.compare_and_swap(&name(id), Some(&stored), Some(&bytes(&revoked))).await?
            {
                return Ok(revoked);
            }
        }
    }

    async fn read(&self, id: &str) -> Result<(Account, Vec<u8>), AccountError> {
        // A longer id cannot be a stored key's name.
        if id.len() > 32 {
            return Err(AccountError::UnknownKey);
        }
        let stored = self.state.get(&name(id)).await?.ok_or(AccountError::UnknownKey)?;
        let account = serde_json::from_slice(&stored).map_err(|_| AccountError::UnknownKey)?;
        Ok((account, stored))
    }
}

fn name(id: &str) -> Vec<u8> {
    format!("{PREFIX}{id}").into_bytes()
}

/// Serialising strings, booleans and digests cannot fail; an empty value would read as unknown.
fn bytes(account: &Account) -> Vec<u8> {
    serde_json::to_vec(account).unwrap_or_default()
}
