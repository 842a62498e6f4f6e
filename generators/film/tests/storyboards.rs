//! Any storyboard is drawn or refused, and written and read as JSON.

use film::{
    Align, Anchor, Area, Background, Caption, Chart, ChartKind, Colour, Form, Inset, Layer,
    LowerThird, Map, Motion, Palette, Pattern, Picture, Scene, Shape, Span, Spot, Storyboard,
    Studio, Text, Ticker, Title, Transition, designs, frame,
};
use proptest::prelude::*;

fn span() -> impl Strategy<Value = Span> {
    let motion = || {
        prop::option::of(prop::sample::select(vec![
            Motion::None,
            Motion::Fade,
            Motion::Slide,
            Motion::Rise,
            Motion::Wipe,
        ]))
    };
    // Whole hundredths: the last digit of others may change on the way through JSON.
    let hundredths = |range: std::ops::Range<u32>| range.prop_map(|n| f64::from(n) / 100.0);
    (hundredths(0..100), prop::option::of(hundredths(100..250)), motion(), motion())
        .prop_map(|(start, end, enter, leave)| Span { start, end, enter, leave })
}

fn area() -> impl Strategy<Value = Area> {
    (0.0_f32..0.6, 0.0_f32..0.6, 0.01_f32..0.4, 0.01_f32..0.4)
        .prop_map(|(left, top, width, height)| Area { left, top, width, height })
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z ,.–é]{0,60}", "[新闻水位上涨，。 ]{0,60}", "[\\PC\n]{0,30}", "a{0,300}"]
}

fn plates() -> impl Strategy<Value = Layer> {
    let align = || prop::sample::select(vec![Align::Left, Align::Centre]);
    let form = prop::sample::select(vec![Form::Box, Form::Rounded, Form::Ellipse, Form::Line]);
    prop_oneof![
        (words(), words(), words(), align(), span()).prop_map(
            |(text, subtitle, kicker, align, time)| {
                Layer::Title(Title { text, subtitle, kicker, align, time })
            }
        ),
        (words(), words(), span()).prop_map(|(name, role, time)| Layer::LowerThird(LowerThird {
            name,
            role,
            time
        })),
        (words(), words(), span()).prop_map(|(text, label, time)| Layer::Ticker(Ticker {
            text,
            label,
            time
        })),
        (words(), area(), 0.02_f32..0.3, align(), any::<bool>(), span()).prop_map(
            |(text, area, size, align, panel, time)| {
                Layer::Text(Text { text, area, size, align, panel, time, ..Text::default() })
            }
        ),
        (area(), any::<bool>(), words(), span()).prop_map(|(area, whole, caption, time)| {
            Layer::Picture(Inset { index: 0, area, whole, caption, time })
        }),
        (area(), form, 0.0_f32..1.0, span()).prop_map(|(area, form, opacity, time)| {
            Layer::Shape(Shape { area, form, opacity, colour: None, time })
        }),
    ]
}

fn data() -> impl Strategy<Value = Layer> {
    let form = prop::sample::select(vec![
        ChartKind::Bar,
        ChartKind::Line,
        ChartKind::Area,
        ChartKind::Pie,
    ]);
    let cell = || prop_oneof![Just(String::new()), (-1e6_f64..1e9).prop_map(|v| format!("{v:.2}"))];
    let rows = prop::collection::vec(("[a-z新]{0,12}", cell(), cell()), 1..9);
    let places = prop::collection::vec(("[a-z]{1,9}", -89.0..89.0, -179.0..179.0, cell()), 1..6);
    let table = |rows: Vec<(String, String, String)>| {
        let lines = rows.iter().map(|(name, a, b)| format!("{name},{a},{b}\n"));
        format!("name,first (cm),second\n{}", lines.collect::<String>())
    };
    let list = |rows: Vec<(String, f64, f64, String)>| {
        let lines = rows.iter().map(|(name, a, b, v)| format!("{name},{a:.3},{b:.3},{v}\n"));
        format!("name,lat,lon,value\n{}", lines.collect::<String>())
    };
    prop_oneof![
        (form, rows, words(), prop::option::of(area()), span()).prop_map(
            move |(form, rows, title, area, time)| {
                Layer::Chart(Chart {
                    form,
                    csv: table(rows),
                    title,
                    area,
                    time,
                    ..Chart::default()
                })
            }
        ),
        (places, words(), span()).prop_map(move |(rows, title, time)| {
            Layer::Map(Map { csv: list(rows), title, time, ..Map::default() })
        }),
    ]
}

