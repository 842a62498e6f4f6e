//! JSON-RPC 2.0 as the Model Context Protocol uses it.

use serde_json::{Value, json};

/// Versions that are spoken, newest first.
const VERSIONS: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];

/// A message that wants an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    pub(super) id: Value,
    pub(super) method: String,
    pub(super) params: Value,
}

/// Why a message has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    code: i32,
    message: String,
}

impl Fault {
    fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// There is no such method.
    pub(super) fn method(name: &str) -> Self {
        Self::new(-32601, format!("There is no method `{name}`."))
    }

    /// The method cannot be asked so.
    pub(super) fn params(message: &str) -> Self {
        Self::new(-32602, message)
    }

    /// There is no such resource for this caller.
    pub(super) fn missing(uri: &str) -> Self {
        Self::new(-32002, format!("No asset that may leave has the address `{uri}`."))
    }

    /// A part of this program is failing.
    pub(super) fn internal() -> Self {
        Self::new(-32603, "A part of the server is failing: /readyz says which.")
    }

    /// The answer that says so.
    pub(super) fn answer(&self, id: &Value) -> Value {
        let error = json!({"code": self.code, "message": self.message});
        json!({"jsonrpc": "2.0", "id": id, "error": error})
    }
}

/// A message; `None` when it wants no answer.
///
/// # Errors
/// [`Fault`] when it is none.
pub(super) fn read(message: &[u8]) -> Result<Option<Call>, Fault> {
    let parsed: Result<Value, _> = serde_json::from_slice(message);
    let message =
        parsed.map_err(|error| Fault::new(-32700, format!("This is no JSON: {error}.")))?;
    let is_rpc = message.get("jsonrpc").and_then(Value::as_str) == Some("2.0");
    if !is_rpc {
        return Err(Fault::new(-32600, "Send one message of JSON-RPC 2.0."));
    }
    let method = message.get("method").and_then(Value::as_str);
    match (method, message.get("id")) {
        (Some(method), Some(id @ (Value::String(_) | Value::Number(_)))) => Ok(Some(Call {
            id: id.clone(),
            method: method.to_owned(),
            params: message.get("params").cloned().unwrap_or_else(|| json!({})),
        })),
        (Some(_), Some(_)) => Err(Fault::new(-32600, "An id is a text or a number.")),
        // A notification, or an answer to what was never asked.
        _ => Ok(None),
    }
}

/// What this server is, in the version that the client speaks, else in the newest spoken here.
pub(super) fn initialized(params: &Value, instructions: &str) -> Value {
    let wanted = params.get("protocolVersion").and_then(Value::as_str).unwrap_or_default();
    let [newest, ..] = VERSIONS;
    let version = VERSIONS.into_iter().find(|version| *version == wanted).unwrap_or(newest);
    json!({
        "protocolVersion": version,
        "capabilities": {"tools": {}, "resources": {}},
        "serverInfo": {"name": "imprimatur", "version": env!("CARGO_PKG_VERSION")},
        "instructions": instructions,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wants_no_answer_gets_none() {
        let check = |message: &str| read(message.as_bytes());
        let call = check(r#"{"jsonrpc":"2.0","id":7,"method":"ping"}"#).unwrap().unwrap();
        assert_eq!((call.id, call.method.as_str()), (json!(7), "ping"));
        assert_eq!(check(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#), Ok(None));
        assert_eq!(check(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#), Ok(None));
    }

    #[test]
    fn what_is_no_message_is_told_so() {
        for (message, code) in [
            ("{", -32700),
            ("[]", -32600),
            ("{}", -32600),
            (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600),
        ] {
            let fault = read(message.as_bytes()).unwrap_err();
            assert_eq!(fault.answer(&Value::Null)["error"]["code"], code, "{message}");
        }
    }

    #[test]
    fn the_client_s_version_is_spoken_if_it_is_known() {
        for (wanted, spoken) in
            [("2025-06-18", "2025-06-18"), ("2030-01-01", "2025-11-25"), ("", "2025-11-25")]
        {
            let told = initialized(&json!({"protocolVersion": wanted}), "");
            assert_eq!(told["protocolVersion"], spoken);
        }
    }
}
