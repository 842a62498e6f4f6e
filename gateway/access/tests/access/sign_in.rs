use std::{net::IpAddr, time::Duration};

use access::{AccessError, Ending, Method, Via, link::LINK_SECONDS, session};

use crate::{
    Town,
    people::{PASSWORD, editor},
};

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

#[tokio::test]
async fn a_password_signs_in_and_every_sign_in_is_another_session() {
    let town = Town::new();
    editor(&town, "ada").await;
    town.here.set_password("ada", PASSWORD, false).await.unwrap();
    let one = town.here.sign_in("ada", PASSWORD, HERE).await.unwrap();
    let other = town.here.sign_in("ada", PASSWORD, HERE).await.unwrap();
    assert_ne!(one.secret, other.secret);
    let pass = town.there.session(&one.secret).await.unwrap();
    assert_eq!(pass.principal.subject, "ada");
    let Via::Session { csrf, method, must_change } = pass.via else { panic!("by session") };
    assert_eq!((method, must_change), (Method::Password, false));
    assert!(csrf.is(one.csrf.as_str()) && !csrf.is(other.csrf.as_str()));
    let stored = format!("{:?}", town.state);
    assert!(!stored.contains(&one.secret) && !stored.contains(PASSWORD));
    assert!(!format!("{one:?}").contains(&one.secret));
}

#[tokio::test]
async fn wrong_passwords_and_unknown_names_look_alike_and_are_throttled() {
    let town = Town::new();
    editor(&town, "ada").await;
    for (name, password) in [("ada", "wrong password"), ("eve", PASSWORD), ("ada", "")] {
        let refused = town.here.sign_in(name, password, HERE).await;
        assert!(matches!(refused, Err(AccessError::WrongPassword)), "{name}");
    }
    town.here.set_password("ada", PASSWORD, false).await.unwrap();
    for _ in 0..3 {
        assert!(town.here.sign_in("ada", "wrong password", HERE).await.is_err());
    }
    let throttled = town.here.sign_in("ada", PASSWORD, HERE).await;
    assert!(
        matches!(throttled, Err(AccessError::Throttled(wait)) if wait <= Duration::from_secs(60))
    );
    town.here.sign_in("ada", PASSWORD, [192, 0, 2, 8].into()).await.unwrap();
    town.pass(61);
    town.here.sign_in("ada", PASSWORD, HERE).await.unwrap();
}

#[tokio::test]
async fn a_link_is_good_once_and_for_fifteen_minutes() {
    let town = Town::new();
    editor(&town, "ada").await;
    let link = town.here.login_link("ada").await.unwrap();
    let (one, other) =
        tokio::join!(town.here.sign_in_by_link(&link), town.there.sign_in_by_link(&link));
    assert!(one.is_ok() ^ other.is_ok(), "whoever comes second does not come in");
    let late = town.here.login_link("ada").await.unwrap();
    town.pass(LINK_SECONDS);
    let refused = town.here.sign_in_by_link(&late).await;
    assert!(matches!(refused, Err(AccessError::WrongLink)));
    assert!(town.here.sign_in_by_link("made up").await.is_err());
}

#[tokio::test]
async fn a_session_ends_unused_after_half_an_hour_and_used_after_twelve() {
    let town = Town::new();
    editor(&town, "ada").await;
    let sign_in = async || {
        let link = town.here.login_link("ada").await.unwrap();
        town.here.sign_in_by_link(&link).await.unwrap().secret
    };
    let idle = sign_in().await;
    town.pass(session::IDLE_SECONDS - 1);
    town.here.session(&idle).await.unwrap();
    town.pass(session::IDLE_SECONDS - 1);
    town.there.session(&idle).await.unwrap();
    town.pass(session::IDLE_SECONDS);
    assert!(town.here.session(&idle).await.is_err());

    let busy = sign_in().await;
    let mut used = 0;
    while town.here.session(&busy).await.is_ok() {
        town.pass(1200);
        used += 1200;
    }
    assert_eq!(used, session::ABSOLUTE_SECONDS);
    assert!(town.here.sweep().await.unwrap() >= 2);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_what_is_under_way_with_it() {
    let town = Town::new();
    editor(&town, "ada").await;
    let link = town.here.login_link("ada").await.unwrap();
    let secret = town.here.sign_in_by_link(&link).await.unwrap().secret;
    let pass = town.here.session(&secret).await.unwrap();
    town.here.sign_out(&secret).await.unwrap();
    assert_eq!(pass.standing.ended().await, Ending::SignedOut);
    assert!(town.here.session(&secret).await.is_err());
    town.here.sign_out(&secret).await.unwrap();
}

#[tokio::test]
async fn another_password_ends_the_sessions_of_the_one_before() {
    let town = Town::new();
    editor(&town, "ada").await;
    town.here.set_password("ada", PASSWORD, true).await.unwrap();
    let first = town.here.sign_in("ada", PASSWORD, HERE).await.unwrap();
    let pass = town.here.session(&first.secret).await.unwrap();
    assert!(matches!(pass.via, Via::Session { must_change: true, .. }));
    town.here.set_password("ada", "another good password", false).await.unwrap();
    assert!(town.here.session(&first.secret).await.is_err());
    assert!(town.here.sign_in("ada", PASSWORD, HERE).await.is_err());
    assert!(matches!(
        town.here.set_password("ada", "short", false).await,
        Err(AccessError::Invalid(_))
    ));
}
