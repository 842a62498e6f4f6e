//! The commands: one file each, and this list.

mod args;
mod assist;
mod audit;
mod audit_find;
mod backup;
mod bench;
mod config;
mod demo;
mod doctor;
mod epoch;
mod exit;
mod generate;
mod init;
mod keys;
mod label;
mod listening;
mod locate;
mod log;
mod manual;
mod mcp;
mod migrate;
mod models;
mod moderate;
mod output;
mod people;
mod policy;
mod profile;
mod progress;
mod reviews;
mod serve;
mod show;
mod sign;
mod trust;
mod vault;
mod verify;
mod watermark;
mod webhooks;

pub use args::Cli;
use args::Command;
pub use exit::Exit;
use exit::{Answer, Failure};
use output::Console;

/// Runs a command and says on stderr why it could not answer, if so.
#[must_use]
pub fn run(cli: Cli) -> Exit {
    let console = Console::new(&cli.global);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let answer = match runtime {
        Ok(runtime) => {
            let answer = runtime.block_on(dispatch(cli, &console));
            // Blocking work of an abandoned request must not delay the exit.
            runtime.shutdown_background();
            answer
        }
        Err(error) => Err(Failure::from(error)),
    };
    answer.unwrap_or_else(|failure| {
        console.failure(&failure);
        failure.exit
    })
}

async fn dispatch(cli: Cli, console: &Console) -> Answer {
    let global = &cli.global;
    match cli.command {
        Command::Demo(args) => demo::run(global, &args, console).await,
        Command::Init(args) => init::run(&args, console).await,
        Command::Serve(args) => serve::run(global, &args, console).await,
        Command::Mcp(args) => mcp::run(global, &args).await,
        Command::Generate(args) => generate::run(global, &args, console).await,
        Command::Verify(args) => verify::run(global, &args, console).await,
        Command::Watermark(command) => watermark::run(global, &command, console),
        Command::Label(args) => label::run(&args, console),
        Command::Moderate(args) => moderate::run(global, &args, console),
        Command::Transcribe(args) => listening::transcribe(global, &args, console).await,
        Command::Translate(args) => listening::translate(global, &args, console).await,
        Command::Assist(command) => assist::run(global, command, console).await,
        Command::Profile(command) => profile::run(global, command, console).await,
        Command::Policy(command) => policy::run(global, &command, console).await,
        Command::Log(command) => log::run(global, command, console).await,
        Command::Audit(command) => audit::run(global, command, console).await,
        Command::Trust(command) => trust::run(global, &command, console).await,
        Command::Models(command) => models::run(global, &command, console),
        Command::Keys(command) => keys::run(global, &command, console).await,
        Command::People(command) => people::run(global, &command, console).await,
        Command::Reviews(command) => reviews::run(global, &command, console).await,
        Command::Webhooks(command) => webhooks::run(global, &command, console).await,
        Command::Sign(args) => sign::run(global, &args, console).await,
        Command::Backup(args) => backup::back_up(global, args, console).await,
        Command::Restore(args) => backup::restore(global, args, console).await,
        Command::Migrate(args) => migrate::run(global, &args, console).await,
        Command::Config(command) => config::run(global, &command, console).await,
        Command::Doctor => doctor::run(global, console),
        Command::Bench(args) => bench::run(global, &args, console).await,
        Command::Completions(args) => manual::completions(&args, console),
        Command::Man(args) => manual::man(&args, console),
    }
}
