//! What goes on by itself: hours, weathers, the camera, time.

use super::Session;
use crate::{
    document::{Document, Doing, rounded},
    feedback::{Direction, Hour, Weather},
    people, place,
};

/// How fast characters walk, in metres a second.
const PACE: f64 = 1.3;

pub(super) fn next_hour(hour: Hour) -> Hour {
    match hour {
        Hour::Dawn => Hour::Day,
        Hour::Day => Hour::Dusk,
        Hour::Dusk => Hour::Night,
        Hour::Night => Hour::Dawn,
    }
}

pub(super) fn next_weather(weather: Weather) -> Weather {
    match weather {
        Weather::Clear => Weather::Cloudy,
        Weather::Cloudy => Weather::Rain,
        Weather::Rain => Weather::Snow,
        Weather::Snow => Weather::Fog,
        Weather::Fog => Weather::Clear,
    }
}

/// Moves the camera about the point that it looks at.
pub(super) fn look(document: &mut Document, direction: Direction) {
    let home = place::camera(&document.place);
    let camera = &mut document.camera;
    let away =
        [camera.at[0] - camera.to[0], camera.at[1] - camera.to[1], camera.at[2] - camera.to[2]];
    let flat = away[0].hypot(away[2]);
    let turn = |by: f64| {
        let (sine, cosine) = by.to_radians().sin_cos();
        [away[0] * cosine + away[2] * sine, away[1], away[2] * cosine - away[0] * sine]
    };
    let moved = match direction {
        Direction::Left => turn(-18.0),
        Direction::Right => turn(18.0),
        Direction::Up => [away[0], (away[1] + 1.2).min(flat * 1.2), away[2]],
        Direction::Down => [away[0], (away[1] - 1.2).max(0.4 - camera.to[1]), away[2]],
        Direction::Closer if flat > 3.5 => away.map(|part| part * 0.78),
        Direction::Farther if flat < 40.0 => away.map(|part| part * 1.28),
        Direction::Closer | Direction::Farther => away,
        Direction::Back => {
            *camera = home;
            return;
        }
    };
    let at = [camera.to[0] + moved[0], (camera.to[1] + moved[1]).max(0.5), camera.to[2] + moved[2]];
    camera.at = rounded(at);
}

/// Time goes by: who waved or talked comes to rest, and after a while somebody says something.
pub(super) fn tick(session: &mut Session, seconds: f64) -> String {
    session.quiet_seconds = (session.quiet_seconds + seconds).min(86_400.0);
    let mut rested = false;
    for character in session.document.characters.values_mut() {
        let busy = character.does != Doing::Idle;
        if busy && session.quiet_seconds >= 4.0 {
            character.does = Doing::Idle;
            rested = true;
        }
    }
    if session.quiet_seconds < 30.0 {
        return if rested { "time went by: people came to rest" } else { "time went by" }
            .to_owned();
    }
    session.quiet_seconds = 0.0;
    stroll(session, (seconds.min(4.0) * PACE).max(1.0));
    "nobody did anything for a while: somebody walked on".to_owned()
}

/// One of the characters walks a little to and fro about where it stands.
fn stroll(session: &mut Session, metres: f64) {
    let count = session.document.characters.len().max(1);
    let chosen = (session.lots.next() % count as u64) as usize;
    let side = if session.lots.unit() < 0.5 { -1.0 } else { 1.0 };
    if let Some(character) = session.document.characters.values_mut().nth(chosen) {
        let x = (character.at[0] + side * metres).clamp(-6.5, 6.5);
        character.turn = people::facing(character.at, [x, 0.0, character.at[2] + 0.2]);
        character.at = rounded([x, character.at[1], character.at[2]]);
        character.does = Doing::Walk;
        character.says.clear();
    }
}
