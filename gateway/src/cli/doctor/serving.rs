//! The server: its certificate, the listener of operators, the collector of traces.

use std::{fs, time::Duration};

use provenance::Chain;
use time::OffsetDateTime;

use super::Finding;
use crate::{cli::serve::is_local, installation::Installation, listening::tls, outbound::Outbound};

/// Certificates are to be renewed this long before they end.
const EXPIRY_DAYS_MIN: i64 = 14;
const COLLECTOR_SECONDS_MAX: u64 = 5;

/// What is wrong with what `serve` would use.
pub(super) fn examine(installation: &Installation) -> Vec<Finding> {
    let found = [certificate(installation), operators(installation), collector(installation)];
    found.into_iter().flatten().collect()
}

fn certificate(installation: &Installation) -> Option<Finding> {
    let fix = "correct [server.tls], or get a new certificate; SIGHUP puts it into force";
    if let Err(error) = tls::open(installation) {
        return Some(Finding::new("tls", error, fix));
    }
    let path = installation.resolve(installation.config().server.tls.certificate.as_ref()?);
    let chain = fs::read_to_string(&path).map_err(|error| error.to_string());
    let chain = chain.and_then(|pem| Chain::from_pem(&pem).map_err(|error| error.to_string()));
    let chain = match chain {
        Ok(chain) => chain,
        Err(error) => return Some(Finding::new("tls", error, fix)),
    };
    let now = OffsetDateTime::now_utc();
    if let Err(problem) = chain.in_time(now) {
        return Some(Finding::new("tls", format!("the server's certificate: {problem}"), fix));
    }
    let left = (chain.valid_until() - now).whole_days();
    let problem = format!("the server's certificate ends in {left} days");
    (left < EXPIRY_DAYS_MIN).then(|| Finding::new("tls", problem, fix))
}

fn operators(installation: &Installation) -> Option<Finding> {
    let address = installation.config().server.admin_listen?;
    let problem = format!("{address} asks for no key, and other machines may reach it");
    let fix = "set server.admin_listen to an address of this machine, such as 127.0.0.1:8789, or see that only operators reach it";
    (!is_local(address)).then(|| Finding::new("admin listener", problem, fix))
}

fn collector(installation: &Installation) -> Option<Finding> {
    let endpoint = installation.config().telemetry.otlp.endpoint.as_ref()?;
    let url = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
    // No spans at all are a valid report; whatever is answered, somebody is there.
    let asking = Outbound::new(Duration::from_secs(COLLECTOR_SECONDS_MAX));
    let error = asking.post_and_wait(&url, "application/x-protobuf", &[]).err()?;
    let fix =
        "start the collector, or correct telemetry.otlp.endpoint; requests are served all the same";
    Some(Finding::new("collector", error, fix))
}
