//! Tells other systems what the log says: signed, in order, until they have heard it.
//!
//! Reading order: [`event`] says what is told, [`message`] what a delivery looks like, [`signature`]
//! how it is signed; [`subscription`] is who wants to hear what, [`transport`] the seam over which it
//! is sent, `ledger` what is remembered between attempts, `delivery` when it is tried, [`courier`] who carries it.
//!
//! Nothing is queued when something happens: the log is the queue. A courier follows it from where it
//! was, so a record that is durable is told, whatever ends in between. What is told twice has the
//! same id.

pub mod courier;
mod delivery;
mod error;
pub mod event;
mod ledger;
mod memory;
pub mod message;
pub mod signature;
pub mod subscription;
pub mod transport;

pub use courier::{Courier, Surroundings, SystemTime, Time};
pub use delivery::test;
pub use error::OutboxError;
pub use event::Kind;
pub use ledger::{Standing, Waiting, retry, standing, waiting};
pub use message::Message;
pub use signature::Secret;
pub use subscription::Subscription;
pub use transport::{Call, Failure, Reply, Transport};
