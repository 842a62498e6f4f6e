//! `imprimatur init`: configuration, keys, certificates, a sample policy.

use serde_json::json;

use super::{
    args::Init,
    exit::{Answer, Exit},
    output::Console,
};
use crate::installation::Installation;

pub(crate) async fn run(args: &Init, console: &Console) -> Answer {
    let (dir, publisher) = (args.dir.clone(), args.publisher.clone());
    let made =
        tokio::task::spawn_blocking(move || Installation::create(&dir, &publisher)).await??;
    let config = made.config_file().display().to_string();
    let root = made.provenance().join("root.pem").display().to_string();
    let value = json!({"config": config, "root": root, "publisher": args.publisher});
    console.result(&value, || format!("made {config}\nroot certificate for verifiers: {root}"));
    console.note("next: imprimatur keys create --tenant T --desk D --role journalist --subject NAME, then imprimatur serve");
    Ok(Exit::Yes)
}
