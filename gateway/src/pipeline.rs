//! The whole program on one screen: a request moves through the rooms in one direction.
//!
//! Each step takes the proof that the step before was done and gives the next one. The proofs have
//! private fields, are made by exactly one function each and are moved, never cloned; so a step
//! cannot be skipped, repeated or reordered:
//!
//! ```compile_fail,E0382
//! # use gateway::pipeline::{Admitted, Delivery, Line, LineError};
//! async fn generate_twice(line: &Line, admitted: Admitted) -> Result<(), LineError> {
//!     line.generate(admitted, Delivery::Whole).await?;
//!     line.generate(admitted, Delivery::Whole).await?; // the admission is used up
//!     Ok(())
//! }
//! ```
//!
//! ```compile_fail,E0308
//! # use gateway::pipeline::{Generated, Line, LineError};
//! async fn sign_unmarked(line: &Line, generated: Generated) -> Result<(), LineError> {
//!     line.sign(generated).await?; // neither screened nor marked
//!     Ok(())
//! }
//! ```
//!
//! ```compile_fail,E0451
//! # use gateway::{case::Case, pipeline::Admitted};
//! fn forge(case: Case) -> Admitted {
//!     Admitted { case } // only `Line::admit` makes one
//! }
//! ```
//!
//! ```compile_fail,E0599
//! # use gateway::pipeline::Signed;
//! fn keep_a_copy(signed: &Signed) -> Signed {
//!     signed.clone() // proofs are moved
//! }
//! ```
//!
//! If a step fails, the request's record says `failed`; if its future is dropped, `interrupted`.

use std::sync::Arc;

use arc_swap::ArcSwap;
use generators::Generator;
use tokio::sync::{Mutex, mpsc};
use types::{Action, GenerationRequest, MediaType, Modality, Principal, Receipt, RequestId};

pub use crate::line_error::LineError;
use crate::{
    admitting, attaching,
    bringing::Brought,
    carrying,
    case::Case,
    generating,
    labelling::{self, LabelledOutput},
    marking::{self, MarkedAsset},
    outcome::{Outcome, Refusal},
    product::Draft,
    releasing,
    screening::{self, Cleared},
    signing::{self, SignedAsset},
    vaulting,
    wiring::Stages,
};

/// How output reaches the caller.
#[derive(Debug)]
pub enum Delivery {
    /// In one piece, after release.
    Whole,
    /// In pieces that have passed the hold-back window of policy.
    Stream(mpsc::Sender<Piece>),
}

/// A piece of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text that policy has let through.
    Text(String),
    /// Progress of loading or drawing: `done` of `total`.
    Progress {
        /// What is going on, for a progress bar.
        what: &'static str,
        /// Steps done.
        done: u64,
        /// Steps in all.
        total: u64,
    },
}

/// Either the next step's proof, or the request has ended in a refusal.
#[derive(Debug)]
pub enum Step<T> {
    /// Go on.
    Go(T),
    /// Refused; the terminal record is written.
    Refused(Box<Refusal>),
}

/// Policy let the request in; its `admitted` record is durable.
#[derive(Debug)]
pub struct Admitted {
    case: Case,
}

/// A model has produced a draft.
#[derive(Debug)]
pub struct Generated {
    case: Case,
    draft: Draft,
}

/// Policy has seen the whole output.
#[derive(Debug)]
pub struct Screened {
    case: Case,
    cleared: Cleared,
}

/// The output carries the label that people see, or the reason why not.
#[derive(Debug)]
pub struct Labelled {
    case: Case,
    output: LabelledOutput,
}

/// The asset carries its mark, or the reason why not.
#[derive(Debug)]
pub struct Marked {
    case: Case,
    asset: MarkedAsset,
}

/// The asset carries its credentials; its bytes do not change any more.
#[derive(Debug)]
pub struct Signed {
    case: Case,
    asset: SignedAsset,
}

/// The line with its stages. A clone is the same line.
#[derive(Debug, Clone)]
pub struct Line {
    stages: Arc<ArcSwap<Stages>>,
    /// One new configuration after the other.
    pub(crate) reloading: Arc<Mutex<()>>,
}

impl Line {
    /// A line over wired stages.
    #[must_use]
    pub fn new(stages: Arc<Stages>) -> Self {
        Self { stages: Arc::new(ArcSwap::new(stages)), reloading: Arc::default() }
    }

