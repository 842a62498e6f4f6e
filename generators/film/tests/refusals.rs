//! Storyboards that cannot be shown are refused with what to do.

use film::{
    Anchor, Area, Background, Caption, Chart, FilmError, Inset, Layer, MouthShape, Picture, Scene,
    Span, Storyboard, Text, Ticker, Transition, frame,
};

use crate::small;

/// Changes a good storyboard and says whether the error is the expected one.
fn check(what: &str, change: impl Fn(&mut Storyboard), is_expected: impl Fn(&FilmError) -> bool) {
    let mut board = small();
    change(&mut board);
    let picture = Picture { width: 2, height: 2, rgb: vec![9; 12] };
    match frame(&board, &[picture], 0.0) {
        Err(error) if is_expected(&error) => {
            assert!(
                error.to_string().contains("give") || error.to_string().contains(':'),
                "{error}"
            );
        }
        other => panic!("{what}: {other:?}"),
    }
}

fn layer(board: &mut Storyboard, layer: Layer) {
    board.scenes[0].layers = vec![layer];
}

#[test]
fn sizes_rates_and_times_are_checked() {
    let is_size = |error: &FilmError| matches!(error, FilmError::Size { .. });
    for size in [(0, 0), (161, 160), (160, 1922), (158, 160), (u32::MAX, 2)] {
        check("size", |board| board.size = size, is_size);
    }
    check("rate", |board| board.rate = 0, |error| matches!(error, FilmError::Rate(0)));
    check("no scenes", |board| board.scenes.clear(), |error| *error == FilmError::NoScenes);
    let is_time = |error: &FilmError| matches!(error, FilmError::Time { .. });
    for seconds in [0.0, -1.0, f64::NAN, f64::INFINITY, 3600.0] {
        check("scene", |board| board.scenes[0].seconds = seconds, is_time);
        let transition = Transition::Fade { seconds: seconds * 2.0 - 0.001 };
        check("transition", |board| board.scenes[0].transition = transition, is_time);
    }
    check(
        "long",
        |board| board.scenes = vec![Scene { seconds: 400.0, ..Scene::default() }; 2],
        is_time,
    );
    let late = Span { start: 2.0, ..Span::default() };
    check(
        "span",
        |board| layer(board, Layer::Text(Text { time: late, ..Text::default() })),
        is_time,
    );
    let mouth = vec![MouthShape { start: f64::NAN, end: 1.0, mouth: film::Mouth::Open }];
    let anchor = Anchor { mouth, ..Anchor::default() };
    check("mouth", |board| layer(board, Layer::Anchor(anchor.clone())), is_time);
}

#[test]
fn names_pictures_and_areas_are_checked() {
    let anchor = Anchor { design: "nobody".to_owned(), ..Anchor::default() };
    let is_unknown = |error: &FilmError| matches!(error, FilmError::Unknown { .. });
    check("design", |board| layer(board, Layer::Anchor(anchor.clone())), is_unknown);
    check("language", |board| board.language = "fr".to_owned(), is_unknown);
    let is_none = |error: &FilmError| *error == FilmError::NoPicture { index: 1, count: 1 };
    let inset = Inset { index: 1, ..Inset::default() };
    check("inset", |board| layer(board, Layer::Picture(inset.clone())), is_none);
    let background = Background::Picture { index: 1, from: Area::ALL, to: Area::ALL, dim: 0.0 };
    check("background", |board| board.scenes[0].background = background.clone(), is_none);
    let is_number = |error: &FilmError| matches!(error, FilmError::Number { .. });
    for left in [-0.1, 0.9, f32::NAN] {
        let text = Text { area: Area { left, ..Area::ALL }, ..Text::default() };
        check("area", |board| layer(board, Layer::Text(text.clone())), is_number);
    }
    let wrong = Picture { width: 2, height: 2, rgb: vec![0; 11] };
    assert!(matches!(frame(&small(), &[wrong], 0.0), Err(FilmError::Picture { index: 0, .. })));
}

#[test]
fn texts_tables_and_captions_are_checked() {
    let is_many = |error: &FilmError| matches!(error, FilmError::TooMany { .. });
    let text = "a".repeat(100_000);
    let long = Text { text: text.clone(), ..Text::default() };
    check("text", |board| layer(board, Layer::Text(long.clone())), is_many);
    let ticker = Ticker { text: text.clone(), ..Ticker::default() };
    check("ticker", |board| layer(board, Layer::Ticker(ticker.clone())), is_many);
    let many = Layer::Text(Text::default());
    check("layers", |board| board.scenes[0].layers = vec![many.clone(); 100], is_many);
    let chart = Chart { csv: "a,b\nx,1\ny,much\n".to_owned(), ..Chart::default() };
    let is_cell = |error: &FilmError| matches!(error, FilmError::Table { line: 3, column: 2, .. });
    check("cell", |board| layer(board, Layer::Chart(chart.clone())), is_cell);
    let caption = |start, end| Caption { start, end, text: "x".to_owned() };
    let is_time = |error: &FilmError| matches!(error, FilmError::Time { .. });
    for (start, end) in [(0.5, 9.0), (2.0, 3.0), (1.0, 0.5), (f64::NAN, 1.0)] {
        check("caption", |board| board.captions = vec![caption(start, end)], is_time);
    }
    let both = vec![caption(0.0, 1.0), caption(0.5, 1.2)];
    let is_overlap =
        |error: &FilmError| matches!(error, FilmError::CaptionsOverlap { first: 0, second: 1 });
    check("overlap", |board| board.captions = both.clone(), is_overlap);
    assert!(matches!(frame(&small(), &[], 2.0), Err(FilmError::Time { .. })));
}

#[test]
fn letters_without_a_shape_are_named() {
    let mut board = small();
    layer(&mut board, Layer::Text(Text { text: "Ωmega 😀".to_owned(), ..Text::default() }));
    let film = film::render(&board, &[], None, &mut |_, _| true).unwrap();
    assert!(film.warnings.iter().any(|warning| warning.contains('😀')), "{:?}", film.warnings);
}
