//! A storyboard that was checked, and any frame of it. What does not change is drawn once: the
//! lowest layers that stand still are kept as one picture.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use tiny_skia::Pixmap;

use crate::{
    anchor::{self, Design, Figure, Moves},
    backdrop,
    canvas::{Canvas, Place},
    captions,
    chart::{self, Plot},
    checking::{check, missing, texts},
    easing::{Presence, passed},
    error::FilmError,
    layer::{Layer, Motion, Span},
    map::{self, Places},
    plates::{self, Setting},
    resampling::Levels,
    storyboard::{Picture, Scene, Storyboard},
    transition,
};

/// How many pictures of still layers are kept.
const KEPT_MAX: usize = 4;

/// A storyboard that can be drawn.
#[derive(Debug)]
pub(crate) struct Reel<'a> {
    pub(crate) board: &'a Storyboard,
    shots: Vec<Shot<'a>>,
    pictures: Vec<Levels<'a>>,
    kept: Mutex<Vec<(Key, Arc<Pixmap>)>>,
    notes: Mutex<BTreeSet<String>>,
}

/// Which still picture: the scene, and two bits for each thing in it.
type Key = (usize, u128);

/// A scene that can be drawn.
#[derive(Debug)]
struct Shot<'a> {
    scene: &'a Scene,
    /// When it starts, in seconds of the film.
    start: f64,
    setting: Setting,
    things: Vec<Thing<'a>>,
}

