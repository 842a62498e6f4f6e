//! Looks a folder over and says in words what is wrong with it.

use std::path::Path;

use super::{
    config::Config,
    opened::{FILES, Opened},
    weights::Networks,
};
use crate::{Checked, GeneratorError, files::ModelFiles, math::Map};

/// Reads every file of the folder `path` and runs one step.
pub(crate) fn check(path: &Path) -> Checked {
    let mut checked = Checked::new("diffusion");
    let Some(files) = checked.note(ModelFiles::folder(path)) else { return checked };
    for name in FILES {
        checked.note(files.open(name));
    }
    if !checked.problems.is_empty() {
        return checked;
    }
    if let Some(listing) = checked.note(files.list(&FILES.map(str::to_owned))) {
        checked.sha256 = Some(listing.sha256());
        checked.files = listing.files().to_vec();
    }
    let Some(opened) = checked.note(Opened::open(files)) else { return checked };
    checked.architecture = Some(Config::ARCHITECTURE.to_owned());
    checked.parameters = Some(opened.config.parameters);
    let finite = opened.networks(None).and_then(|networks| is_finite(&networks, &opened.config));
    if checked.note(finite) == Some(false) {
        checked.problems.push("the weights give numbers that are not finite".to_owned());
    }
    checked
}

/// Whether one step and the enlargement of its result give finite numbers.
fn is_finite(networks: &Networks, config: &Config) -> Result<bool, GeneratorError> {
    let side = config.unet.side;
    let noise = Map::from_planes((3, side, side), &vec![0.0; 3 * side * side]);
    let picture = networks.unet.velocity(&noise, 1.0, &networks.unet.embed(&[0]));
    let sum: f32 = networks.upscaler.enlarge(&picture)?.sum_all()?.to_scalar()?;
    Ok(sum.is_finite())
}
