//! OTLP over HTTP: traces and metrics go to the collector that is configured, and nowhere else.

use std::{collections::HashMap, fmt, time::Duration};

use async_trait::async_trait;
use axum::{
    body::Bytes,
    http::{Request, Response},
};
use opentelemetry::{
    KeyValue,
    metrics::{Histogram, MeterProvider as _},
    trace::TracerProvider as _,
};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{
    ExporterBuildError, MetricExporter, Protocol, SpanExporter, WithExportConfig as _,
    WithHttpConfig as _,
};
use opentelemetry_sdk::{
    Resource,
    metrics::{PeriodicReader, SdkMeterProvider},
    trace::{Sampler, SdkTracer, SdkTracerProvider},
};

use super::conventions;
use crate::{installation::Installation, signing_keys};

const NAME: &str = "imprimatur";
/// Longest answer of a collector that is read.
const ANSWER_BYTES_MAX: u64 = 64 << 10;
const SEND_SECONDS_MAX: u64 = 10;
const SECONDS: [f64; 14] =
    [0.001, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 5.12, 20.48, 81.92, 327.68];
const TOKENS: [f64; 10] =
    [1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262_144.0];

/// Why nothing can be sent to the collector.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ExportError {
    /// The file with its headers.
    #[error("telemetry.otlp.headers_file: {0}")]
    Headers(String),
    /// The other settings.
    #[error("telemetry.otlp: {0}")]
    Settings(#[from] ExporterBuildError),
}

/// A collector and what it is told.
#[derive(Clone)]
pub(crate) struct Exporting {
    pub(super) tracer: SdkTracer,
    traces: SdkTracerProvider,
    metrics: SdkMeterProvider,
    pub(super) duration: Histogram<f64>,
    pub(super) first_token: Histogram<f64>,
    pub(super) tokens: Histogram<u64>,
}

impl fmt::Debug for Exporting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exporting").finish_non_exhaustive()
    }
}

impl Exporting {
    /// The configured collector; nobody is asked yet.
    pub(super) fn open(installation: &Installation) -> Result<Option<Self>, ExportError> {
        let settings = &installation.config().telemetry.otlp;
        let Some(endpoint) = &settings.endpoint else { return Ok(None) };
        let headers = match &settings.headers_file {
            Some(file) => {
                let text = signing_keys::secret(&installation.resolve(file));
                headers(&text.map_err(|error| ExportError::Headers(error.to_string()))?)?
            }
            None => HashMap::new(),
        };
        let (base, client) = (endpoint.trim_end_matches('/'), Client::default());
        let resource = Resource::builder_empty()
            .with_attributes([
                KeyValue::new("service.name", NAME),
                KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            ])
            .build();
        let spans = SpanExporter::builder()
            .with_http()
            .with_http_client(client.clone())
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{base}/v1/traces"))
            .with_headers(headers.clone())
            .build()?;
        let measures = MetricExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{base}/v1/metrics"))
            .with_headers(headers)
            .build()?;
        // A caller who traces has decided; for the others a share is drawn.
        let share = Sampler::TraceIdRatioBased(settings.ratio);
        let traces = SdkTracerProvider::builder()
            .with_batch_exporter(spans)
            .with_sampler(Sampler::ParentBased(Box::new(share)))
            .with_resource(resource.clone())
            .build();
        let every = Duration::from_secs(settings.every_s);
        let reader = PeriodicReader::builder(measures).with_interval(every).build();
        let metrics =
            SdkMeterProvider::builder().with_reader(reader).with_resource(resource).build();
        let meter = metrics.meter(NAME);
        let seconds = |name| {
            meter.f64_histogram(name).with_unit("s").with_boundaries(SECONDS.to_vec()).build()
        };
        let tokens = meter
            .u64_histogram(conventions::TOKEN_USAGE)
            .with_unit("{token}")
            .with_boundaries(TOKENS.to_vec())
            .build();
        Ok(Some(Self {
            tracer: traces.tracer(NAME),
            duration: seconds(conventions::DURATION),
            first_token: seconds(conventions::FIRST_TOKEN),
            tokens,
            traces,
            metrics,
        }))
    }

    /// Sends what is left; blocks.
    pub(super) fn end(&self) {
        for ended in [self.traces.shutdown(), self.metrics.shutdown()] {
            if let Err(error) = ended {
                tracing::warn!(%error, "the collector did not get everything");
            }
        }
    }
}

fn headers(text: &str) -> Result<HashMap<String, String>, ExportError> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let (name, value) = line.split_once(':').ok_or_else(|| {
                // The line may be a secret: it is not repeated.
                ExportError::Headers("every line is `name: value`".to_owned())
            })?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        })
        .collect()
}

/// Posts from the threads of the exporters, which may wait.
#[derive(Debug, Clone)]
struct Client(ureq::Agent);

impl Default for Client {
    fn default() -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(SEND_SECONDS_MAX)))
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("imprimatur/", env!("CARGO_PKG_VERSION")))
            .build();
        Self(config.into())
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let mut post = self.0.post(parts.uri.to_string());
        for (name, value) in &parts.headers {
            post = post.header(name, value);
        }
        let mut answer = post.send(body.as_ref())?;
        let read = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec()?;
        let status = answer.status();
        Ok(Response::builder().status(status).body(Bytes::from(read))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_lines_and_a_wrong_one_is_not_repeated() {
        let read = headers("authorization: Bearer s3cret\n\nx-tenant: press\n").unwrap();
        assert_eq!(read["authorization"], "Bearer s3cret");
        assert_eq!(read.len(), 2);
        let error = headers("s3cret").unwrap_err().to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }
}
