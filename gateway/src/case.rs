//! One request's facts, from admission to its terminal record.
//!
//! A case that is dropped without a terminal record writes `interrupted`; if the process dies
//! first, the next start writes it.

use std::{sync::Arc, time::Instant};

use access::Pass;
use audit::{Event, Record};
use generators::{Generator, Material, ModelCard, Pictures};
use types::{
    Action, AssetId, Decision, GenerationRequest, Message, Modality, Principal, Receipt, RequestId,
    Sampling, Speaker, Task,
};

use crate::{
    carrying::Carried, consents::agreeing::Agreement, metrics::OutcomeLabels, outcome::Refusal,
    pipeline::LineError, recording, telemetry::Trace, vaulting::Evidence, wiring::Stages,
};

/// An open request.
#[derive(Debug)]
pub struct Case {
    pub(crate) stages: Arc<Stages>,
    pub(crate) principal: Principal,
    pub(crate) request: GenerationRequest,
    pub(crate) input: Option<Decision>,
    pub(crate) output: Option<Decision>,
    /// What the caller came in with; `None` on the command line.
    pub(crate) caller: Option<Arc<Pass>>,
    /// Commitment to the idempotency key that the request came with.
    pub(crate) idempotency: Option<types::Sha256>,
    pub(crate) evidence: Evidence,
    /// The conversation as its client may go on from it, until it is kept.
    pub(crate) conversation: Option<Vec<u8>>,
    /// The picture file that a server made.
    pub(crate) original: Option<Vec<u8>>,
    /// The decoded pictures that came with the request.
    pub(crate) pictures: Pictures,
    /// What a video is to be made of.
    pub(crate) material: Material,
    /// What the files that came with the request carry.
    pub(crate) carried: Vec<Carried>,
    /// The agreement that the request names, once it was looked up.
    pub(crate) agreement: Option<Agreement>,
    /// A picture that came with the request says that a model made it or took part.
    pub(crate) from_synthetic: bool,
    /// Its times and its spans.
    pub(crate) trace: Trace,
    /// Which of several models ran, where the generator is several.
    pub(crate) ran: Option<ModelCard>,
    /// `None` for a file that was brought in.
    generator: Option<Arc<dyn Generator>>,
    asset_id: AssetId,
    /// Index of the `admitted` record.
    admission: Option<u64>,
    open: bool,
}

impl Case {
    /// Opens a case; nothing is recorded yet.
    #[must_use]
    pub fn open(stages: Arc<Stages>, principal: Principal, request: GenerationRequest) -> Self {
        let generator = stages.generators.get(&request.model).map(Arc::clone);
        Self::with(stages, principal, request, generator)
    }

    /// Opens a case for a generator that is not configured.
    #[must_use]
    pub(crate) fn open_with(
        stages: Arc<Stages>,
        principal: Principal,
        request: GenerationRequest,
        generator: Arc<dyn Generator>,
    ) -> Self {
        Self::with(stages, principal, request, Some(generator))
    }

    /// Opens a case for a request whose body says too little to be one.
    pub(crate) fn malformed(stages: Arc<Stages>, principal: Principal, modality: Modality) -> Self {
        Self::with(stages, principal, GenerationRequest { modality, ..nothing() }, None)
    }

    /// Opens a case for a file that no model here has made.
    #[must_use]
    pub fn brought(stages: Arc<Stages>, principal: Principal, modality: Modality) -> Self {
        Self::with(stages, principal, GenerationRequest { modality, ..nothing() }, None)
    }

    /// Opens a case for a text that a person has written and wants help with.
    #[must_use]
    pub fn assisting(stages: Arc<Stages>, principal: Principal, text: String) -> Self {
        let messages = vec![Message { role: Speaker::User, text }];
        let request = GenerationRequest { modality: Modality::Text, messages, ..nothing() };
        Self::with(stages, principal, request, None)
    }

