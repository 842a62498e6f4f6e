//! How scenes react.

use super::{
    Session,
    moving::{look, next_hour, next_weather, tick},
    opening::{describe, word, word_hour},
};
use crate::{
    SceneError,
    document::{Document, Doing, Mood, round, rounded},
    feedback::{Feedback, Hour, Weather},
    light,
    people::{self, Answer, Setting},
    place::{self, shape_kind},
};

/// How many things of a kind likes may add up to.
const ADDED_MAX: usize = 24;

/// Changes a scene by an event; says why.
pub(super) fn react(session: &mut Session, event: &Feedback) -> Result<String, SceneError> {
    if !matches!(event, Feedback::Tick { .. }) {
        session.quiet_seconds = 0.0;
    }
    match event {
        Feedback::Click { target } => click(session, target),
        Feedback::Dwell { target, seconds } => {
            known(&session.document, target)?;
            if *seconds < 2.0 {
                return Ok(format!("dwell on {target}: too short to change anything"));
            }
            click(session, target).map(|_| format!("dwell on {target}"))
        }
        Feedback::Like { target } => like(session, target),
        Feedback::Dislike { target } => dislike(session, target),
        Feedback::Say { to, text } => say(session, to.as_deref(), text),
        Feedback::Choose { option } => choose(session, option),
        Feedback::Look { direction } => {
            look(&mut session.document, *direction);
            Ok("the camera moved".to_owned())
        }
        Feedback::Weather { weather } => {
            let time = session.document.time;
            set_air(&mut session.document, time, *weather)
        }
        Feedback::Time { time } => {
            let weather = session.document.weather;
            set_air(&mut session.document, *time, weather)
        }
        Feedback::Tick { seconds } => Ok(tick(session, *seconds)),
        Feedback::Skip => {
            session.document.camera = place::camera(&session.document.place);
            for character in session.document.characters.values_mut() {
                character.says.clear();
                character.does = Doing::Idle;
            }
            Ok("skip: everybody is silent".to_owned())
        }
        Feedback::Audience { .. } => Err(SceneError::NotHere("audience")),
    }
}

fn set_air(document: &mut Document, time: Hour, weather: Weather) -> Result<String, SceneError> {
    if document.place == "studio" {
        return Ok("there is no weather and no daylight inside".to_owned());
    }
    (document.time, document.weather) = (time, weather);
    light::set(document);
    describe(document);
    Ok(format!("now {} with {}", word_hour(time), word(weather)))
}

/// Whether a target is a thing that is shown, or a character.
fn known(document: &Document, target: &str) -> Result<(), SceneError> {
    let node = document.nodes.get(target).is_some_and(|node| node.shown);
    if node || document.characters.contains_key(target) {
        return Ok(());
    }
    let people = document.characters.keys().map(String::as_str);
    let things = document.nodes.iter().filter(|(_, node)| node.shown && !node.label.is_empty());
    let known: Vec<&str> = people.chain(things.map(|(id, _)| id.as_str())).take(12).collect();
    Err(SceneError::UnknownTarget {
        target: target.chars().take(80).collect(),
        known: known.join(", "),
    })
}

fn click(session: &mut Session, target: &str) -> Result<String, SceneError> {
    known(&session.document, target)?;
    if session.document.characters.contains_key(target) {
        let memory = session.memories.entry(target.to_owned()).or_default();
        let answer = people::greeting(&Setting { document: &session.document, id: target }, memory);
        apply(session, target, answer);
        return Ok(format!("click on {target}: a greeting"));
    }
    let label =
        session.document.nodes.get(target).map_or("", |node| node.label.as_str()).to_owned();
    focus(&mut session.document, target);
    if let Some(id) = nearest(&session.document, target).filter(|_| !label.is_empty()) {
        let text = label.clone();
        let memory = session.memories.entry(id.clone()).or_default();
        let answer =
            people::answer(&Setting { document: &session.document, id: &id }, memory, &text);
        apply(session, &id, answer);
    }
    Ok(format!("click on {target}: the camera looks there"))
}

