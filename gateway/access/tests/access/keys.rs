use std::time::Duration;

use access::{AccessError, Ending, NewKey, Scope, Scopes};

use crate::{Town, ada};

#[tokio::test]
async fn a_key_lets_in_whom_it_was_made_for() {
    let town = Town::new();
    let (key, token) = town.here.create(ada()).await.unwrap();
    assert!(token.starts_with(&format!("imp_{}_", key.id)));
    let pass = town.there.authenticate(&token).await.unwrap();
    assert_eq!(pass.principal, ada());
    assert_eq!(pass.standing.ending(), None);
    let wrong = [String::new(), "x".into(), format!("{token}0"), token.replace("imp_", "imp_0")];
    for wrong in wrong {
        let refused = town.here.authenticate(&wrong).await;
        assert!(matches!(refused, Err(AccessError::UnknownKey)), "{wrong}");
    }
    let stored = format!("{:?}", town.state);
    assert!(!stored.contains(token.rsplit('_').next().unwrap()), "the secret is not stored");
}

#[tokio::test]
async fn a_revoked_key_ends_here_at_once_and_there_within_twenty_seconds() {
    let town = Town::new();
    let (key, token) = town.here.create(ada()).await.unwrap();
    let here = town.here.authenticate(&token).await.unwrap();
    town.there.authenticate(&token).await.unwrap();
    town.here.revoke(&key.id).await.unwrap();
    assert_eq!(here.standing.ending(), Some(Ending::Revoked));
    assert!(town.here.authenticate(&token).await.is_err());
    town.pass(20);
    assert!(town.there.authenticate(&token).await.is_err());
    assert!(town.here.list().await.unwrap()[0].revoked);
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_elsewhere_ends_within_a_minute() {
    let town = Town::new();
    let (key, token) = town.here.create(ada()).await.unwrap();
    let pass = town.there.authenticate(&token).await.unwrap();
    let waiting = tokio::spawn(async move { pass.standing.ended().await });
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert!(!waiting.is_finished(), "a valid key goes on");
    town.here.revoke(&key.id).await.unwrap();
    let ending = tokio::time::timeout(Duration::from_secs(16), waiting).await.unwrap();
    assert_eq!(ending.unwrap(), Ending::Revoked);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_confirmed_does_not_go_on() {
    let town = Town::new();
    let (_, token) = town.here.create(ada()).await.unwrap();
    let pass = town.here.authenticate(&token).await.unwrap();
    town.state.fail(true);
    let ended = tokio::time::timeout(Duration::from_secs(60), pass.standing.ended()).await;
    assert_eq!(ended.unwrap(), Ending::Unconfirmed);
}

#[tokio::test]
async fn a_key_that_expires_ends_by_itself() {
    let town = Town::new();
    let expires_at = Some(town.now() + 10);
    let new = NewKey { principal: ada(), scopes: Scopes::default(), expires_at };
    let (_, token) = town.here.create_key(new.clone()).await.unwrap();
    let pass = town.here.authenticate(&token).await.unwrap();
    town.pass(10);
    assert_eq!(pass.standing.ending(), Some(Ending::Expired));
    assert_eq!(pass.standing.ended().await, Ending::Expired);
    assert!(town.here.authenticate(&token).await.is_err());
    assert!(matches!(town.here.create_key(new).await, Err(AccessError::Invalid(_))));
}

#[tokio::test]
async fn after_a_rotation_both_secrets_are_good_for_the_overlap() {
    let town = Town::new();
    let (key, old) = town.here.create(ada()).await.unwrap();
    town.here.authenticate(&old).await.unwrap();
    let (_, new) = town.here.rotate(&key.id, 3600).await.unwrap();
    assert_ne!(old, new);
    for token in [&old, &new] {
        assert_eq!(town.here.authenticate(token).await.unwrap().principal, ada());
    }
    town.pass(3600);
    assert!(town.here.authenticate(&old).await.is_err());
    town.here.authenticate(&new).await.unwrap();
    let (_, newest) = town.here.rotate(&key.id, 0).await.unwrap();
    assert!(town.here.authenticate(&new).await.is_err());
    town.here.authenticate(&newest).await.unwrap();
    town.here.revoke(&key.id).await.unwrap();
    assert!(town.here.rotate(&key.id, 0).await.is_err(), "what has ended is not made good again");
}

#[tokio::test]
async fn scopes_are_kept_and_last_use_is_noted_at_most_every_ten_minutes() {
    let town = Town::new();
    let scopes = Scopes::new([Scope::Verify]);
    let new = NewKey { principal: ada(), scopes: scopes.clone(), expires_at: None };
    let (_, token) = town.here.create_key(new).await.unwrap();
    let used = async || town.here.list().await.unwrap()[0].last_used_at;
    assert_eq!(used().await, None);
    let first = town.now();
    assert_eq!(town.here.authenticate(&token).await.unwrap().scopes, scopes);
    tokio::task::yield_now().await;
    assert_eq!(used().await, Some(first));
    town.pass(599);
    town.here.authenticate(&token).await.unwrap();
    tokio::task::yield_now().await;
    assert_eq!(used().await, Some(first));
    town.pass(1);
    town.here.authenticate(&token).await.unwrap();
    tokio::task::yield_now().await;
    assert_eq!(used().await, Some(first + 600));
    assert_eq!(town.here.list().await.unwrap()[0].scopes, scopes);
}

#[tokio::test]
async fn a_broken_store_lets_nobody_in_who_is_not_known() {
    let town = Town::new();
    let (_, token) = town.here.create(ada()).await.unwrap();
    town.state.fail(true);
    assert!(matches!(town.here.authenticate(&token).await, Err(AccessError::State(_))));
}
