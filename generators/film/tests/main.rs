//! What holds for every storyboard.

#![expect(clippy::unwrap_used, reason = "what a test did not expect ends it")]
#![expect(clippy::panic, reason = "so does what it names itself")]
#![expect(clippy::indexing_slicing, reason = "and a place that is not there")]

mod files;
mod live;
mod movie;
mod refusals;
mod storyboards;

use film::{Anchor, Background, Colour, Layer, Mouth, MouthShape, Scene, Storyboard};

/// A short small film with a presenter.
fn small() -> Storyboard {
    let mouth = vec![MouthShape { start: 0.2, end: 0.7, mouth: Mouth::Open }];
    let anchor = Layer::Anchor(Anchor { mouth, ..Anchor::default() });
    let plain = Background::Colour { colour: Colour::hex(0x20_60_a0) };
    let scenes = vec![
        Scene { seconds: 1.0, layers: vec![anchor], ..Scene::default() },
        Scene { seconds: 0.5, background: plain, ..Scene::default() },
    ];
    Storyboard { size: (160, 160), rate: 10, scenes, ..Storyboard::default() }
}
