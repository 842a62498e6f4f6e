//! The files that pages need: a style sheet, htmx, one script, the icon. Their names carry their hash, so
//! that they may be kept for ever, and they go out compressed.

use std::{io::Write as _, sync::LazyLock};

use flate2::{Compression, write::GzEncoder};
use types::Sha256;

/// Where assets are served.
pub const BELOW: &str = "/assets/";

/// A file that pages need.
#[derive(Debug)]
pub struct Asset {
    name: &'static str,
    path: String,
    media_type: &'static str,
    bytes: &'static [u8],
    gzip: Vec<u8>,
}

const STYLE: &str = include_str!("../assets/app.css");
/// htmx with its guard: one file, because they only work together.
const HTMX: &str = concat!(
    include_str!("../assets/vendor/htmx.js"),
    "\n",
    include_str!("../assets/vendor/hx-csp.js")
);
const SCRIPT: &str = include_str!("../assets/app.js");
const ICON: &str = include_str!("../assets/icon.svg");

static ALL: LazyLock<[Asset; 4]> = LazyLock::new(|| {
    let (css, js) = ("text/css; charset=utf-8", "text/javascript; charset=utf-8");
    [
        Asset::new("app.css", css, STYLE),
        Asset::new("htmx.js", js, HTMX),
        Asset::new("app.js", js, SCRIPT),
        Asset::new("icon.svg", "image/svg+xml", ICON),
    ]
});

impl Asset {
    fn new(name: &'static str, media_type: &'static str, text: &'static str) -> Self {
        let hash = Sha256::of(text.as_bytes()).to_string();
        let short = hash.get(..12).unwrap_or(&hash);
        let (stem, end) = name.split_once('.').unwrap_or((name, ""));
        let path = format!("{BELOW}{stem}.{short}.{end}");
        Self { name, path, media_type, bytes: text.as_bytes(), gzip: packed(text.as_bytes()) }
    }

    /// The path that it is served at.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// `Content-Type`.
    #[must_use]
    pub const fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// The file.
    #[must_use]
    pub const fn bytes(&self) -> &'static [u8] {
        self.bytes
    }

    /// The file by gzip; empty where that failed.
    #[must_use]
    pub fn gzip(&self) -> &[u8] {
        &self.gzip
    }
}

/// The asset at a path.
#[must_use]
pub fn at(path: &str) -> Option<&'static Asset> {
    ALL.iter().find(|asset| asset.path == path)
}

/// The asset of a name, such as `app.css`.
#[must_use]
pub fn named(name: &str) -> Option<&'static Asset> {
    ALL.iter().find(|asset| asset.name == name)
}

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Asset> {
    ALL.iter()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    // Writing into memory does not fail; if it did, the file would go out as it is.
    packer.write_all(bytes).and_then(|()| packer.finish()).unwrap_or_default()
}
