//! Sign-in by a provider of identities: OpenID Connect, code flow with PKCE, state and nonce.
//!
//! The library reads what the provider says and checks its tokens; the requests are sent by whoever
//! calls, so that one place decides what this program reaches. State, nonce and PKCE verifier wait in
//! the state store, good once and for ten minutes, and only for the browser that has begun.

mod settings;
mod vouching;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthorizationCode, Client, ClientId, ClientSecret,
    CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenClaims,
    IdTokenFields, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, StandardErrorResponse, StandardTokenResponse, TokenResponse as _,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType,
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
pub use openidconnect::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
pub use settings::{RoleOf, Settings};
use zeroize::Zeroizing;

use crate::{
    Access, AccessError, Identity, SignedIn,
    token::{fresh_secret, hashed, place, same},
};

pub(crate) const PREFIX: &str = "oidc/";
/// How long somebody may take to sign in at the provider.
pub const PENDING_SECONDS: i64 = 600;
/// What the provider says of itself is asked again after so long.
const METADATA_SECONDS: i64 = 3600;
/// What tokens may be signed with: with a key pair of the provider's, never with a shared secret, never
/// not at all.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why a request to the provider got no answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct FetchError(pub String);

/// Sends one request and waits for its answer; follows no redirects.
pub type Fetch = Arc<dyn Fn(HttpRequest) -> Result<HttpResponse, FetchError> + Send + Sync>;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct More(BTreeMap<String, serde_json::Value>);

impl AdditionalClaims for More {}

type Claims = IdTokenClaims<More, CoreGenderClaim>;
type Fields = IdTokenFields<
    More,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type ProviderClient = Client<
    More,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What waits for somebody's return from the provider.
#[derive(Serialize, Deserialize)]
struct Pending {
    browser: types::Sha256,
    nonce: String,
    verifier: String,
    until: i64,
}

/// Where to send somebody who wants to sign in.
#[derive(Clone)]
pub struct Started {
    /// The provider's page.
    pub url: String,
    /// A secret for a cookie of this browser: nobody else may come back with the answer.
    pub browser: String,
}

impl fmt::Debug for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Started(…)")
    }
}

/// A configured provider; a clone is the same one.
#[derive(Clone)]
pub struct Provider(Arc<Configured>);

struct Configured {
    settings: Settings,
    secret: Option<Zeroizing<String>>,
    fetch: Fetch,
    known: Mutex<Option<(i64, CoreProviderMetadata)>>,
}

impl Provider {
    /// A provider with its client secret, if it wants one.
    ///
    /// # Errors
    /// [`AccessError::Invalid`] naming what of the settings cannot be used.
    pub fn new(
        settings: Settings,
        secret: Option<Zeroizing<String>>,
        fetch: Fetch,
    ) -> Result<Self, AccessError> {
        settings.check()?;
        let known = Mutex::new(None);
        Ok(Self(Arc::new(Configured { settings, secret, fetch, known })))
    }

    /// Begins to sign somebody in.
    ///
    /// # Errors
    /// [`AccessError::Provider`] when the provider does not answer, or when state fails.
    pub async fn start(&self, access: &Access) -> Result<Started, AccessError> {
        let (provider, now) = (self.clone(), access.now());
        let client = blocking(move || provider.client(now)).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(self.0.settings.wanted_scopes())
            .set_pkce_challenge(challenge)
            .url();
        let browser = fresh_secret();
        let pending = Pending {
            browser: hashed(&browser),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            until: now + PENDING_SECONDS,
        };
        let value = serde_json::to_vec(&pending).unwrap_or_default();
        let name = place(PREFIX, state.secret());
        access.state().compare_and_swap(&name, None, Some(&value)).await?;
        Ok(Started { url: url.into(), browser })
    }

    /// Ends what [`Self::start`] began: checks what the provider says and signs its person in, who is
    /// made if they are new.
    ///
    /// # Errors
    /// [`AccessError::Provider`] saying what does not hold, or when state fails.
    pub async fn finish(
        &self,
        access: &Access,
        browser: &str,
        state: &str,
        code: &str,
    ) -> Result<SignedIn, AccessError> {
        let pending = take_pending(access, browser, state).await?;
        let (provider, code, now) = (self.clone(), code.to_owned(), access.now());
        let claims = blocking(move || provider.claims(&pending, code, now)).await?;
        let identity =
            Identity { issuer: claims.issuer().to_string(), subject: claims.subject().to_string() };
        let claims = plain(&claims);
        let new = self.0.settings.person(&claims)?;
        access.sign_in_vouched(new, identity).await
    }

