//! `imprimatur audit find`: records by any of their values.

use audit::{Log, Record};
use serde_json::{Value, json};

use super::{
    args::{Find, Global},
    exit::{Answer, Exit},
    locate,
    output::Console,
};
use crate::wiring;

/// Records that are read at once.
const PAGE: usize = 500;

pub(crate) fn run(global: &Global, log: &Log, args: &Find, console: &Console) -> Answer {
    let pseudonyms = wiring::secret(&locate::installation(global)?.pseudonym_key())?;
    let mut query = args.criteria.query(args.tenant.as_deref(), &pseudonyms)?;
    let mut left = query.limit;
    let mut found = false;
    while left > 0 {
        query.limit = left.min(PAGE);
        let page = log.find(&query)?;
        for index in &page.indices {
            let entry = log.entry(*index)?;
            let record: Value = serde_json::from_slice(&entry)?;
            console.result(&json!({"index": index, "record": record}), || row(*index, &entry));
        }
        found |= !page.indices.is_empty();
        left = left.saturating_sub(page.indices.len());
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
    }
    if query.cursor.is_some() {
        console.note("there are more: ask for a higher -n, or a shorter time");
    }
    Ok(if found { Exit::Yes } else { Exit::No })
}

fn row(index: u64, entry: &[u8]) -> String {
    let Ok(record) = Record::parse(entry) else { return format!("{index:8}  unreadable") };
    let decisions = [&record.input, &record.output].into_iter().flatten();
    let mut rules: Vec<&str> =
        decisions.flat_map(|decision| &decision.findings).map(|f| f.rule.as_str()).collect();
    rules.dedup();
    let about = match (record.asset_id, record.request_id) {
        (Some(asset), _) => format!("asset {asset}"),
        (None, Some(request)) => format!("request {request}"),
        (None, None) => record.detail.clone().unwrap_or_default(),
    };
    let model = record.generator.as_ref().map_or("", |card| card.model.as_str());
    let line = format!(
        "{index:8}  {}  {:14}  {:12}  {about:44}  {model:18}  {}",
        record.time,
        record.event.name(),
        record.tenant,
        rules.join(",")
    );
    line.trim_end().to_owned()
}
