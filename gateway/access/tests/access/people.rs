use access::{AccessError, Ending, NewPerson, Person};
use types::Role;

use crate::{Town, ada};

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) async fn editor(town: &Town, name: &str) -> Person {
    let (tenant, desk) = ("press".to_owned(), "city".to_owned());
    let new = NewPerson { name: name.to_owned(), tenant, desk, role: Role::Editor };
    town.here.create_person(new).await.unwrap()
}

#[tokio::test]
async fn names_are_unique_and_people_are_listed_by_name() {
    let town = Town::new();
    editor(&town, "bob").await;
    editor(&town, "ada").await;
    let again = NewPerson {
        name: " ada ".into(),
        tenant: "other".into(),
        desk: "x".into(),
        role: Role::Editor,
    };
    assert!(matches!(town.there.create_person(again).await, Err(AccessError::Exists(_))));
    let names: Vec<String> =
        town.there.people().await.unwrap().into_iter().map(|person| person.name).collect();
    assert_eq!(names, ["ada", "bob"]);
    assert!(matches!(town.here.person("eve").await, Err(AccessError::Nobody(_))));
}

#[tokio::test]
async fn whoever_is_disabled_loses_sessions_links_and_keys() {
    let town = Town::new();
    editor(&town, "ada").await;
    let (key, token) = town.here.create(ada()).await.unwrap();
    let mut elsewhere = ada();
    elsewhere.tenant = "other".into();
    let (_, namesake) = town.here.create(elsewhere).await.unwrap();
    let link = town.here.login_link("ada").await.unwrap();
    let unused = town.here.login_link("ada").await.unwrap();
    let signed_in = town.here.sign_in_by_link(&link).await.unwrap();
    let by_session = town.here.session(&signed_in.secret).await.unwrap();
    let by_key = town.here.authenticate(&token).await.unwrap();
    town.there.session(&signed_in.secret).await.unwrap();

    let disabled = town.here.disable("ada").await.unwrap();
    assert_eq!(disabled.keys.iter().map(|key| &key.id).collect::<Vec<_>>(), [&key.id]);
    assert_eq!(by_session.standing.ended().await, Ending::Revoked);
    assert_eq!(by_key.standing.ended().await, Ending::Revoked);
    assert!(town.here.session(&signed_in.secret).await.is_err());
    assert!(town.here.authenticate(&token).await.is_err());
    assert!(town.here.sign_in_by_link(&unused).await.is_err());
    assert!(town.here.login_link("ada").await.is_err());
    town.here.authenticate(&namesake).await.unwrap();
    town.pass(20);
    assert!(town.there.session(&signed_in.secret).await.is_err());

    town.here.enable("ada").await.unwrap();
    assert!(town.here.authenticate(&token).await.is_err(), "a key that has ended stays so");
    assert!(town.here.session(&signed_in.secret).await.is_err());
    let link = town.here.login_link("ada").await.unwrap();
    town.here.sign_in_by_link(&link).await.unwrap();
}

#[tokio::test]
async fn a_key_made_for_whoever_is_disabled_lets_nobody_in() {
    let town = Town::new();
    editor(&town, "ada").await;
    town.here.disable("ada").await.unwrap();
    let (_, token) = town.here.create(ada()).await.unwrap();
    assert!(town.there.authenticate(&token).await.is_err());
}

#[tokio::test]
async fn another_role_ends_the_sessions_of_the_one_before() {
    let town = Town::new();
    editor(&town, "ada").await;
    let link = town.here.login_link("ada").await.unwrap();
    let before = town.here.sign_in_by_link(&link).await.unwrap();
    let person = town.here.reassign("ada", None, Some(Role::Auditor)).await.unwrap();
    assert_eq!((person.role, person.desk.as_str()), (Role::Auditor, "city"));
    assert!(town.here.session(&before.secret).await.is_err());
    assert!(town.here.reassign("ada", Some(String::new()), None).await.is_err());
}