    /// What the provider says of the person, checked.
    fn claims(&self, pending: &Pending, code: String, now: i64) -> Result<Claims, AccessError> {
        let client = self.client(now)?;
        let fetch = |request| (self.0.fetch)(request);
        let exchange = client.exchange_code(AuthorizationCode::new(code)).map_err(failed)?;
        let answer = exchange
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier.clone()))
            .request(&fetch)
            .map_err(failed)?;
        let token = answer.id_token().ok_or_else(|| wrong("it gave no ID token"))?;
        let nonce = Nonce::new(pending.nonce.clone());
        let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
        if let Ok(claims) = token.claims(&verifier, &nonce) {
            return checked(claims, &answer, &verifier);
        }
        // The provider may have changed its keys since it was asked.
        self.forget();
        let client = self.client(now)?;
        let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
        checked(token.claims(&verifier, &nonce).map_err(failed)?, &answer, &verifier)
    }

    fn client(&self, now: i64) -> Result<ProviderClient, AccessError> {
        let Configured { settings, secret, .. } = &*self.0;
        let secret = secret.as_ref().map(|secret| ClientSecret::new(secret.trim().to_owned()));
        let redirect = RedirectUrl::new(settings.redirect_url.clone()).map_err(failed)?;
        let id = ClientId::new(settings.client_id.clone());
        let metadata = self.metadata(now)?;
        Ok(Client::from_provider_metadata(metadata, id, secret).set_redirect_uri(redirect))
    }

    fn metadata(&self, now: i64) -> Result<CoreProviderMetadata, AccessError> {
        let known = || self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |read_at: i64| (0..METADATA_SECONDS).contains(&(now - read_at));
        if let Some((_, metadata)) = known().as_ref().filter(|(read_at, _)| fresh(*read_at)) {
            return Ok(metadata.clone());
        }
        let issuer = IssuerUrl::new(self.0.settings.issuer.clone()).map_err(failed)?;
        let fetch = |request| (self.0.fetch)(request);
        let metadata = CoreProviderMetadata::discover(&issuer, &fetch).map_err(failed)?;
        *known() = Some((now, metadata.clone()));
        Ok(metadata)
    }

    fn forget(&self) {
        *self.0.known.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

type Verifier<'a> = openidconnect::IdTokenVerifier<'a, CoreJsonWebKey>;

/// The access token must be the one that the ID token came with, where it says so.
fn checked(
    claims: &Claims,
    answer: &StandardTokenResponse<Fields, CoreTokenType>,
    verifier: &Verifier<'_>,
) -> Result<Claims, AccessError> {
    if let (Some(expected), Some(token)) = (claims.access_token_hash(), answer.id_token()) {
        let algorithm = token.signing_alg().map_err(failed)?;
        let key = token.signing_key(verifier).map_err(failed)?;
        let found = AccessTokenHash::from_token(answer.access_token(), algorithm, key);
        if found.map_err(failed)? != *expected {
            return Err(wrong("its access token is not the one it has signed for"));
        }
    }
    Ok(claims.clone())
}

/// What was begun in this browser; good once.
async fn take_pending(access: &Access, browser: &str, state: &str) -> Result<Pending, AccessError> {
    let unknown = || wrong("this sign-in was not begun in this browser, or too long ago");
    let name = place(PREFIX, state);
    let stored = access.state().get(&name).await?.ok_or_else(unknown)?;
    if !access.state().compare_and_swap(&name, Some(&stored), None).await? {
        return Err(unknown());
    }
    let pending: Pending = serde_json::from_slice(&stored).map_err(|_| unknown())?;
    let ours = same(&pending.browser, &hashed(browser)) && access.now() < pending.until;
    if ours { Ok(pending) } else { Err(unknown()) }
}

/// Whether a row of what waits is over.
pub(crate) fn is_over(value: &[u8], now: i64) -> bool {
    serde_json::from_slice::<Pending>(value).map_or(true, |pending| pending.until <= now)
}

/// All claims by their names.
fn plain(claims: &Claims) -> serde_json::Value {
    let mut all = serde_json::to_value(claims).unwrap_or_default();
    // The library keeps what it does not know under its own member or beside the others.
    if let (Some(all), Ok(serde_json::Value::Object(more))) =
        (all.as_object_mut(), serde_json::to_value(claims.additional_claims()))
    {
        all.extend(more);
    }
    all
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AccessError> + Send + 'static,
) -> Result<T, AccessError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| wrong("the program is ending"))?
}

/// With its causes, which say what to do; they are for the log of the program.
fn failed(error: impl std::error::Error) -> AccessError {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    AccessError::Provider(text)
}

fn wrong(text: &str) -> AccessError {
    AccessError::Provider(text.to_owned())
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provider({})", self.0.settings.issuer)
    }
}
