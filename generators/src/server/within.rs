//! The trace in which servers behind this one are asked (W3C Trace Context).

tokio::task_local! {
    static PARENT: String;
}

/// Runs a generation within a trace: its requests to servers carry it as `traceparent`.
pub async fn upstream_trace<T>(parent: Option<String>, generating: impl Future<Output = T>) -> T {
    match parent {
        Some(parent) => PARENT.scope(parent, generating).await,
        None => generating.await,
    }
}

/// The header's value, where there is a trace.
pub(super) fn traceparent() -> Option<String> {
    PARENT.try_with(Clone::clone).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_asked_within_a_trace_carries_it() {
        assert_eq!(traceparent(), None);
        let within = upstream_trace(Some("00-a-b-01".to_owned()), async { traceparent() }).await;
        assert_eq!(within.as_deref(), Some("00-a-b-01"));
        assert_eq!(upstream_trace(None, async { traceparent() }).await, None);
    }
}
