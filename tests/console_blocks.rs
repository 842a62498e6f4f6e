//! Blocks of commands in pages for people, and their run in a folder.

use std::{path::Path, process::Command};

use crate::newsroom::PROGRAM;

/// The contents of the fenced blocks of a language.
pub(crate) fn blocks<'a>(text: &'a str, language: &'static str) -> impl Iterator<Item = &'a str> {
    text.split("\n```").skip(1).step_by(2).filter_map(move |block| {
        let (tag, body) = block.split_once('\n')?;
        (tag.trim() == language).then_some(body)
    })
}

/// The commands of a block: lines after `$ `, or every line of a block without prompts.
pub(crate) fn commands_of(block: &str) -> Vec<String> {
    let prompted: Vec<String> =
        block.lines().filter_map(|line| line.strip_prefix("$ ")).map(str::to_owned).collect();
    if prompted.is_empty() { block.lines().map(str::to_owned).collect() } else { prompted }
}

/// Runs every command of a page's `console` blocks in one fresh folder, in order, and expects the exit
/// code that the page says (`# exit N`, else 0). How many there were.
pub(crate) fn run(page: &str, text: &str) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let commands: Vec<String> = blocks(text, "console").flat_map(commands_of).collect();
    for command in &commands {
        let expected =
            command.rsplit_once("# exit ").map_or(0, |(_, code)| code.trim().parse().unwrap());
        let output = shell(command, folder.path());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(expected), "{page}: `{command}`: {said}");
    }
    commands.len()
}

/// A command as a person types it, with the program on the path.
fn shell(command: &str, folder: &Path) -> std::process::Output {
    let beside = Path::new(PROGRAM).parent().unwrap().display().to_string();
    let path = format!("{beside}:{}", std::env::var("PATH").unwrap());
    Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .env("PATH", path)
        .env_remove("IMPRIMATUR_CONFIG")
        .env_remove("IMPRIMATUR_KEY")
        .output()
        .unwrap()
}
