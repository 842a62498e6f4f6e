//! How models and webhooks are doing, as metrics: read when they are asked for, because they change
//! by themselves.

use std::sync::atomic::AtomicU64;

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use generators::Health;

use crate::wiring::Stages;

/// The last line of a text in this format.
const END: &str = "# EOF\n";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ModelLabels {
    model: String,
    /// A server of the model by its place, a model of a route by its name; empty for the whole.
    part: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WebhookLabels {
    webhook: String,
}

type Gauges<L> = Family<L, Gauge>;
type Counters<L> = Family<L, Counter<u64, AtomicU64>>;

/// `text` with the numbers of models and webhooks behind it.
pub(crate) fn with_health(text: &str, stages: &Stages) -> String {
    let mut registry = Registry::with_prefix("imprimatur");
    models(&mut registry, stages);
    webhooks(&mut registry, stages);
    let mut more = String::new();
    match encode(&mut more, &registry) {
        Ok(()) => format!("{}{more}", text.strip_suffix(END).unwrap_or(text)),
        // Writing to a String cannot fail; what was counted otherwise is told all the same.
        Err(_) => text.to_owned(),
    }
}

/// What is told of a model: a name, what it means, and where it stands.
type Row<T> = (&'static str, &'static str, fn(&Health) -> T);

const GAUGES: [Row<usize>; 3] = [
    ("model_part_usable", "1 while a request may go there", |health| {
        usize::from(health.state.is_usable())
    }),
    ("model_in_flight", "Requests under way", |health| health.in_flight),
    ("model_queued", "Requests that wait for their turn", |health| health.queued),
];

const COUNTERS: [Row<u64>; 8] = [
    ("model_requests", "Requests that were begun, tries again included", |health| health.requests),
    ("model_failures", "Requests that failed by its fault", |health| health.failures),
    ("model_retries", "Tries again at the same model", |health| health.retries),
    ("model_fallbacks", "Requests for which another model stood in", |health| health.fallbacks),
    ("model_hedges", "Requests for which a second server was asked", |health| health.hedges),
    ("model_hedges_won", "Those in which the second was first", |health| health.hedges_won),
    ("model_turned_away", "Requests for which the queue was too long", |health| health.turned_away),
    ("model_circuit_opened", "How often it was left alone after failures", |health| health.opened),
];

fn models(registry: &mut Registry, stages: &Stages) {
    let health = stages.generators.iter().filter_map(|(name, model)| Some((name, model.health()?)));
    let mut all: Vec<(ModelLabels, Health)> = Vec::new();
    for (name, health) in health {
        let labels = |part: &str| ModelLabels { model: name.clone(), part: part.to_owned() };
        for (number, part) in (1_usize..).zip(&health.parts) {
            // Where servers are is nobody else's business.
            let name =
                if part.name.contains("://") { number.to_string() } else { part.name.clone() };
            all.push((labels(&name), part.health.clone()));
        }
        all.push((labels(""), health));
    }
    for (name, help, value) in GAUGES {
        let family = Gauges::<ModelLabels>::default();
        for (labels, health) in &all {
            family.get_or_create(labels).set(whole(value(health) as u64));
        }
        registry.register(name, help, family);
    }
    for (name, help, value) in COUNTERS {
        let family = Counters::<ModelLabels>::default();
        for (labels, health) in &all {
            family.get_or_create(labels).inc_by(value(health));
        }
        registry.register(name, help, family);
    }
}

fn webhooks(registry: &mut Registry, stages: &Stages) {
    let [waiting, parked, behind, disabled] = [0; 4].map(|_| Gauges::<WebhookLabels>::default());
    let [delivered, failed] = [0; 2].map(|_| Counters::<WebhookLabels>::default());
    for courier in stages.webhooks.couriers() {
        let labels = WebhookLabels { webhook: courier.name().to_owned() };
        let (standing, counts) = (courier.standing(), courier.counts());
        waiting.get_or_create(&labels).set(whole(standing.waiting as u64));
        parked.get_or_create(&labels).set(whole(standing.parked as u64));
        behind.get_or_create(&labels).set(whole(standing.behind));
        disabled.get_or_create(&labels).set(i64::from(standing.disabled.is_some()));
        delivered.get_or_create(&labels).inc_by(counts.0);
        failed.get_or_create(&labels).inc_by(counts.1);
    }
    registry.register("webhook_waiting", "Messages that are tried again", waiting);
    registry.register("webhook_parked", "Messages that were given up after a day", parked);
    registry.register("webhook_behind", "Records of the log not looked at yet", behind);
    registry.register("webhook_disabled", "1 while its receiver wants to hear no more", disabled);
    registry.register("webhook_delivered", "Messages that were delivered", delivered);
    registry.register("webhook_failed", "Attempts that failed", failed);
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
