//! The log was damaged: the program refuses to start until somebody declares the gap.

use crate::newsroom::{Newsroom, RIVER};

#[test]
fn a_damaged_log_stops_everything_until_a_new_epoch_declares_the_gap() {
    let newsroom = Newsroom::new();
    newsroom.json(&["generate", "text", RIVER], 0);
    let whole = newsroom.run(&["audit", "epoch", "--reason", "none"]);
    assert_eq!(whole.status.code(), Some(2), "a whole log is not put aside");

    let segments = std::fs::read_dir(newsroom.path("log/segments")).unwrap();
    let segment = segments.map(|entry| entry.unwrap().path()).min().unwrap();
    let mut data = std::fs::read(&segment).unwrap();
    let at = data.windows(8).position(|bytes| bytes == b"admitted").unwrap();
    data[at] ^= 1;
    std::fs::write(&segment, data).unwrap();
    assert_eq!(newsroom.json(&["audit", "verify"], 1)["verified"], false);
    assert_ne!(newsroom.run(&["generate", "text", RIVER]).status.code(), Some(0));

    let begun = newsroom.json(&["audit", "epoch", "--reason", "the disk was replaced"], 0);
    assert_eq!(begun["epoch"]["number"], 2);
    let report = newsroom.json(&["audit", "verify"], 0);
    assert_eq!(report["epoch"]["reason"], "the disk was replaced");
    assert!(newsroom.path(report["epoch"]["kept_as"].as_str().unwrap()).is_dir());
    newsroom.json(&["generate", "text", RIVER], 0);
    let proof = newsroom.json(&["audit", "prove", "0"], 0);
    assert!(proof["entry"].as_str().unwrap().contains("epoch_begun"));
}
