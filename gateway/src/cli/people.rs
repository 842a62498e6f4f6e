//! `imprimatur people`: who signs in to the console.

use std::io::{BufRead as _, stdin};

use ::audit::Event;
use access::{NewPerson, Person};
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    args::{CreatePerson, Global, PeopleCommand},
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
};
use crate::{http, recording, wiring::Stages};

pub(crate) async fn run(global: &Global, command: &PeopleCommand, console: &Console) -> Answer {
    let stages = Stages::open(locate::installation(global)?).await?;
    let people = &stages.accounts;
    match command {
        PeopleCommand::Create(CreatePerson { name, tenant, desk, role }) => {
            let (name, tenant, desk) = (name.clone(), tenant.clone(), desk.clone());
            let new = NewPerson { name, tenant, desk, role: *role };
            let person = people.create_person(new).await?;
            record(&stages, Event::PersonCreated, &person).await?;
            show_link(&stages, &person, console).await?;
        }
        PeopleCommand::List => {
            for person in people.people().await? {
                console.result(&http::person_row(&person), || line(&person));
            }
        }
        PeopleCommand::Disable(who) => {
            let disabled = people.disable(&who.name).await?;
            record(&stages, Event::PersonDisabled, &disabled.person).await?;
            for key in &disabled.keys {
                recording::key_event(&stages, Event::KeyRevoked, key).await?;
            }
            let keys = disabled.keys.len();
            let mut value = http::person_row(&disabled.person);
            crate::members::put(&mut value, "keys_revoked", json!(keys));
            console.result(&value, || format!("{} is disabled; {keys} keys ended", who.name));
        }
        PeopleCommand::Enable(who) => {
            let person = people.enable(&who.name).await?;
            record(&stages, Event::PersonChanged, &person).await?;
            console.result(&http::person_row(&person), || line(&person));
        }
        PeopleCommand::Link(who) => {
            let person = people.person(&who.name).await?;
            record(&stages, Event::PersonChanged, &person).await?;
            show_link(&stages, &person, console).await?;
        }
        PeopleCommand::Password { name, must_change } => {
            let password = password()?;
            let person = people.set_password(name, &password, *must_change).await?;
            record(&stages, Event::PersonChanged, &person).await?;
            console.result(&http::person_row(&person), || format!("{name} has a new password"));
        }
        PeopleCommand::Change { name, desk, role } => {
            let person = people.reassign(name, desk.clone(), *role).await?;
            record(&stages, Event::PersonChanged, &person).await?;
            console.result(&http::person_row(&person), || line(&person));
        }
    }
    stages.close().await?;
    Ok(Exit::Yes)
}

/// The first who signs in: whoever runs the installation.
///
/// # Errors
/// When the person cannot be kept or recorded.
pub(super) async fn first(stages: &Stages) -> Result<String, Failure> {
    let (name, tenant, desk) = ("admin".to_owned(), "press".to_owned(), "ops".to_owned());
    let new = NewPerson { name, tenant, desk, role: types::Role::Ops };
    let person = stages.accounts.create_person(new).await?;
    record(stages, Event::PersonCreated, &person).await?;
    Ok(http::link_path(&stages.accounts.login_link(&person.name).await?))
}

async fn show_link(stages: &Stages, person: &Person, console: &Console) -> Result<(), Failure> {
    let link = http::link_path(&stages.accounts.login_link(&person.name).await?);
    let address = stages.installation.config().server.listen;
    let mut value = http::person_row(person);
    crate::members::put(&mut value, "link", json!(link));
    console.result(&value, || format!("http://{address}{link}"));
    console.note("the link signs in once, within 15 minutes");
    Ok(())
}

async fn record(stages: &Stages, event: Event, person: &Person) -> Result<(), Failure> {
    let detail = format!("role {}", person.role);
    Ok(recording::person_event(stages, event, &person.principal(), &detail).await?)
}

/// The first line of standard input: an argument could be read by others on this machine.
fn password() -> Result<Zeroizing<String>, Failure> {
    let mut line = Zeroizing::new(String::new());
    stdin().lock().read_line(&mut line)?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

fn line(person: &Person) -> String {
    let Person { name, tenant, desk, role, disabled, .. } = person;
    let state = if *disabled { "disabled" } else { "active" };
    format!("{name}  {state:8} {role:10} {tenant}/{desk}")
}
