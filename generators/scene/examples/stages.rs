//! Writes scenes and advertisements as GLB, glTF, SVG and pages, to look at and to check, and says
//! how long feedback takes: `cargo run --release -p scene --example stages -- OUT`.

#![expect(clippy::print_stdout, reason = "a tool that prints what it measured")]

use std::{error::Error, fs, path::Path, time::Instant};

use scene::{Brief, Feedback, Hour, Session, gltf, gltf_json, page, svg};

const SCENES: [(&str, &str, &str); 14] = [
    ("harbour", "en", "A harbour on a clear day with three boats and a lighthouse"),
    ("harbour-dusk", "zh", "黄昏的渔港，两艘渔船和一座灯塔"),
    ("market", "en", "A busy market by day with stalls and a bicycle"),
    ("street", "en", "A city street at night in the rain"),
    ("mountain", "en", "A mountain lake at dawn with a campfire"),
    ("studio", "en", "A newsroom studio with a presenter"),
    ("park", "en", "A park with a fountain, two benches and a balloon"),
    ("beach", "en", "A beach at dusk with palms and sailboats"),
    ("village", "en", "A village in winter snow"),
    ("forest", "en", "A foggy forest at dawn"),
    ("desert", "en", "A desert with cacti"),
    ("field", "en", "Fields with a windmill, cloudy"),
    ("river", "en", "A river with a bridge and a church at dusk"),
    ("plaza", "en", "Something with zeppelins and quarks"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::args().nth(1).ok_or("give a folder to write to")?;
    let out = Path::new(&out);
    fs::create_dir_all(out)?;
    for (name, language, prompt) in SCENES {
        let brief = serde_json::json!({
            "kind": "scene", "prompt": prompt, "language": language, "seed": 5,
        });
        let (session, _) = Session::open(&Brief::parse(brief.to_string().as_bytes())?)?;
        write(out, name, session)?;
    }
    for (name, language, category, product, seed) in [
        ("ad-kettle", "en", "kettle", "Morning kettle", 1),
        ("ad-headset", "zh", "耳机", "静听耳机", 3),
        ("ad-bicycle", "en", "bicycle", "Harbour bike", 4),
        ("ad-lamp", "en", "lamp", "Reading lamp", 6),
    ] {
        let brief = serde_json::json!({
            "kind": "advertisement", "language": language, "seed": seed, "audience": "commuters",
            "product": {"name": product, "category": category, "price": "€ 49.00",
                "facts": [["material", "brushed steel"], ["weight", "820 g"], ["colour", "red"]]},
        });
        let (session, _) = Session::open(&Brief::parse(brief.to_string().as_bytes())?)?;
        write(out, name, session)?;
    }
    Ok(())
}

fn write(out: &Path, name: &str, mut session: Session) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let file = gltf(&session)?;
    let making = started.elapsed();
    fs::write(out.join(format!("{name}.glb")), &file)?;
    fs::write(out.join(format!("{name}.gltf")), gltf_json(&session)?)?;
    let poster = svg(&session);
    fs::write(out.join(format!("{name}.svg")), &poster)?;
    let language = session.document().language.clone();
    let title = session.document().title.clone();
    let shown = page(&session, &title, &language, None, Some("abc"));
    fs::write(out.join(format!("{name}.html")), &shown)?;
    let events = if session.document().advert.is_some() {
        vec![Feedback::Skip, Feedback::Click { target: "call".into() }]
    } else {
        vec![
            Feedback::Time { time: Hour::Night },
            Feedback::Say { to: None, text: "Where is the bench?".into() },
            Feedback::Time { time: Hour::Day },
            Feedback::Say { to: None, text: "What is this place?".into() },
        ]
    };
    // Where feedback can be sent: what it answers lies beside it.
    let live = page(&session, &title, &language, Some("/v1/sessions/1"), Some("abc"));
    fs::write(out.join(format!("{name}-live.html")), live)?;
    let mut answered = session.clone();
    let answers: Result<Vec<_>, _> =
        events.iter().take(2).map(|event| answered.feedback(event)).collect();
    fs::write(out.join(format!("{name}-answers.json")), serde_json::to_vec(&answers?)?)?;
    let started = Instant::now();
    let mut bytes = 0;
    for event in events.iter().cycle().take(100) {
        bytes += serde_json::to_vec(&session.feedback(event)?.changed)?.len();
    }
    println!(
        "{name}: GLB {} KiB in {:.1} ms, SVG {} KiB, page {} KiB, {} nodes, a revision {:.2} ms and {} bytes",
        file.len() / 1024,
        making.as_secs_f64() * 1e3,
        poster.len() / 1024,
        shown.len() / 1024,
        session.document().nodes.len(),
        started.elapsed().as_secs_f64() * 10.0,
        bytes / 100,
    );
    Ok(())
}
