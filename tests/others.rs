//! Sounds, videos, stories and scenes in the hands of programs that no one here wrote.

use std::process::Command;

use serde_json::json;

use crate::{
    external::{python, said, wanted},
    newsroom::Newsroom,
};

const BULLETIN: &str = "The river Elbe rose by 12 centimetres on Monday. Officials expect more rain \
                        in the evening, and the bridge at Pirna stays closed.";

/// What a tool says; a tool that is missing or says no fails.
fn told(tool: &str, args: &[&str]) -> String {
    let output = Command::new(tool).args(args).output().unwrap_or_else(|e| panic!("{tool}: {e}"));
    assert!(output.status.success(), "{tool} {args:?}: {}", said(&output));
    said(&output)
}

#[test]
fn sounds_and_videos_are_read_by_ffprobe_exiftool_and_two_validators() {
    if !wanted("ffprobe, ffmpeg, exiftool, c2pa-python and encypher-c2pa") {
        return;
    }
    let newsroom = Newsroom::labelling();
    let name = |name: &str| newsroom.path(name).display().to_string();
    for (file, codec) in
        [("a.wav", "pcm_s16le"), ("a.flac", "flac"), ("a.mp3", "mp3"), ("a.opus", "opus")]
    {
        newsroom.json(&["generate", "speech", BULLETIN, "-o", file], 0);
        let found = told(
            "ffprobe",
            &["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv", &name(file)],
        );
        assert!(found.contains(codec), "{file}: {found}");
    }
    let args = ["generate", "video", BULLETIN, "--presenter", "onyx", "-o", "a.mp4"];
    let made = newsroom.json(&args, 0);
    let found = told(
        "ffprobe",
        &["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv", &name("a.mp4")],
    );
    for codec in ["h264", "opus", "mov_text"] {
        assert!(found.contains(codec), "{found}");
    }
    let source = told("exiftool", &["-DigitalSourceType", &name("a.mp4")]);
    assert!(source.contains("algorithmicMedia"), "{source}");
    let files = ["keys/provenance/root.pem", "a.wav", "a.mp3", "a.mp4"].map(name);
    let output = python("verify_c2pa.py", &files.each_ref().map(String::as_str), &[]);
    assert!(output.status.success(), "{}", said(&output));

    // As the world passes videos on: coded again, without metadata.
    let (from, to) = (name("a.mp4"), name("again.mp4"));
    told("ffmpeg", &["-v", "error", "-i", &from, "-map_metadata", "-1", "-crf", "28", &to]);
    let found = newsroom.json(&["watermark", "detect", "again.mp4"], 0);
    assert_eq!(found["id"], made["asset"]["mark"]["id"], "{found}");
    let report = newsroom.json(&["verify", "again.mp4"], 3);
    assert_eq!(report["recovered"]["asset_id"], made["asset"]["id"], "{report}");
}

