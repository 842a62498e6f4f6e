//! `imprimatur completions` and `imprimatur man`: what shells and manuals know of the commands.

use std::{fs, io, path::Path};

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use serde_json::json;

use super::{
    args::Cli,
    exit::{Answer, Exit},
    output::Console,
};

/// The program's name on a path.
const NAME: &str = "imprimatur";

/// `completions`
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// `man`
#[derive(Debug, Args)]
pub struct Man {
    /// The folder for the pages, made if it does not exist
    pub dir: std::path::PathBuf,
}

pub(super) fn completions(args: &Completions, console: &Console) -> Answer {
    let script = script(args.shell);
    console.result(&json!({"shell": args.shell.to_string(), "script": script}), || {
        script.trim_end().to_owned()
    });
    Ok(Exit::Yes)
}

pub(super) fn man(args: &Man, console: &Console) -> Answer {
    let pages = write(&args.dir)?;
    console.result(&json!({"dir": args.dir, "pages": pages}), || {
        format!("{}: {pages} pages", args.dir.display())
    });
    Ok(Exit::Yes)
}

fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), NAME, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// One page for each command; how many.
fn write(dir: &Path) -> io::Result<usize> {
    fs::create_dir_all(dir)?;
    clap_mangen::generate_to(Cli::command(), dir)?;
    let ours = |name: &str| name.starts_with(NAME) && name.ends_with(".1");
    let names = fs::read_dir(dir)?.flatten().map(|file| file.file_name());
    Ok(names.filter(|name| name.to_str().is_some_and(ours)).count())
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn every_shell_learns_every_command() {
        for shell in Shell::value_variants() {
            let script = script(*shell);
            for word in ["doctor", "webhooks", "upstream"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }

    #[test]
    fn every_command_has_a_page_with_its_options() {
        fn commands(command: &clap::Command) -> usize {
            let own = command.get_subcommands().filter(|command| command.get_name() != "help");
            1 + own.map(commands).sum::<usize>()
        }
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("man/man1");
        assert_eq!(write(&dir).unwrap(), commands(&Cli::command()));
        let page = fs::read_to_string(dir.join("imprimatur-audit-hold-add.1")).unwrap();
        assert!(page.contains("docket number"), "{page}");
    }
}
