//! Imprimatur's gateway: the line through which a generation comes out checked, marked, signed and
//! logged, and its HTTP and command-line edges.
//!
//! Reading order: [`pipeline`] is the whole program on one screen; [`case`] is one request;
//! `screening`, `carrying`, `generating`, `labelling`, `marking`, `signing` and `releasing` adapt one room to the next; [`checking`] asks others beside the rules;
//! [`wiring`] builds the rooms from [`config`] and [`installation`]. [`lookup`] is the way back,
//! from a file to its record, `detecting` reads marks, [`disclosure`] says who may know what, [`examining`] looks again at what was released. [`vaulting`] keeps originals
//! and destroys them. [`attesting`] is what others say about the log: [`witnessing`] and [`anchoring`].
//! [`signing_keys`] says in whose name is signed. [`assisting`] helps writers, by their [`profiles`].
//! [`webhooks`] tells other systems what the log says. [`http`] and [`cli`] are the edges.

mod admitting;
pub mod anchoring;
pub mod assisting;
mod attaching;
pub mod attesting;
pub mod backup;
pub mod bringing;
mod carrying;
pub mod case;
pub mod checking;
mod choosing;
pub mod cli;
pub mod complaints;
pub mod config;
pub mod consents;
pub mod criteria;
pub mod detecting;
pub mod disclosure;
pub mod examining;
pub mod exporting;
pub mod fetching;
mod generating;
mod guests;
mod health;
pub mod http;
mod idempotency;
pub mod installation;
mod items;
mod jobs;
mod labelling;
mod line_error;
mod listening;
pub mod lookup;
pub mod mark_keys;
mod marking;
mod mcp;
mod members;
pub mod metrics;
pub mod models;
mod newsml;
mod observing;
mod outbound;
pub mod outcome;
mod overriding;
pub mod pipeline;
mod product;
pub mod profiles;
pub mod publishing;
mod realtime;
mod recording;
mod releasing;
pub mod reloading;
pub mod renditions;
pub mod replaying;
pub mod resolver;
mod resolving;
pub mod reviews;
pub mod rulebook;
mod screening;
pub mod secret;
pub mod sessions;
mod sharing;
mod sheets;
mod signing;
pub mod signing_keys;
mod stamping;
pub mod storage;
pub mod stories;
mod telemetry;
mod telling;
pub mod translating;
pub mod trusting;
mod upstreams;
pub mod vaulting;
mod watching;
pub mod webhooks;
pub mod wiring;
pub mod witnessing;
mod working;
