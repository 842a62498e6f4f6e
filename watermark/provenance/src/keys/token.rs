//! Keys that never leave their token: PKCS#11, through the token's own module.

use std::{
    fmt,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error, RvError},
    mechanism::{
        Mechanism, MechanismType,
        eddsa::{EddsaParams, EddsaSignatureScheme},
        rsa::{PkcsMgfType, PkcsPssParams},
    },
    object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle},
    session::{Session, UserType},
    types::AuthPin,
};
use sha2::{Digest as _, Sha256, Sha384};
use zeroize::Zeroizing;

use super::Algorithm;
use crate::{
    ProvenanceError,
    der::{self, OCTET_STRING, SEQUENCE},
};

/// Object identifiers of the curves, DER.
const P256: [u8; 10] = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const P384: [u8; 7] = [6, 5, 0x2b, 0x81, 4, 0, 0x22];
/// The PrintableString `edwards25519`, which more modules know than the object identifier
/// (PKCS#11 3.0, section 2.3.10).
const EDWARDS: &[u8] = b"\x13\x0cedwards25519";
/// Size of new RSA keys, in bits.
const RSA_BITS: u64 = 3072;
/// 65537.
const RSA_EXPONENT: [u8; 3] = [1, 0, 1];
/// Bytes of an Ed25519 public key.
const EDWARDS_BYTES: usize = 32;
/// Bytes of salt in PS256.
const SALT_BYTES: u64 = 32;

/// Where a key lies, and what opens its token.
#[derive(Clone)]
pub struct TokenSettings {
    /// The token's PKCS#11 module, a shared library.
    pub module: PathBuf,
    /// The token's label.
    pub token: String,
    /// The key's label.
    pub key: String,
    /// The user's PIN.
    pub pin: Zeroizing<String>,
}

impl fmt::Debug for TokenSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { module, token, key, pin: _ } = self;
        f.debug_struct("TokenSettings")
            .field("module", module)
            .field("token", token)
            .field("key", key)
            .finish_non_exhaustive()
    }
}

/// A key in a token.
pub(super) struct TokenKey {
    settings: TokenSettings,
    pub(super) algorithm: Algorithm,
    pub(super) public: Vec<u8>,
    /// Sessions are for one thread at a time; one that broke is opened again.
    session: Mutex<Option<Opened>>,
}

struct Opened {
    session: Session,
    private: ObjectHandle,
}

impl TokenKey {
    /// Finds the key.
    pub(super) fn open(settings: TokenSettings) -> Result<Self, ProvenanceError> {
        let session = settings.session(false)?;
        let opened =
            Opened { private: settings.find(&session, ObjectClass::PRIVATE_KEY)?, session };
        let public = settings.find(&opened.session, ObjectClass::PUBLIC_KEY)?;
        let (algorithm, public) = settings.public(&opened.session, public)?;
        Ok(Self { settings, algorithm, public, session: Mutex::new(Some(opened)) })
    }

    /// Finds the key, or makes one that cannot be taken out again.
    pub(super) fn obtain(
        settings: TokenSettings,
        algorithm: Algorithm,
    ) -> Result<Self, ProvenanceError> {
        let session = settings.session(true)?;
        if settings.labelled(&session, ObjectClass::PRIVATE_KEY)?.is_empty() {
            settings.generate(&session, algorithm)?;
        }
        drop(session);
        Self::open(settings)
    }

    /// Signs as COSE wants it.
    pub(super) fn sign(&self, data: &[u8]) -> Result<Vec<u8>, ProvenanceError> {
        let pss = PkcsPssParams {
            hash_alg: MechanismType::SHA256,
            mgf: PkcsMgfType::MGF1_SHA256,
            s_len: SALT_BYTES.into(),
        };
        match self.algorithm {
            Algorithm::Ed25519 => {
                let pure = EddsaParams::new(EddsaSignatureScheme::Pure);
                self.by(&Mechanism::Eddsa(pure), data)
            }
            // ECDSA over what is hashed here, because some tokens hash nothing themselves.
            Algorithm::Es256 => self.by(&Mechanism::Ecdsa, &Sha256::digest(data)),
            Algorithm::Es384 => self.by(&Mechanism::Ecdsa, &Sha384::digest(data)),
            Algorithm::Ps256 => self.by(&Mechanism::Sha256RsaPkcsPss(pss), data),
        }
    }

    /// Signs by RSA as certificates want it: PKCS#1 v1.5.
    pub(super) fn sign_pkcs1(&self, data: &[u8]) -> Result<Vec<u8>, ProvenanceError> {
        self.by(&Mechanism::Sha256RsaPkcs, data)
    }

    fn by(&self, mechanism: &Mechanism<'_>, data: &[u8]) -> Result<Vec<u8>, ProvenanceError> {
        let mut kept = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = kept.as_ref()
            && let Ok(signature) = opened.session.sign(mechanism, opened.private, data)
        {
            return Ok(signature);
        }
        // The session may have ended, for example because the token was taken out and put back.
        *kept = None;
        let session = self.settings.session(false)?;
        let private = self.settings.find(&session, ObjectClass::PRIVATE_KEY)?;
        let signature = session.sign(mechanism, private, data);
        let signature = signature
            .map_err(|error| self.settings.wrong(&format!("the token does not sign: {error}")))?;
        *kept = Some(Opened { session, private });
        Ok(signature)
    }
}

