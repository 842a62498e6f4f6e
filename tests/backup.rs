//! Backups come back, but whom the log has erased since does not.

use std::fs;

use serde_json::json;

use crate::{
    newsroom::{Newsroom, Server},
    vault::{files, holding},
};

const NULL: &str = "\n[generators.null]\nkind = \"null\"\n";

fn say(server: &Server, key: &str, text: &str) -> String {
    let body = json!({"model": "null", "messages": [{"role": "user", "content": text}]});
    let answer = server.post(key, "/v1/chat/completions", &body);
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
    answer.header("x-imprimatur-asset").to_owned()
}

/// Gives a file of a backup another name or other bytes.
type Change = dyn Fn(&str, Vec<u8>) -> (String, Vec<u8>);

struct Story {
    newsroom: Newsroom,
    author: String,
    /// A request of the colleague who stays.
    asset: String,
}

/// Two people have written; a backup is made; one of them is erased.
fn story(with_keys: bool) -> Story {
    let newsroom = Newsroom::with(NULL);
    let (author, other) = (newsroom.key("journalist", "ada"), newsroom.key("journalist", "grace"));
    let server = newsroom.serve();
    say(&server, &author, "The dam is cracked.");
    let asset = say(&server, &other, "The mayor speaks.");
    let refused = newsroom.run(&["backup", "-o", "early.zip"]);
    assert_eq!(refused.status.code(), Some(2), "not while a server runs");
    drop(server);
    let mut args = vec!["backup", "-o", "backup.zip"];
    args.extend(with_keys.then_some("--with-keys"));
    assert_eq!(newsroom.json(&args, 0)["with_keys"], with_keys);
    assert_eq!(newsroom.json(&["audit", "erase", "ada"], 0)["erased"], 1);
    Story { newsroom, author, asset }
}

fn kept(newsroom: &Newsroom) -> usize {
    files(&newsroom.path("vault/entries")).len()
}

#[test]
fn an_older_backup_under_the_newer_log_loses_again_who_was_erased() {
    let Story { newsroom, author, asset } = story(false);
    let behind = newsroom.run(&["restore", "backup.zip"]);
    assert_eq!(behind.status.code(), Some(1), "the log would be behind its own checkpoint");
    assert!(String::from_utf8_lossy(&behind.stderr).contains("--keep-log"));
    assert_eq!(kept(&newsroom), 1, "nothing was changed");

    let restored = newsroom.json(&["restore", "backup.zip", "--keep-log"], 0);
    assert_eq!(restored["erased_again"], 1);
    assert_eq!(kept(&newsroom), 1, "only what the colleague wrote is back");
    newsroom.json(&["audit", "verify"], 0);
    let erase = newsroom.run(&["audit", "erase", "ada"]);
    assert_eq!(erase.status.code(), Some(1), "there is nothing left of her");
    let server = newsroom.serve();
    assert_eq!(server.get(&author, &format!("/v1/assets/{asset}/content")).status, 200);
    say(&server, &author, "She writes again.");
}

#[test]
fn a_lost_installation_comes_back_elsewhere_and_an_export_tells_who_was_erased() {
    let Story { newsroom, .. } = story(true);
    newsroom.json(&["audit", "export", "-o", "later.zip"], 0);
    let elsewhere = newsroom.path("elsewhere");
    let into = elsewhere.to_str().unwrap();
    let checkpoint = newsroom.path("log/checkpoint");
    let known =
        ["restore", "backup.zip", "--into", into, "--checkpoint", checkpoint.to_str().unwrap()];
    assert_eq!(newsroom.run(&known).status.code(), Some(1), "a later checkpoint is known");
    let args = ["restore", "backup.zip", "--into", into, "--erasures", "later.zip"];
    assert_eq!(newsroom.json(&args, 0)["erased_again"], 1);
    assert_eq!(files(&elsewhere.join("vault/entries")).len(), 1);
    let data = ["--data-dir", into, "audit", "verify"];
    newsroom.json(&data, 0);
    let tail = newsroom.json(&["--data-dir", into, "audit", "tail", "-n", "1"], 0);
    assert_eq!(tail["record"]["event"], "restored");
}

