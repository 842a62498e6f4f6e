//! Which configured texts carry no statistical mark, because a server behind this one writes them.

use serde::Serialize;

use crate::{config::GeneratorSection, installation::Installation, upstreams::KIND};

/// A model whose words are chosen elsewhere.
#[derive(Debug, Serialize)]
pub(super) struct Unmarked {
    model: String,
    statistical_mark: bool,
    reason: &'static str,
}

impl Unmarked {
    pub(super) fn sentence(&self) -> String {
        format!(
            "`{}` is written by a server behind this one: its texts carry no statistical mark, but a signed manifest, a fingerprint in the log and a receipt",
            self.model
        )
    }
}

/// Every configured text model that is a server, or may be one.
pub(super) fn unmarked(installation: &Installation) -> Vec<Unmarked> {
    let sections = &installation.config().generators;
    let asks = |section: &GeneratorSection| {
        section.kind == KIND && section.modality.is_none_or(|made| made == types::Modality::Text)
    };
    let may_ask = |section: &GeneratorSection| {
        asks(section) || section.of.iter().filter_map(|name| sections.get(name)).any(asks)
    };
    let models = sections.iter().filter(|(_, section)| may_ask(section)).map(|(name, _)| name);
    let routes = installation.config().routes.iter();
    let routes = routes.filter(|(_, route)| {
        route.models.iter().filter_map(|name| sections.get(name)).any(may_ask)
    });
    let said = models.chain(routes.map(|(name, _)| name)).map(|name| Unmarked {
        model: name.clone(),
        statistical_mark: false,
        reason: "sampler of an upstream",
    });
    said.collect()
}