fn anchor() -> impl Strategy<Value = Layer> {
    let studio =
        prop::sample::select(vec![Studio::Newsroom, Studio::City, Studio::Plain, Studio::None]);
    let spot = prop::sample::select(vec![Spot::Centre, Spot::Left, Spot::Right]);
    (prop::sample::select(designs().to_vec()), studio, spot, words(), any::<bool>()).prop_map(
        |(design, studio, spot, topic, interpreter)| {
            let design = design.to_owned();
            Layer::Anchor(Anchor { design, studio, spot, topic, interpreter, ..Anchor::default() })
        },
    )
}

fn background() -> impl Strategy<Value = Background> {
    let colour = || any::<u32>().prop_map(|value| Colour::hex(value & 0xff_ff_ff));
    let pattern =
        prop::sample::select(vec![Pattern::Waves, Pattern::Lights, Pattern::Bands, Pattern::Grid]);
    prop_oneof![
        Just(Background::Palette),
        colour().prop_map(|colour| Background::Colour { colour }),
        (colour(), colour(), -360.0_f32..360.0)
            .prop_map(|(from, to, angle)| Background::Gradient { from, to, angle }),
        (area(), area(), 0.0_f32..1.0).prop_map(|(from, to, dim)| Background::Picture {
            index: 0,
            from,
            to,
            dim
        }),
        pattern.prop_map(|pattern| Background::Animated { pattern }),
    ]
}

fn storyboard() -> impl Strategy<Value = Storyboard> {
    let layers = prop::collection::vec(prop_oneof![plates(), data(), anchor()], 0..4);
    let size = prop::sample::select(vec![(160, 160), (320, 180), (180, 320), (640, 160)]);
    let palette = prop::sample::select(Palette::ALL.to_vec());
    (layers, background(), size, palette, words(), any::<bool>()).prop_map(
        |(layers, background, size, palette, text, is_chinese)| {
            let transition = Transition::Dissolve { seconds: 0.5 };
            let text: String = text.chars().take(250).collect();
            Storyboard {
                size,
                rate: 10,
                scenes: vec![Scene { seconds: 2.5, background, layers, transition }],
                captions: vec![Caption { start: 0.0, end: 2.5, text }],
                burn_captions: true,
                language: if is_chinese { "zh" } else { "en" }.to_owned(),
                palette,
                seed: 1,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_storyboard_is_drawn_or_refused(board in storyboard(), at in 0.0..2.5) {
        let picture = Picture { width: 7, height: 5, rgb: vec![120; 105] };
        if let Ok(still) = frame(&board, &[picture], at) {
            prop_assert_eq!((still.width, still.height), board.size);
            prop_assert_eq!(still.rgb.len(), (still.width * still.height * 3) as usize);
        }
        let json = serde_json::to_string(&board).unwrap();
        let read: Storyboard = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }
}

#[test]
fn short_json_is_enough_and_unknown_words_are_refused() {
    let json = r#"{"scenes": [{"seconds": 2, "layers": [
        {"kind": "title", "text": "Rain", "time": {"leave": "fade"}},
        {"kind": "chart", "form": "line", "csv": "a,b\nx,1\ny,2\n"},
        {"kind": "anchor", "design": "onyx", "mouth": [{"start": 0, "end": 0.2, "mouth": "open"}]}
    ], "background": {"kind": "animated", "pattern": "waves"}, "transition": {"kind": "fade", "seconds": 0.5}}]}"#;
    let board: Storyboard = serde_json::from_str(json).unwrap();
    assert_eq!((board.size, board.rate), ((1280, 720), 25));
    assert_eq!(board.scenes[0].layers.len(), 3);
    for wrong in [
        r#"{"scene": []}"#,
        r#"{"scenes": [{"layers": [{"kind": "title", "words": "Rain"}]}]}"#,
        r#"{"scenes": [{"background": {"kind": "colour", "colour": "red"}}]}"#,
        r#"{"scenes": [{"layers": [{"kind": "hologram"}]}]}"#,
    ] {
        assert!(serde_json::from_str::<Storyboard>(wrong).is_err(), "{wrong}");
    }
}

/// A layer that stands still is drawn once and kept; frames do not depend on which came before.
#[test]
fn frames_do_not_depend_on_their_order() {
    let mut board = crate::small();
    board.scenes[0]
        .layers
        .push(Layer::Title(Title { text: "Rain".to_owned(), ..Title::default() }));
    let film = film::render(&board, &[], None, &mut |_, _| true).unwrap();
    let again = film::render(&board, &[], None, &mut |_, _| true).unwrap();
    assert!(film.bytes == again.bytes);
    let alone = frame(&board, &[], 0.9).unwrap();
    assert_eq!(alone, frame(&board, &[], 0.9).unwrap());
}
