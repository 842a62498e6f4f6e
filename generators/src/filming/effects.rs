//! Titles, pictures with pan and zoom, charts and maps, scene after scene.

use film::{
    Align, Area, Background, Cells, Chart, ChartKind, Layer, Map, Pattern, Scene, Sound,
    Storyboard, Table, Text, Title, Transition,
};

use super::{
    Laid,
    anchor::padded,
    captions, sound,
    words::{Words, is_chinese},
};
use crate::{EventSender, GeneratorError, Job, speaking};

/// How long a title stands, in seconds.
const TITLE_S: f64 = 3.5;
/// The least time of another scene.
const SCENE_S: f64 = 4.0;
/// Letters that people read in a second, and characters of Chinese.
const READ_LETTERS: f64 = 15.0;
const READ_CHARACTERS: f64 = 5.0;
/// How long one scene takes to become the next.
const CHANGE_S: f64 = 0.6;
/// Silence around what is said in a scene.
const AROUND_S: f64 = 0.5;
/// Moving backgrounds of scenes without a picture, in turn.
const PATTERNS: [Pattern; 4] = [Pattern::Lights, Pattern::Waves, Pattern::Grid, Pattern::Bands];
/// The part of a picture that is seen when it is seen nearest, by turns of the scenes.
const NEAR: [Area; 3] = [
    Area { left: 0.12, top: 0.1, width: 0.78, height: 0.78 },
    Area { left: 0.0, top: 0.18, width: 0.8, height: 0.8 },
    Area { left: 0.2, top: 0.0, width: 0.8, height: 0.8 },
];

/// What a scene shows behind and beside its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Picture(usize),
    Table(usize),
    Nothing,
}

/// A title, then a scene for each picture, table and sentence; what is said is laid under it where a
/// voice is named.
pub(super) fn laid(job: &Job, events: &EventSender) -> Result<Laid, GeneratorError> {
    let words = Words::of(job.prompt());
    let is_wide = is_chinese(job.prompt());
    let mut narrated = job.speaking.voice.as_ref().map(|_| Narrated::default());
    let mut scenes = Vec::new();
    if !words.heading.is_empty() {
        let seconds = match &mut narrated {
            None => TITLE_S,
            Some(told) => told.say(&words.heading, job, events)?.max(TITLE_S),
        };
        scenes.push(title(&words, !job.material.pictures.is_empty(), seconds));
        told_until(&mut narrated, &scenes);
    }
    let subjects = subjects(job, words.sentences.len());
    for (number, subject) in subjects.into_iter().enumerate() {
        let sentence = words.sentences.get(number).map_or("", String::as_str);
        let read =
            sentence.chars().count() as f64 / if is_wide { READ_CHARACTERS } else { READ_LETTERS };
        let seconds = match &mut narrated {
            Some(told) if !sentence.is_empty() => told.say(sentence, job, events)?.max(SCENE_S),
            _ => (read + 1.5).max(SCENE_S),
        };
        scenes.push(scene(job, subject, sentence, number, seconds));
        told_until(&mut narrated, &scenes);
    }
    if narrated.is_none() {
        stretched(&mut scenes, job.filming.seconds);
    }
    let language = if is_wide { "zh" } else { "en" }.to_owned();
    let mut board = Storyboard { scenes, language, ..Storyboard::default() };
    let mut laid = Laid { sound: sound(job), ..Laid::default() };
    if let Some(told) = narrated {
        board.captions = told.captions;
        laid.sound = Some(told.sound);
        (laid.said, laid.warnings) = (told.said, told.warnings);
    }
    laid.board = board;
    Ok(laid)
}

/// Pictures first, then tables; sentences that are left get scenes of their own.
fn subjects(job: &Job, sentences: usize) -> Vec<Subject> {
    let pictures = (0..job.material.pictures.len()).map(Subject::Picture);
    let mut subjects: Vec<Subject> =
        pictures.chain((0..job.material.tables.len()).map(Subject::Table)).collect();
    subjects.resize(subjects.len().max(sentences), Subject::Nothing);
    subjects
}

fn title(words: &Words, has_picture: bool, seconds: f64) -> Scene {
    let background = match has_picture {
        true => Background::Picture { index: 0, from: Area::ALL, to: NEAR[0], dim: 0.55 },
        false => Background::Animated { pattern: PATTERNS[0] },
    };
    let title = Title { text: words.heading.clone(), align: Align::Left, ..Title::default() };
    Scene { seconds, background, layers: vec![Layer::Title(title)], ..Scene::default() }
}