/// Something that is drawn by itself, from back to front.
#[derive(Debug)]
enum Thing<'a> {
    Ground,
    Backdrop,
    Studio(&'a anchor::Anchor),
    Figure(Box<Figure<'a>>),
    Plot(Plot<'a>),
    Places(Places<'a>),
    Plain(&'a Layer),
}

impl<'a> Reel<'a> {
    /// Checks a storyboard and reads its tables.
    pub(crate) fn of(board: &'a Storyboard, pictures: &'a [Picture]) -> Result<Self, FilmError> {
        check(board, pictures)?;
        let mut start = 0.0;
        let mut shots = Vec::with_capacity(board.scenes.len());
        for (number, scene) in board.scenes.iter().enumerate() {
            shots.push(Shot::of(board, scene, (start, number))?);
            start += scene.seconds;
        }
        let pictures = pictures.iter().map(Levels::of).collect();
        let reel = Self { board, shots, pictures, kept: Mutex::default(), notes: Mutex::default() };
        if let Some(note) = missing(reel.texts().iter()) {
            reel.add(BTreeSet::from([note]));
        }
        Ok(reel)
    }

    /// How long the film is, in seconds.
    pub(crate) fn seconds(&self) -> f64 {
        self.board.scenes.iter().map(|scene| scene.seconds).sum()
    }

    /// How many frames it has.
    pub(crate) fn frames(&self) -> u32 {
        (self.seconds() * f64::from(self.board.rate)).round().max(1.0) as u32
    }

    /// Every text that is shown.
    pub(crate) fn texts(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for thing in self.shots.iter().flat_map(|shot| &shot.things) {
            match thing {
                Thing::Plain(layer) => found.extend(texts(layer).iter().map(|t| (*t).to_owned())),
                Thing::Studio(anchor) => found.push(anchor.topic.clone()),
                Thing::Plot(plot) => {
                    let chart = plot.chart;
                    found.extend([&chart.title, &plot.unit, &chart.source].map(Clone::clone));
                    found.extend(plot.labels.iter().cloned());
                    found.extend(plot.rows.iter().map(|row| row.name.clone()));
                }
                Thing::Places(places) => {
                    let map = places.map;
                    found.extend([&map.title, &map.unit, &map.source].map(Clone::clone));
                    found.extend(places.names().map(str::to_owned));
                }
                Thing::Ground | Thing::Backdrop | Thing::Figure(_) => {}
            }
        }
        found.extend(self.board.captions.iter().map(|caption| caption.text.clone()));
        found.retain(|text| !text.trim().is_empty());
        found
    }

    /// What could not be shown as asked, so far.
    pub(crate) fn notes(&self) -> Vec<String> {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.iter().cloned().collect()
    }

    fn add(&self, mut new: BTreeSet<String>) {
        if !new.is_empty() {
            self.notes.lock().unwrap_or_else(PoisonError::into_inner).append(&mut new);
        }
    }

    /// The frame of a moment of the film.
    pub(crate) fn frame(&self, at: f64) -> Pixmap {
        let after = self.shots.partition_point(|shot| shot.start <= at + 1e-9);
        let number = after.saturating_sub(1);
        let Some(shot) = self.shots.get(number) else { return self.empty().into_map() };
        let local = (at - shot.start).clamp(0.0, shot.scene.seconds);
        let mut canvas = self.shot(number, local);
        let change = shot.scene.transition;
        let share = passed(local, 0.0, change.seconds());
        if share < 1.0 && change.seconds() > 0.0 {
            let before = number.checked_sub(1).and_then(|before| {
                let length = self.shots.get(before)?.scene.seconds;
                Some(self.last(before, length))
            });
            transition::mix(canvas.map_mut(), before.as_deref(), change, share);
        }
        if self.board.burn_captions
            && let Some(caption) = captions::shown(self.board, at)
        {
            captions::draw(&mut canvas, &caption.text, &shot.setting);
        }
        self.add(std::mem::take(&mut canvas.notes));
        canvas.into_map()
    }

    fn empty(&self) -> Canvas {
        Canvas::new(self.board.size)
    }

    /// The last picture of a scene, kept while the next takes over.
    fn last(&self, number: usize, length: f64) -> Arc<Pixmap> {
        self.kept((number, u128::MAX), || {
            let mut canvas = self.shot(number, length);
            self.add(std::mem::take(&mut canvas.notes));
            canvas.into_map()
        })
    }

    fn kept(&self, key: Key, draw: impl FnOnce() -> Pixmap) -> Arc<Pixmap> {
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, map)) = lock().iter().find(|(own, _)| *own == key) {
            return Arc::clone(map);
        }
        let map = Arc::new(draw());
        let mut kept = lock();
        if kept.len() >= KEPT_MAX {
            kept.remove(0);
        }
        kept.push((key, Arc::clone(&map)));
        map
    }

    /// A scene alone, without captions and changes.
    fn shot(&self, number: usize, at: f64) -> Canvas {
        let Some(shot) = self.shots.get(number) else { return self.empty() };
        let states: Vec<State> = shot.things.iter().map(|thing| shot.state(thing, at)).collect();
        let still = states.iter().take_while(|state| !matches!(state, State::Moving(_))).count();
        let mask = states.iter().take(still).enumerate().fold(0_u128, |mask, (place, state)| {
            let bits = if matches!(state, State::Hidden) { 1 } else { 2 };
            mask | bits << (place * 2).min(125)
        });
        let draw = |canvas: &mut Canvas, from: usize, to: usize| {
            for (thing, state) in shot.things.iter().zip(&states).take(to).skip(from) {
                if let State::Still(presence) | State::Moving(presence) = state {
                    self.thing(canvas, shot, thing, (at, *presence));
                }
            }
        };
        let mut canvas = if still > 0 {
            let map = self.kept((number, mask), || {
                let mut canvas = self.empty();
                draw(&mut canvas, 0, still);
                self.add(std::mem::take(&mut canvas.notes));
                canvas.into_map()
            });
            Canvas::of(map.as_ref().clone())
        } else {
            self.empty()
        };
        draw(&mut canvas, still, states.len());
        canvas
    }

    /// Draws one thing with the motion of its coming or going.
    fn thing(
        &self,
        canvas: &mut Canvas,
        shot: &Shot<'_>,
        thing: &Thing<'_>,
        (at, presence): (f64, Presence),
    ) {
        if presence.alpha >= 1.0 && presence.uncovered >= 1.0 && presence.offset == (0.0, 0.0) {
            self.plain(canvas, shot, thing, (at, presence.age));
            return;
        }
        let u = canvas.unit();
        let whole = canvas.all();
        let seen = Place { w: whole.w * presence.uncovered, ..whole };
        let by = (presence.offset.0 * u, presence.offset.1 * u);
        canvas.moved(seen, by, presence.alpha, |canvas| {
            self.plain(canvas, shot, thing, (at, presence.age));
        });
    }

    fn plain(
        &self,
        canvas: &mut Canvas,
        shot: &Shot<'_>,
        thing: &Thing<'_>,
        (at, age): (f64, f64),
    ) {
        let (setting, scene) = (&shot.setting, shot.scene);
        match thing {
            Thing::Ground => backdrop::ground(canvas, &scene.background, &setting.colours),
            Thing::Backdrop => {
                let moment = (at, (at / scene.seconds) as f32);
                let (colours, pictures) = (&setting.colours, &self.pictures);
                backdrop::moving(canvas, &scene.background, pictures, colours, moment);
            }
            Thing::Studio(anchor) => anchor::studio(canvas, anchor, &self.pictures, setting),
            Thing::Figure(figure) => anchor::draw(canvas, figure, setting, shot.start + at),
            Thing::Plot(plot) => plot.draw(canvas, setting, age),
            Thing::Places(places) => places.draw(canvas, setting, age),
            Thing::Plain(layer) => match layer {
                Layer::Title(title) => plates::title(canvas, title, setting, age),
                Layer::LowerThird(third) => plates::lower_third(canvas, third, setting, age),
                Layer::Ticker(ticker) => plates::ticker(canvas, ticker, setting, age),
                Layer::Text(text) => plates::text(canvas, text, setting),
                Layer::Picture(inset) => plates::inset(canvas, inset, &self.pictures, setting),
                Layer::Shape(shape) => plates::shape(canvas, shape, setting),
                Layer::Chart(_) | Layer::Map(_) | Layer::Anchor(_) => {}
            },
        }
    }
}

/// How a thing stands at a moment.
enum State {
    Hidden,
    /// As long as it stands so, every frame shows the same.
    Still(Presence),
    Moving(Presence),
}

impl<'a> Shot<'a> {
    fn of(
        board: &Storyboard,
        scene: &'a Scene,
        (start, number): (f64, usize),
    ) -> Result<Self, FilmError> {
        let is = |kind: fn(&Layer) -> bool| scene.layers.iter().any(kind);
        let setting = Setting {
            colours: board.palette.colours(),
            is_chinese: board.language == "zh",
            has_ticker: is(|layer| matches!(layer, Layer::Ticker(_))),
            has_captions: board.burn_captions && !board.captions.is_empty(),
            has_interpreter: is(
                |layer| matches!(layer, Layer::Anchor(anchor) if anchor.interpreter),
            ),
        };
        let mut things = vec![Thing::Ground];
        if !backdrop::is_still(&scene.background) {
            things.push(Thing::Backdrop);
        }
        let seed = board.seed.wrapping_add(number as u64 * 7919);
        for layer in &scene.layers {
            match layer {
                Layer::Chart(chart) => things.push(Thing::Plot(Plot::of(chart)?)),
                Layer::Map(map) => things.push(Thing::Places(Places::of(map)?)),
                Layer::Anchor(anchor) => {
                    let design = Design::named(&anchor.design)?;
                    let moves = Moves::of(&anchor.mouth, seed, start + scene.seconds);
                    things.push(Thing::Studio(anchor));
                    things.push(Thing::Figure(Box::new(Figure { anchor, design, moves })));
                }
                layer => things.push(Thing::Plain(layer)),
            }
        }
        Ok(Self { scene, start, setting, things })
    }

    /// How a thing stands `at` seconds of the scene.
    fn state(&self, thing: &Thing<'_>, at: f64) -> State {
        const ALWAYS: Span = Span { start: 0.0, end: None, enter: None, leave: None };
        // When a thing comes, how, and how many seconds it changes by itself.
        let (span, own, changing) = match thing {
            Thing::Ground => (&ALWAYS, Motion::None, 0.0),
            Thing::Backdrop => (&ALWAYS, Motion::None, f64::INFINITY),
            Thing::Studio(anchor) => (&anchor.time, Motion::None, 0.0),
            Thing::Figure(figure) => (&figure.anchor.time, Motion::None, f64::INFINITY),
            Thing::Plot(plot) => (&plot.chart.time, Motion::Fade, chart::SECONDS),
            Thing::Places(places) => (&places.map.time, Motion::Fade, map::SECONDS),
            Thing::Plain(layer) => match layer {
                Layer::Title(title) => (&title.time, Motion::None, plates::TITLE_SECONDS),
                Layer::LowerThird(third) => (&third.time, Motion::None, plates::TITLE_SECONDS),
                Layer::Ticker(ticker) => (&ticker.time, Motion::Rise, f64::INFINITY),
                Layer::Text(text) => (&text.time, Motion::Fade, 0.0),
                Layer::Picture(inset) => (&inset.time, Motion::Rise, 0.0),
                layer => (layer.time(), Motion::Fade, 0.0),
            },
        };
        match span.presence(at, self.scene.seconds, own) {
            None => State::Hidden,
            Some(presence) if presence.is_settled && presence.age >= changing => {
                State::Still(presence)
            }
            Some(presence) => State::Moving(presence),
        }
    }
}