/// What a platform makes of a film: pictures in a codec that is not read here, or only its sound.
#[test]
fn a_film_is_known_by_its_sound_when_its_pictures_are_gone() {
    if !wanted("ffmpeg and ffprobe") {
        return;
    }
    let newsroom = Newsroom::new();
    let name = |name: &str| newsroom.path(name).display().to_string();
    let ffmpeg = |args: &[&str]| told("ffmpeg", &[&["-v", "error", "-y"], args].concat());
    newsroom.json(&["generate", "speech", &BULLETIN.repeat(2), "-o", "words.wav"], 0);
    let (words, film) = (name("words.wav"), name("film.mp4"));
    let pictures = "testsrc2=size=640x360:rate=25:duration=12";
    let coding = ["-c:v", "libx264", "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-shortest"];
    // The sound is another's: it begins later, and carries no mark of this installation.
    let bare = ["-filter:a", "adelay=300:all=1,asetrate=24000*1.12,aresample=48000"];
    ffmpeg(
        &[&["-f", "lavfi", "-i", pictures, "-i", &words], &bare[..], &coding, &[&film]].concat(),
    );
    assert_eq!(newsroom.json(&["watermark", "detect", "film.mp4"], 1)["found"], false);

    let id = "00c0ffee00c0ffee";
    let marked = newsroom.json(&["watermark", "embed", "film.mp4", "marked.mp4", "--id", id], 0);
    assert_eq!(marked["also"], json!(["org.imprimatur.audio.1"]), "{marked}");
    let seen = newsroom.json(&["watermark", "detect", "marked.mp4"], 0);
    assert_eq!((&seen["id"], &seen["algorithm"]), (&json!(id), &json!("org.imprimatur.video.1")));

    // Codec, length, start and number of packets of the sound are those that they were.
    let asked = "stream=codec_name,profile,start_time,duration,channels,sample_rate,nb_frames";
    let sound = |file: &str| {
        let args = ["-v", "error", "-select_streams", "a", "-show_entries", asked, "-of", "csv"];
        told("ffprobe", &[&args[..], &[&name(file)]].concat())
    };
    assert_eq!(sound("marked.mp4"), sound("film.mp4"));
    // In time with the pictures, to a sample: what the one has over the other is little.
    let samples = |file: &str| {
        ffmpeg(&["-i", &name(file), "-f", "f32le", "-ac", "1", &name("samples.raw")]);
        let bytes = std::fs::read(newsroom.path("samples.raw")).unwrap();
        let samples = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        samples.collect::<Vec<f32>>()
    };
    let (before, after) = (samples("film.mp4"), samples("marked.mp4"));
    assert_eq!(before.len(), after.len());
    let power = |values: &mut dyn Iterator<Item = f32>| values.map(|v| v * v).sum::<f32>();
    let whole = power(&mut before.iter().copied());
    let changed = power(&mut before.iter().zip(&after).map(|(a, b)| a - b));
    assert!(changed < whole / 100.0, "{changed} of {whole}");

    let from = name("marked.mp4");
    let passed_on: [(&str, &[&str]); 4] = [
        ("other.mp4", &["-c:v", "mpeg4", "-q:v", "5", "-c:a", "aac", "-b:a", "96k"]),
        ("mirrored.mp4", &["-vf", "hflip,rotate=0.3,boxblur=6", "-c:a", "aac", "-b:a", "96k"]),
        ("fragments.mp4", &["-c", "copy", "-movflags", "frag_keyframe+empty_moov"]),
        ("podcast.mp3", &["-vn", "-b:a", "96k"]),
    ];
    for (file, args) in passed_on {
        ffmpeg(&[&["-i", &from], args, &[&name(file)]].concat());
        let heard = newsroom.json(&["watermark", "detect", file], 0);
        assert_eq!((&heard["id"], &heard["found"]), (&json!(id), &json!(true)), "{file}: {heard}");
        assert_eq!(heard["algorithm"], "org.imprimatur.audio.1", "{file}");
    }
}

