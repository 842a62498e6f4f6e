//! A session: its document, what it knows, and how feedback changes both.

mod moving;
mod opening;
mod scenes;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    SceneError,
    advert::Campaign,
    brief::{Brief, Kind, clean},
    document::{Document, Sky, Sun},
    feedback::{Feedback, Hour, Weather},
    light,
    lots::Lots,
    people::Memory,
    place,
    revision::{Change, Revision, changes, new_texts, texts},
    vocabulary,
};

/// What a snapshot begins with; another number is another form.
const FORM: u32 = 1;
/// The longest snapshot that is read, in bytes.
const SNAPSHOT_MAX: usize = 2 * 1024 * 1024;

/// An interactive session. It is a value: a clone is a session of its own, and whoever is not to
/// release a revision goes back to a clone made before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    form: u32,
    number: u64,
    pub(crate) seed: u64,
    lots: Lots,
    pub(crate) document: Document,
    campaign: Option<Campaign>,
    memories: BTreeMap<String, Memory>,
    /// Seconds that went by since something happened.
    quiet_seconds: f64,
}

impl Session {
    /// Opens a session. Words of the prompt that mean nothing here are named in the document's
    /// warnings.
    ///
    /// # Errors
    /// Says what of the brief is missing or out of its range.
    pub fn open(brief: &Brief) -> Result<(Self, Revision), SceneError> {
        brief.check()?;
        let mut lots = Lots::new(brief.seed);
        let (document, campaign) = match brief.kind {
            Kind::Scene => (opening::open(brief, &mut lots), None),
            Kind::Advertisement => {
                let mut campaign = Campaign::new(brief, &mut lots);
                (advertisement(brief, &mut campaign, &mut lots), Some(campaign))
            }
        };
        let session = Self {
            form: FORM,
            number: 0,
            seed: brief.seed,
            lots,
            document,
            campaign,
            memories: BTreeMap::new(),
            quiet_seconds: 0.0,
        };
        let revision = Revision {
            number: 0,
            changed: Vec::new(),
            texts: texts(&session.document),
            because: "opened".to_owned(),
            document: session.document.clone(),
        };
        Ok((session, revision))
    }

    /// Changes the session by an event. Where nothing is to change, the revision has no changes.
    ///
    /// # Errors
    /// Says which target or option there is not, or what is out of its range; the session is then
    /// as it was.
    pub fn feedback(&mut self, event: &Feedback) -> Result<Revision, SceneError> {
        event.check()?;
        let mut next = self.clone();
        let because = match next.document.kind {
            Kind::Scene => scenes::react(&mut next, event)?,
            Kind::Advertisement => next.react(event)?,
        };
        next.number = next.number.saturating_add(1);
        let changed = differences(&self.document, &next.document);
        let revision = Revision {
            number: next.number,
            changed,
            texts: new_texts(&self.document, &next.document),
            because,
            document: next.document.clone(),
        };
        *self = next;
        Ok(revision)
    }

    /// The state of the whole.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The number of the last revision.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The session as JSON, to go on with after a restart.
    pub fn snapshot(&self) -> Value {
        serde_json::to_value(self).unwrap_or(Value::Null)
    }

    /// Goes on from a snapshot.
    ///
    /// # Errors
    /// Says that the JSON is no snapshot of this version.
    pub fn restore(snapshot: &[u8]) -> Result<Self, SceneError> {
        if snapshot.len() > SNAPSHOT_MAX {
            let given = snapshot.len();
            return Err(SceneError::TooLong { what: "snapshot", given, most: SNAPSHOT_MAX });
        }
        let session: Self = serde_json::from_slice(snapshot)
            .map_err(|error| SceneError::Snapshot(error.to_string()))?;
        let is_advert = session.document.kind == Kind::Advertisement;
        let whole = session.campaign.as_ref().is_none_or(Campaign::is_whole);
        let sound = session.form == FORM
            && is_advert == session.campaign.is_some()
            && is_advert == session.document.advert.is_some()
            && whole
            && session.document.nodes.len() <= place::NODES_MAX
            && session.document.characters.len() <= 6
            && session.quiet_seconds.is_finite();
        if sound { Ok(session) } else { Err(SceneError::Snapshot("parts do not fit".to_owned())) }
    }

    /// Feedback on an advertisement.
    fn react(&mut self, event: &Feedback) -> Result<String, SceneError> {
        let Some(mut campaign) = self.campaign.take() else {
            return Err(SceneError::NotHere("advertisement"));
        };
        let because = self.react_with(&mut campaign, event);
        self.campaign = Some(campaign);
        because
    }

