//! Facts in the form that the starter text model reads: `river; name=Elbe; level_cm=412`.
//!
//! Lines in this form are taken as they stand. Otherwise a paragraph that is about one of the
//! model's kinds gives what stands there word for word: figures with their units, and names.

mod values;

use crate::Brief;

/// The keys of each kind, in the order in which the model reads them.
const KINDS: [(&str, &[&str], &[&str]); 8] = [
    (
        "river",
        &["river", "flood", "water level", "水位", "河", "江"],
        &["name", "place", "day", "level_cm", "change_cm", "alert_cm"],
    ),
    (
        "weather",
        &["weather", "forecast", "temperature", "天气", "气温"],
        &["place", "day", "sky", "low_c", "high_c", "wind_kmh", "rain_pct"],
    ),
    (
        "traffic",
        &["traffic", "motorway", "queue", "road closed", "delay", "交通", "路况", "拥堵"],
        &["road", "place", "cause", "delay_min", "queue_km", "reopens"],
    ),
    (
        "match",
        &["match", "kick-off", "goal", "scored", "比赛", "比分"],
        &["home", "away", "score", "scorer", "minute", "crowd"],
    ),
    (
        "market",
        &["stock", "shares", "index", "closed at", "股市", "指数", "收盘"],
        &["index", "day", "close", "change_pct", "high", "low"],
    ),
    (
        "election",
        &["election", "turnout", "voters", "polling", "选举", "投票"],
        &["place", "day", "turnout_pct", "previous_pct", "eligible", "stations"],
    ),
    (
        "product",
        &["product", "price", "battery", "产品", "价格"],
        &["name", "type", "colour", "material", "weight_g", "battery_h", "price_eur", "price_cny"],
    ),
    (
        "dialogue",
        &["dialogue", "conversation", "对话"],
        &["a", "b", "event", "place", "time", "price_eur"],
    ),
];

/// Facts of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    kind: &'static str,
    pairs: Vec<(&'static str, String)>,
}

impl Facts {
    /// As the model reads them.
    pub(super) fn spell(&self) -> String {
        let mut text = self.kind.to_owned();
        for (key, value) in &self.pairs {
            text.push_str(&format!("; {key}={value}"));
        }
        text
    }

    /// What they are about, if it has a name.
    pub(super) fn subject(&self) -> Option<&str> {
        let names = ["name", "road", "home", "index", "place", "event"];
        let named = |name: &&str| self.pairs.iter().find(|(key, _)| key == name);
        names.iter().find_map(named).map(|(_, value)| value.as_str())
    }
}

/// The facts of a brief and its sources, in their order; at most 12.
pub(super) fn found(brief: &Brief) -> Vec<Facts> {
    let texts = || {
        let sources = brief.sources.iter().flat_map(|s| [s.title.as_str(), s.text.as_str()]);
        std::iter::once(brief.brief.as_str()).chain(sources)
    };
    let mut facts: Vec<Facts> = texts().flat_map(str::lines).filter_map(stated).take(12).collect();
    if facts.is_empty() {
        let texts = texts().flat_map(|text| text.split("\n\n"));
        facts = texts.filter_map(|text| told(text, brief.chinese())).take(12).collect();
    }
    facts.dedup();
    facts
}

/// Facts that are stated in the model's form.
fn stated(line: &str) -> Option<Facts> {
    let line = line.replace('；', ";").replace('＝', "=");
    let (head, rest) = line.split_once(';')?;
    let word = head.rsplit(|c: char| c.is_whitespace() || c == ':' || c == '：').next()?;
    let (kind, _, keys) = KINDS.iter().find(|row| row.0.eq_ignore_ascii_case(word))?;
    let pairs: Vec<_> = rest
        .split(';')
        .filter_map(|part| {
            let (key, value) = part.split_once('=')?;
            let key = keys.iter().find(|known| known.eq_ignore_ascii_case(key.trim()))?;
            let value = value.trim().trim_end_matches(['.', '。']);
            (!value.is_empty() && value.chars().count() <= 40).then(|| (*key, value.to_owned()))
        })
        .collect();
    (!pairs.is_empty()).then_some(Facts { kind, pairs })
}

/// Facts that a paragraph tells in prose; at least two, or they are not worth a brief.
fn told(text: &str, chinese: bool) -> Option<Facts> {
    let lower = text.to_lowercase();
    let about = |words: &[&str]| words.iter().filter(|word| lower.contains(*word)).count();
    let best = KINDS.iter().max_by_key(|row| about(row.1)).filter(|row| about(row.1) > 0)?;
    let ties = KINDS.iter().filter(|row| about(row.1) == about(best.1)).count();
    let (kind, _, keys) =
        if ties > 1 { KINDS.iter().find(|row| about(row.1) == about(best.1))? } else { best };
    let pairs = values::read(kind, keys, text, chinese);
    (pairs.len() >= 2).then_some(Facts { kind, pairs })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let json = serde_json::json!({"brief": text});
        let brief = Brief::parse(json.to_string().as_bytes()).unwrap();
        let found: Vec<String> = found(&brief).iter().map(Facts::spell).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn stated_facts_are_taken_as_they_stand() {
        check(
            "A story for children.\nRiver; name = Elbe; colour=red; level_cm=412.\nweather; place=Ulm",
            &["river; name=Elbe; level_cm=412", "weather; place=Ulm"],
        );
        check("river; depth=4", &[]);
    }

    #[test]
    fn facts_are_read_from_prose_with_their_units() {
        check(
            "On Monday the river Elbe in Dresden rose by 35 cm to a level of 412 cm; the alert level is 400 cm.",
            &[
                "river; name=Elbe; place=Dresden; day=Monday; level_cm=412; change_cm=35; alert_cm=400",
            ],
        );
        check(
            "The weather in Oslo on Friday: snow, between -4 °C and 2 °C, wind 30 km/h.",
            &["weather; place=Oslo; day=Friday; sky=snow; low_c=-4; high_c=2; wind_kmh=30"],
        );
        check(
            "An accident on the A9 near Jena: the traffic queue is 7 km long, with a delay of 45 minutes.",
            &["traffic; road=A9; place=Jena; cause=accident; delay_min=45; queue_km=7"],
        );
        check("A tale of a fox and a lantern.", &[]);
    }
}
