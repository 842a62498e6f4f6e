//! Writes every page of the console, filled with made-up content, as files for a browser:
//! `cargo run -p pages --example console -- FOLDER`.

#![expect(clippy::print_stdout, reason = "an example tells where its files are")]

mod fixtures;

use std::{env, error::Error, fs, path::PathBuf};

use pages::{Frame, Theme, assets};
use types::Language;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args().nth(1).unwrap_or_else(|| "console-pages".to_owned()));
    fs::create_dir_all(folder.join("assets"))?;
    for asset in assets::all() {
        fs::write(folder.join(asset.path().trim_start_matches('/')), asset.bytes())?;
    }
    for (language, code) in [(Language::En, "en"), (Language::Zh, "zh")] {
        for (theme, shade) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
            for (name, path, write) in fixtures::PAGES {
                let frame = Frame {
                    publisher: "The Harbour Post".to_owned(),
                    language,
                    language_chosen: true,
                    theme: Some(theme),
                    nonce: "fixture".to_owned(),
                    path: (*path).to_owned(),
                };
                fs::write(folder.join(format!("{name}.{code}.{shade}.html")), write(&frame)?)?;
            }
        }
    }
    println!("{}", folder.display());
    Ok(())
}
