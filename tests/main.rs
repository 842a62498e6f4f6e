//! End to end: the program as its users meet it, over its command line and over HTTP.
//!
//! One binary, one module for each behaviour, each reading as a story.

mod bad_input;
mod command_line;
mod crash;
mod line;
mod newsroom;
mod recovery;
mod reviews;
mod streams;
mod tidy;
