//! The thread that makes durable what a checkpoint needs, while appends go on.

use std::{
    path::PathBuf,
    sync::{Arc, mpsc},
};

use crate::{
    Files, LogError, LogKey, Registry, committer::Command, merkle::Tree, standing::Standing,
    tiles::Tiles,
};

/// What the keeper is given.
pub(crate) enum Job {
    /// Make a tree's complete tiles durable, and the index.
    Seal(Box<Tree>),
    /// Note where the log stands, after the checkpoint.
    Note(Box<Standing>),
}

/// The thread's state.
pub(crate) struct Keeper {
    pub(crate) folder: PathBuf,
    pub(crate) key: LogKey,
    pub(crate) registry: Registry,
    pub(crate) tiles: Arc<Tiles>,
    pub(crate) files: Arc<dyn Files>,
    pub(crate) commands: mpsc::Sender<Command>,
}

impl Keeper {
    pub(crate) fn run(self, jobs: &mpsc::Receiver<Job>) {
        while let Ok(job) = jobs.recv() {
            match job {
                Job::Seal(tree) => {
                    let sealed = self.seal(&tree).map(|()| tree);
                    drop(self.commands.send(Command::Sealed(sealed)));
                }
                // Opening reads more records without it; the next checkpoint brings another.
                Job::Note(standing) => {
                    drop(standing.store(&self.folder, &self.key, self.files.as_ref()));
                }
            }
        }
    }

    fn seal(&self, tree: &Tree) -> Result<(), LogError> {
        self.tiles.store(tree, self.files.as_ref())?;
        self.registry.sync()
    }
}
