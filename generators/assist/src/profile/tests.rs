use super::*;

/// A proposal of a made-up kind.
#[derive(Debug, Clone, PartialEq)]
struct Item {
    base: f32,
    features: Vec<String>,
    text: String,
}

impl Proposal for Item {
    fn base(&self) -> f32 {
        self.base
    }

    fn features(&self) -> Vec<String> {
        self.features.clone()
    }

    fn text(&self) -> &str {
        &self.text
    }
}

/// Draws lots that anyone can draw again.
struct Lots(u64);

impl Lots {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn unit(&mut self) -> f32 {
        self.below(10_000) as f32 / 10_000.0
    }
}

const KINDS: [&str; 6] = ["source", "when", "voice", "background", "number", "angle"];
const TONES: [&str; 4] = ["neutral", "formal", "lively", "plain"];
const LENGTHS: [&str; 3] = ["short", "medium", "long"];

fn item(lots: &mut Lots) -> Item {
    let features = vec![
        format!("kind:{}", KINDS[lots.below(6) as usize]),
        format!("tone:{}", TONES[lots.below(4) as usize]),
        format!("length:{}", LENGTHS[lots.below(3) as usize]),
    ];
    Item { base: lots.unit(), features, text: String::new() }
}

/// Somebody's hidden taste: a weight for each feature.
fn taste(lots: &mut Lots) -> BTreeMap<String, f32> {
    let all = KINDS.iter().map(|k| format!("kind:{k}"));
    let all = all.chain(TONES.iter().map(|t| format!("tone:{t}")));
    let all = all.chain(LENGTHS.iter().map(|l| format!("length:{l}")));
    all.map(|feature| (feature, 4.0 * lots.unit() - 2.0)).collect()
}

fn likes(taste: &BTreeMap<String, f32>, item: &Item) -> f32 {
    item.features.iter().map(|feature| taste[feature]).sum()
}

/// The share of pairs that are in the order of a taste.
fn agreement(taste: &BTreeMap<String, f32>, order: &[Item]) -> f32 {
    let (mut right, mut all) = (0, 0);
    for (at, better) in order.iter().enumerate() {
        for worse in &order[at + 1..] {
            let (a, b) = (likes(taste, better), likes(taste, worse));
            if a != b {
                all += 1;
                right += usize::from(a > b);
            }
        }
    }
    right as f32 / all as f32
}

/// Twenty people of different tastes answer 60 proposals each, not always as their taste is; then
/// others are ranked that they have not seen.
#[test]
fn after_feedback_what_is_preferred_ranks_higher() {
    let mut lots = Lots(7);
    let (mut before, mut after) = (0.0, 0.0);
    for person in 0..20 {
        let taste = taste(&mut lots);
        let mut profile = Profile::default();
        for _ in 0..60 {
            let shown = item(&mut lots);
            let accepts = lots.unit() < 1.0 / (1.0 + (-likes(&taste, &shown)).exp());
            profile.learn(&shown, if accepts { Verdict::Accepted } else { Verdict::Rejected });
        }
        let mut held: Vec<Item> = (0..40).map(|_| item(&mut lots)).collect();
        Profile::default().rank(&mut held);
        let plain = agreement(&taste, &held);
        profile.rank(&mut held);
        let personal = agreement(&taste, &held);
        assert!(personal > plain, "person {person}: {plain} before, {personal} after");
        (before, after) = (before + plain / 20.0, after + personal / 20.0);
    }
    assert!(after > before + 0.2, "{before} before, {after} after");
    assert!(after > 0.75, "{after}");
}

#[test]
fn what_is_said_counts() {
    let item = |text: &str, length: &str| Item {
        base: 0.5,
        features: vec![format!("length:{length}")],
        text: text.into(),
    };
    let mut items = vec![
        item("a long one", "long"),
        item("utilise this", "short"),
        item("a short one", "short"),
    ];
    let profile = Profile {
        length: Some(Length::Short),
        avoided: vec!["Utilise".into()],
        ..Profile::default()
    };
    profile.rank(&mut items);
    let texts: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
    assert_eq!(texts, ["a short one", "a long one", "utilise this"]);
}

#[test]
fn learning_is_bounded_and_the_same_each_time() {
    let mut profiles = [Profile::default(), Profile::default()];
    for profile in &mut profiles {
        let mut lots = Lots(3);
        for n in 0..500 {
            let mut item = item(&mut lots);
            item.features.push(format!("odd:{n}"));
            profile.learn(&item, [Verdict::Accepted, Verdict::Edited, Verdict::Rejected][n % 3]);
        }
        assert!(profile.learned.len() <= WEIGHTS_MAX);
    }
    assert_eq!(profiles[0], profiles[1]);
    assert!(profiles[0].clone().checked().is_ok());
}

#[test]
fn wrong_profiles_are_named() {
    let check = |profile: Profile, expected: ProfileError| {
        assert_eq!(profile.checked(), Err(expected));
    };
    check(Profile { topics: vec![" ".into()], ..Profile::default() }, ProfileError::List("topics"));
    let many = vec!["x".to_owned(); LIST_MAX + 1];
    check(Profile { avoided: many, ..Profile::default() }, ProfileError::List("avoided"));
    let nan = BTreeMap::from([("kind:x".to_owned(), f32::NAN)]);
    check(Profile { learned: nan, ..Profile::default() }, ProfileError::Learned);
}
