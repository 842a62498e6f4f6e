//! Restoration: damage is filled, noise and blur are taken back, colours mended.

use crate::{
    Mask, Picture, RetouchError, colour, deblur,
    denoise::{self, denoised, noise},
    fill,
    plane::{self, LIGHT, Plane, from_opponent, to_opponent},
    progress::{Steps, Told},
    scratches,
};

/// The most that may be asked for.
const SIGMA_MAX: f32 = 100.0;
/// Noise that is not told from fine texture.
const TEXTURE: f32 = 2.5;

/// How strongly something is done.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Amount {
    /// As much as the picture seems to need, which may be nothing.
    #[default]
    Auto,
    /// Not at all.
    Off,
    /// For noise or blur of this deviation: levels of 255 for noise, pixels for blur. At most 100.
    Sigma(f32),
}

/// What is to be restored. By default everything, as far as the picture needs it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Restoration {
    /// Noise and grain are taken away.
    pub denoise: Amount,
    /// Blur is taken back.
    pub deblur: Amount,
    /// Scratches and dust are looked for and filled, unless a mask says where they are.
    pub scratches: bool,
    /// Faded contrast and colour casts are mended.
    pub colour: bool,
}

impl Default for Restoration {
    fn default() -> Self {
        Self { denoise: Amount::Auto, deblur: Amount::Auto, scratches: true, colour: true }
    }
}

/// A restored picture.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Restored {
    /// The picture.
    pub picture: Picture,
    /// What was filled: 255 where it was, else 0.
    pub damage: Mask,
    /// What was found and what was done, as short sentences.
    pub report: Vec<String>,
}

/// Restores a scanned or noisy picture. `damage` marks what is to be filled; without it scratches
/// and dust are looked for. A picture that needs nothing comes back nearly as it was.
///
/// # Errors
/// [`RetouchError::SizesDiffer`], [`RetouchError::NothingKept`], [`RetouchError::Cancelled`].
pub fn restore(
    picture: &Picture,
    wanted: &Restoration,
    damage: Option<&Mask>,
    told: Told<'_>,
) -> Result<Restored, RetouchError> {
    let total = 1 + fill::STEPS + denoise::STEPS + deblur::ROUNDS + 1;
    let mut steps = Steps::start(told, total)?;
    let mut report = Vec::new();
    let mut planes = plane::split(picture);
    let noise = to_opponent(&planes).each_ref().map(noise::sigma);
    let damage = damaged(picture, &planes, wanted, damage)?;
    steps.step()?;
    if damage.marked() > 0 {
        fill::check(picture, &damage)?;
        let filled = fill::filled(&planes, &damage, &mut steps)?;
        planes = plane::split(&fill::mixed(picture, &filled, &damage)?);
        report.push(format!("{} damaged pixels were filled.", damage.marked()));
    } else {
        steps.skip(fill::STEPS)?;
    }
    planes = quieter(planes, (wanted.denoise, noise), &mut steps, &mut report)?;
    planes = sharper(planes, wanted.deblur, &mut steps, &mut report)?;
    if wanted.colour {
        planes = mended(planes, &mut report);
    }
    steps.step()?;
    if report.is_empty() {
        report.push("Nothing was found that needs repair.".to_owned());
    }
    Ok(Restored { picture: plane::join(&planes)?, damage, report })
}

/// The damage as it was given, or as it is found if that is wanted.
fn damaged(
    picture: &Picture,
    planes: &[Plane; 3],
    wanted: &Restoration,
    given: Option<&Mask>,
) -> Result<Mask, RetouchError> {
    if let Some(mask) = given {
        mask.check_fits(picture)?;
        return Ok(mask.clone());
    }
    let values = if wanted.scratches {
        scratches::found(planes)
    } else {
        vec![0; picture.pixels().len() / 3]
    };
    Mask::new(picture.width(), picture.height(), values)
}

fn quieter(
    planes: [Plane; 3],
    (amount, found): (Amount, [f32; 3]),
    steps: &mut Steps<'_>,
    report: &mut Vec<String>,
) -> Result<[Plane; 3], RetouchError> {
    let channels = to_opponent(&planes);
    let sigmas = match amount {
        Amount::Off => [0.0; 3],
        Amount::Sigma(sigma) => [sigma.clamp(0.0, SIGMA_MAX); 3],
        // Fast waves of the finest texture pass for weak noise.
        Amount::Auto => found.map(|sigma| (sigma * sigma - TEXTURE * TEXTURE).max(0.0).sqrt()),
    };
    let strongest = sigmas.into_iter().fold(0.0, f32::max);
    let least = if amount == Amount::Auto { denoise::SIGMA_MIN } else { 0.1 };
    if strongest < least {
        steps.skip(denoise::STEPS)?;
        return Ok(planes);
    }
    report.push(format!("Noise of deviation {strongest:.1} (of 255) was taken away."));
    Ok(from_opponent(&denoised(&channels, sigmas, steps)?))
}

fn sharper(
    planes: [Plane; 3],
    amount: Amount,
    steps: &mut Steps<'_>,
    report: &mut Vec<String>,
) -> Result<[Plane; 3], RetouchError> {
    let [light, red, yellow] = to_opponent(&planes);
    let light = light.map(|value| value / LIGHT);
    let left = noise::sigma(&light);
    let sigma = match amount {
        Amount::Off => 0.0,
        Amount::Sigma(sigma) => sigma.clamp(0.0, SIGMA_MAX),
        Amount::Auto => deblur::blur(&light, left),
    };
    if sigma < 0.1 {
        steps.skip(deblur::ROUNDS)?;
        return Ok(planes);
    }
    report.push(format!("Blur of deviation {sigma:.1} pixels was taken back."));
    let sharp = deblur::sharpened(&light, sigma, left, steps)?;
    Ok(from_opponent(&[sharp.map(|value| value * LIGHT), red, yellow]))
}

fn mended(planes: [Plane; 3], report: &mut Vec<String>) -> [Plane; 3] {
    let Some(cast) = colour::cast(&planes) else { return planes };
    let ranges = cast.range.map(|(black, white)| format!("{black:.0} to {white:.0}"));
    let [red, green, blue] = ranges;
    report.push(format!(
        "Colours were faded or tinted (red {red}, green {green}, blue {blue}) and were mended."
    ));
    cast.mended(&planes)
}