    /// The stages in force now, for a request to keep, and for what is not part of the line: look-ups,
    /// accounts, reviews.
    #[must_use]
    pub fn stages(&self) -> Arc<Stages> {
        self.stages.load_full()
    }

    /// Puts newer stages into force; what runs keeps those that it began with.
    pub(crate) fn exchange(&self, stages: Stages) {
        self.stages.store(Arc::new(stages));
    }

    /// From request to terminal record, in one go.
    ///
    /// # Errors
    /// [`LineError`] when a stage cannot do its work; nothing is released then.
    pub async fn run(
        &self,
        principal: Principal,
        request: GenerationRequest,
        delivery: Delivery,
    ) -> Result<Outcome, LineError> {
        match self.admit(principal, request).await? {
            Step::Go(admitted) => self.finish(admitted, delivery).await,
            Step::Refused(refusal) => Ok(Outcome::Refused(refusal)),
        }
    }

    /// The same, by a generator that is not configured: it serves this request alone.
    ///
    /// # Errors
    /// [`LineError`] when a stage cannot do its work; nothing is released then.
    pub async fn run_with(
        &self,
        principal: Principal,
        request: GenerationRequest,
        generator: Arc<dyn Generator>,
        delivery: Delivery,
    ) -> Result<Outcome, LineError> {
        let case = Case::open_with(self.stages(), principal, request, generator);
        match self.admit_case(case).await? {
            Step::Go(admitted) => self.finish(admitted, delivery).await,
            Step::Refused(refusal) => Ok(Outcome::Refused(refusal)),
        }
    }

    /// A file that no model here has made: looked at by policy, signed with its history, recorded;
    /// marked, if that is wanted.
    ///
    /// # Errors
    /// [`LineError`] when a stage cannot do its work; nothing is released then.
    pub async fn bring(
        &self,
        principal: Principal,
        mut file: Brought,
    ) -> Result<Outcome, LineError> {
        let media_type = file.media_type;
        let mut case = Case::brought(self.stages(), principal, media_type.modality());
        if matches!(media_type, MediaType::PlainText | MediaType::Markdown) {
            match screening::brought(&mut case, &file.bytes).await {
                Ok(Action::Block) => return case.refuse().await.map(Outcome::Refused),
                Ok(_) => {}
                Err(error) => return Err(case.fail(error).await),
            }
        }
        let (case, bytes) = vaulting::input(case, file.bytes, media_type).await?;
        file.bytes = bytes;
        let case = carrying::look(case, &mut file).await?.admit().await?;
        self.complete(Generated { case, draft: Draft::brought(file) }).await
    }

    /// Records what an authenticated caller asked for in vain: its terminal record is `refused`,
    /// with a short code and nothing of the body.
    ///
    /// # Errors
    /// [`LineError::Log`] when the log does not take it.
    pub async fn turn_away(
        &self,
        principal: Principal,
        modality: Modality,
        code: &str,
    ) -> Result<(RequestId, Receipt), LineError> {
        let case = Case::malformed(self.stages(), principal, modality);
        let id = case.request_id();
        case.turn_away(code).await.map(|receipt| (id, receipt))
    }

    /// From admission to terminal record.
    ///
    /// # Errors
    /// [`LineError`] when a stage cannot do its work; nothing is released then.
    pub async fn finish(
        &self,
        admitted: Admitted,
        delivery: Delivery,
    ) -> Result<Outcome, LineError> {
        let generated = self.generate(admitted, delivery).await?;
        self.complete(generated).await
    }