/// How a key is made, and what its public half must say.
fn making(algorithm: Algorithm) -> (Mechanism<'static>, Vec<Attribute>) {
    let on = |curve: &[u8]| vec![Attribute::EcParams(curve.to_vec())];
    let (mechanism, mut public) = match algorithm {
        Algorithm::Ed25519 => (Mechanism::EccEdwardsKeyPairGen, on(EDWARDS)),
        Algorithm::Es256 => (Mechanism::EccKeyPairGen, on(&P256)),
        Algorithm::Es384 => (Mechanism::EccKeyPairGen, on(&P384)),
        Algorithm::Ps256 => {
            let exponent = Attribute::PublicExponent(RSA_EXPONENT.to_vec());
            let bits = Attribute::ModulusBits(RSA_BITS.into());
            (Mechanism::RsaPkcsKeyPairGen, vec![bits, exponent])
        }
    };
    public.extend([Attribute::Private(false), Attribute::Verify(true)]);
    (mechanism, public)
}

impl TokenSettings {
    fn session(&self, writing: bool) -> Result<Session, ProvenanceError> {
        let module = Pkcs11::new(&self.module);
        let module = module.map_err(|error| {
            self.wrong(&format!("the module {} cannot be loaded: {error}", self.module.display()))
        })?;
        match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(self.wrong(&format!("the module does not start: {error}"))),
        }
        let failed = |error: Error| self.wrong(&error.to_string());
        let slots = module.get_slots_with_initialized_token().map_err(failed)?;
        let named = |info: cryptoki::slot::TokenInfo| info.label().trim_end() == self.token;
        let slot = slots.into_iter().find(|slot| module.get_token_info(*slot).is_ok_and(named));
        let slot = slot.ok_or_else(|| {
            self.wrong(
                "there is no such token: see provenance.pkcs11_token, and that it is plugged in",
            )
        })?;
        let opened =
            if writing { module.open_rw_session(slot) } else { module.open_ro_session(slot) };
        let session = opened.map_err(failed)?;
        let pin = AuthPin::new(self.pin.as_str().into());
        match session.login(UserType::User, Some(&pin)) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(Error::Pkcs11(RvError::PinIncorrect, _)) => {
                Err(self.wrong("its PIN is wrong: tokens lock themselves after a few wrong ones"))
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn generate(&self, session: &Session, algorithm: Algorithm) -> Result<(), ProvenanceError> {
        let (label, id) = (self.key.as_bytes().to_vec(), self.key.as_bytes().to_vec());
        let named = [Attribute::Label(label), Attribute::Id(id), Attribute::Token(true)];
        let secret = [
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
        ];
        let (mechanism, mut public) = making(algorithm);
        public.extend(named.iter().cloned());
        let private = [named.as_slice(), &secret].concat();
        let made = session.generate_key_pair(&mechanism, &public, &private);
        made.map(drop).map_err(|error| self.wrong(&format!("no key could be made: {error}")))
    }

    fn labelled(
        &self,
        session: &Session,
        class: ObjectClass,
    ) -> Result<Vec<ObjectHandle>, ProvenanceError> {
        let template = [Attribute::Class(class), Attribute::Label(self.key.as_bytes().to_vec())];
        session.find_objects(&template).map_err(|error| self.wrong(&error.to_string()))
    }

    fn find(&self, session: &Session, class: ObjectClass) -> Result<ObjectHandle, ProvenanceError> {
        match self.labelled(session, class)?.as_slice() {
            [one] => Ok(*one),
            [] => Err(self.wrong(
                "there is no such key: make one with `imprimatur keys csr --token`, or see provenance.pkcs11_key",
            )),
            _ => Err(self.wrong("there are several keys of this label: rename all but one")),
        }
    }

    /// What the key is for, and the public key as it stands in certificates.
    fn public(
        &self,
        session: &Session,
        key: ObjectHandle,
    ) -> Result<(Algorithm, Vec<u8>), ProvenanceError> {
        let get = |kinds: &[AttributeType]| {
            session.get_attributes(key, kinds).map_err(|error| self.wrong(&error.to_string()))
        };
        let unknown = || {
            self.wrong("the key is neither Ed25519, nor ECDSA over P-256 or P-384, nor RSA of 2048 bits or more")
        };
        let kind = get(&[AttributeType::KeyType])?;
        if matches!(kind.as_slice(), [Attribute::KeyType(KeyType::RSA)]) {
            let parts = get(&[AttributeType::Modulus, AttributeType::PublicExponent])?;
            let [Attribute::Modulus(modulus), Attribute::PublicExponent(exponent)] =
                parts.as_slice()
            else {
                return Err(unknown());
            };
            let key = der::all(SEQUENCE, &[&der::unsigned(modulus), &der::unsigned(exponent)]);
            return if modulus.len() >= 256 { Ok((Algorithm::Ps256, key)) } else { Err(unknown()) };
        }
        let parts = get(&[AttributeType::EcParams, AttributeType::EcPoint])?;
        let [Attribute::EcParams(curve), Attribute::EcPoint(point)] = parts.as_slice() else {
            return Err(unknown());
        };
        // The point comes inside an OCTET STRING; some modules leave that out.
        let wrapped = der::tagged(point, OCTET_STRING).filter(|value| value.rest.is_empty());
        let point = wrapped.map_or(point.as_slice(), |value| value.contents).to_vec();
        match kind.as_slice() {
            [Attribute::KeyType(KeyType::EC_EDWARDS)] if point.len() == EDWARDS_BYTES => {
                Ok((Algorithm::Ed25519, point))
            }
            [Attribute::KeyType(KeyType::EC)] if *curve == P256 => Ok((Algorithm::Es256, point)),
            [Attribute::KeyType(KeyType::EC)] if *curve == P384 => Ok((Algorithm::Es384, point)),
            _ => Err(unknown()),
        }
    }

    fn wrong(&self, reason: &str) -> ProvenanceError {
        ProvenanceError::Key(format!("`{}` in the token `{}`: {reason}", self.key, self.token))
    }
}
