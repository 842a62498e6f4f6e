//! Stripped and re-encoded copies lead a client that knows only the standard to their manifests.

use std::{fs, process::Command};

use crate::{
    external::{python, said, wanted},
    marks::sound,
    newsroom::{Newsroom, RIVER},
};

/// What comes from elsewhere, and what is signed.
const MEDIA: [(&str, &str); 2] = [("sound.wav", "marked.wav"), ("film.mp4", "marked.mp4")];

fn name(newsroom: &Newsroom, file: &str) -> String {
    newsroom.path(file).display().to_string()
}

fn ffmpeg(args: &[&str]) {
    let output = Command::new("ffmpeg").args(["-v", "error", "-y"]).args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", said(&output));
}

/// A picture of the starter model, and a sound, and a film that ffmpeg makes; the picture's asset.
fn originals(newsroom: &Newsroom) -> String {
    let harbour = ["generate", "image", "a harbour at dawn", "--seed", "3", "-o", "harbour.png"];
    let made = newsroom.json(&harbour, 0);
    fs::write(newsroom.path("sound.wav"), sound(30)).unwrap();
    let pan = "zoompan=z='1+0.001*on':d=75:s=640x480:fps=25,noise=alls=6:allf=t,format=yuv420p";
    let (from, to) = (name(newsroom, "harbour.png"), name(newsroom, "film.mp4"));
    ffmpeg(&["-i", &from, "-vf", pan, "-c:v", "libx264", "-crf", "16", &to]);
    made["asset"]["id"].as_str().unwrap().to_owned()
}

/// Signs and publishes everything.
fn published(newsroom: &Newsroom, picture: String) {
    let mut assets = vec![picture];
    for (file, signed) in MEDIA {
        let made = newsroom.json(&["sign", file, "-o", signed, "--mark"], 0);
        assert!(made["asset"]["mark"]["id"].is_string(), "{made}");
        assets.push(made["asset"]["id"].as_str().unwrap().to_owned());
    }
    let made = newsroom.json(&["generate", "text", RIVER, "-o", "brief.txt"], 0);
    assets.push(made["asset"]["id"].as_str().unwrap().to_owned());
    let editor = newsroom.key_of("local", "editor", "ivy");
    for asset in &assets {
        newsroom.json(&["reviews", "approve", asset, "--key", &editor], 0);
        newsroom.json(&["reviews", "publish", asset, "--key", &editor], 0);
    }
}

/// As the world passes files on.
fn copies(newsroom: &Newsroom) -> [String; 4] {
    let copy = |from: &str, args: &[&str], to: &str| {
        let (from, to) = (name(newsroom, from), name(newsroom, to));
        let bare = ["-map_metadata", "-1", &to];
        ffmpeg(&[&["-i", &from], args, &bare].concat());
        to
    };
    let text = fs::read_to_string(newsroom.path("brief.txt")).unwrap();
    fs::write(newsroom.path("copy.txt"), text.replacen(" at ", " near ", 1)).unwrap();
    [
        copy("harbour.png", &["-vf", "scale=iw/2:ih/2", "-q:v", "4"], "copy.jpg"),
        copy("marked.wav", &["-b:a", "128k"], "copy.mp3"),
        copy("marked.mp4", &["-c:v", "libx264", "-crf", "26"], "copy.mp4"),
        name(newsroom, "copy.txt"),
    ]
}

#[test]
fn a_stripped_copy_of_each_medium_is_recovered_by_the_soft_binding_api() {
    if !wanted("the soft binding client, c2pa-python and ffmpeg") {
        return;
    }
    let newsroom = Newsroom::new();
    let picture = originals(&newsroom);
    published(&newsroom, picture);
    let copies = copies(&newsroom);
    let server = newsroom.serve();
    let root = name(&newsroom, "keys/provenance/root.pem");
    let mut args = vec![server.url.as_str(), root.as_str()];
    args.extend(copies.iter().map(String::as_str));
    let output = python("resolve.py", &args, &[]);
    assert!(output.status.success(), "{}", said(&output));

    // The program is such a client, too.
    let elsewhere = Newsroom::new();
    let args = ["verify", &copies[0], "--resolve", &server.url, "--trust", &root];
    let found = elsewhere.json(&args, 3);
    assert_eq!(found["resolved"]["signer"]["list"], "root", "{found}");
}
