//! Storyboards of the example: title and charts, pan and zoom, maps, and presenters.

use film::{
    Align, Anchor, Area, Background, Caption, Chart, ChartKind, Colour, Form, Inset, Layer,
    LowerThird, Map, Motion, Mouth, MouthShape, Palette, Pattern, Picture, Scene, Shape, Sound,
    Span, Spot, Storyboard, Studio, Text, Ticker, Title, Transition,
};

/// A storyboard with what belongs to it.
pub(crate) struct Demo {
    pub(crate) name: String,
    pub(crate) board: Storyboard,
    pub(crate) sound: Option<Sound>,
    /// Moments of which stills are made.
    pub(crate) stills: Vec<f64>,
    pub(crate) is_live: bool,
}

pub(crate) fn all() -> Vec<Demo> {
    let mut demos = vec![charts(), pans(), maps(), chinese()];
    for (number, name) in film::designs().iter().enumerate() {
        demos.push(presenter(name, number));
    }
    demos
}

fn demo(name: &str, board: Storyboard, stills: &[f64]) -> Demo {
    Demo { name: name.to_owned(), board, sound: None, stills: stills.to_vec(), is_live: false }
}

fn scene(seconds: f64, background: Background, layers: Vec<Layer>) -> Scene {
    Scene { seconds, background, layers, transition: Transition::Dissolve { seconds: 0.6 } }
}

fn charts() -> Demo {
    let title = Layer::Title(Title {
        kicker: "DATA DESK".into(),
        text: "Rivers rise after the wettest week in forty years".into(),
        subtitle: "What the gauges at twelve stations say".into(),
        ..Title::default()
    });
    let chart = |form, csv: &str, title: &str| {
        Layer::Chart(Chart {
            form,
            csv: csv.into(),
            title: title.into(),
            source: "Source: synthetic gauges, for illustration".into(),
            ..Chart::default()
        })
    };
    let bars = chart(
        ChartKind::Bar,
        "Station,Level (cm)\nAlder,312\nBirch,287\nCedar,\nElm,402\nHazel,355\nLinden,198\nMaple,264\n",
        "Water level at seven stations",
    );
    let rows = chart(
        ChartKind::Bar,
        "Year,North (mm),South (mm),Coast (mm)\n2021,612,540,701\n2022,580,-,689\n2023,655,601,730\n2024,698,640,768\n",
        "Rain by region",
    );
    let lines = chart(
        ChartKind::Line,
        "Day,Alder (cm),Elm (cm)\nMon,120,180\nTue,135,190\nWed,170,240\nThu,210,300\nFri,,\nSat,,\nSun,312,402\nMon,305,395\nTue,280,370\n",
        "Levels climbed until Sunday; two days were not measured",
    );
    let area = chart(
        ChartKind::Area,
        "Hour,Flow (m³/s)\n0,20\n3,24\n6,40\n9,88\n12,130\n15,152\n18,140\n21,118\n24,96\n",
        "Flow through the city",
    );
    let pie = chart(
        ChartKind::Pie,
        "Use,Area (km²)\nFields,412\nForest,296\nTowns,121\nWater,64\nOther,38\n",
        "What was flooded",
    );
    let board = Storyboard {
        scenes: vec![
            scene(3.0, Background::Palette, vec![title]),
            scene(4.0, Background::Palette, vec![bars]),
            scene(4.0, Background::Palette, vec![rows]),
            scene(4.0, Background::Palette, vec![lines]),
            scene(3.0, Background::Palette, vec![area]),
            scene(4.0, Background::Palette, vec![pie]),
        ],
        ..Storyboard::default()
    };
    demo("charts", board, &[0.4, 2.0, 4.0, 6.5, 10.0, 14.0, 17.5, 21.0])
}

