//! What is found when a model's files are looked over.

use std::fmt;

use types::Sha256;

use crate::GeneratorError;
pub use crate::files::ListedFile;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checked {
    /// The backend that looked.
    pub kind: &'static str,
    /// The network, if its configuration could be read.
    pub architecture: Option<String>,
    /// How many numbers were learned.
    pub parameters: Option<u64>,
    /// The digest that the model card would show.
    pub sha256: Option<Sha256>,
    /// The files that decide what the model does.
    pub files: Vec<ListedFile>,
    /// What is wrong, a sentence each; empty when the model can be used.
    pub problems: Vec<String>,
}

impl Checked {
    pub(crate) const fn new(kind: &'static str) -> Self {
        Self {
            kind,
            architecture: None,
            parameters: None,
            sha256: None,
            files: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Takes note of what failed.
    pub(crate) fn note<T>(&mut self, result: Result<T, GeneratorError>) -> Option<T> {
        result.map_err(|error| self.problems.push(error.to_string())).ok()
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "backend       {}", self.kind)?;
        writeln!(f, "architecture  {}", self.architecture.as_deref().unwrap_or("unknown"))?;
        if let Some(parameters) = self.parameters {
            writeln!(f, "parameters    {parameters}")?;
        }
        if let Some(sha256) = self.sha256 {
            writeln!(f, "sha256        {sha256}")?;
        }
        for file in &self.files {
            writeln!(f, "file          {} {} ({} bytes)", file.sha256, file.name, file.bytes)?;
        }
        for problem in &self.problems {
            writeln!(f, "problem       {problem}")?;
        }
        let verdict = if self.problems.is_empty() { "can be used" } else { "cannot be used" };
        write!(f, "verdict       {verdict}")
    }
}
