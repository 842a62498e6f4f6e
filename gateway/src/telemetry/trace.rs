//! The trace of one request: a span for it, a child for every stage. Codes and numbers, no content.

use std::{
    fmt,
    time::{Duration, Instant, SystemTime},
};

use opentelemetry::{
    Context, KeyValue,
    trace::{
        Span as _, SpanBuilder, SpanContext, SpanId, SpanKind, Status, TraceContextExt as _,
        TraceFlags, TraceId, TraceState, Tracer as _,
    },
};
use types::Modality;

use super::{collector::Exporting, conventions};

tokio::task_local! {
    static PARENT: SpanContext;
}

/// Handles a request within the trace that its caller names (W3C `traceparent`); a header that is none
/// is as good as no header.
pub(crate) async fn carrying<T>(header: Option<&str>, handling: impl Future<Output = T>) -> T {
    match header.and_then(parent) {
        Some(parent) => PARENT.scope(parent, handling).await,
        None => handling.await,
    }
}

/// `00-{32 hex}-{16 hex}-{2 hex}`
fn parent(header: &str) -> Option<SpanContext> {
    let mut parts = header.trim().split('-');
    let (version, trace, span, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let lower = |text: &str, digits| {
        text.len() == digits && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
    };
    let more = version == "00" && parts.next().is_some();
    let written = lower(version, 2) && lower(trace, 32) && lower(span, 16) && lower(flags, 2);
    if !written || version == "ff" || more {
        return None;
    }
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()? & 1);
    let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
    let context = SpanContext::new(trace, span, flags, true, TraceState::default());
    context.is_valid().then_some(context)
}

/// A request's times, and its spans where somebody collects them.
pub(crate) struct Trace {
    began: Instant,
    began_at: SystemTime,
    /// Seconds to the first token.
    pub(crate) first_token: Option<Duration>,
    /// Tokens read and written.
    pub(crate) tokens: Option<(u32, u32)>,
    told: Option<(Exporting, Context)>,
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace").field("began", &self.began).finish_non_exhaustive()
    }
}

impl Trace {
    /// A request begins; `model` is a configured name, never what somebody wrote.
    pub(crate) fn begin(
        exporting: Option<&Exporting>,
        modality: Modality,
        model: Option<&str>,
    ) -> Self {
        let (began, began_at) = (Instant::now(), SystemTime::now());
        let told = exporting.map(|exporting| {
            let (operation, output) = conventions::of(modality);
            let mut attributes = vec![
                KeyValue::new(conventions::OPERATION, operation),
                KeyValue::new(conventions::OUTPUT, output),
                KeyValue::new(conventions::PROVIDER, "imprimatur"),
            ];
            attributes.extend(model.map(|name| KeyValue::new(conventions::MODEL, name.to_owned())));
            let name = match model {
                Some(model) => format!("{operation} {model}"),
                None => operation.to_owned(),
            };
            let parent = PARENT.try_with(Clone::clone).ok();
            let parent = parent.map_or_else(Context::new, |parent| {
                Context::new().with_remote_span_context(parent)
            });
            let builder = SpanBuilder::from_name(name)
                .with_kind(SpanKind::Server)
                .with_start_time(began_at)
                .with_attributes(attributes);
            let span = exporting.tracer.build_with_context(builder, &parent);
            (exporting.clone(), Context::new().with_span(span))
        });
        Self { began, began_at, first_token: None, tokens: None, told }
    }

    /// How long it has taken.
    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// A stage that began at `start` is done.
    pub(crate) fn stage(&self, name: &'static str, start: Instant) {
        let Some((exporting, context)) = &self.told else { return };
        let began = self.began_at + start.saturating_duration_since(self.began);
        let builder = SpanBuilder::from_name(conventions::stage(name)).with_start_time(began);
        let mut span = exporting.tracer.build_with_context(builder, context);
        span.end_with_timestamp(began + start.elapsed());
    }

    /// The header for servers behind this one.
    pub(crate) fn traceparent(&self) -> Option<String> {
        let (_, context) = self.told.as_ref()?;
        let span = context.span();
        let of = span.span_context();
        let flags = u8::from(of.is_sampled());
        of.is_valid().then(|| format!("00-{}-{}-{flags:02x}", of.trace_id(), of.span_id()))
    }

    /// The request has its terminal record.
    pub(crate) fn end(&mut self, modality: Modality, model: Option<&str>, outcome: &'static str) {
        let Some((exporting, context)) = self.told.take() else { return };
        let (operation, _) = conventions::of(modality);
        let mut of = vec![
            KeyValue::new(conventions::OPERATION, operation),
            KeyValue::new(conventions::PROVIDER, "imprimatur"),
        ];
        of.extend(model.map(|name| KeyValue::new(conventions::MODEL_RAN, name.to_owned())));
        let span = context.span();
        span.set_attribute(KeyValue::new("imprimatur.outcome", outcome));
        span.set_attributes(of.iter().skip(2).cloned());
        if matches!(outcome, "failed" | "interrupted") {
            span.set_attribute(KeyValue::new(conventions::ERROR, outcome));
            span.set_status(Status::error(outcome));
            of.push(KeyValue::new(conventions::ERROR, outcome));
        }
        if let Some((read, written)) = self.tokens {
            span.set_attribute(KeyValue::new(conventions::INPUT_TOKENS, i64::from(read)));
            span.set_attribute(KeyValue::new(conventions::OUTPUT_TOKENS, i64::from(written)));
            for (kind, count) in [("input", read), ("output", written)] {
                let kind = KeyValue::new(conventions::TOKEN_TYPE, kind);
                exporting.tokens.record(count.into(), &[of.as_slice(), &[kind]].concat());
            }
        }
        exporting.duration.record(self.began.elapsed().as_secs_f64(), &of);
        if let Some(first) = self.first_token {
            exporting.first_token.record(first.as_secs_f64(), &of);
        }
        span.end_with_timestamp(self.began_at + self.began.elapsed());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: &str = "b7ad6b7169203331";

    #[test]
    fn only_a_traceparent_is_one() {
        let read = |header: &str| parent(header).is_some();
        assert!(read(&format!("00-{TRACE}-{SPAN}-01")));
        assert!(read(&format!("01-{TRACE}-{SPAN}-00-more")), "a later version may say more");
        for wrong in [
            String::new(),
            "00".to_owned(),
            format!("00-{TRACE}-{SPAN}"),
            format!("00-{TRACE}-{SPAN}-01-more"),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
            format!("00-{}-{SPAN}-01", "0".repeat(32)),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!("00-{TRACE}-{SPAN}-x1"),
        ] {
            assert!(!read(&wrong), "{wrong}");
        }
        let sampled = |flags| parent(&format!("00-{TRACE}-{SPAN}-{flags}")).unwrap().is_sampled();
        assert!(sampled("01") && sampled("03") && !sampled("00"));
    }

    #[test]
    fn without_a_collector_nothing_is_told() {
        let mut trace = Trace::begin(None, Modality::Text, Some("null"));
        trace.stage("generate", Instant::now());
        assert_eq!(trace.traceparent(), None);
        trace.end(Modality::Text, None, "released");
    }
}