fn pans() -> Demo {
    let area = |left, top, width, height| Area { left, top, width, height };
    let whole =
        Background::Picture { index: 0, from: Area::ALL, to: area(0.35, 0.30, 0.5, 0.5), dim: 0.0 };
    let third = Layer::LowerThird(LowerThird {
        name: "Harbour at dusk".into(),
        role: "Drawn by rules, for illustration".into(),
        time: Span { start: 0.5, end: Some(4.4), enter: None, leave: Some(Motion::Fade) },
    });
    let ticker = Layer::Ticker(Ticker {
        label: "LATEST".into(),
        text: "Ferries run every twenty minutes  •  Bridge closed until Friday  •  High water at 18:40".into(),
        ..Ticker::default()
    });
    let words = Layer::Text(Text {
        text: "“We lifted what we could.\nThe rest the river took.”".into(),
        panel: true,
        area: area(0.08, 0.14, 0.44, 0.34),
        ..Text::default()
    });
    let inset = Layer::Picture(Inset {
        index: 1,
        caption: "The gauge at Elm. Drawing.".into(),
        ..Inset::default()
    });
    let dim = Background::Picture {
        index: 1,
        from: area(0.0, 0.0, 0.7, 0.7),
        to: area(0.2, 0.2, 0.7, 0.7),
        dim: 0.45,
    };
    let title = |text: &str| {
        Layer::Title(Title {
            text: text.into(),
            subtitle: "A moving background".into(),
            align: Align::Centre,
            ..Title::default()
        })
    };
    let mark = Layer::Shape(Shape {
        form: Form::Rounded,
        opacity: 0.5,
        colour: Some(Colour::hex(0x00_00_00)),
        area: area(0.0, 0.9, 1.0, 0.1),
        ..Shape::default()
    });
    let moving = |pattern| Background::Animated { pattern };
    let mut board = Storyboard {
        scenes: vec![
            scene(5.0, whole, vec![third, ticker.clone()]),
            scene(4.0, dim, vec![mark, words, inset, ticker]),
            scene(2.0, moving(Pattern::Waves), vec![title("Waves")]),
            scene(2.0, moving(Pattern::Lights), vec![title("Lights")]),
            scene(2.0, moving(Pattern::Bands), vec![title("Bands")]),
            scene(2.0, moving(Pattern::Grid), vec![title("Grid")]),
        ],
        captions: vec![
            Caption { start: 0.5, end: 3.0, text: "The harbour was quiet on Sunday evening.".into() },
            Caption { start: 3.0, end: 6.5, text: "By Monday the water stood a metre above the quay, and the ferries had stopped running.".into() },
        ],
        burn_captions: true,
        palette: Palette::Dusk,
        ..Storyboard::default()
    };
    board.scenes[1].transition = Transition::Wipe { seconds: 0.8 };
    board.scenes[2].transition = Transition::Slide { seconds: 0.6 };
    demo("pans", board, &[2.0, 5.4, 7.5, 10.5, 12.5, 14.5, 16.5])
}

fn maps() -> Demo {
    let europe = Layer::Map(Map {
        csv: "City,Lat,Lon,Rain (mm)\nLisbon,38.72,-9.14,12\nParis,48.86,2.35,48\nBerlin,52.52,13.40,61\nRome,41.90,12.50,9\nWarsaw,52.23,21.01,72\nLondon,51.51,-0.13,55\nVienna,48.21,16.37,66\n".into(),
        title: "Rain in seven days".into(),
        source: "Synthetic numbers.".into(),
        ..Map::default()
    });
    let world = Layer::Map(Map {
        csv: "Place,latitude,longitude\nReykjavík,64.15,-21.94\nNairobi,-1.29,36.82\nLima,-12.05,-77.04\nTokyo,35.68,139.69\nSydney,-33.87,151.21\n".into(),
        title: "Where our reporters are".into(),
        ..Map::default()
    });
    let board = Storyboard {
        scenes: vec![
            scene(5.0, Background::Palette, vec![europe]),
            scene(5.0, Background::Palette, vec![world]),
        ],
        palette: Palette::Forest,
        ..Storyboard::default()
    };
    demo("maps", board, &[0.6, 4.8, 9.5])
}

