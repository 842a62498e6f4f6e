//! Progress bars of loading and generation, when stderr is a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::mpsc;

use super::output::Console;
use crate::pipeline::{Delivery, Piece};

/// Where a generation may send its pieces, and the task that draws them.
pub(crate) fn follow(console: &Console) -> (Delivery, tokio::task::JoinHandle<()>) {
    if !console.draws() {
        return (Delivery::Whole, tokio::spawn(async {}));
    }
    let (sender, receiver) = mpsc::channel(16);
    (Delivery::Stream(sender), tokio::spawn(draw(receiver)))
}

async fn draw(mut pieces: mpsc::Receiver<Piece>) {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg:>10} {bar:32} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    let mut words = 0;
    while let Some(piece) = pieces.recv().await {
        match piece {
            Piece::Progress { what, done, total } => {
                bar.set_message(what);
                bar.set_length(total);
                bar.set_position(done);
            }
            Piece::Text(_) => {
                words += 1;
                bar.set_message("writing");
                bar.set_position(words);
            }
        }
    }
    bar.finish_and_clear();
}
