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

mod backup;
mod bad_input;
mod command_line;
mod crash;
mod external;
mod inside;
mod leaving;
mod line;
mod newsroom;
mod recovery;
mod reviews;
mod serving;
mod storage;
mod streams;
mod text_mark;
mod tidy;
mod vault;
mod verification;
