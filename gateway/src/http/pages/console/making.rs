//! `POST /console/create/…`: a form becomes a request, which runs on whoever waits for it.

use std::convert::Infallible;

use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use pages::console::create::{self as shown, Filled, Kind, Refusal};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;
use tokio_stream::{StreamExt as _, wrappers::ReceiverStream};
use types::{
    Drawing, GenerationRequest, Message, Modality, Sampling, SoundFormat, Speaker, Speaking,
    Unlabelled,
};

use super::{Paged, create, member, seen, to};
use crate::{
    http::{answer, console::Session, error::ApiError, extract::turned_away, size, stories},
    jobs, outcome,
    pipeline::{Admitted, Line, Step},
    sheets::{self, Sheet},
    stories::{Form as Bound, Wanted},
};

/// Pieces of a text that may wait for a slow reader.
const PIECES_WAITING_MAX: usize = 256;
/// Longest request.
const PROMPT_CHARS_MAX: usize = 20_000;

/// What a form says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    prompt: String,
    sources: String,
    model: String,
    voice: String,
    size: String,
    chapters: String,
    unlabelled_reason: String,
    unlabelled_recipient: String,
}

pub(super) async fn make(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    (headers, Path(kind)): (HeaderMap, Path<String>),
    Form(asked): Form<Asked>,
) -> Result<Response, ApiError> {
    let kind = create::named(&kind)?;
    let desk = Desk { line: &line, session: &session, page: &page };
    let principal = session.pass.principal.clone();
    if kind == Kind::Story {
        return match story(&asked) {
            Ok(wanted) => {
                let (id, told) = stories::begin(&line, principal, wanted);
                drop(told);
                Ok(to(&page.frame.to(&format!("/console/stories/{id}"))))
            }
            Err(error) => Ok(desk.again(kind, &asked, error)),
        };
    }
    let request = match request(&line, kind, &asked) {
        Ok(request) => request,
        Err(error) => {
            let modality = create::modality(kind);
            let error = turned_away(&line, principal, modality, error).await;
            return Ok(desk.again(kind, &asked, error));
        }
    };
    let (id, prompt) = (request.id, request.prompt());
    let desk_name = principal.desk.clone();
    let sheet =
        Sheet { desk: desk_name, prompt, sources: asked.sources.clone(), ..Sheet::default() };
    sheets::keep(&line.stages(), &principal, id, &sheet).await?;
    match line.admit(principal.clone(), request).await {
        Ok(Step::Go(admitted)) => {
            let address = page.frame.to(&format!("/console/r/{id}"));
            Ok(begun(&line, admitted, &principal.tenant, &headers, address))
        }
        Ok(Step::Refused(refusal)) => Ok(desk.refused(kind, &asked, &refusal)),
        Err(error) => Ok(desk.again(kind, &asked, error.into())),
    }
}

/// The request runs on; who reads along hears it, everybody else is sent to its page.
fn begun(
    line: &Line,
    admitted: Admitted,
    tenant: &str,
    headers: &HeaderMap,
    address: String,
) -> Response {
    let asked = json!({"created_at": answer::now_unix_s()});
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if !accept.is_some_and(|accept| accept.contains("text/event-stream")) {
        jobs::start(line, admitted, tenant, asked);
        return to(&address);
    }
    let (told, pieces) = mpsc::channel(PIECES_WAITING_MAX);
    jobs::start_told(line, admitted, tenant, asked, told);
    let pieces = ReceiverStream::new(pieces).map(|text| Event::default().event("text").data(text));
    let end = tokio_stream::once(Event::default().event("end").data(address));
    let events = pieces.chain(end).map(Ok::<_, Infallible>);
    ([(header::CACHE_CONTROL, "no-store")], Sse::new(events).keep_alive(KeepAlive::default()))
        .into_response()
}

fn filled(asked: &Asked) -> Filled {
    let asked = asked.clone();
    Filled {
        prompt: asked.prompt,
        sources: asked.sources,
        model: asked.model,
        voice: asked.voice,
        size: asked.size,
        chapters: asked.chapters,
        unlabelled_reason: asked.unlabelled_reason,
        unlabelled_recipient: asked.unlabelled_recipient,
    }
}

/// Where somebody sits who asks.
struct Desk<'a> {
    line: &'a Line,
    session: &'a Session,
    page: &'a Paged,
}