fn chinese() -> Demo {
    let title = Layer::Title(Title {
        kicker: "数据新闻".into(),
        text: "连日暴雨，多条河流水位上涨".into(),
        subtitle: "十二个水文站的监测结果".into(),
        ..Title::default()
    });
    let bars = Layer::Chart(Chart {
        csv: "地区,人口（人）\n东城,708000\n西城,1106000\n朝阳,3442000\n海淀,3124000\n丰台,\n"
            .into(),
        title: "各区常住人口".into(),
        source: "来源：示例数据".into(),
        ..Chart::default()
    });
    let anchor = Layer::Anchor(Anchor {
        design: "lotus".into(),
        topic: "暴雨预警升级".into(),
        mouth: speech(5.5, 13.0, 3),
        interpreter: true,
        studio: Studio::City,
        ..Anchor::default()
    });
    let third = Layer::LowerThird(LowerThird {
        name: "荷".into(),
        role: "虚拟主播 · 人工智能生成".into(),
        time: Span { start: 1.0, ..Span::default() },
    });
    let ticker = Layer::Ticker(Ticker {
        label: "快讯".into(),
        text: "市防汛指挥部提醒市民远离河道，减少外出  •  地铁二号线暂停运营".into(),
        ..Ticker::default()
    });
    let board = Storyboard {
        scenes: vec![
            scene(2.5, Background::Palette, vec![title]),
            scene(3.0, Background::Palette, vec![bars]),
            scene(8.0, Background::Palette, vec![anchor, third, ticker]),
        ],
        captions: vec![Caption {
            start: 6.0,
            end: 10.0,
            text: "各位观众晚上好。受连日强降雨影响，本市多条河流水位超过警戒线，请注意安全。"
                .into(),
        }],
        burn_captions: true,
        language: "zh".into(),
        palette: Palette::Daylight,
        ..Storyboard::default()
    };
    demo("chinese", board, &[1.5, 5.0, 8.0])
}

fn presenter(design: &str, number: usize) -> Demo {
    let seconds = 8.0;
    let mouth = speech(0.5, seconds - 0.5, number as u64);
    let sound = voice(&mouth, seconds);
    let studio = [Studio::Newsroom, Studio::City, Studio::Plain][number % 3];
    let (topic, screen) = match number % 3 {
        0 => ("", None),
        1 => ("Floods: what to do now", None),
        _ => ("High water at the harbour", Some(0)),
    };
    let anchor = Layer::Anchor(Anchor {
        design: design.into(),
        mouth,
        studio,
        topic: topic.into(),
        screen,
        spot: Spot::Centre,
        ..Anchor::default()
    });
    let third = Layer::LowerThird(LowerThird {
        name: design.to_uppercase(),
        role: "Virtual presenter, made with AI".into(),
        time: Span { start: 1.0, end: Some(6.0), enter: None, leave: Some(Motion::Fade) },
    });
    let board = Storyboard {
        scenes: vec![Scene { seconds, layers: vec![anchor, third], ..Scene::default() }],
        palette: [Palette::Newsroom, Palette::Ink, Palette::Forest, Palette::Dusk][number % 4],
        seed: number as u64,
        ..Storyboard::default()
    };
    let name = format!("anchor-{design}");
    Demo { name, board, sound: Some(sound), stills: vec![0.3, 1.5, 2.4, 4.0], is_live: number == 0 }
}

/// Forms of a mouth at the pace of speech, with pauses.
fn speech(start: f64, end: f64, seed: u64) -> Vec<MouthShape> {
    const FORMS: [Mouth; 9] = [
        Mouth::Open,
        Mouth::Closed,
        Mouth::Wide,
        Mouth::Tongue,
        Mouth::Round,
        Mouth::Teeth,
        Mouth::Slight,
        Mouth::Lip,
        Mouth::Pursed,
    ];
    let (mut shapes, mut at, mut lot) = (Vec::new(), start, seed.wrapping_mul(77) + 5);
    while at < end {
        lot = lot.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let long = 0.06 + 0.09 * ((lot >> 40) % 100) as f64 / 100.0;
        if (lot >> 33).is_multiple_of(19) {
            at += 0.45;
            continue;
        }
        let mouth = FORMS[(lot >> 50) as usize % FORMS.len()];
        shapes.push(MouthShape { start: at, end: (at + long).min(end), mouth });
        at += long;
    }
    shapes
}

