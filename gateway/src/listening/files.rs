//! Every connection is a file for the operating system, which usually allows few.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Asks for as many open files as this process may have.
pub(crate) fn allow_many_files() {
    let limits = getrlimit(Resource::Nofile);
    let most = Rlimit { current: limits.maximum, maximum: limits.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, most) {
        tracing::debug!(%error, "the limit of open files stays as it was");
    }
}
