//! The power is cut: what has reached the disk's image at that moment is all that is left.
//!
//! The log writes to an ext4 in a file behind a loop device. That file is what the "disk" has
//! received; what the file system inside holds back in memory is not in it. A copy of the file at a
//! random moment is therefore the state after a power cut. (The file's own pages may still be in
//! memory of the machine that runs this: the copy reads them like a disk reads its cache.)

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use audit::{Event, Log, LogKey, LogOptions, Record};

const CUTS: usize = 32;
const TIME_MAX: Duration = Duration::from_secs(110);
/// Lets this test start itself as the process that writes.
const WRITER: &str = "IMPRIMATUR_POWER_CUT_WRITER";

fn system(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// An ext4 image, mounted until dropped.
struct Mounted {
    at: PathBuf,
}

impl Mounted {
    fn new(image: &Path, at: &Path) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let (image, to) = (image.to_str()?, at.to_str()?);
        system("mount", &["-o", "loop", image, to]).then(|| Self { at: at.to_path_buf() })
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        system("umount", &[self.at.to_str().unwrap()]);
    }
}

fn options() -> LogOptions {
    // Short segments and frequent checkpoints, so that cuts meet every kind of write.
    LogOptions {
        segment_bytes: 256 << 10,
        checkpoint_every: Duration::from_millis(100),
        ..LogOptions::new("power/cut")
    }
}

fn record(bytes: usize) -> Record {
    let mut record = Record::new(Event::PolicyLoaded, "press", "actor");
    record.detail = Some("x".repeat(bytes));
    record
}

/// Appends until it is killed; prints every receipt once it has it.
fn write(folder: &Path, bytes: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let key = LogKey::load(&folder.join("key")).unwrap();
    let log = Log::open(&folder.join("log"), key, options()).unwrap();
    runtime.block_on(async {
        let writers: Vec<_> = (0..8)
            .map(|_| {
                let log = log.clone();
                tokio::spawn(async move {
                    loop {
                        let receipt = log.append(record(bytes)).await.unwrap();
                        let line = format!("{} {}\n", receipt.index, receipt.leaf_hash);
                        std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
                    }
                })
            })
            .collect();
        for writer in writers {
            drop(writer.await);
        }
    });
}

/// The process that writes, and the receipts it has printed.
struct Writer {
    folder: PathBuf,
    child: std::process::Child,
    receipts: Arc<Mutex<Vec<(u64, String)>>>,
}

impl Writer {
    fn start(folder: &Path, bytes: usize) -> Self {
        let test = "power_cut::nothing_acknowledged_is_lost_when_the_power_is_cut";
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(WRITER, format!("{bytes} {}", folder.display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let receipts: Arc<Mutex<Vec<(u64, String)>>> = Arc::default();
        let (lines, kept) = (BufReader::new(child.stdout.take().unwrap()), Arc::clone(&receipts));
        thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let Some((index, leaf)) = line.split_once(' ') else { continue };
                let Ok(index) = index.parse() else { continue };
                kept.lock().unwrap().push((index, leaf.to_owned()));
            }
        });
        Self { folder: folder.to_path_buf(), child, receipts }
    }

    fn receipts(&self) -> Vec<(u64, String)> {
        self.receipts.lock().unwrap().clone()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The receipts known when the copy begins must be in the copy.
fn cut(image: &Path, place: &Path, writer: &Writer) -> usize {
    let receipts = writer.receipts();
    // A copy takes a while, a power cut does not: the file system inside is held for that moment.
    // Freezing would write out what it holds in memory; stopping the writer does not.
    let id = writer.child.id().to_string();
    assert!(system("kill", &["-STOP", &id]));
    let copy = place.join("cut.img");
    let copied =
        system("cp", &["--sparse=always", image.to_str().unwrap(), copy.to_str().unwrap()]);
    assert!(system("kill", &["-CONT", &id]) && copied);
    let mounted = Mounted::new(&copy, &place.join("after")).unwrap();
    let folder = mounted.at.join(writer.folder.file_name().unwrap());
    let key = LogKey::load(&folder.join("key")).unwrap();
    let log = Log::open(&folder.join("log"), key, options()).unwrap();
    for (index, leaf) in &receipts {
        let found = log.leaf(*index).map(|leaf| leaf.to_string());
        assert_eq!(found.as_ref(), Some(leaf), "record {index} was acknowledged");
    }
    drop(log);
    receipts.len()
}

#[test]
fn nothing_acknowledged_is_lost_when_the_power_is_cut() {
    if let Ok(writer) = std::env::var(WRITER) {
        let (bytes, folder) = writer.split_once(' ').unwrap();
        return write(Path::new(folder), bytes.parse().unwrap());
    }
    if std::env::var_os("IMPRIMATUR_EXTERNAL").is_none_or(|value| value != "1") {
        println!("not run: power cuts (set IMPRIMATUR_EXTERNAL=1)");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let image = place.path().join("disk.img");
    fs::File::create(&image).unwrap().set_len(192 << 20).unwrap();
    let made = system("mkfs.ext4", &["-q", "-F", image.to_str().unwrap()]);
    let mounted = made.then(|| Mounted::new(&image, &place.path().join("disk"))).flatten();
    let Some(mounted) = mounted else {
        println!(
            "not run: power cuts (no root, mkfs.ext4 or loop device); instead the order of write, sync and acknowledgement is checked by `nothing_is_acknowledged_before_its_sync_has_returned` in audit"
        );
        return;
    };
    let start = Instant::now();
    let (mut cuts, mut kept) = (0, 0);
    for bytes in [800, 3800] {
        let folder = mounted.at.join(bytes.to_string());
        fs::create_dir_all(&folder).unwrap();
        LogKey::create(&folder.join("key")).unwrap();
        let writer = Writer::start(&folder, bytes);
        while writer.receipts().len() < 100 {
            thread::sleep(Duration::from_millis(10));
        }
        for n in 0..CUTS / 2 {
            thread::sleep(Duration::from_millis(37 * (n as u64 % 7) + 11));
            kept = cut(&image, place.path(), &writer);
            cuts += 1;
        }
    }
    println!("{cuts} cuts, {kept} receipts at the last, in {:?}", start.elapsed());
    assert!(start.elapsed() < TIME_MAX && cuts >= 30);
}
