//! `imprimatur policy replay`

use indicatif::ProgressBar;
use policy::{Engine, Hook};
use serde_json::{Value, json};

use super::text_of;
use crate::{
    cli::{
        args::{Global, Replay},
        exit::{Answer, Exit},
        locate,
        output::Console,
    },
    criteria::moment,
    replaying::{self, LISTED_MAX, Otherwise, Period},
    wiring::Stages,
};

pub(super) async fn run(global: &Global, args: &Replay, console: &Console) -> Answer {
    let candidate = Engine::from_toml(&text_of(&args.file)?)?;
    let period = Period {
        since: moment("since", args.since.as_deref())?,
        until: moment("until", args.until.as_deref())?,
        tenant: args.tenant.clone(),
    };
    let stages = Stages::open(locate::installation(global)?).await?;
    let bar = if console.draws() { ProgressBar::no_length() } else { ProgressBar::hidden() };
    let replayed =
        replaying::replay(&stages, candidate, &period, |read| bar.set_position(read)).await;
    bar.finish_and_clear();
    let (replay, receipt) = replayed?;
    stages.close().await?;
    let moves: Vec<Value> = replay
        .moves
        .iter()
        .map(
            |((now, candidate), count)| json!({"now": now, "candidate": candidate, "count": count}),
        )
        .collect();
    let value = json!({
        "judged": replay.judged, "without_words": replay.without, "moves": moves,
        "otherwise": replay.otherwise.iter().map(described).collect::<Vec<_>>(),
        "log_index": receipt.index,
    });
    console.result(&value, || {
        let mut lines: Vec<String> = replay.otherwise.iter().map(line).collect();
        let total: u64 = replay.moves.values().sum();
        if total > LISTED_MAX as u64 {
            lines.push(format!("… the first {LISTED_MAX} of {total}"));
        }
        for ((now, candidate), count) in &replay.moves {
            lines.push(format!("{now} -> {candidate}: {count}"));
        }
        lines.push(format!(
            "{} texts judged, {total} otherwise; of {} records no words are kept; log index {}",
            replay.judged, replay.without, receipt.index
        ));
        lines.join("\n")
    });
    Ok(if replay.moves.is_empty() { Exit::Yes } else { Exit::No })
}

const fn hook(one: &Otherwise) -> &'static str {
    match one.hook {
        Hook::Input => "asked",
        _ => "written",
    }
}

fn described(one: &Otherwise) -> Value {
    json!({
        "log_index": one.index, "hook": hook(one), "now": one.now, "candidate": one.candidate,
        "added": one.added, "gone": one.gone,
    })
}

fn line(one: &Otherwise) -> String {
    let mut line = format!("{:8}  {:7}  {} -> {}", one.index, hook(one), one.now, one.candidate);
    for (sign, rules) in [("+", &one.added), ("-", &one.gone)] {
        for rule in rules {
            line += &format!("  {sign}{rule}");
        }
    }
    line
}