#[test]
fn a_backup_without_keys_holds_none_and_needs_them() {
    let Story { newsroom, .. } = story(false);
    let key = fs::read_to_string(newsroom.path("keys/evidence.key")).unwrap().trim().to_owned();
    let folder = newsroom.path("unpacked");
    unpack(&newsroom.path("backup.zip"), &folder);
    assert_eq!(holding(&folder, &[key]), Vec::<String>::new());
    assert!(!folder.join("keys").exists());
    let elsewhere = newsroom.path("elsewhere");
    let output = newsroom.run(&["restore", "backup.zip", "--into", elsewhere.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("put the keys there first"));
    assert!(!elsewhere.join("log").exists());
}

fn unpack(zip: &std::path::Path, folder: &std::path::Path) {
    let mut zip = zip::ZipArchive::new(fs::File::open(zip).unwrap()).unwrap();
    zip.extract(folder).unwrap();
}

#[test]
fn a_changed_backup_or_one_that_leads_out_of_the_folder_is_refused() {
    use std::io::Write as _;
    let Story { newsroom, .. } = story(true);
    let folder = newsroom.path("unpacked");
    unpack(&newsroom.path("backup.zip"), &folder);
    let pack = |name: &str, change: &Change| {
        let mut zip = zip::ZipWriter::new(fs::File::create(newsroom.path(name)).unwrap());
        for (path, bytes) in files(&folder) {
            let inside = path.strip_prefix(&folder).unwrap().display().to_string();
            let (inside, bytes) = change(&inside, bytes);
            zip.start_file(inside.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&bytes).unwrap();
        }
        zip.finish().unwrap();
    };
    pack("changed.zip", &|name, mut bytes| {
        if name == "vault/keys" {
            bytes[70] ^= 1;
        }
        (name.to_owned(), bytes)
    });
    pack("outside.zip", &|name, bytes| match name {
        "policy.toml" => ("../policy.toml".to_owned(), bytes),
        "backup.json" => {
            let text = String::from_utf8(bytes).unwrap();
            (name.to_owned(), text.replace("\"policy.toml\"", "\"../policy.toml\"").into_bytes())
        }
        _ => (name.to_owned(), bytes),
    });
    for name in ["changed.zip", "outside.zip", "imprimatur.toml"] {
        let elsewhere = newsroom.path("elsewhere");
        let output = newsroom.run(&["restore", name, "--into", elsewhere.to_str().unwrap()]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(4), "{name}: {said}");
        assert!(said.contains("nothing was changed"), "{name}: {said}");
        assert!(!elsewhere.join("vault").exists());
    }
}

#[test]
fn a_restore_that_was_cut_off_keeps_the_folder_shut_until_it_is_finished() {
    let Story { newsroom, .. } = story(true);
    // The power went after the vault was moved aside and before the new one was in place.
    fs::create_dir(newsroom.path(".replaced")).unwrap();
    fs::rename(newsroom.path("vault"), newsroom.path(".replaced/vault")).unwrap();
    let shut = newsroom.run(&["audit", "hold", "list"]);
    assert_eq!(shut.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&shut.stderr).contains("cut off"));
    newsroom.json(&["restore", "backup.zip", "--keep-log"], 0);
    assert!(!newsroom.path(".replaced").exists() && !newsroom.path(".restore").exists());
    assert_eq!(kept(&newsroom), 1);
}

#[test]
fn a_log_whose_key_was_rotated_comes_back_and_a_part_of_it_tells_no_erasures() {
    let newsroom = Newsroom::with(NULL);
    newsroom.key("journalist", "ada");
    newsroom.json(&["keys", "rotate", "--log"], 0);
    newsroom.json(&["backup", "-o", "backup.zip", "--with-keys"], 0);
    newsroom.json(&["audit", "export", "--tenant", "press", "-o", "part.zip"], 0);
    let into = newsroom.path("elsewhere");
    let into = into.to_str().unwrap();
    let part = newsroom.run(&["restore", "backup.zip", "--into", into, "--erasures", "part.zip"]);
    assert_ne!(part.status.code(), Some(0), "which entries they are is not in it");
    assert!(String::from_utf8_lossy(&part.stderr).contains("whole log"));
    newsroom.json(&["restore", "backup.zip", "--into", into], 0);
    newsroom.json(&["--data-dir", into, "audit", "verify"], 0);
}
