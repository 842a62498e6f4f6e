//! Live sessions: scenes and advertisements that change with what people do in front of them.
//!
//! Every revision is a request of its own: policy reads what is said and shown, it is signed and
//! recorded, and only then the session goes on with it. What policy does not let through has not
//! happened.

mod revising;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use provenance::{DigitalSourceType, Ingredient, Relationship};
use revising::{Revising, Step};
use scene::{Brief, Feedback, Revision, SceneError, Session};
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;
use types::{
    Action, GenerationRequest, Language, MediaType, Message, Modality, Principal, RequestId,
    Sampling, Speaker, TextFormat,
};

use crate::{
    bringing::{Brought, Lineage, Marking},
    outcome::{Outcome, Refusal, Release},
    pipeline::{Delivery, Line, LineError},
};

/// Sessions of this process.
const SESSIONS_MAX: usize = 500;
/// A session that nobody touches is forgotten after this time.
const IDLE_MAX: Duration = Duration::from_secs(3_600);
/// The name of what makes revisions, in records.
pub(crate) const MODEL: &str = "scene";

/// Why a session cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionsError {
    /// The brief or the event.
    #[error(transparent)]
    Scene(#[from] SceneError),
    /// A stage of the line.
    #[error(transparent)]
    Line(#[from] LineError),
    /// Policy or configuration refuses this revision; the session stands where it stood.
    #[error("{}", .0.message)]
    Refused(Box<Refusal>),
    /// A rule asks for a person, or takes words out; the session stands where it stood.
    #[error("a rule does not let this through as it is; the session stands where it stood")]
    Withheld,
    /// There is no such session, or it was idle for too long.
    #[error("there is no session of this id; sessions end after an hour without events")]
    Unknown,
    /// Too many are open.
    #[error("{SESSIONS_MAX} sessions are open: try again later")]
    Full,
}

/// The sessions of this process.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, Arc<Live>>>);

/// A session that is open.
#[derive(Debug)]
pub(crate) struct Live {
    /// Its name.
    pub(crate) id: String,
    /// Who opened it.
    principal: Principal,
    /// Whoever has it may watch and take part, from a browser that sends no key.
    ticket: String,
    language: Language,
    touched: Mutex<Instant>,
    state: tokio::sync::Mutex<State>,
}

#[derive(Debug)]
struct State {
    session: Session,
    /// The asset of the last revision.
    last: Box<Release>,
    /// The file of the scene, and the revision that it shows.
    file: Option<(u64, Release)>,
}

impl State {
    /// Time that goes by without a change is no revision: nothing new is shown, so nothing is judged
    /// and recorded.
    fn unchanged(&mut self, feedback: &Feedback) -> Result<Option<Made>, SceneError> {
        if !matches!(feedback, Feedback::Tick { .. }) {
            return Ok(None);
        }
        let start = Instant::now();
        let mut session = self.session.clone();
        let revision = session.feedback(feedback)?;
        if !revision.changed.is_empty() || !revision.texts.is_empty() {
            return Ok(None);
        }
        self.session = session;
        Ok(Some(Made { revision, release: self.last.clone(), took: start.elapsed() }))
    }
}

/// A revision that went through the line.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    /// What changed.
    pub(crate) revision: Revision,
    /// Its asset.
    pub(crate) release: Box<Release>,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Sessions {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Arc<Live>>> {
        // Whoever panicked had written a whole entry.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A session for who opened it, or for who has its ticket.
    pub(crate) fn find(
        &self,
        id: &str,
        tenant: Option<&str>,
        ticket: Option<&str>,
    ) -> Result<Arc<Live>, SessionsError> {
        let mut all = self.all();
        all.retain(|_, live| live.idle() < IDLE_MAX);
        let live = all.get(id).ok_or(SessionsError::Unknown)?;
        let admits = tenant == Some(&*live.principal.tenant)
            || ticket.is_some_and(|ticket| ticket.as_bytes().ct_eq(live.ticket.as_bytes()).into());
        // Strangers do not hear which sessions there are.
        if admits { Ok(Arc::clone(live)) } else { Err(SessionsError::Unknown) }
    }

    /// Ends a session.
    pub(crate) fn close(&self, id: &str) {
        self.all().remove(id);
    }

    fn add(&self, live: Live) -> Result<Arc<Live>, SessionsError> {
        let mut all = self.all();
        all.retain(|_, live| live.idle() < IDLE_MAX);
        if all.len() >= SESSIONS_MAX {
            return Err(SessionsError::Full);
        }
        let live = Arc::new(live);
        all.insert(live.id.clone(), Arc::clone(&live));
        Ok(live)
    }
}

/// Opens a session with its first revision.
///
/// # Errors
/// [`SessionsError`] by what the person can do about it.
pub(crate) async fn open(
    line: &Line,
    principal: Principal,
    brief: Brief,
) -> Result<(Arc<Live>, Made), SessionsError> {
    brief.check()?;
    let language = if brief.language == "zh" { Language::Zh } else { Language::En };
    let words = json!(brief).to_string();
    let step = Step::Open(Box::new(brief));
    let (session, made) = revised(line, principal.clone(), step, words).await?;
    let live = Live {
        id: format!("session_{}", RequestId::new()),
        principal,
        ticket: format!("{:032x}", rand::random::<u128>()),
        language,
        touched: Mutex::new(Instant::now()),
        state: tokio::sync::Mutex::new(State { session, last: made.release.clone(), file: None }),
    };
    Ok((line.stages().sessions.add(live)?, made))
}

impl Live {
    fn idle(&self) -> Duration {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    fn touch(&self) {
        *self.touched.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Lets whoever has it take part.
    pub(crate) fn ticket(&self) -> &str {
        &self.ticket
    }

    /// The language of the session.
    pub(crate) const fn language(&self) -> Language {
        self.language
    }

    /// Goes on with an event. Events of one session follow each other.
    ///
    /// # Errors
    /// [`SessionsError`]; then the session stands where it stood.
    pub(crate) async fn feedback(
        &self,
        line: &Line,
        feedback: Feedback,
    ) -> Result<Made, SessionsError> {
        self.touch();
        let mut state = self.state.lock().await;
        if let Some(made) = state.unchanged(&feedback)? {
            return Ok(made);
        }
        let words = said(&feedback);
        let step = Step::On(Box::new((state.session.clone(), feedback)));
        let (session, made) = revised(line, self.principal.clone(), step, words).await?;
        state.session = session;
        state.last = made.release.clone();
        Ok(made)
    }

    /// The whole as it stands, and after which revision.
    pub(crate) async fn document(&self) -> (u64, Value) {
        let state = self.state.lock().await;
        (state.session.number(), json!(state.session.document()))
    }

    /// The page that shows it.
    pub(crate) async fn page(&self, title: &str, socket: &str, nonce: &str) -> String {
        let state = self.state.lock().await;
        let language = match self.language {
            Language::En => "en",
            Language::Zh => "zh",
        };
        scene::page(&state.session, title, language, Some(socket), Some(nonce))
    }

    /// A picture of it.
    pub(crate) async fn poster(&self) -> String {
        scene::svg(&self.state.lock().await.session)
    }

    /// The scene as a file (GLB), signed with its revision as ingredient; the same revision gives the
    /// same asset.
    ///
    /// # Errors
    /// [`SessionsError`] by what the person can do about it.
    pub(crate) async fn file(&self, line: &Line) -> Result<Release, SessionsError> {
        self.touch();
        let mut state = self.state.lock().await;
        let number = state.session.number();
        if let Some((shown, release)) = &state.file
            && *shown == number
        {
            return Ok(release.clone());
        }
        let session = state.session.clone();
        let drawing = tokio::task::spawn_blocking(move || scene::gltf(&session));
        let bytes = drawing.await.map_err(|_| LineError::Stopped)??;
        let last = &state.last;
        let ingredient = Ingredient {
            sidecar: last.sidecar.clone(),
            relationship: Some(Relationship::InputTo),
            ..Ingredient::new("revision", last.bytes.clone(), last.media_type)
        };
        let source = DigitalSourceType::AlgorithmicMedia;
        let file = Brought {
            bytes,
            media_type: MediaType::Glb,
            lineage: Lineage::Composed { source, ingredients: vec![ingredient] },
            marking: Marking::Leave,
        };
        let release = match line.bring(self.principal.clone(), file).await? {
            Outcome::Released(release) => *release,
            Outcome::Held(_) => return Err(SessionsError::Withheld),
            Outcome::Refused(refusal) => return Err(SessionsError::Refused(refusal)),
        };
        state.file = Some((number, release.clone()));
        Ok(release)
    }
}

/// What somebody said, or the event where nobody said anything.
fn said(feedback: &Feedback) -> String {
    match feedback {
        Feedback::Say { text, .. } => text.clone(),
        Feedback::Audience { group } => group.clone(),
        other => json!(other).to_string(),
    }
}

async fn revised(
    line: &Line,
    principal: Principal,
    step: Step,
    words: String,
) -> Result<(Session, Made), SessionsError> {
    let start = Instant::now();
    let revising = Arc::new(Revising::new(step));
    let messages = vec![Message { role: Speaker::User, text: words }];
    let sampling = Sampling { format: TextFormat::JsonObject, ..Sampling::default() };
    let request = GenerationRequest::new(Modality::Text, MODEL, messages, sampling);
    let ran = line.run_with(principal, request, Arc::clone(&revising) as _, Delivery::Whole).await;
    let outcome = match (ran, revising.fault()) {
        (Err(LineError::Generator(_)), Some(fault)) => return Err(fault.into()),
        (ran, _) => ran?,
    };
    let release = match outcome {
        Outcome::Released(release) => release,
        Outcome::Held(_) => return Err(SessionsError::Withheld),
        Outcome::Refused(refusal) => return Err(SessionsError::Refused(refusal)),
    };
    let (session, revision) = revising.made().ok_or(LineError::Stopped)?;
    // Words that policy took out of the record are in the changes still.
    if release.decision.action >= Action::Redact {
        return Err(SessionsError::Withheld);
    }
    Ok((session, Made { revision, release, took: start.elapsed() }))
}
