//! Gateways over one database and one bucket, with a wire to each that can be cut.

use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

use super::{
    client::Draw,
    s3, until,
    wire::{Address, Wire},
};
use crate::{
    newsroom::{Newsroom, PROGRAM, Server},
    postgres_server::PostgresServer,
};

/// How often a gateway may fail to start before somebody has to look.
const STARTS_MAX: usize = 5;

/// The gateways, and what they stand on.
pub(crate) struct Gateways {
    all: Vec<Gateway>,
    /// Never runs: its folder is free for commands.
    desk: Gateway,
    database: PostgresServer,
    bucket: SocketAddr,
    _folder: tempfile::TempDir,
}

struct Gateway {
    room: Newsroom,
    database: Wire,
    bucket: Wire,
    server: Option<Server>,
    address: Address,
}

impl Gateway {
    /// Starts it, again if need be: the unit in `gateway/packaging` restarts what fails after as long.
    fn begin(&mut self) {
        for _ in 0..STARTS_MAX {
            if let Some(server) = self.started() {
                self.address.set(Some(server.url.clone()));
                self.server = Some(server);
                return;
            }
            println!("it did not start: {}", self.said());
            thread::sleep(Duration::from_secs(2));
        }
        panic!("it does not start: {}", self.said());
    }

    fn started(&self) -> Option<Server> {
        let said = fs::File::create(self.room.path("said")).unwrap();
        let process = Command::new(PROGRAM)
            .current_dir(self.room.path("."))
            .envs(s3::environment(self.bucket.port))
            .args(["--json", "serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(said)
            .spawn()
            .unwrap();
        Server::of(process)
    }

    fn said(&self) -> String {
        fs::read_to_string(self.room.path("said")).unwrap()
    }
}

impl Gateways {
    /// Makes so many gateways that give a request up after `seconds_max`; none of them runs.
    pub(crate) fn new(count: usize, seconds_max: u64) -> Self {
        let (database, folder) = (PostgresServer::start(), tempfile::tempdir().unwrap());
        database.database("log");
        fs::create_dir(folder.path().join("bucket")).unwrap();
        let bucket = s3::serve(folder.path());
        let rooms: Vec<Newsroom> = (0..=count).map(|_| Newsroom::new()).collect();
        let config = fs::read_to_string(rooms[0].path("imprimatur.toml")).unwrap();
        let storage = "kind = \"postgres\"\nurl_file = \"url\"\nobjects = \"s3://bucket/press\"";
        let config = config
            .replace("kind = \"embedded\"", storage)
            .replace("max = 600", &format!("max = {seconds_max}"));
        let config = config + "\n[generators.null]\nkind = \"null\"\n";
        let keys = rooms[0].path("keys");
        let all = rooms.into_iter().enumerate().map(|(number, room)| {
            fs::write(room.path("imprimatur.toml"), &config).unwrap();
            if number > 0 {
                fs::remove_dir_all(room.path("keys")).unwrap();
                let copied =
                    Command::new("cp").arg("-a").arg(&keys).arg(room.path("keys")).status();
                assert!(copied.unwrap().success());
            }
            // The embedded log that `init` has begun is another one.
            fs::remove_dir_all(room.path("log")).unwrap();
            let database_wire = Wire::to(([127, 0, 0, 1], database.port()).into());
            fs::write(room.path("url"), database.url("log", database_wire.port)).unwrap();
            fs::set_permissions(room.path("url"), fs::Permissions::from_mode(0o600)).unwrap();
            let (server, address) = (None, Address::default());
            Gateway { room, database: database_wire, bucket: Wire::to(bucket), server, address }
        });
        let mut all: Vec<Gateway> = all.collect();
        let desk = all.pop().unwrap();
        Self { all, desk, database, bucket, _folder: folder }
    }

    /// A key that all gateways know; made before they run.
    pub(crate) fn key(&self, role: &str, subject: &str) -> String {
        let whose = ["--tenant", "press", "--desk", "city", "--role", role, "--subject", subject];
        let made = self.json(&[["keys", "create"].as_slice(), &whose].concat());
        made["key"].as_str().unwrap().to_owned()
    }

    pub(crate) fn begin(&mut self) {
        self.all.iter_mut().for_each(Gateway::begin);
    }

    pub(crate) fn addresses(&self) -> Vec<Address> {
        self.all.iter().map(|gateway| gateway.address.clone()).collect()
    }

    pub(crate) fn servers(&self) -> Vec<&Server> {
        self.all.iter().filter_map(|gateway| gateway.server.as_ref()).collect()
    }

    /// Lets something fail, and makes it good.
    pub(crate) fn fail(&mut self, draw: &mut Draw) {
        let which = draw.below(self.all.len());
        let while_ = Duration::from_millis(300 + draw.below(1500) as u64);
        let gateway = &mut self.all[which];
        match draw.below(5) {
            0 => {
                println!("gateway {which} is killed");
                gateway.address.set(None);
                gateway.server.take().unwrap().kill();
                thread::sleep(while_);
                gateway.begin();
            }
            1 => {
                println!("gateway {which} is paused for {while_:?}");
                let server = gateway.server.as_ref().unwrap();
                server.signal("-STOP");
                thread::sleep(while_);
                server.signal("-CONT");
            }
            2 => {
                println!("gateway {which} loses the database for {while_:?}");
                gateway.database.cut();
                thread::sleep(while_);
                gateway.database.mend();
            }
            3 => {
                println!("gateway {which} loses the bucket for {while_:?}");
                gateway.bucket.cut();
                thread::sleep(while_);
                gateway.bucket.mend();
            }
            _ => {
                println!("the database crashes for {while_:?}");
                self.database.crash();
                thread::sleep(while_);
                self.database.begin();
            }
        }
    }

    /// The whole log, once every request in it has an end.
    pub(crate) fn settled(&self) -> Vec<Value> {
        self.json(&["audit", "verify"]);
        let mut records = Vec::new();
        until("every request has an end", Duration::from_secs(120), || {
            records = self.lines(&["audit", "tail", "-n", "1000000"]);
            let request =
                |entry: &&Value| entry["record"]["request_id"].as_str().map(str::to_owned);
            let of = |event: &str| {
                let those = records.iter().filter(|entry| entry["record"]["event"] == event);
                those.filter_map(|entry| request(&entry)).collect::<std::collections::BTreeSet<_>>()
            };
            let ended: std::collections::BTreeSet<String> =
                ["released", "refused", "held", "failed", "interrupted"]
                    .iter()
                    .flat_map(|event| of(event))
                    .collect();
            of("admitted").is_subset(&ended)
        });
        self.json(&["audit", "verify"]);
        records
    }

    /// Runs a command beside the gateways; its JSON.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        serde_json::from_slice(&self.run(args)).unwrap()
    }

    fn lines(&self, args: &[&str]) -> Vec<Value> {
        let text = String::from_utf8(self.run(args)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn run(&self, args: &[&str]) -> Vec<u8> {
        let output = Command::new(PROGRAM)
            .current_dir(self.desk.room.path("."))
            .envs(s3::environment(self.bucket.port()))
            .arg("--json")
            .args(args)
            .output()
            .unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }
}
