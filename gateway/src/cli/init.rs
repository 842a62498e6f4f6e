//! `imprimatur init`: configuration, keys, certificates, a sample policy.

use serde_json::json;

use super::{
    args::Init,
    exit::{Answer, Exit},
    output::Console,
    people,
};
use crate::{installation::Installation, wiring::Stages};

pub(crate) async fn run(args: &Init, console: &Console) -> Answer {
    let (dir, publisher) = (args.dir.clone(), args.publisher.clone());
    let made =
        tokio::task::spawn_blocking(move || Installation::create(&dir, &publisher)).await??;
    let config = made.config_file().display().to_string();
    let root = made.provenance().join("root.pem").display().to_string();
    // The log begins with the rules in force, under a first checkpoint.
    let stages = Stages::open(made).await?;
    let vkey = stages.log.verifier().vkey();
    let link = people::first(&stages).await?;
    let address = stages.installation.config().server.listen;
    stages.close().await?;
    let value = json!({"config": config, "root": root, "vkey": vkey, "publisher": args.publisher, "link": link});
    console.result(&value, || {
        format!(
            "made {config}\nroot certificate for verifiers: {root}\nkey of the log: {vkey}\n\
             sign in once, within 15 minutes of now, as admin: http://{address}{link}"
        )
    });
    console.note("next: imprimatur keys create --tenant T --desk D --role journalist --subject NAME, then imprimatur serve");
    Ok(Exit::Yes)
}