/// Websites deliver AVIF: a picture is known in it, and a file of it takes mark and credentials.
#[test]
fn pictures_are_known_as_avif_and_signed_as_avif() {
    if !wanted("ffmpeg, exiftool, c2pa-python and encypher-c2pa") {
        return;
    }
    let newsroom = Newsroom::new();
    let name = |name: &str| newsroom.path(name).display().to_string();
    let ffmpeg = |args: &[&str]| told("ffmpeg", &[&["-v", "error", "-y"], args].concat());
    let coding = ["-frames:v", "1", "-c:v", "libaom-av1", "-still-picture", "1", "-cpu-used", "6"];
    let made = newsroom.json(&["generate", "image", "a lighthouse", "-o", "made.png"], 0);
    let args = [&["-i", &name("made.png")], &coding[..], &["-crf", "32", &name("site.avif")]];
    ffmpeg(&args.concat());
    let report = newsroom.json(&["verify", "site.avif"], 3);
    assert_eq!(report["recovered"]["asset_id"], made["asset"]["id"], "{report}");

    // It can be worked on and labelled, too.
    let task = ["generate", "image", "--task", "upscale", "--input", "site.avif", "--factor", "2"];
    let larger = newsroom.json(&[&task[..], &["-o", "larger.png"]].concat(), 0);
    assert_eq!(larger["asset"]["mark"]["id"], made["asset"]["mark"]["id"], "{larger}");
    newsroom.json(&["label", "site.avif", "labelled.avif", "--regime", "cn-gb45438"], 0);
    newsroom.json(&["label", "labelled.avif", "--regime", "cn-gb45438"], 0);

    // Ten bits, brought by someone else.
    let source = ["-f", "lavfi", "-i", "mandelbrot=size=640x480", "-pix_fmt", "yuv420p10le"];
    ffmpeg(&[&source[..], &coding, &["-crf", "20", &name("brought.avif")]].concat());
    let args = ["sign", "brought.avif", "-o", "signed.avif", "--mark"];
    let signed = newsroom.json(&args, 0);
    let files = ["keys/provenance/root.pem", "signed.avif"].map(name);
    let output = python("verify_c2pa.py", &files.each_ref().map(String::as_str), &[]);
    assert!(output.status.success(), "{}", said(&output));
    let depth = told("exiftool", &["-s3", "-ImagePixelDepth", &name("signed.avif")]);
    assert_eq!(depth.trim(), "10 10 10");
    ffmpeg(&["-i", &name("signed.avif"), "-vf", "scale=480:-2", "-q:v", "8", &name("small.jpg")]);
    let found = newsroom.json(&["watermark", "detect", "small.jpg"], 0);
    assert_eq!(found["id"], signed["asset"]["mark"]["id"], "{found}");
}

#[test]
fn epubcheck_accepts_a_story() {
    if !wanted("epubcheck") {
        return;
    }
    let newsroom = Newsroom::new();
    for (brief, file) in [
        ("river; name=Elbe; place=Dresden; level_cm=412; change_cm=12; trend=rising", "en.epub"),
        ("关于易北河水位上涨的故事：港口的小船与黎明", "zh.epub"),
    ] {
        newsroom.json(&["generate", "story", brief, "--chapters", "2", "-o", file], 0);
        let file = newsroom.path(file).display().to_string();
        let output = python("check_epub.py", &[&file], &[]);
        assert!(output.status.success(), "{}", said(&output));
    }
}

#[test]
fn the_validator_of_khronos_accepts_a_scene() {
    if !wanted("gltf-validator") {
        return;
    }
    let newsroom = Newsroom::new();
    let key = newsroom.key("editor", "ada");
    let server = newsroom.serve();
    let brief = json!({"kind": "scene", "prompt": "a snowy mountain village at night", "seed": 2});
    let session = server.post(&key, "/v1/sessions", &brief).json();
    let file = server.get(&key, session["scene"].as_str().unwrap());
    std::fs::write(newsroom.path("scene.glb"), &file.bytes).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../generators/scene/examples/validate.js");
    told("node", &[script, &newsroom.path("scene.glb").display().to_string()]);
}

#[test]
fn an_independent_recogniser_understands_the_voice() {
    if !wanted("pocketsphinx and espeak-ng") {
        return;
    }
    let newsroom = Newsroom::new();
    let sentences =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../generators/voice/examples/sentences.txt");
    let text = std::fs::read_to_string(sentences).unwrap();
    // Every ninth of the hundred: the whole is a documented command.
    let some: Vec<&str> = text.lines().step_by(9).collect();
    for (place, sentence) in some.iter().enumerate() {
        newsroom.json(&["generate", "speech", sentence, "-o", &format!("{place}.wav")], 0);
        let file = newsroom.path(&format!("e{place}.wav")).display().to_string();
        told("espeak-ng", &["-v", "en-us", "-w", &file, sentence]);
    }
    std::fs::write(newsroom.path("sentences.txt"), some.join("\n")).unwrap();
    let folder = newsroom.path(".").display().to_string();
    let output = python("hear.py", &[&folder], &[]);
    // Transcripts are printed, so that people see what was understood.
    println!("{}", said(&output));
    assert!(output.status.success(), "{}", said(&output));
}
