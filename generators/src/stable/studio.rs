//! The networks of a folder by hand, without a tokenizer: for comparing and measuring.

use std::path::Path;

use super::{
    networks::Read,
    opened::Opened,
    run::{self, Course, Wish},
    scheduler::Scheduler,
};
use crate::{GeneratorError, files::ModelFiles, math::Map};

/// Numbers by channel, row and column, with their height and width.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The numbers.
    pub numbers: Vec<f32>,
    /// Height and width.
    pub size: (usize, usize),
}

/// What the text encoders make of one text.
#[derive(Debug, Clone)]
pub struct Text(Read);

impl Text {
    /// One row of numbers for each token, the encoders beside each other.
    #[must_use]
    pub fn rows(&self) -> &[f32] {
        &self.0.rows.rows
    }

    /// The pooled text, where the last encoder projects; otherwise empty.
    #[must_use]
    pub fn pooled(&self) -> &[f32] {
        &self.0.pooled
    }
}

/// The networks of a folder.
#[derive(Debug)]
pub struct Studio(Opened);

impl Studio {
    /// Opens the folder `path` and reads its weights.
    ///
    /// # Errors
    /// [`GeneratorError`] when a file is missing or damaged, or the networks are not served.
    pub fn open(path: &Path) -> Result<Self, GeneratorError> {
        let opened = Opened::open(ModelFiles::folder(path)?, "studio")?;
        opened.networks(None)?;
        Ok(Self(opened))
    }

    /// Reads one text, given as tokens for each text encoder.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when there is no such token.
    pub fn read(&self, ids: &[Vec<u32>]) -> Result<Text, GeneratorError> {
        self.0.networks(None)?.read(ids).map(Text)
    }

    /// What the network predicts of a latent picture at a time, for each of `texts`, without any
    /// guidance.
    ///
    /// # Errors
    /// [`GeneratorError`] when the weights cannot be read.
    pub fn predict(
        &self,
        seen: &Seen,
        time: f64,
        texts: &[Text],
    ) -> Result<Vec<Seen>, GeneratorError> {
        let networks = self.0.networks(None)?;
        let map = self.map(seen);
        let full = self.full(seen.size);
        let one = |text: &Text| {
            let wish = Wish::new(&self.0.unet.0, &text.0, None, 1.0, full);
            shown(&wish.predict(&networks.unet, &map, time))
        };
        Ok(texts.iter().map(one).collect())
    }

    /// One prediction for a text and what is not wanted, as every step of a run makes it.
    ///
    /// # Errors
    /// [`GeneratorError`] when the weights cannot be read.
    pub fn guided(
        &self,
        seen: &Seen,
        time: f64,
        (wanted, unwanted): (&Text, &Text),
        guidance: f32,
    ) -> Result<Seen, GeneratorError> {
        let networks = self.0.networks(None)?;
        let full = self.full(seen.size);
        let wish = Wish::new(&self.0.unet.0, &wanted.0, Some(&unwanted.0), guidance, full);
        Ok(shown(&wish.predict(&networks.unet, &self.map(seen), time)))
    }

    /// All steps from `noise`, drawn with deviation 1, to a latent picture: what is left after each.
    ///
    /// # Errors
    /// [`GeneratorError`] when the model has no times for so many steps or numbers are not finite.
    pub fn steps(
        &self,
        noise: &Seen,
        steps: usize,
        (wanted, unwanted): (&Text, Option<&Text>),
        guidance: f32,
    ) -> Result<Vec<Seen>, GeneratorError> {
        let networks = self.0.networks(None)?;
        let scheduler = Scheduler::new(&self.0.scheduler, steps, 1.0)?;
        let full = self.full(noise.size);
        let unwanted = unwanted.map(|text| &text.0);
        let wish = Wish::new(&self.0.unet.0, &wanted.0, unwanted, guidance, full);
        let mut start = self.map(noise);
        let factor = scheduler.start() as f32;
        start.data.iter_mut().for_each(|x| *x *= factor);
        let course = Course { scheduler, start, known: None, beside: None };
        let mut after = Vec::new();
        let mut tell = |sample: &Map| {
            after.push(shown(sample));
            Ok(())
        };
        // Only schedulers without noise of their own can be compared.
        let mut none = |count| vec![0.0; count];
        run::run(&networks.unet, &wish, course, &mut none, &mut tell)?;
        Ok(after)
    }

    /// The picture in −1 to 1 of a latent picture.
    ///
    /// # Errors
    /// [`GeneratorError`] when the weights cannot be read.
    pub fn decode(&self, latents: &Seen) -> Result<Seen, GeneratorError> {
        let networks = self.0.networks(None)?;
        let latents = networks.vae.unscaled(&self.map(latents));
        Ok(shown(&networks.vae.decode(&latents)))
    }

    /// Means, then logarithms of variances, that the encoder makes of a picture in −1 to 1.
    ///
    /// # Errors
    /// [`GeneratorError`] when the weights cannot be read.
    pub fn encode(&self, picture: &Seen) -> Result<Seen, GeneratorError> {
        let networks = self.0.networks(None)?;
        Ok(shown(&networks.vae.encode(&self.map(picture))))
    }

    fn map(&self, seen: &Seen) -> Map {
        let (height, width) = seen.size;
        let channels = seen.numbers.len() / (height * width).max(1);
        Map::from_planes((channels, height, width), &seen.numbers)
    }

    fn full(&self, (height, width): (usize, usize)) -> (usize, usize) {
        let factor = self.0.vae.0.factor();
        (height * factor, width * factor)
    }
}

fn shown(map: &Map) -> Seen {
    Seen { numbers: map.planes(), size: (map.height, map.width) }
}
