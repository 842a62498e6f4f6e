//! `imprimatur migrate`

use indicatif::ProgressBar;
use serde_json::json;

use super::{
    args::{Global, Migrate},
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
};
use crate::{
    config::Config,
    installation::Installation,
    storage::moving::{MoveError, move_to},
};

pub(crate) async fn run(global: &Global, args: &Migrate, console: &Console) -> Answer {
    let from = locate::installation(global)?;
    let to = Installation::new(from.folder().to_path_buf(), Config::load(Some(&args.to))?);
    let bar = if console.draws() { ProgressBar::no_length() } else { ProgressBar::hidden() };
    let moved = move_to(&from, &to, &|entries| bar.set_position(entries)).await;
    bar.finish_and_clear();
    let moved = moved.map_err(failed)?;
    let value = json!({
        "log_size": moved.entries, "state_rows": moved.rows, "objects": moved.objects,
        "originals": moved.originals, "configuration": args.to,
    });
    console.result(&value, || {
        format!(
            "{} log entries, {} rows of state, {} objects and {} originals were copied and compared; \
             start gateways with -C {}",
            moved.entries,
            moved.rows,
            moved.objects,
            moved.originals,
            args.to.display()
        )
    });
    Ok(Exit::Yes)
}

/// What the caller can name better is usage; everything else is a failure.
fn failed(error: MoveError) -> Failure {
    let exit = match error {
        MoveError::Kinds | MoveError::Origin(_) => Exit::Usage,
        _ => Exit::No,
    };
    Failure { exit, error: error.into() }
}
