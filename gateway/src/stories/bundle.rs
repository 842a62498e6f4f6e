//! From parts to one file.

use provenance::{DigitalSourceType, Ingredient, Relationship};
use story::{Chapter, Credit, Links, Narration, Part, Picture, Plan, Story, Timing};
use types::{AssetId, Language, MediaType, Principal};
use watermark::label::Plan as LabelPlan;

use super::{Ended, Form, Made, StoriesError, content_url, language, publisher};
use crate::{
    bringing::{Brought, Lineage, Marking},
    outcome::{Outcome, Release},
    pipeline::{Line, LineError},
};

/// Bundles the chapters of a story, and signs the bundle with its parts as ingredients.
pub(super) async fn bundled(
    line: &Line,
    principal: &Principal,
    form: Form,
    plan: &Plan,
    chapters: &[Made],
) -> Result<Ended, StoriesError> {
    let ingredients = chapters.iter().flat_map(Made::releases).map(ingredient).collect();
    let story = story(line, plan, chapters);
    let links = Links {
        pictures: chapters.iter().map(|made| made.picture.as_ref().map(url)).collect(),
        narrations: chapters.iter().map(|made| made.narration.as_ref().map(url)).collect(),
        ..Links::default()
    };
    let ninjs = story::ninjs(&story, &links);
    let writing = tokio::task::spawn_blocking(move || match form {
        Form::Epub => story::epub(&story),
        Form::Html => Ok(story::html(&story).into_bytes()),
    });
    let bytes = writing.await.map_err(|_| LineError::Stopped)??;
    let file = Brought {
        bytes,
        media_type: form.media_type(),
        lineage: Lineage::Composed {
            source: DigitalSourceType::TrainedAlgorithmicMedia,
            ingredients,
        },
        // Each part carries its own.
        marking: Marking::Leave,
    };
    Ok(match line.bring(principal.clone(), file).await? {
        Outcome::Released(bundle) => Ended::Bundled { bundle, ninjs, warnings: Vec::new() },
        Outcome::Held(release) => Ended::Held(release),
        Outcome::Refused(refusal) => Ended::Refused(refusal),
    })
}

fn url(release: &Release) -> String {
    content_url(release.asset_id)
}

fn ingredient(release: &Release) -> Ingredient {
    let name = format!("{}.{}", release.asset_id, release.media_type.extension());
    Ingredient {
        sidecar: release.sidecar.clone(),
        relationship: Some(Relationship::ComponentOf),
        ..Ingredient::new(name, release.bytes.clone(), release.media_type)
    }
}

fn story(line: &Line, plan: &Plan, chapters: &[Made]) -> Story {
    let mut models: Vec<String> = Vec::new();
    for release in chapters.iter().flat_map(Made::releases) {
        if !models.contains(&release.generation.model) {
            models.push(release.generation.model.clone());
        }
    }
    let credit = |title: String| Credit { title, url: String::new() };
    let modified = time::OffsetDateTime::now_utc()
        .format(&time::format_description::well_known::Rfc3339)
        .unwrap_or_default();
    Story {
        title: plan.title.clone(),
        language: plan.language.clone(),
        identifier: format!("urn:uuid:{}", AssetId::new()),
        modified,
        publisher: publisher(line),
        notice: notice(line.stages().labelling.plan(), language(&plan.language)),
        summary: String::new(),
        cover: None,
        chapters: chapters.iter().map(chapter).collect(),
        credits: models.into_iter().map(credit).collect(),
    }
}

/// What people read first. Without rules that ask for one, a story says it all the same.
fn notice(plan: Option<&LabelPlan>, language: Language) -> String {
    let usual = match language {
        Language::En => "AI-generated: text, pictures and voice of this story were made by models.",
        Language::Zh => "本故事的文字、图片与语音均由人工智能生成。",
    };
    match plan.map(|plan| plan.text.line.as_str()) {
        Some(line) if !usual.contains(line) => format!("{line} · {usual}"),
        _ => usual.to_owned(),
    }
}

fn chapter(made: &Made) -> Chapter {
    let text = String::from_utf8_lossy(&made.text.bytes).into_owned();
    let narration = made.narration.as_ref().map(|release| {
        let words = made.words();
        let length = words.last().map_or(0.0, |word| word.end);
        Narration {
            part: part(release),
            // A little is heard after the last word.
            length_ms: milliseconds(length) + 1,
            timings: timings(&text, made),
        }
    });
    Chapter {
        heading: made.plan.heading.clone(),
        picture: made.picture.as_ref().map(|release| Picture {
            part: part(release),
            alt: made.plan.alt.clone(),
            caption: None,
        }),
        narration,
        sources: made.plan.sources.clone(),
        text,
    }
}

fn part(release: &Release) -> Part {
    Part {
        bytes: release.bytes.clone(),
        media_type: release.media_type.name().to_owned(),
        sidecar: release.sidecar.clone(),
    }
}

fn milliseconds(seconds: f64) -> u64 {
    // `as` saturates, and times are not negative.
    (seconds * 1000.0).round() as u64
}

/// Where the words that are said stand in the text; those that are written otherwise are left out.
fn timings(text: &str, made: &Made) -> Vec<Timing> {
    let mut found = Vec::new();
    let mut at = 0;
    for word in made.words() {
        let rest = text.get(at..).unwrap_or_default();
        let Some(place) = rest.find(word.text.as_str()).filter(|_| !word.text.is_empty()) else {
            continue;
        };
        let start = at + place;
        at = start + word.text.len();
        found.push(Timing {
            start,
            end: at,
            from_ms: milliseconds(word.start),
            to_ms: milliseconds(word.end),
        });
    }
    found
}

/// The kinds that bundles have.
pub(crate) const fn is_bundle(media_type: MediaType) -> bool {
    matches!(media_type, MediaType::Epub | MediaType::Html)
}
