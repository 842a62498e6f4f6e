//! Colour has to be known before the command line is read: what is wrong with it may be coloured.

use std::ffi::OsString;

use clap::{ColorChoice, CommandFactory as _, FromArgMatches as _, ValueEnum as _};

use super::Cli;

impl Cli {
    /// Reads a command line, the program's name first.
    ///
    /// # Errors
    /// [`clap::Error`], which is also how help and version are asked for.
    pub fn read(words: &[OsString]) -> Result<Self, clap::Error> {
        let mut command = Self::command().color(color(words));
        let mut matches = command.try_get_matches_from_mut(words)?;
        Self::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
    }
}

/// What `--color` asks for; a value that does not exist is told of later.
fn color(words: &[OsString]) -> ColorChoice {
    let mut words = words.iter().filter_map(|word| word.to_str());
    let value =
        words.find_map(|word| word.strip_prefix("--color").map(|rest| rest.strip_prefix('=')));
    let value = value.and_then(|value| value.or_else(|| words.next()));
    value.and_then(|value| ColorChoice::from_str(value, true).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_found_wherever_it_stands() {
        for (line, expected) in [
            ("imprimatur verify x --color never", ColorChoice::Never),
            ("imprimatur --color=always demo", ColorChoice::Always),
            ("imprimatur demo", ColorChoice::Auto),
            ("imprimatur demo --color mauve", ColorChoice::Auto),
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(color(&words), expected, "{line}");
        }
        let words = ["imprimatur", "demo", "--color", "mauve"].map(OsString::from);
        assert!(Cli::read(&words).unwrap_err().to_string().contains("mauve"));
    }
}