    fn with(
        stages: Arc<Stages>,
        principal: Principal,
        request: GenerationRequest,
        generator: Option<Arc<dyn Generator>>,
    ) -> Self {
        stages.metrics.requests_open.inc();
        let trace = {
            // As configured, where it is; never what somebody wrote.
            let model = match stages.generators.get_key_value(&request.model) {
                Some((name, _)) => Some(name.as_str()),
                None => generator.as_ref().map(|generator| generator.card().name.as_str()),
            };
            Trace::begin(stages.exporting.get(), request.modality, model)
        };
        let (input, output, admission) = (None, None, None);
        let asset_id = AssetId::new();
        Self {
            stages,
            principal,
            request,
            input,
            output,
            caller: crate::admitting::current(),
            idempotency: crate::idempotency::current(),
            evidence: Evidence::default(),
            conversation: None,
            pictures: Pictures::default(),
            material: Material::default(),
            carried: Vec::new(),
            agreement: None,
            from_synthetic: false,
            trace,
            ran: None,
            original: None,
            generator,
            asset_id,
            admission,
            open: true,
        }
    }

    /// The request's id.
    #[must_use]
    pub const fn request_id(&self) -> RequestId {
        self.request.id
    }

    /// The asset's id, known before the asset is.
    #[must_use]
    pub const fn asset_id(&self) -> AssetId {
        self.asset_id
    }

    /// The index of the `admitted` record. Callers are told no more of it: what is signed for them is
    /// the terminal record.
    #[must_use]
    pub const fn admission(&self) -> Option<u64> {
        self.admission
    }

    /// What is asked for.
    pub(crate) const fn modality(&self) -> Modality {
        self.request.modality
    }

    /// Whether a model of the name makes what is asked for, and whether it may be asked for so.
    pub(crate) fn servable(&self) -> Result<(), LineError> {
        let model = || self.request.model.clone();
        let card = self.card().ok_or_else(|| LineError::UnknownModel(model()))?;
        let (makes, wanted) = (card.modality, self.request.modality);
        if makes != wanted {
            return Err(LineError::WrongModality { model: model(), makes, wanted });
        }
        let task = self.request.drawing.task;
        if !serves(card, wanted, task) {
            return Err(LineError::WrongTask { model: model(), task });
        }
        let labels = &self.stages.installation.config().labels;
        match &self.request.unlabelled {
            Some(_) if !labels.allow_unlabelled => Err(LineError::LabelNeeded),
            _ => Ok(()),
        }
    }

    /// Whether a learned model took part, now or in the picture that it is made of: then it owes a
    /// label. Decided when the pictures were opened.
    pub(crate) fn is_synthetic(&self) -> bool {
        let by_rules = self.card().is_some_and(|card| card.algorithmic);
        match (self.modality(), self.request.drawing.task) {
            // What people said is theirs, whoever wrote it down.
            (_, Task::Transcribe) => self.from_synthetic,
            (Modality::Image, _) => self.from_synthetic || !by_rules,
            _ => true,
        }
    }

    pub(crate) fn generator(&self) -> Option<Arc<dyn Generator>> {
        self.generator.as_ref().map(Arc::clone)
    }

    pub(crate) fn card(&self) -> Option<&ModelCard> {
        self.ran.as_ref().or_else(|| self.generator.as_ref().map(|generator| generator.card()))
    }

    pub(crate) const fn is_open(&self) -> bool {
        self.open
    }

    /// The stricter decision, with the findings and checks of both.
    pub(crate) fn decision(&self) -> Decision {
        let version = || self.stages.policy().version().clone();
        let nothing = || Decision {
            action: Action::Allow,
            findings: vec![],
            checks: vec![],
            policy: version(),
        };
        let mut merged = self.input.clone().unwrap_or_else(nothing);
        if let Some(output) = &self.output {
            merged.action = merged.action.max(output.action);
            merged.findings.extend(output.findings.iter().cloned());
            merged.checks.extend(output.checks.iter().cloned());
        }
        merged
    }

    /// Writes the `admitted` record.
    pub(crate) async fn admit(mut self) -> Result<Self, LineError> {
        let record = recording::record(&self, Event::Admitted);
        let start = Instant::now();
        match self.stages.append_silently(record).await {
            Ok(index) => {
                self.trace.stage("log_append", start);
                self.admission = Some(index);
                Ok(self)
            }
            // Without a log there is nothing to close the case with.
            Err(error) => {
                self.settle("failed");
                Err(error)
            }
        }
    }

