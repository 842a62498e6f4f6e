//! `audit tail`: the last records.

use ::audit::{Event, Log, Record};
use serde_json::{Value, json};

use crate::cli::{
    exit::{Answer, Exit},
    output::Console,
};

pub(super) fn run(log: &Log, n: u64, console: &Console) -> Answer {
    let start = log.size().saturating_sub(n);
    for (index, entry) in (start..).zip(log.entries(start, log.size())?) {
        let record: Value = serde_json::from_slice(&entry)?;
        console.result(&json!({"index": index, "record": record}), || row(index, &entry));
    }
    Ok(Exit::Yes)
}

fn row(index: u64, entry: &[u8]) -> String {
    let Ok(record) = Record::parse(entry) else { return format!("{index}  unreadable") };
    let Record { time, event, tenant, request_id, asset_id, detail, .. } = record;
    let subject = match (event, asset_id, request_id) {
        (Event::Released | Event::Held | Event::Approved | Event::Rejected, Some(asset), _) => {
            format!("asset {asset}")
        }
        (_, _, Some(request)) => format!("request {request}"),
        _ => String::new(),
    };
    format!(
        "{index:6}  {time}  {:14} {tenant:12} {subject} {}",
        event.name(),
        detail.unwrap_or_default()
    )
}