/// The camera looks at a thing from where it stands, nearer than before.
fn focus(document: &mut Document, target: &str) {
    let Some(node) = document.nodes.get(target).filter(|node| !node.label.is_empty()) else {
        return;
    };
    let home = place::camera(&document.place);
    let height = if shape_kind(&node.shape) == "lighthouse" { 6.0 } else { 1.6 } * node.size;
    let to = [node.at[0], node.at[1] + height, node.at[2]];
    let share = 0.42;
    let at = |axis: usize| {
        let (from, to) = (home.at.get(axis), to.get(axis));
        from.zip(to).map_or(0.0, |(from, to)| from + (to - from) * share)
    };
    document.camera.at = rounded([at(0), home.at[1] + 0.3, at(2).max(node.at[2] + 4.0)]);
    document.camera.to = rounded(to);
}

fn nearest(document: &Document, target: &str) -> Option<String> {
    let node = document.nodes.get(target)?;
    let far = |at: [f64; 3]| (at[0] - node.at[0]).hypot(at[2] - node.at[2]);
    let people = document.characters.iter();
    people.min_by(|a, b| far(a.1.at).total_cmp(&far(b.1.at))).map(|(id, _)| id.clone())
}

/// Does what an answer says.
fn apply(session: &mut Session, id: &str, answer: Answer) {
    let camera = session.document.camera.at;
    let shown =
        answer.shows.as_ref().and_then(|node| session.document.nodes.get(node)).map(|n| n.at);
    for (other, character) in &mut session.document.characters {
        if other != id {
            character.does = Doing::Idle;
            character.says.clear();
        }
    }
    let Some(character) = session.document.characters.get_mut(id) else { return };
    character.says = answer.says;
    character.does = answer.does;
    character.mood = answer.mood;
    character.turn = people::facing(character.at, shown.unwrap_or(camera));
    if answer.comes {
        let (dx, dz) = (camera[0] - character.at[0], camera[2] - character.at[2]);
        let far = dx.hypot(dz);
        let step = (far - 3.2).clamp(0.0, 3.0);
        if far > 0.0 {
            let to = [
                character.at[0] + dx / far * step,
                character.at[1],
                character.at[2] + dz / far * step,
            ];
            character.at = rounded(to);
        }
    }
    if let Some(node) = answer.shows {
        focus(&mut session.document, &node);
    }
}

fn say(session: &mut Session, to: Option<&str>, text: &str) -> Result<String, SceneError> {
    let id = match to {
        Some(name) => named(&session.document, name)?,
        None => first(&session.document, text).ok_or(SceneError::NotHere("say"))?,
    };
    let memory = session.memories.entry(id.clone()).or_default();
    let answer = people::answer(&Setting { document: &session.document, id: &id }, memory, text);
    let meant = answer.meant.clone();
    apply(session, &id, answer);
    Ok(format!("said to {id}, understood as {meant}"))
}

/// A character by id or by name.
fn named(document: &Document, name: &str) -> Result<String, SceneError> {
    let found = document.characters.iter().find(|(id, character)| {
        id.as_str() == name || character.name.to_lowercase() == name.to_lowercase()
    });
    match found {
        Some((id, _)) => Ok(id.clone()),
        None => known(document, name).and(Err(SceneError::UnknownTarget {
            target: name.to_owned(),
            known: document.characters.keys().cloned().collect::<Vec<_>>().join(", "),
        })),
    }
}

/// Whoever is named in the text, or talks, or is nearest to the viewer.
fn first(document: &Document, text: &str) -> Option<String> {
    let text = text.to_lowercase();
    let people = &document.characters;
    let called = people.iter().find(|(_, c)| text.contains(&c.name.to_lowercase()));
    let talking = || people.iter().find(|(_, c)| !c.says.is_empty());
    called.or_else(talking).or_else(|| people.iter().next()).map(|(id, _)| id.clone())
}

