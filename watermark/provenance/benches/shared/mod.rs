//! What the benches have in common: files of every kind, and counters of the kernel.

use std::{fs, hint::black_box, io::Cursor};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use types::MediaType;

/// One megapixel.
const EDGE: u32 = 1000;
/// Turns that each takes, unless an argument says otherwise: `cargo bench -p provenance -- 5`.
const ROUNDS: usize = 9;
/// A turn is so long that the kernel's clock, which ticks in hundredths, measures it well.
const TURN_MS: f64 = 400.0;
const SOUND_BYTES: usize = 3 << 20;
const FILM_BYTES: usize = 12 << 20;
/// A file that nobody wants to hold twice.
pub(crate) const LARGE_BYTES: usize = 200 << 20;

fn picture(format: ImageFormat) -> Vec<u8> {
    let shade = |place: u32| u8::try_from(place / 3 % 256).unwrap();
    let pixels = RgbImage::from_fn(EDGE, EDGE, |x, y| Rgb([shade(x), shade(y), shade(x + y)]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(pixels).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A film, sound or picture with so many bytes more behind its media, in their box: what a signature
/// covers. Places in the file before them stay as they are.
pub(crate) fn with_media(sample: &[u8], length: usize) -> Vec<u8> {
    let at = sample.windows(4).position(|name| name == b"mdat").unwrap() - 4;
    let (before, from) = sample.split_at(at);
    let size = u32::from_be_bytes(from.first_chunk().copied().unwrap());
    let (media, after) = from.split_at(size as usize);
    let longer = size + u32::try_from(length).unwrap();
    [before, &longer.to_be_bytes(), media.get(4..).unwrap(), &vec![7; length], after].concat()
}

/// A sound of noise.
pub(crate) fn wav(length: usize) -> Vec<u8> {
    let sample = include_bytes!("../../tests/samples/sound.wav");
    let data = u32::try_from(length).unwrap();
    let head = [b"RIFF", &(data + 36).to_le_bytes()[..], &sample[8..36]].concat();
    [&head, &b"data"[..], &data.to_le_bytes(), &vec![7; length]].concat()
}

fn svg() -> Vec<u8> {
    let shape = "<rect x=\"1\" y=\"2\" width=\"3\" height=\"4\"/>\n";
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\">\n{}</svg>", shape.repeat(5000)).into_bytes()
}

/// A file of each kind.
pub(crate) fn files() -> Vec<(MediaType, Vec<u8>)> {
    let mp3 = include_bytes!("../../tests/samples/sound.mp3");
    let flac = include_bytes!("../../tests/samples/sound.flac");
    vec![
        (MediaType::Png, picture(ImageFormat::Png)),
        (MediaType::Jpeg, picture(ImageFormat::Jpeg)),
        (MediaType::Webp, picture(ImageFormat::WebP)),
        (MediaType::Gif, picture(ImageFormat::Gif)),
        (MediaType::Tiff, picture(ImageFormat::Tiff)),
        (MediaType::Svg, svg()),
        (MediaType::Avif, with_media(include_bytes!("../../tests/samples/picture.avif"), 1 << 20)),
        (MediaType::Heic, with_media(include_bytes!("../../tests/samples/picture.heic"), 1 << 20)),
        (MediaType::Wav, wav(SOUND_BYTES)),
        (MediaType::Mp3, mp3.repeat(SOUND_BYTES / mp3.len())),
        // Sound after the first frames is bytes to those who sign.
        (MediaType::Flac, [&flac[..], &vec![7; SOUND_BYTES]].concat()),
        (MediaType::M4a, with_media(include_bytes!("../../tests/samples/sound.m4a"), SOUND_BYTES)),
        (MediaType::Mp4, with_media(include_bytes!("../../tests/samples/video.mp4"), FILM_BYTES)),
    ]
}

/// Milliseconds that this process has computed, on all threads.
fn computed_ms() -> f64 {
    let counters = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, after) = counters.rsplit_once(')').unwrap();
    // Fields 14 and 15 of proc_pid_stat(5), of which the first two are before the bracket.
    let ticks = after.split_whitespace().skip(11).take(2);
    ticks.map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() * 10.0
}

/// Milliseconds for one of `times` that are done.
fn timed<T>(times: usize, work: &mut impl FnMut() -> T) -> f64 {
    let start = computed_ms();
    for _ in 0..times {
        black_box(work());
    }
    (computed_ms() - start) / times as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The table's row of one kind: two ways of doing the same, by turns.
pub(crate) fn row<A, B>(
    kind: MediaType,
    bytes: usize,
    mut ours: impl FnMut() -> A,
    mut theirs: impl FnMut() -> B,
) -> String {
    let rounds = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(ROUNDS);
    let mut times = 1;
    while timed(times, &mut theirs) * (times as f64) < TURN_MS {
        times *= 2;
    }
    let turns: Vec<(f64, f64)> =
        (0..rounds).map(|_| (timed(times, &mut ours), timed(times, &mut theirs))).collect();
    let (ours, theirs) = turns.into_iter().unzip();
    let (ours, theirs) = (median(ours), median(theirs));
    let (megabytes, ratio) = (bytes as f64 / 1e6, ours / theirs);
    format!("| {kind} | {megabytes:.2} | {ours:.2} | {theirs:.2} | {ratio:.2} |")
}

/// A counter of memory in `/proc/self/status`, in bytes.
fn memory(counter: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(counter)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() << 10
}

/// How many bytes more than before some work held at most.
pub(crate) fn peak<T>(work: impl FnOnce() -> T) -> usize {
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = memory("VmRSS");
    black_box(work());
    memory("VmHWM").saturating_sub(before)
}