impl Desk<'_> {
    /// The form again, with what is wrong.
    fn again(&self, kind: Kind, asked: &Asked, error: ApiError) -> Response {
        let mut view = create::view(&self.line.stages(), kind, filled(asked));
        let status = error.clone().into_response().status();
        view.error = Some(error.body().error.message);
        self.page.with_status(status, shown::page(&self.page.frame, &member(self.session), &view))
    }

    /// The form again, with the rule that refuses and the words that it found.
    fn refused(&self, kind: Kind, asked: &Asked, refusal: &outcome::Refusal) -> Response {
        let mut view = create::view(&self.line.stages(), kind, filled(asked));
        let read = text(asked);
        let findings = refusal.decision.findings.iter();
        let of_rule = findings.filter(|finding| Some(&finding.rule) == refusal.rule.as_ref());
        let spans = of_rule.flat_map(|finding| finding.spans.iter().copied());
        view.refusal = Some(Refusal {
            rule: refusal.rule.clone(),
            message: refusal.message.clone(),
            words: spans.filter_map(|span| seen::said(&read, span)).collect(),
            request: refusal.request_id.to_string(),
            index: refusal.receipt.index,
        });
        let html = shown::page(&self.page.frame, &member(self.session), &view);
        self.page.with_status(StatusCode::UNPROCESSABLE_ENTITY, html)
    }
}

/// What a model reads: what is wanted, then the facts.
fn text(asked: &Asked) -> String {
    let (prompt, sources) = (asked.prompt.trim(), asked.sources.trim());
    if sources.is_empty() { prompt.to_owned() } else { format!("{prompt}\n\n{sources}") }
}

fn request(line: &Line, kind: Kind, asked: &Asked) -> Result<GenerationRequest, ApiError> {
    if asked.prompt.trim().is_empty() {
        return Err(ApiError::invalid("prompt", "Nothing is asked for: say what you want."));
    }
    let text = text(asked);
    if text.chars().count() > PROMPT_CHARS_MAX {
        let message = format!("The request has more than {PROMPT_CHARS_MAX} characters.");
        return Err(ApiError::invalid("prompt", message));
    }
    let (modality, task) = (create::modality(kind), create::task(kind));
    let named = Some(asked.model.clone()).filter(|model| !model.is_empty());
    let model = named.or_else(|| line.stages().default_model(modality, task));
    let none = || ApiError::invalid("model", "No configured model makes this.");
    let messages = vec![Message { role: Speaker::User, text }];
    let sampling = Sampling { seed: answer::seed(None), ..Sampling::default() };
    let voice = Some(asked.voice.clone()).filter(|voice| !voice.is_empty());
    let wanted_size = Some(asked.size.as_str()).filter(|_| modality == Modality::Image);
    let wanted_size = wanted_size.filter(|size| !size.is_empty());
    Ok(GenerationRequest {
        drawing: Drawing { task, size: size(wanted_size)?, ..Drawing::default() },
        speaking: Speaking { voice, format: SoundFormat::Wav, ..Speaking::default() },
        unlabelled: unlabelled(asked)?,
        ..GenerationRequest::new(modality, model.ok_or_else(none)?, messages, sampling)
    })
}

/// Reason and recipient belong together: both are recorded.
fn unlabelled(asked: &Asked) -> Result<Option<Unlabelled>, ApiError> {
    let (reason, recipient) = (asked.unlabelled_reason.trim(), asked.unlabelled_recipient.trim());
    match (reason.is_empty(), recipient.is_empty()) {
        (true, true) => Ok(None),
        (false, false) => {
            let (reason, recipient) = (reason.to_owned(), recipient.to_owned());
            Ok(Some(Unlabelled { reason, recipient }))
        }
        _ => {
            let text = "Without a visible label both are needed: the reason, and who has agreed.";
            Err(ApiError::invalid("unlabelled", text))
        }
    }
}

fn story(asked: &Asked) -> Result<Wanted, ApiError> {
    let wrong = |error: story::StoryError| ApiError::invalid("brief", error.to_string());
    let chapters: u32 = asked.chapters.trim().parse().unwrap_or(2);
    let sources = asked.sources.trim();
    let sources = match sources.is_empty() {
        true => json!([]),
        false => json!([{"title": "", "text": sources}]),
    };
    let body = json!({"brief": asked.prompt, "chapters": chapters, "sources": sources});
    let brief = story::Brief::parse(body.to_string().as_bytes()).map_err(wrong)?;
    story::plan(&brief).map_err(wrong)?;
    Ok(Wanted {
        brief,
        text_model: None,
        image_model: None,
        speech_model: None,
        voice: None,
        form: Bound::Epub,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_left_out_for_a_reason_and_a_recipient_together() {
        let asked = |reason: &str, recipient: &str| Asked {
            unlabelled_reason: reason.to_owned(),
            unlabelled_recipient: recipient.to_owned(),
            ..Asked::default()
        };
        assert!(unlabelled(&asked("", "")).unwrap().is_none());
        assert!(unlabelled(&asked("wire", "Agency")).unwrap().is_some());
        assert!(unlabelled(&asked("wire", "")).is_err());
    }

    #[test]
    fn facts_stand_below_what_is_wanted() {
        let asked = Asked { prompt: " Brief ".into(), sources: "a=1".into(), ..Asked::default() };
        assert_eq!(text(&asked), "Brief\n\na=1");
    }

    #[test]
    fn a_story_that_cannot_be_planned_is_refused() {
        assert!(story(&Asked { prompt: "River".into(), ..Asked::default() }).is_ok());
        assert!(story(&Asked::default()).is_err());
    }
}
