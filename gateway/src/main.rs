//! `imprimatur`: parses, builds, runs, and maps the outcome to an exit code.

use std::{panic, process::ExitCode};

use gateway::cli::{self, Cli, Exit};

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    let cli = match Cli::read(&words) {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Yes };
            // Nothing is left to report to when stdout and stderr are gone.
            drop(error.print());
            return exit.into();
        }
    };
    // A panic is a bug of ours: it is reported as such, never as an answer.
    match panic::catch_unwind(|| cli::run(cli)) {
        Ok(exit) => exit.into(),
        Err(_) => Exit::Bug.into(),
    }
}
