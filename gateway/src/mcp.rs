//! The line as tools of the Model Context Protocol: `generate`, `verify` and `moderate`, and finished
//! assets as resources.
//!
//! A tool is one more way in: the same authentication, the same line, the same records. What policy
//! refuses is an error of the tool, in words, and no error of the protocol.
//!
//! Without sessions the server's side of the protocol is a handful of methods of JSON-RPC, so they
//! stand here: libraries bring sessions, streams and schemas that nothing would use.

mod checking;
mod generating;
mod protocol;
mod schema;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use protocol::{Call, Fault};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use types::{AssetId, MediaType, Modality, Principal};

use crate::{
    http::ApiError,
    outcome::Release,
    pipeline::{Line, LineError},
};

/// What addresses of assets begin with.
const ASSETS: &str = "imprimatur://assets/";
const INSTRUCTIONS: &str = "Everything that `generate` gives has passed policy, is marked, signed and logged; \
its resource link leads to the signed file. `verify` says what a file's credentials and mark say, `moderate` \
what policy would decide about a text.";

/// The tools, for one caller.
#[derive(Debug, Clone)]
pub(crate) struct Tools {
    line: Line,
    principal: Principal,
}

/// What a tool gives, or why it gives nothing.
type Given = Result<Value, ApiError>;

impl Tools {
    pub(crate) const fn new(line: Line, principal: Principal) -> Self {
        Self { line, principal }
    }

    /// The answer to a message; `None` to what wants none.
    pub(crate) async fn answer(&self, message: &[u8]) -> Option<Value> {
        let call = match protocol::read(message) {
            Ok(Some(call)) => call,
            Ok(None) => return None,
            Err(fault) => return Some(fault.answer(&Value::Null)),
        };
        let given = self.method(&call).await;
        Some(match given {
            Ok(result) => json!({"jsonrpc": "2.0", "id": call.id, "result": result}),
            Err(fault) => fault.answer(&call.id),
        })
    }

    async fn method(&self, call: &Call) -> Result<Value, Fault> {
        match call.method.as_str() {
            "initialize" => Ok(protocol::initialized(&call.params, INSTRUCTIONS)),
            "ping" => Ok(json!({})),
            "tools/list" => Ok(json!({"tools": schema::tools()})),
            "tools/call" => self.call(&call.params).await,
            "resources/list" => Ok(json!({"resources": []})),
            "resources/templates/list" => {
                Ok(json!({"resourceTemplates": [schema::assets(ASSETS)]}))
            }
            "resources/read" => self.resource(&call.params).await,
            other => Err(Fault::method(other)),
        }
    }

    async fn call(&self, params: &Value) -> Result<Value, Fault> {
        let arguments = params.get("arguments").cloned().unwrap_or_else(|| json!({}));
        let given = match params.get("name").and_then(Value::as_str) {
            Some("generate") => self.generate(arguments).await,
            Some("verify") => self.verify(arguments).await,
            Some("moderate") => self.moderate(arguments).await,
            _ => return Err(Fault::params("call one of the tools generate, verify and moderate")),
        };
        Ok(given.unwrap_or_else(|error| {
            let body = error.body();
            let words = json!([{"type": "text", "text": body.error.message}]);
            json!({"content": words, "structuredContent": body, "isError": true})
        }))
    }

    async fn generate(&self, arguments: Value) -> Given {
        let wanted = self.read::<generating::Wanted>(arguments).await?;
        match wanted.request(&self.line, &self.principal) {
            Ok(request) => self.run(request).await,
            Err(error) => Err(self.turned_away(wanted.modality(), error).await),
        }
    }

    /// Arguments; what cannot be read is on record as it is over HTTP.
    async fn read<T: DeserializeOwned>(&self, arguments: Value) -> Result<T, ApiError> {
        match serde_json::from_value(arguments) {
            Ok(read) => Ok(read),
            Err(error) => {
                let error = ApiError::invalid("arguments", error.to_string());
                Err(self.turned_away(Modality::Text, error).await)
            }
        }
    }

    async fn turned_away(&self, modality: Modality, error: ApiError) -> ApiError {
        let turned = self.line.turn_away(self.principal.clone(), modality, error.code()).await;
        turned.err().map_or(error, ApiError::from)
    }

    /// The bytes of an asset, if it may leave.
    async fn resource(&self, params: &Value) -> Result<Value, Fault> {
        let uri = params.get("uri").and_then(Value::as_str).unwrap_or_default();
        let missing = || Fault::missing(uri);
        let id: AssetId =
            uri.strip_prefix(ASSETS).and_then(|id| id.parse().ok()).ok_or_else(missing)?;
        let stages = self.line.stages();
        let found = stages.log.registry().asset(id).map_err(LineError::from);
        let mine =
            |entry: &audit::AssetEntry| entry.tenant == self.principal.tenant && entry.may_leave();
        let entry = found.map_err(|_| Fault::internal())?.filter(mine).ok_or_else(missing)?;
        let bytes = stages.objects.get(&entry.current().0).await;
        let bytes = bytes.map_err(|_| Fault::internal())?;
        let mut contents = json!({"uri": uri, "mimeType": entry.media_type});
        let (name, content) = match entry.media_type {
            MediaType::PlainText | MediaType::Markdown => {
                ("text", String::from_utf8_lossy(&bytes).into_owned())
            }
            _ => ("blob", STANDARD.encode(&bytes)),
        };
        crate::members::put(&mut contents, name, content);
        Ok(json!({"contents": [contents]}))
    }
}

/// Where a client finds an asset.
fn link(release: &Release) -> Value {
    let id = release.asset_id;
    json!({
        "type": "resource_link", "uri": format!("{ASSETS}{id}"),
        "name": format!("{id}.{}", release.media_type.extension()),
        "mimeType": release.media_type, "size": release.bytes.len(),
    })
}
