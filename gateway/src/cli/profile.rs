//! `imprimatur profile`: what whoever runs the program on this machine prefers.

use anyhow::Context as _;
use assist::profile::Profile;
use serde_json::{Value, json};

use super::{
    args::{Global, ProfileCommand},
    exit::{Answer, Exit},
    locate,
    moderate::local,
    output::Console,
};
use crate::{
    http::profile::shown,
    profiles::{self, Kept},
};

pub(crate) async fn run(global: &Global, command: ProfileCommand, console: &Console) -> Answer {
    let line = locate::line(global).await?;
    let stages = line.stages();
    let exit = match command {
        ProfileCommand::Show => told(profiles::get(&stages, &local()).await?, console, false),
        ProfileCommand::Export => told(profiles::get(&stages, &local()).await?, console, true),
        ProfileCommand::Set { tone, length, topic, prefer, avoid } => {
            let language = global.lang.map(types::Language::from);
            let set = json!({
                "tone": tone, "length": length, "language": language, "topics": topic,
                "preferred": prefer, "avoided": avoid,
            });
            let profile: Profile = serde_json::from_value(set).context("profile set")?;
            told(Some(profiles::set(&stages, &local(), profile).await?), console, false)
        }
        ProfileCommand::Erase => {
            let erased = profiles::erase(&stages, &local()).await?;
            let answer = json!({"erased": erased});
            console.result(&answer, || {
                if erased { "erased" } else { "there was no profile" }.to_owned()
            });
            Exit::Yes
        }
    };
    stages.close().await?;
    Ok(exit)
}

fn told(kept: Option<Kept>, console: &Console, whole: bool) -> Exit {
    let Some(kept) = kept else {
        console.result(&Value::Null, || {
            "there is no profile: `imprimatur profile set` makes one".into()
        });
        return Exit::No;
    };
    let answer = shown(&kept);
    console.result(&answer, || {
        if whole {
            return serde_json::to_string_pretty(&answer).unwrap_or_default();
        }
        let profile = &kept.profile;
        let words = |name: &str, list: &[String]| format!("{name}: {}", list.join(", "));
        let mut lines = vec![
            format!("consent since {}", kept.consented_at),
            format!("tone: {}", profile.tone.map_or("any", |tone| tone.name())),
            format!("length: {}", profile.length.map_or("any", |length| length.name())),
            words("topics", &profile.topics),
            words("likes", &profile.preferred),
            words("avoids", &profile.avoided),
            format!("learned from {} answers:", profile.answers),
        ];
        lines.extend(profile.learned.iter().map(|(name, weight)| format!("  {name} {weight:+.2}")));
        lines.join("\n")
    });
    Exit::Yes
}
