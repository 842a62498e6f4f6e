//! `imprimatur assist`: help for writers, on record.

use std::fs;

use anyhow::Context as _;
use assist::alt_text::Facts;
use serde_json::Value;
use types::Language;

use super::{
    args::{AssistCommand, Global, Reading},
    exit::{Answer, Exit, Failure},
    generate::refused,
    locate,
    moderate::{local, read},
    output::Console,
};
use crate::{
    assisting::{self, Ask, LENGTHS, TEXT_CHARS_MAX, Tool, picture},
    http,
};

pub(crate) async fn run(global: &Global, command: AssistCommand, console: &Console) -> Answer {
    let ask = ask(global, command)?;
    let tool = ask.tool;
    let line = locate::line(global).await?;
    line.stages().close_unfinished().await?;
    let outcome = assisting::assist(&line.stages(), local(), ask).await?;
    line.stages().close().await?;
    let assisted = match outcome {
        Ok(assisted) => assisted,
        Err(refusal) => {
            console.result(&refused(&refusal), || format!("refused: {}", refusal.message));
            return Ok(Exit::No);
        }
    };
    let answer = http::assist::told(assisted);
    console.result(&answer, || shown(tool, &answer));
    let found =
        answer.get("corrections").and_then(Value::as_array).is_some_and(|found| !found.is_empty());
    Ok(if found { Exit::No } else { Exit::Yes })
}

fn ask(global: &Global, command: AssistCommand) -> Result<Ask, Failure> {
    let language = global.lang.map(Language::from);
    let written = |tool, reading: &Reading, chars_max| {
        let text = read(&reading.input)?;
        let empty = !text.chars().any(|c| !c.is_whitespace() && !c.is_control());
        if empty || text.chars().count() > TEXT_CHARS_MAX {
            let what = if empty { "empty" } else { "too long: give it in parts" };
            return Err(Failure::unreadable(anyhow::anyhow!("the text is {what}")));
        }
        Ok(Ask { tool, text, language, chars_max, facts: Facts::default() })
    };
    match command {
        AssistCommand::Suggest(reading) => written(Tool::Suggest, &reading, None),
        AssistCommand::Correct(reading) => written(Tool::Correct, &reading, None),
        AssistCommand::Ideas(reading) => written(Tool::Ideas, &reading, None),
        AssistCommand::Headline { reading, max_chars } => {
            if max_chars.is_some_and(|most| !LENGTHS.contains(&most)) {
                let (least, most) = LENGTHS.into_inner();
                return Err(anyhow::anyhow!("--max-chars takes {least} to {most}").into());
            }
            written(Tool::Headline, &reading, max_chars)
        }
        AssistCommand::AltText { file, caption } => {
            let bytes = fs::read(&file).with_context(|| file.display().to_string());
            let mut facts =
                picture::facts(&bytes.map_err(Failure::unreadable)?).map_err(|error| {
                    Failure::unreadable(anyhow::anyhow!("{}: {error}", file.display()))
                })?;
            facts.caption = caption;
            let said = [&facts.caption, &facts.title, &facts.prompt];
            let text =
                said.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("\n");
            Ok(Ask { tool: Tool::AltText, text, language, chars_max: None, facts })
        }
    }
}

/// The answer for people: one find a line.
fn shown(tool: Tool, answer: &Value) -> String {
    let text = |value: &Value, path: &str| {
        value.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let rows = |name: &str| answer.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let texts = |name: &str| rows(name).iter().map(|row| text(row, "/text")).collect::<Vec<_>>();
    match tool {
        Tool::Correct => {
            let place =
                |c: &Value, name: &str| c.get(name).map(Value::to_string).unwrap_or_default();
            let line = |c: &Value| {
                let place = format!("{}–{}", place(c, "start"), place(c, "end"));
                let (wrong, right) = (text(c, "/original"), text(c, "/replacements/0"));
                format!("{place:10} {wrong} → {right}  {}", text(c, "/message"))
            };
            let mut lines: Vec<String> = rows("corrections").iter().map(line).collect();
            lines.push(text(answer, "/text"));
            lines.join("\n")
        }
        Tool::Headline => {
            let mut lines = texts("headlines");
            lines.push(format!("— {}", text(answer, "/summary/text")));
            lines.join("\n")
        }
        Tool::Ideas => texts("ideas").join("\n"),
        Tool::Suggest => texts("suggestions").join("\n"),
        Tool::AltText => {
            let unseen = rows("unseen");
            let unseen: Vec<String> =
                unseen.iter().map(|row| format!("({})", text(row, ""))).collect();
            format!("{}\n{}", text(answer, "/text"), unseen.join("\n"))
        }
    }
}
