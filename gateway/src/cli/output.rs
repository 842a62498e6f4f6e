//! Results on stdout, everything else on stderr.
//!
//! Whoever closes its end of a pipe (`| head`) has read enough: that is no failure, the work goes on
//! and the exit code is still the answer.

use std::io::{IsTerminal as _, Write as _, stderr, stdout};

use clap::{
    ColorChoice,
    builder::styling::{AnsiColor, Style},
};
use serde::Serialize;
use types::Language;

use super::{args::Global, exit::Failure};
use crate::telemetry::Logged;

/// How to talk to whoever started the command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Console {
    json: bool,
    quiet: bool,
    colored: bool,
    language: Language,
}

impl Console {
    pub(crate) fn new(global: &Global) -> Self {
        Self {
            json: global.json,
            quiet: global.quiet,
            colored: colored(global.color),
            language: global.lang.unwrap_or(super::args::Lang::En).into(),
        }
    }

    /// The language of sentences for people.
    pub(crate) const fn language(&self) -> Language {
        self.language
    }

    /// The result: `value` as one line of JSON, or `text` for people.
    pub(crate) fn result(&self, value: &impl Serialize, text: impl FnOnce() -> String) {
        let line = match serde_json::to_string(value) {
            Ok(json) if self.json => json,
            _ => text(),
        };
        drop(writeln!(stdout(), "{line}"));
    }

    /// A line about what goes on.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            drop(writeln!(stderr(), "{text}"));
        }
    }

    /// Why there is no result.
    pub(crate) fn failure(&self, failure: &Failure) {
        let style = if self.colored { AnsiColor::Red.on_default().bold() } else { Style::new() };
        drop(writeln!(stderr(), "{style}imprimatur:{style:#} {:#}", failure.error));
    }

    /// Whether a progress bar makes sense.
    pub(crate) fn draws(&self) -> bool {
        !self.quiet && stderr().is_terminal()
    }

    /// `en` or `zh`.
    pub(crate) const fn pick<'a>(&self, en: &'a str, zh: &'a str) -> &'a str {
        match self.language {
            Language::En => en,
            Language::Zh => zh,
        }
    }
}

/// How the program logs.
pub(crate) fn logged(global: &Global) -> Logged {
    Logged { verbose: global.verbose, colored: colored(global.color) }
}

/// Whether stderr is coloured (<https://no-color.org>).
fn colored(choice: ColorChoice) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
        }
    }
}
