//! Judging beside a bare scan for the same pack's words, in one run: `cargo bench -p policy`.

#![expect(clippy::unwrap_used, reason = "a bench that cannot start has nothing to measure")]

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use policy::{Engine, Hook, Scope};
use types::{Language, Modality, Role};

const ENGLISH: &str = "The council voted on Tuesday to close the old bridge for repairs after \
engineers found cracks in two of its pillars. Traffic will be led over the ring road until spring, \
and the mayor said that shops nearby would be paid for what they lose. Police are still looking \
for the driver who fled after a crash there in 2019, in which 12 people were hurt. ";
const CHINESE: &str = "市议会周二投票决定，老桥将关闭维修，此前工程师在两座桥墩上发现裂缝。春天之前，车辆将改走环路，\
市长表示，附近商铺的损失将得到补偿。警方仍在寻找2019年在该处肇事后逃逸的司机，当时有12人受伤。";
/// What the bare scan looks for: as many words as the pack has rules, times ten.
const WORDS: usize = 200;

fn scope(hook: Hook) -> Scope {
    Scope {
        tenant: "press".into(),
        desk: "news".into(),
        role: Role::Journalist,
        modality: Modality::Text,
        hook,
        language: Language::En,
        now: 1_800_000_000,
        overridden: Vec::new(),
    }
}

fn judge(criterion: &mut Criterion) {
    let engine = Engine::newsroom().unwrap();
    let matchers = matchers();
    let words: Vec<String> = (0..WORDS)
        .map(|word| format!("{} {word}", if word % 2 == 0 { "withheld" } else { "禁止" }))
        .collect();
    let dfa = Some(AhoCorasickKind::DFA);
    let bare = AhoCorasick::builder().ascii_case_insensitive(true).kind(dfa).build(words).unwrap();
    for (name, text) in [("english", ENGLISH.repeat(64)), ("chinese", CHINESE.repeat(64))] {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("bare aho-corasick", |bench| {
            bench.iter(|| bare.find_overlapping_iter(&text).count());
        });
        for hook in [Hook::Input, Hook::Output] {
            let scope = scope(hook);
            group.bench_function(format!("judge {hook}"), |bench| {
                bench.iter(|| engine.judge(&scope, &text));
            });
        }
        for hook in [Hook::Input, Hook::Output] {
            let scope = scope(hook);
            group.bench_function(format!("matchers alone, {hook}"), |bench| {
                bench.iter(|| matchers.judge(&scope, &text));
            });
        }
        group.sample_size(10);
        group.bench_function("stream by words", |bench| {
            bench.iter(|| {
                let mut stream = engine.stream(&scope(Hook::Output));
                let pieces = text.split_inclusive([' ', '，', '。']);
                let sent: usize = pieces.map(|piece| stream.push(piece).emit.len()).sum();
                (sent, stream.finish())
            });
        });
        group.finish();
    }
}

/// The newsroom pack without the rules that ask the classifier.
fn matchers() -> Engine {
    let rules = policy::NEWSROOM_PACK.split_inclusive("\n\n");
    let pack: String = rules.filter(|rule| !rule.contains("classifier =")).collect();
    Engine::from_toml(&pack).unwrap()
}

/// A prompt of 650 bytes under the whole pack, and the classifier by itself.
fn prompt(criterion: &mut Criterion) {
    let engine = Engine::newsroom().unwrap();
    let english: String = ENGLISH.chars().cycle().take(650).collect();
    let chinese: String = CHINESE.chars().cycle().take(216).collect();
    let mut group = criterion.benchmark_group("prompt of 650 bytes");
    for (name, text) in [("english", english), ("chinese", chinese)] {
        let scope = scope(Hook::Input);
        group.bench_function(name, |bench| bench.iter(|| engine.judge(&scope, &text)));
        group.bench_function(format!("{name}, classifier alone"), |bench| {
            bench.iter(|| engine.scores(&text));
        });
    }
    group.finish();
}

criterion_group!(benches, prompt, judge);
criterion_main!(benches);
