//! `audit examine`: looks again at what was released.

use serde_json::json;

use super::export;
use crate::{
    cli::{
        args::{Global, audit::Examine},
        exit::{Answer, Exit},
        output::Console,
    },
    criteria,
    examining::{Examination, Wish},
};

pub(super) async fn run(global: &Global, args: Examine, console: &Console) -> Answer {
    let Examine { since, until, tenant, sample, all, again } = args;
    let wish = Wish {
        tenant,
        since: criteria::moment("since", since.as_deref())?,
        until: criteria::moment("until", until.as_deref())?,
        sample: (!all).then_some(sample),
        again,
    };
    let stages = export::open(global).await?;
    let bar = export::bar(console);
    bar.set_message(console.pick("files", "文件"));
    let done = stages.examine(&wish, |done, total| export::follow(&bar, done, total)).await;
    bar.finish_and_clear();
    stages.close().await?;
    let done = done?;
    let Examination { of, before, looked_at, missing, changed } = done;
    let value = json!({
        "of": of, "before": before, "looked_at": looked_at, "missing": missing, "changed": changed,
    });
    console.result(&value, || {
        let looked = format!("looked at {looked_at} of {of} assets, and at {before} before");
        format!("{looked}; {missing} files are missing, {changed} have changed")
    });
    Ok(if missing + changed > 0 { Exit::No } else { Exit::Yes })
}
