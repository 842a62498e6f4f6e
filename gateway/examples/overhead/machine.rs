//! What the figures were measured on.

use std::{fs, path::Path, thread, time::Instant};

/// Syncs that are timed.
const SYNCS: usize = 101;

/// Processors, and how long the disk takes to make 4 KiB durable, which bounds every durable answer.
pub(crate) fn told(folder: &Path) -> String {
    let processors = thread::available_parallelism().map_or(0, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let model = model.trim_start_matches([' ', '\t', ':']);
    let ms = sync_ms(folder);
    format!("{processors} processors ({model}); 4 KiB written and synced in {ms:.2} ms")
}

fn sync_ms(folder: &Path) -> f64 {
    let path = folder.join("synced");
    let mut times: Vec<f64> = (0..SYNCS)
        .map(|_| {
            let start = Instant::now();
            let file = fs::File::create(&path).unwrap();
            std::os::unix::fs::FileExt::write_all_at(&file, &[1; 4096], 0).unwrap();
            file.sync_all().unwrap();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    fs::remove_file(path).unwrap();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
