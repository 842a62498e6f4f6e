//! What people see of Imprimatur: view models in, HTML out. No input, no output, no waiting.
//!
//! Reading order: [`frame`] is what every page knows (language, theme, nonce, where it is); `texts`
//! are its words in each language, `dates` its dates; [`assets`] are the files it needs and
//! [`policy`] what a browser may do with it. [`public`] are the pages for everybody,
//! [`console`] those for people who have signed in.
//!
//! Whatever comes from a file or a person is text: templates escape all that they are given, and no
//! template may say otherwise (a test reads them).

pub mod assets;
pub mod console;
mod dates;
pub mod frame;
mod policy;
pub mod problem;
pub mod public;
mod qr;
mod texts;

pub use frame::{Frame, Theme};
pub use policy::policy;

/// A page, or the reason why there is none: the template could not be written out.
pub type Html = Result<String, PageError>;

/// A page could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// A template could not be written out; this does not depend on what was asked.
    #[error("the page could not be written: {0}")]
    Template(#[from] askama::Error),
}

fn written(page: &impl askama::Template) -> Html {
    Ok(page.render()?)
}
