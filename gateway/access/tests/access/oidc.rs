use std::sync::Arc;

use access::{
    Access, AccessError, Method, SignedIn,
    oidc::{Fetch, HttpRequest, HttpResponse, PENDING_SECONDS, Provider, Settings},
};
use serde_json::json;
use types::Role;
use zeroize::Zeroizing;

use crate::{
    Town,
    idp::{Algorithm, Fault, Idp},
    people::editor,
};

const ISSUER: &str = "https://id.example";

fn provider(idp: &Arc<Idp>) -> Provider {
    let settings: Settings = serde_json::from_value(json!({
        "issuer": ISSUER, "client_id": "imprimatur", "scopes": ["profile"],
        "redirect_url": "https://press.example/console/oidc/callback",
        "role_claim": "groups", "tenant": "press", "desk": "city",
        "roles": [{"value": "chiefs", "role": "standards"}, {"value": "desk", "role": "editor"}],
    }))
    .unwrap();
    let idp = Arc::clone(idp);
    let fetch: Fetch = Arc::new(move |request: HttpRequest| {
        let path = request.uri().path().to_owned();
        let header = request.headers().get("authorization");
        let authorization = header.map_or("", |value| value.to_str().unwrap());
        let body = String::from_utf8(request.body().clone()).unwrap();
        let (status, answer) = idp.answer(&path, authorization, &body);
        let mut response = HttpResponse::new(answer.to_string().into_bytes());
        *response.status_mut() = status.try_into().unwrap();
        response.headers_mut().insert("content-type", "application/json".parse().unwrap());
        Ok(response)
    });
    Provider::new(settings, Some(Zeroizing::new("s3cret\n".to_owned())), fetch).unwrap()
}

async fn sign_in(idp: &Arc<Idp>, access: &Access) -> Result<SignedIn, AccessError> {
    let provider = provider(idp);
    let started = provider.start(access).await.unwrap();
    let (state, code) = idp.authorize(&started.url);
    provider.finish(access, &started.browser, &state, &code).await
}

#[tokio::test]
async fn whoever_the_provider_vouches_for_comes_in() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
        let town = Town::new();
        let idp = Arc::new(Idp::new(ISSUER, algorithm));
        let signed_in = sign_in(&idp, &town.here).await.unwrap();
        assert_eq!(signed_in.method, Method::Oidc);
        let person = &signed_in.person;
        assert_eq!((person.name.as_str(), person.role), ("ada", Role::Editor));
        assert_eq!(person.identity.as_ref().unwrap().subject, "subject-1");
        town.there.session(&signed_in.secret).await.unwrap();

        *idp.claims.lock().unwrap() = json!({"preferred_username": "ada", "groups": ["chiefs"]});
        let again = sign_in(&idp, &town.here).await.unwrap();
        assert_eq!(again.person.role, Role::Standards);
        assert!(town.here.session(&signed_in.secret).await.is_err(), "the role before has ended");
    }
}

#[tokio::test]
async fn what_does_not_hold_lets_nobody_in() {
    for fault in [
        Fault::Nonce,
        Fault::Issuer,
        Fault::Audience,
        Fault::Expired,
        Fault::Unsigned,
        Fault::SharedSecret,
        Fault::OtherKey,
        Fault::NoToken,
    ] {
        let town = Town::new();
        let idp = Arc::new(Idp::new(ISSUER, Algorithm::Es256));
        *idp.fault.lock().unwrap() = fault;
        let refused = sign_in(&idp, &town.here).await;
        assert!(matches!(refused, Err(AccessError::Provider(_))), "{fault:?}: {refused:?}");
        assert!(town.here.people().await.unwrap().is_empty(), "{fault:?}");
        *idp.fault.lock().unwrap() = Fault::None;
        sign_in(&idp, &town.here).await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_is_for_the_browser_that_asked_and_good_once() {
    let town = Town::new();
    let idp = Arc::new(Idp::new(ISSUER, Algorithm::Es256));
    let provider = provider(&idp);
    let started = provider.start(&town.here).await.unwrap();
    let (state, code) = idp.authorize(&started.url);
    assert!(provider.finish(&town.here, "another browser", &state, &code).await.is_err());
    let late = provider.start(&town.here).await.unwrap();
    let (state, code) = idp.authorize(&late.url);
    town.pass(PENDING_SECONDS);
    assert!(provider.finish(&town.here, &late.browser, &state, &code).await.is_err());

    let started = provider.start(&town.here).await.unwrap();
    let (state, code) = idp.authorize(&started.url);
    assert!(provider.finish(&town.here, &started.browser, "made up", &code).await.is_err());
    provider.finish(&town.here, &started.browser, &state, &code).await.unwrap();
    assert!(provider.finish(&town.here, &started.browser, &state, &code).await.is_err());
}

#[tokio::test]
async fn a_name_that_somebody_has_is_not_taken_over() {
    let town = Town::new();
    editor(&town, "ada").await;
    let idp = Arc::new(Idp::new(ISSUER, Algorithm::Es256));
    assert!(sign_in(&idp, &town.here).await.is_err());
    *idp.claims.lock().unwrap() = json!({"preferred_username": "bob", "groups": ["desk"]});
    sign_in(&idp, &town.here).await.unwrap();
    town.here.disable("bob").await.unwrap();
    assert!(sign_in(&idp, &town.here).await.is_err(), "whoever is disabled here stays out");
}