fn scene(job: &Job, subject: Subject, sentence: &str, number: usize, seconds: f64) -> Scene {
    let pattern = PATTERNS.get((number + 1) % PATTERNS.len()).copied().unwrap_or(Pattern::Lights);
    let near = NEAR.get(number % NEAR.len()).copied().unwrap_or(Area::ALL);
    let below = Text {
        text: sentence.to_owned(),
        area: Area { left: 0.06, top: 0.72, width: 0.88, height: 0.2 },
        size: 0.05,
        panel: true,
        ..Text::default()
    };
    let words = |text: Text| (!sentence.is_empty()).then_some(Layer::Text(text));
    let (background, layers) = match subject {
        Subject::Picture(index) => {
            // In and out by turns.
            let (from, to) =
                if number.is_multiple_of(2) { (Area::ALL, near) } else { (near, Area::ALL) };
            let background = Background::Picture { index, from, to, dim: 0.0 };
            (background, words(below).into_iter().collect())
        }
        Subject::Table(index) => {
            let csv = job.material.tables.get(index).cloned().unwrap_or_default();
            (Background::Palette, vec![table(csv, sentence)])
        }
        Subject::Nothing => {
            let area = Area { left: 0.1, top: 0.28, width: 0.8, height: 0.44 };
            let text = Text { area, size: 0.07, panel: false, bold: true, ..below };
            (Background::Animated { pattern }, words(text).into_iter().collect())
        }
    };
    let transition = Transition::Dissolve { seconds: CHANGE_S };
    Scene { seconds, background, layers, transition }
}

/// A map where a table has places, else a chart.
fn table(csv: String, sentence: &str) -> Layer {
    let title = sentence.to_owned();
    match Table::parse_csv(&csv) {
        Ok(table) if has_places(&table) => Layer::Map(Map { csv, title, ..Map::default() }),
        _ => Layer::Chart(Chart { form: chart_kind(&csv), csv, title, ..Chart::default() }),
    }
}

fn has_places(table: &Table) -> bool {
    let named = |names: [&str; 3]| {
        let is_it = |name: &str| names.contains(&name.trim().to_lowercase().as_str());
        table.columns.iter().any(|column| is_it(&column.name))
    };
    named(["latitude", "lat", "纬度"]) && named(["longitude", "lon", "经度"])
}

/// Lines for what runs over time, else bars.
pub(super) fn chart_kind(csv: &str) -> ChartKind {
    let Ok(table) = Table::parse_csv(csv) else { return ChartKind::Bar };
    let Some(first) = table.columns.first() else { return ChartKind::Bar };
    let is_time = |name: &String| {
        name.chars().filter(char::is_ascii_digit).count() >= 3
            || name.contains(':')
            || matches!(name.chars().last(), Some('年' | '月' | '日' | '时'))
    };
    match &first.cells {
        Cells::Words(names) if table.rows > 3 && names.iter().all(is_time) => ChartKind::Line,
        Cells::Numbers(_) if table.rows > 3 => ChartKind::Line,
        _ => ChartKind::Bar,
    }
}

/// To the length that is wanted, all scenes alike, none under a second.
fn stretched(scenes: &mut [Scene], wanted: Option<f32>) {
    let total: f64 = scenes.iter().map(|scene| scene.seconds).sum();
    let Some(wanted) = wanted.map(f64::from).filter(|_| total > 0.0) else { return };
    for scene in scenes {
        scene.seconds = (scene.seconds * wanted / total).max(1.0);
    }
}

/// What is said so far, and when.
#[derive(Debug)]
struct Narrated {
    sound: Sound,
    captions: Vec<film::Caption>,
    said: String,
    warnings: Vec<String>,
}

impl Default for Narrated {
    fn default() -> Self {
        let sound = Sound { rate: voice::RATE, samples: Vec::new() };
        Self { sound, captions: Vec::new(), said: String::new(), warnings: Vec::new() }
    }
}

impl Narrated {
    /// Says a sentence, and tells how long its scene must be.
    fn say(
        &mut self,
        sentence: &str,
        job: &Job,
        events: &EventSender,
    ) -> Result<f64, GeneratorError> {
        let told = &mut |_, _| events.wanted().is_ok();
        let speech = speaking::spoken(sentence, &job.speaking, told)?;
        let start = self.seconds() + AROUND_S;
        self.captions.extend(captions(&speech, start));
        self.sound.samples.extend(padded(&speech.samples, AROUND_S, AROUND_S).samples);
        self.said.push_str(&speech.text);
        self.said.push('\n');
        self.warnings.extend(speech.warnings);
        Ok(speech.samples.len() as f64 / f64::from(voice::RATE) + 2.0 * AROUND_S)
    }

    fn seconds(&self) -> f64 {
        self.sound.samples.len() as f64 / f64::from(voice::RATE)
    }
}

/// Silence until the end of the scenes so far.
fn told_until(narrated: &mut Option<Narrated>, scenes: &[Scene]) {
    let Some(told) = narrated else { return };
    let seconds: f64 = scenes.iter().map(|scene| scene.seconds).sum();
    let samples = (seconds * f64::from(voice::RATE)).round() as usize;
    told.sound.samples.resize(samples.max(told.sound.samples.len()), 0.0);
}
