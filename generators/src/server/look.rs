//! A look at servers from outside: are they there, and have they what is configured?

use super::{Connection, Scheme, client::Client};
use crate::{Checked, GeneratorError};

/// Asks every endpoint for `path` and has its answer judged: `Some` is what is wrong with it.
/// Blocks: never call it on an async thread.
pub(crate) fn check<F>(
    kind: &'static str,
    connection: &Connection,
    scheme: Scheme,
    path: &str,
    wrong: F,
) -> Checked
where
    F: Fn(&[u8]) -> Option<String> + Sync,
{
    let mut checked = Checked::new(kind);
    let looking = || -> Result<Vec<String>, GeneratorError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| GeneratorError::Failed(error.to_string()))?;
        let client = Client::new(connection, scheme)?;
        let answers = runtime.block_on(client.look(path));
        let problem = |(base, answered): (_, Result<Vec<u8>, _>)| {
            let problem = match answered {
                Ok(body) => wrong(&body),
                Err(error) => Some(GeneratorError::from(error).to_string()),
            };
            problem.map(|problem| format!("{base}: {problem}"))
        };
        Ok(answers.into_iter().filter_map(problem).collect())
    };
    // A thread of its own: the caller's may belong to another runtime.
    let looked = std::thread::scope(|scope| scope.spawn(looking).join());
    let failed = || Err(GeneratorError::Failed("the check ended early".to_owned()));
    match looked.unwrap_or_else(|_| failed()) {
        Ok(problems) => checked.problems = problems,
        Err(error) => checked.problems.push(error.to_string()),
    }
    checked
}
