//! Who is let in, and when that ends: over a state store that two gateways share.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what a test did not expect ends it, also in its helpers"
)]

#[path = "../idp/mod.rs"]
mod idp;
mod keys;
#[path = "../memory/mod.rs"]
mod memory;
mod oidc;
mod people;
mod sign_in;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use access::{Access, Clock};
use memory::Memory;
use types::{Principal, Role};

/// An installation with two gateways, and a clock that the test turns.
struct Town {
    state: Arc<Memory>,
    here: Access,
    there: Access,
    now: Arc<AtomicI64>,
}

impl Town {
    fn new() -> Self {
        let state = Arc::new(Memory::default());
        let now = Arc::new(AtomicI64::new(1_800_000_000));
        let gateway = || {
            let now = Arc::clone(&now);
            let clock = Clock::new(move || now.load(Ordering::SeqCst));
            Access::with_clock(Arc::clone(&state) as Arc<dyn audit::StateStore>, clock)
        };
        Self { here: gateway(), there: gateway(), state, now }
    }

    fn pass(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }
}

fn ada() -> Principal {
    Principal {
        tenant: "press".into(),
        desk: "city".into(),
        role: Role::Journalist,
        subject: "ada".into(),
    }
}
