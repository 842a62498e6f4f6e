//! Imprimatur's gateway: the line through which a generation comes out checked, marked, signed and
//! logged, and its HTTP and command-line edges.
//!
//! Reading order: [`pipeline`] is the whole program on one screen; [`case`] is one request;
//! `screening`, `generating`, `marking`, `signing` and `releasing` adapt one room to the next;
//! [`wiring`] builds the rooms from [`config`] and [`installation`]. [`lookup`] is the way back,
//! from a file to its record, `detecting` reads marks, [`disclosure`] says who may know what. [`vaulting`] keeps originals
//! and destroys them. [`http`] and [`cli`] are the edges.

pub mod accounts;
pub mod backup;
pub mod case;
pub mod cli;
pub mod config;
pub mod detecting;
pub mod disclosure;
mod generating;
pub mod http;
pub mod installation;
mod line_error;
pub mod lookup;
mod marking;
pub mod metrics;
pub mod models;
pub mod outcome;
pub mod pipeline;
mod recording;
mod releasing;
pub mod reviews;
mod screening;
pub mod secret;
mod signing;
mod telemetry;
pub mod vaulting;
pub mod wiring;