fn like(session: &mut Session, target: &str) -> Result<String, SceneError> {
    known(&session.document, target)?;
    if let Some(character) = session.document.characters.get_mut(target) {
        (character.mood, character.does) = (Mood::Glad, Doing::Wave);
        return Ok(format!("like of {target}: glad"));
    }
    let Some(node) = session.document.nodes.get(target).cloned() else { return Ok(String::new()) };
    let kind = shape_kind(&node.shape).to_owned();
    let alike = session.document.nodes.values().filter(|n| shape_kind(&n.shape) == kind).count();
    let single = matches!(
        kind.as_str(),
        "lighthouse"
            | "castle"
            | "church"
            | "screen"
            | "desk"
            | "water"
            | "ground"
            | "floor"
            | "sails"
            | "windmill"
    );
    if single || node.label.is_empty() || alike >= ADDED_MAX {
        return Ok(format!("like of {target}: noted; there is room for no other"));
    }
    let mut more = node.clone();
    let side = if alike % 2 == 0 { 1.0 } else { -1.0 };
    more.at = rounded([
        node.at[0] + side * session.lots.between(2.4, 5.0),
        node.at[1],
        node.at[2] + session.lots.between(-4.0, -0.5),
    ]);
    more.turn = round(session.lots.between(0.0, 360.0));
    if matches!(kind.as_str(), "boat" | "sailboat" | "house" | "townhouse" | "stall") {
        more.turn = node.turn;
    }
    let added = place::add(&mut session.document.nodes, &kind, more);
    describe(&mut session.document);
    Ok(added.map_or_else(
        || format!("like of {target}: noted; the scene is full"),
        |id| format!("like of {target}: {id} was added"),
    ))
}

fn dislike(session: &mut Session, target: &str) -> Result<String, SceneError> {
    known(&session.document, target)?;
    if let Some(character) = session.document.characters.get_mut(target) {
        (character.mood, character.does) = (Mood::Hurt, Doing::Idle);
        character.says.clear();
        return Ok(format!("dislike of {target}: silent now"));
    }
    if let Some(node) = session.document.nodes.get_mut(target) {
        if node.label.is_empty() {
            return Ok(format!("dislike of {target}: noted; the ground stays"));
        }
        node.shown = false;
        let (kind, at) = (shape_kind(&node.shape).to_owned(), node.at);
        if kind == "windmill" {
            let sails = session.document.nodes.values_mut().filter(|node| {
                node.shape.starts_with("sails")
                    && (node.at[0] - at[0]).hypot(node.at[2] - at[2]) < 3.0
            });
            sails.for_each(|node| node.shown = false);
        }
    }
    describe(&mut session.document);
    Ok(format!("dislike of {target}: it was taken away"))
}

fn choose(session: &mut Session, option: &str) -> Result<String, SceneError> {
    let chinese = session.document.language == "zh";
    let ask = |session: &mut Session, english: &str, other: &str| {
        say(session, None, if chinese { other } else { english })
    };
    let offered = session.document.options.iter().any(|choice| choice.id == option);
    match option {
        "next-hour" if offered => {
            let (time, weather) = (next_hour(session.document.time), session.document.weather);
            set_air(&mut session.document, time, weather)
        }
        "next-weather" if offered => {
            let (time, weather) = (session.document.time, next_weather(session.document.weather));
            set_air(&mut session.document, time, weather)
        }
        "ask-story" => ask(session, "Tell me about it.", "讲讲吧"),
        "ask-place" => ask(session, "What is this place?", "这里有什么"),
        "come" => ask(session, "Come closer, please.", "请过来"),
        "overview" => {
            session.document.camera = place::camera(&session.document.place);
            Ok("the camera went back".to_owned())
        }
        other => Err(SceneError::UnknownTarget {
            target: other.to_owned(),
            known: session
                .document
                .options
                .iter()
                .map(|c| c.id.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        }),
    }
}