    /// Writes the terminal record `refused`.
    pub(crate) async fn refuse(mut self) -> Result<Box<Refusal>, LineError> {
        let decision = self.decision();
        let receipt = self.close(recording::record(&self, Event::Refused)).await?;
        let strictest = decision
            .findings
            .iter()
            .filter(|finding| !finding.shadow)
            .max_by_key(|finding| finding.action);
        let rule = strictest.map(|finding| finding.rule.clone());
        let message = strictest
            .map_or("Configuration refuses what cannot be marked or labelled.", |finding| {
                &finding.message
            });
        let message = message.to_owned();
        Ok(Box::new(Refusal { request_id: self.request.id, rule, message, decision, receipt }))
    }

    /// Writes the terminal record `refused` about a request that cannot be served, by a short code.
    pub(crate) async fn turn_away(mut self, code: &str) -> Result<Receipt, LineError> {
        let mut record = recording::record(&self, Event::Refused);
        record.detail = Some(code.to_owned());
        self.close(record).await
    }

    /// Writes the terminal record `failed`, or `interrupted` when the caller left, and gives the error back.
    pub(crate) async fn fail(mut self, error: LineError) -> LineError {
        let event = match error {
            LineError::ClientGone | LineError::Stopped | LineError::Ended(_) => Event::Interrupted,
            _ => Event::Failed,
        };
        let record = recording::failure(&self, event, &error);
        match self.close(record).await {
            Ok(_) => error,
            Err(closing) => closing,
        }
    }

    /// Writes a terminal record.
    pub(crate) async fn close(&mut self, record: Record) -> Result<Receipt, LineError> {
        let outcome = record.event.name();
        let start = Instant::now();
        // Settled first: a record that may have reached the log must not be written twice.
        self.settle(outcome);
        let written = self.stages.append(record).await;
        self.trace.stage("log_append", start);
        self.end_trace(outcome);
        written
    }

    /// A stage that began at `start` is done.
    pub(crate) fn stage(&self, name: &'static str, start: Instant) {
        self.stages.metrics.stage(name, start);
        self.trace.stage(name, start);
    }

    fn end_trace(&mut self, outcome: &'static str) {
        let modality = self.modality();
        let model = self.card().map(|card| card.name.clone());
        self.trace.end(modality, model.as_deref(), outcome);
    }

    fn settle(&mut self, outcome: &'static str) {
        if !self.open {
            return;
        }
        self.open = false;
        let labels = OutcomeLabels { modality: self.request.modality.to_string(), outcome };
        self.stages.metrics.requests.get_or_create(&labels).inc();
        let Trace { first_token, tokens, .. } = self.trace;
        let took = self.trace.elapsed();
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(request = %self.request.id, modality = %labels.modality, outcome, ms, "ended");
        self.stages.metrics.numbers.ended(&labels, took, first_token, tokens);
        self.stages.metrics.requests_open.dec();
    }
}

/// Whether a model makes what is asked for. Models of texts and sounds that have tasks do nothing else.
pub(crate) fn serves(card: &ModelCard, modality: Modality, task: Task) -> bool {
    let is_plain = matches!(modality, Modality::Text | Modality::Audio) && task == Task::Create;
    card.modality == modality
        && if is_plain { card.tasks.is_empty() } else { card.tasks.contains(&task) }
}

/// A request in which nothing is asked for.
fn nothing() -> GenerationRequest {
    GenerationRequest::new(Modality::Image, "", Vec::new(), Sampling::default())
}

impl Drop for Case {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        let record = recording::record(self, Event::Interrupted);
        let stages = Arc::clone(&self.stages);
        self.settle("interrupted");
        self.end_trace("interrupted");
        // Outside a runtime the process is ending: the next start writes the record.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = stages.append(record).await {
                    tracing::warn!(%error, "an interrupted request was not recorded; the next start does");
                }
            });
        }
    }
}
