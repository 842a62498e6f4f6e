//! Names of OpenTelemetry's conventions for generative AI.

use types::Modality;

/// Seconds of a request.
pub(super) const DURATION: &str = "gen_ai.server.request.duration";
/// Seconds to the first token.
pub(super) const FIRST_TOKEN: &str = "gen_ai.server.time_to_first_token";
/// Tokens of a request.
pub(super) const TOKEN_USAGE: &str = "gen_ai.client.token.usage";
/// What is done.
pub(super) const OPERATION: &str = "gen_ai.operation.name";
/// Who does it.
pub(super) const PROVIDER: &str = "gen_ai.provider.name";
/// By which model, as configured.
pub(super) const MODEL: &str = "gen_ai.request.model";
/// By which model, as it ran.
pub(super) const MODEL_RAN: &str = "gen_ai.response.model";
/// What comes out.
pub(super) const OUTPUT: &str = "gen_ai.output.type";
/// Tokens read.
pub(super) const INPUT_TOKENS: &str = "gen_ai.usage.input_tokens";
/// Tokens written.
pub(super) const OUTPUT_TOKENS: &str = "gen_ai.usage.output_tokens";
/// Which tokens.
pub(super) const TOKEN_TYPE: &str = "gen_ai.token.type";
/// What went wrong, by a code.
pub(super) const ERROR: &str = "error.type";

/// The operation and the output of a modality.
pub(super) const fn of(modality: Modality) -> (&'static str, &'static str) {
    match modality {
        Modality::Text => ("chat", "text"),
        Modality::Image => ("generate_content", "image"),
        Modality::Audio => ("generate_content", "speech"),
        Modality::Video => ("generate_content", "video"),
    }
}

/// A stage's span by its name in metrics.
pub(super) fn stage(name: &'static str) -> &'static str {
    match name {
        "policy_input" => "policy.input",
        "policy_output" => "policy.output",
        "labels" => "label",
        "watermark" => "mark",
        "provenance" => "sign",
        "log_append" => "log",
        other => other,
    }
}
