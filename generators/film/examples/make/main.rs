//! Makes a set of films and stills, and says how fast they were made.
//!
//! ```sh
//! cargo run --release -p film --example make -- FOLDER [stills] [NAME]
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a tool for people who look"
)]

mod boards;

use std::{fs, path::Path, time::Instant};

use film::{Live, Picture, Sound, Storyboard};

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = if arguments.is_empty() { "film-demo".to_owned() } else { arguments.remove(0) };
    let folder = Path::new(&folder);
    fs::create_dir_all(folder).unwrap();
    let are_stills = arguments.first().is_some_and(|word| word == "stills");
    if are_stills {
        arguments.remove(0);
    }
    let pictures = boards::pictures();
    for demo in boards::all() {
        if arguments.first().is_some_and(|name| !demo.name.starts_with(name.as_str())) {
            continue;
        }
        for at in &demo.stills {
            let still = film::frame(&demo.board, &pictures, *at).unwrap();
            save(&still, &folder.join(format!("{}-{at:.2}.png", demo.name)));
        }
        if !are_stills {
            make(folder, &demo, &pictures);
        }
    }
}

fn save(still: &Picture, path: &Path) {
    image::save_buffer(path, &still.rgb, still.width, still.height, image::ColorType::Rgb8)
        .unwrap();
}

fn make(folder: &Path, demo: &boards::Demo, pictures: &[Picture]) {
    let begun = Instant::now();
    let film = film::render(&demo.board, pictures, demo.sound.as_ref(), &mut |_, _| true).unwrap();
    let took = begun.elapsed().as_secs_f64();
    fs::write(folder.join(format!("{}.mp4", demo.name)), &film.bytes).unwrap();
    println!(
        "{}: {:.1} s of film in {took:.2} s: {:.2} times real time, {} kB{}",
        demo.name,
        film.seconds,
        film.seconds / took,
        film.bytes.len() / 1000,
        film.warnings.iter().map(|warning| format!("\n  {warning}")).collect::<String>()
    );
    if demo.is_live {
        live(folder, (&demo.name, &demo.board), pictures, demo.sound.as_ref());
    }
}

fn live(
    folder: &Path,
    (name, board): (&str, &Storyboard),
    pictures: &[Picture],
    sound: Option<&Sound>,
) {
    let begun = Instant::now();
    let mut bytes = Vec::new();
    let mut times = Vec::new();
    for fragment in Live::new(board, pictures, sound).unwrap() {
        let fragment = fragment.unwrap();
        times.push((fragment.frames, begun.elapsed().as_secs_f64()));
        bytes.extend(fragment.bytes);
    }
    fs::write(folder.join(format!("{name}-live.mp4")), bytes).unwrap();
    let first = times.iter().find(|(frames, _)| *frames > 0).map_or(0.0, |(_, at)| *at);
    let steps = times.windows(2).map(|pair| pair[1].1 - pair[0].1);
    println!(
        "{name}, live: first pictures after {first:.3} s, the slowest fragment of half a second took {:.3} s",
        steps.fold(0.0, f64::max)
    );
}