    async fn complete(&self, generated: Generated) -> Result<Outcome, LineError> {
        let screened = match self.screen(generated).await? {
            Step::Go(screened) => screened,
            Step::Refused(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let labelled = match self.label(screened).await? {
            Step::Go(labelled) => labelled,
            Step::Refused(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let marked = match self.mark(labelled).await? {
            Step::Go(marked) => marked,
            Step::Refused(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let signed = self.sign(marked).await?;
        self.release(signed).await
    }

    /// Input rules; records `admitted` or `refused`.
    ///
    /// # Errors
    /// [`LineError`] for an unknown model, a failing policy or log.
    pub async fn admit(
        &self,
        principal: Principal,
        request: GenerationRequest,
    ) -> Result<Step<Admitted>, LineError> {
        self.admit_case(Case::open(self.stages(), principal, request)).await
    }

    /// The same of a case that has more to keep.
    pub(crate) async fn admit_case(&self, mut case: Case) -> Result<Step<Admitted>, LineError> {
        // Policy may redact what the model reads; evidence is what the person wrote.
        let prompt = case.request.prompt();
        let opened = match case.servable() {
            Ok(()) => attaching::open(&mut case).await,
            Err(error) => Err(error),
        };
        if let Err(error) = opened {
            let case = vaulting::commit(case, prompt).await?;
            case.turn_away(error.class()).await?;
            return Err(error);
        }
        let action = match screening::input(&mut case).await {
            Ok(action) => action,
            Err(error) => return Err(case.fail(error).await),
        };
        let case = vaulting::prompt(case, prompt).await?;
        let case = vaulting::attachments(case).await?;
        let case = vaulting::conversation(case).await?;
        if action == Action::Block {
            return case.refuse().await.map(Step::Refused);
        }
        if let Err(error) = admitting::permit(&case).await {
            case.turn_away(error.class()).await?;
            return Err(error);
        }
        Ok(Step::Go(Admitted { case: case.admit().await? }))
    }

    /// Runs the model; output passes the hold-back window on its way to a stream.
    ///
    /// # Errors
    /// [`LineError`] when the model fails or the caller leaves.
    pub async fn generate(
        &self,
        admitted: Admitted,
        delivery: Delivery,
    ) -> Result<Generated, LineError> {
        let Admitted { mut case } = admitted;
        match generating::run(&mut case, delivery).await {
            Ok(draft) => Ok(Generated { case, draft }),
            Err(error) => Err(case.fail(error).await),
        }
    }

    /// Output rules and redaction over the whole output.
    ///
    /// # Errors
    /// [`LineError`] when policy fails.
    pub async fn screen(&self, generated: Generated) -> Result<Step<Screened>, LineError> {
        let Generated { mut case, draft } = generated;
        match screening::output(&mut case, draft).await {
            Ok(Some(cleared)) => Ok(Step::Go(Screened { case, cleared })),
            Ok(None) => case.refuse().await.map(Step::Refused),
            Err(error) => Err(case.fail(error).await),
        }
    }

    /// Writes the label that people see, where regimes and configuration ask for it.
    ///
    /// # Errors
    /// [`LineError`] when the program is ending.
    pub async fn label(&self, screened: Screened) -> Result<Step<Labelled>, LineError> {
        let Screened { mut case, cleared } = screened;
        match labelling::label(&mut case, cleared).await {
            Ok(Some(output)) => Ok(Step::Go(Labelled { case, output })),
            Ok(None) => case.refuse().await.map(Step::Refused),
            Err(error) => Err(case.fail(error).await),
        }
    }

    /// Embeds the mark, or says why there is none; configuration may refuse the unmarkable.
    ///
    /// # Errors
    /// [`LineError`] when marking fails.
    pub async fn mark(&self, labelled: Labelled) -> Result<Step<Marked>, LineError> {
        let Labelled { mut case, output } = labelled;
        match marking::mark(&mut case, output).await {
            Ok(Some(asset)) => Ok(Step::Go(Marked { case, asset })),
            Ok(None) => case.refuse().await.map(Step::Refused),
            Err(error) => Err(case.fail(error).await),
        }
    }

    /// Signs the C2PA manifest over the marked bytes.
    ///
    /// # Errors
    /// [`LineError`] when signing or time-stamping fails.
    pub async fn sign(&self, marked: Marked) -> Result<Signed, LineError> {
        let Marked { mut case, asset } = marked;
        match signing::sign(&mut case, asset).await {
            Ok(asset) => Ok(Signed { case, asset }),
            Err(error) => Err(case.fail(error).await),
        }
    }

    /// Stores the asset, writes the terminal record and only then hands the asset out.
    ///
    /// # Errors
    /// [`LineError`] when storage or log fail.
    pub async fn release(&self, signed: Signed) -> Result<Outcome, LineError> {
        let Signed { case, asset } = signed;
        releasing::release(case, asset).await
    }
}

impl Admitted {
    /// The admitted request's facts: ids and the `admitted` record's index.
    #[must_use]
    pub fn case(&self) -> &Case {
        &self.case
    }
}