/// A hum that sounds where the mouth is open.
fn voice(shapes: &[MouthShape], seconds: f64) -> Sound {
    let rate = 22_050;
    let samples = (0..(seconds * f64::from(rate)) as usize).map(|number| {
        let at = number as f64 / f64::from(rate);
        let is_open =
            shapes.iter().any(|s| s.start <= at && at < s.end && s.mouth != Mouth::Closed);
        let tone = (at * 150.0 * std::f64::consts::TAU).sin()
            + 0.5 * (at * 300.0 * std::f64::consts::TAU).sin();
        if is_open { tone as f32 * 0.25 } else { 0.0 }
    });
    Sound { rate, samples: samples.collect() }
}

/// Two drawings, so that the example needs no photos.
pub(crate) fn pictures() -> Vec<Picture> {
    vec![harbour(1920, 1280), gauge(1200, 900)]
}

fn drawn(width: u32, height: u32, colour: impl Fn(f32, f32) -> [f32; 3]) -> Picture {
    let mut rgb = Vec::with_capacity((width * height * 3) as usize);
    for y in 0..height {
        for x in 0..width {
            let pixel = colour(x as f32 / width as f32, y as f32 / height as f32);
            rgb.extend(pixel.map(|part| (part.clamp(0.0, 1.0) * 255.0) as u8));
        }
    }
    Picture { width, height, rgb }
}

fn harbour(width: u32, height: u32) -> Picture {
    let mix = |a: [f32; 3], b: [f32; 3], t: f32| std::array::from_fn(|i| a[i] + (b[i] - a[i]) * t);
    drawn(width, height, |x, y| {
        let sun = ((x - 0.62).powi(2) * 2.2 + (y - 0.46).powi(2)).sqrt();
        let sky: [f32; 3] = mix([0.16, 0.22, 0.45], [0.98, 0.62, 0.38], (y / 0.5).min(1.0));
        let sky: [f32; 3] = mix([1.0, 0.9, 0.65], sky, ((sun - 0.045) * 30.0).clamp(0.0, 1.0));
        let hill = 0.44 + 0.03 * (x * 9.0).sin() + 0.015 * (x * 23.0).cos();
        let house = (x * 40.0).floor();
        let roof = 0.50 - 0.09 * ((house * 12.9898).sin() * 43_758.547).fract().abs();
        if y > 0.53 {
            let ripple = 0.5 + 0.5 * ((y * 260.0) + (x * 20.0).sin() * 3.0).sin();
            let glow = (-((x - 0.62) * 7.0).powi(2)).exp() * ripple;
            mix([0.10, 0.17, 0.30], [0.98, 0.70, 0.45], 0.25 * ripple + 0.6 * glow)
        } else if y > roof && x < 0.55 {
            let lit = ((x * 200.0).sin() > 0.6) && ((y * 150.0).sin() > 0.3);
            if lit {
                [0.98, 0.84, 0.5]
            } else {
                mix([0.22, 0.16, 0.28], [0.38, 0.24, 0.32], (house * 0.37).fract())
            }
        } else if y > hill {
            [0.28, 0.25, 0.38]
        } else {
            sky
        }
    })
}

fn gauge(width: u32, height: u32) -> Picture {
    drawn(width, height, |x, y| {
        let water = 0.55 + 0.01 * (x * 40.0).sin();
        if (x - 0.5).abs() < 0.06 && y > 0.1 {
            let mark = (y * 30.0).fract() < 0.15;
            if mark { [0.1, 0.1, 0.12] } else { [0.95, 0.93, 0.85] }
        } else if y > water {
            [0.20 + 0.1 * y, 0.38, 0.48]
        } else {
            [0.70 - 0.2 * y, 0.80 - 0.2 * y, 0.88 - 0.1 * y]
        }
    })
}