    fn react_with(
        &mut self,
        campaign: &mut Campaign,
        event: &Feedback,
    ) -> Result<String, SceneError> {
        let lots = &mut self.lots;
        let because = match event {
            Feedback::Click { target } => {
                let slot = part(target)?;
                campaign.learn(slot, 1.0, lots);
                if let Some(advert) = &mut self.document.advert
                    && matches!(target.as_str(), "call" | "facts" | "product")
                {
                    advert.open = true;
                }
                format!("click on {target}: its variant gained")
            }
            Feedback::Like { target } => {
                campaign.learn(part(target)?, 1.0, lots);
                format!("like of {target}: its variant gained")
            }
            Feedback::Dwell { target, seconds } => {
                campaign.learn(part(target)?, (seconds / 10.0).min(0.5), lots);
                format!("dwell on {target}: its variant gained a little")
            }
            Feedback::Dislike { target } => {
                let slot = part(target)?;
                campaign.learn(slot, -1.0, lots);
                campaign.learner(lots).choose(slot.unwrap_or("colours"), lots, true);
                format!("dislike of {target}: another variant was drawn")
            }
            Feedback::Skip => {
                campaign.learn(None, -1.0, lots);
                campaign.learner(lots).choose_all(lots);
                "skip: all variants were drawn again".to_owned()
            }
            Feedback::Tick { seconds } => {
                if campaign.wait(*seconds, lots) {
                    "time: variants were drawn again".to_owned()
                } else {
                    "time went by".to_owned()
                }
            }
            Feedback::Audience { group } => {
                campaign.address(group, lots);
                "another audience".to_owned()
            }
            Feedback::Choose { option } => self.choose(campaign, option)?,
            Feedback::Look { direction } => {
                moving::look(&mut self.document, *direction);
                return Ok("the camera moved".to_owned());
            }
            Feedback::Say { .. } => return Err(SceneError::NotHere("say")),
            Feedback::Weather { .. } => return Err(SceneError::NotHere("weather")),
            Feedback::Time { .. } => return Err(SceneError::NotHere("time")),
        };
        campaign.write(&mut self.document, &mut self.lots);
        Ok(because)
    }
}

impl Session {
    fn choose(&mut self, campaign: &mut Campaign, option: &str) -> Result<String, SceneError> {
        let Some(advert) = &mut self.document.advert else { return Ok(String::new()) };
        let (lots, learner) = (&mut self.lots, &mut *campaign);
        match option {
            "details" | "close" => advert.open = option == "details",
            "colours" => learner.learner(lots).choose("colours", lots, true),
            "layout" => learner.learner(lots).choose("layout", lots, true),
            "words" => {
                for slot in ["headline", "copy", "call"] {
                    learner.learner(lots).choose(slot, lots, true);
                }
            }
            other => {
                let known = "details, close, colours, layout, words".to_owned();
                return Err(SceneError::UnknownTarget { target: other.to_owned(), known });
            }
        }
        Ok(format!("{option} was chosen"))
    }
}

/// The slot of the part that feedback is about; nothing for the whole.
fn part(target: &str) -> Result<Option<&'static str>, SceneError> {
    match target {
        "headline" => Ok(Some("headline")),
        "copy" | "facts" => Ok(Some("copy")),
        "call" => Ok(Some("call")),
        "colours" => Ok(Some("colours")),
        "layout" => Ok(Some("layout")),
        "product" | "price" | "advert" | "plinth-1" | "arch-1" => Ok(None),
        other => Err(SceneError::UnknownTarget {
            target: other.chars().take(80).collect(),
            known: "headline, copy, facts, call, colours, layout, product".to_owned(),
        }),
    }
}

/// A document without anything in it.
fn empty(brief: &Brief, place: &str) -> Document {
    let chinese = brief.chinese();
    let notice = if chinese {
        "本内容由人工智能（AI）生成，人物和场景均非真实。"
    } else {
        "AI-generated: nobody and nothing shown here is real."
    };
    let dark = || "#000000".to_owned();
    Document {
        kind: brief.kind,
        title: String::new(),
        language: brief.language.clone(),
        notice: notice.to_owned(),
        description: String::new(),
        place: place.to_owned(),
        weather: Weather::Clear,
        time: Hour::Day,
        sky: Sky {
            top: dark(),
            horizon: dark(),
            ground: dark(),
            strength: 1.0,
            haze: 0.0,
            stars: 0.0,
        },
        sun: Sun { towards: [0.0, 1.0, 0.0], colour: dark(), strength: 1.0 },
        materials: BTreeMap::new(),
        nodes: BTreeMap::new(),
        characters: BTreeMap::new(),
        camera: place::camera(place),
        advert: None,
        options: Vec::new(),
        warnings: Vec::new(),
    }
}

fn advertisement(brief: &Brief, campaign: &mut Campaign, lots: &mut Lots) -> Document {
    let mut document = empty(brief, "stage");
    light::set(&mut document);
    campaign.furnish(&mut document);
    let product = brief.product.as_ref().map_or("", |product| product.name.as_str());
    document.title = clean(product);
    document.description = if brief.chinese() {
        format!("{}，在展台上缓缓转动。", document.title)
    } else {
        format!("{} on a stage, turning slowly.", document.title)
    };
    document.warnings = campaign.warnings(brief.chinese());
    if !vocabulary::read(&brief.prompt).unknown.is_empty() {
        document.warnings.push(if brief.chinese() {
            "广告只使用产品信息，没有使用提示词".to_owned()
        } else {
            "an advertisement uses the facts of its product only; the prompt was not used"
                .to_owned()
        });
    }
    campaign.write(&mut document, lots);
    document
}

/// What makes one document into the other.
fn differences(before: &Document, after: &Document) -> Vec<Change> {
    match (serde_json::to_value(before), serde_json::to_value(after)) {
        (Ok(before), Ok(after)) => changes(&before, &after),
        // A document is plain data with text keys and finite numbers: this is not reached.
        _ => Vec::new(),
    }
}
