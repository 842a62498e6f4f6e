//! The network by hand: for tests and measurements.

use std::path::Path;

use super::{
    Thresholds,
    config::{self, Config},
    front::Front,
    network::Network,
    opened::Opened,
};
use crate::{
    EventSender, GeneratorError,
    files::ModelFiles,
    recogniser::{Hearing, Transcript},
    sequence::{Memory, Reading, Source},
    stable::parts::Component,
};

/// The front end and the network of a folder, run step by step.
#[derive(Debug)]
pub struct Workbench {
    front: Front,
    network: Network,
}

/// A window that the encoder has read, and the tokens that the decoder has read of it.
#[derive(Debug)]
pub struct Window {
    encoded: Vec<f32>,
    source: Source,
    memory: Memory,
}

impl Window {
    /// What the encoder made: a row for every other frame.
    #[must_use]
    pub fn encoded(&self) -> &[f32] {
        &self.encoded
    }
}

impl Workbench {
    /// Opens the folder `path`, which has `config.json` and the weights, and reads it.
    ///
    /// # Errors
    /// [`GeneratorError`] when a file is missing or damaged, or the network is not served.
    pub fn open(path: &Path) -> Result<Self, GeneratorError> {
        let files = ModelFiles::folder(path)?;
        let config = Config::read(&files)?;
        let brought = config::filters(&files, config.num_mel_bins)?;
        let front = Front::new(config.num_mel_bins, brought);
        let component = Component::top(&files)?;
        let listing = files.list(&component.shards)?;
        let source = component.filled(component.load(&files, &listing, None)?);
        Ok(Self { front, network: Network::new(&config, &source.parts())? })
    }

    /// The picture of the first window of a sound (mono, 16 kHz): a row of mel numbers a frame.
    #[must_use]
    pub fn picture(&self, samples: &[f32]) -> Vec<f32> {
        let loudest = self.front.loudest(samples);
        self.front.picture(samples, loudest, 0, self.network.frames())
    }

    /// Lets the encoder read a picture.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when it has another size.
    pub fn encode(&self, picture: &[f32]) -> Result<Window, GeneratorError> {
        let encoded = self.network.encode(picture)?;
        let source = self.network.source(&encoded)?;
        Ok(Window { encoded, source, memory: self.network.memory() })
    }

    /// Lets the decoder read more tokens; the logits after each of them.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a token is unknown or there are too many.
    pub fn read(&self, window: &mut Window, ids: &[u32]) -> Result<Vec<Vec<f32>>, GeneratorError> {
        let Window { source, memory, .. } = window;
        let reading = Reading { memory, source, rows: ids.len(), watched: None };
        let wanted: Vec<usize> = (0..ids.len()).collect();
        self.network.decode(ids, &mut [reading], &wanted)
    }

    /// Writes down a sound with the folder `path`, always what is likeliest: nothing is written
    /// again, nothing is taken for silence, nothing is left out, and no window reads what was
    /// written before it. This is what can be compared with other programs.
    ///
    /// # Errors
    /// [`GeneratorError`] as for [`crate::Whisper`].
    pub fn transcribe(path: &Path, hearing: &Hearing) -> Result<Transcript, GeneratorError> {
        let opened = Opened::open(ModelFiles::folder(path)?, "workbench")?;
        let thresholds = Thresholds {
            no_speech: f32::INFINITY,
            again: false,
            remember: false,
            ..Thresholds::default()
        };
        let (events, mut receiver) = EventSender::channel(1);
        std::thread::scope(|scope| {
            let run = scope.spawn(|| {
                let events = events;
                super::hear(&opened, hearing, thresholds, &events)
            });
            while receiver.recv_blocking().is_some() {}
            let died = |_| Err(GeneratorError::Failed("the run ended early".to_owned()));
            run.join().unwrap_or_else(died)
        })
    }
}
