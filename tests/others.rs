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
