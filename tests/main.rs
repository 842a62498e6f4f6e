//! End to end: the program as its users meet it, over its command line and over HTTP.
//!
//! One binary, one module for each behaviour, each reading as a story.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "what a test did not expect ends it, also in its helpers"
)]

mod access_keys;
mod assist;
mod attestation;
mod backup;
mod bad_input;
mod book;
mod browser;
mod checkers;
mod clients;
mod clocks;
mod cluster;
mod command_line;
mod consents;
mod console;
mod console_blocks;
mod console_browser;
mod console_stories;
mod crash;
mod crossing;
mod desk_work;
mod epoch;
mod examining;
mod exports;
mod external;
mod films;
mod first_asset;
mod fuzzing;
mod hostile;
mod idempotency;
mod inside;
mod labels;
mod leaving;
mod line;
mod listening;
mod lookups;
mod marks;
mod migration;
mod models;
mod newsroom;
mod newsroom_outputs;
mod operations;
mod others;
mod overriding;
mod pictures;
#[path = "../audit/tests/contract/postgres_server.rs"]
mod postgres_server;
mod power_cut;
mod publication;
mod realtime;
mod recovery;
mod reloading;
mod renditions;
mod resolution;
mod responses;
mod reviews;
mod roles;
mod routes;
mod rules;
mod scaleout;
mod serving;
mod sign_in;
mod signing_keys;
mod storage;
mod strangers;
mod streams;
mod text_mark;
mod texts;
mod tidy;
mod trials;
mod upstream;
mod vault;
mod verification;
mod voices;
mod watching;
mod webhooks;
mod wire;
mod witness;
