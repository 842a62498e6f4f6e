//! A PostgreSQL server for one test: Debian's binaries, a temporary folder, a port on loopback.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Whoever has no rights: the server refuses to run as root.
const NOBODY: u32 = 65_534;

/// A server that ends with the test.
pub(crate) struct PostgresServer {
    folder: tempfile::TempDir,
    port: u16,
    process: Option<Child>,
}

/// Whether servers of others are to be started; says so when not.
pub(crate) fn wanted(what: &str) -> bool {
    let wanted = std::env::var_os("IMPRIMATUR_EXTERNAL").is_some_and(|value| value == "1");
    if !wanted {
        println!("not run: {what} (set IMPRIMATUR_EXTERNAL=1 and install postgresql)");
    }
    wanted
}

impl PostgresServer {
    /// Makes and starts a server.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let data = folder.path().join("data");
        let made = command(folder.path(), "initdb")
            .args(["--auth=trust", "--username=imprimatur", "--no-sync", "--no-instructions", "-D"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut server = Self { folder, port, process: None };
        server.begin();
        server
    }

    /// Starts the process and waits until it accepts connections.
    pub(crate) fn begin(&mut self) {
        let log = fs::File::create(self.folder.path().join("log")).unwrap();
        let process = command(self.folder.path(), "postgres")
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories=", "-c", "max_connections=40"])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.process = Some(process);
        let started = Instant::now();
        while !self.accepts() {
            assert!(started.elapsed() < Duration::from_secs(60), "{}", self.said());
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn accepts(&self) -> bool {
        let ready = command(self.folder.path(), "pg_isready")
            .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
            .status();
        TcpStream::connect(("127.0.0.1", self.port)).is_ok() && ready.unwrap().success()
    }

    fn said(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Ends the server as a crash would: it recovers from its WAL when it begins again.
    pub(crate) fn crash(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        let killed = Command::new("kill").args(["-QUIT", &process.id().to_string()]).status();
        assert!(killed.unwrap().success());
        process.wait().unwrap();
    }

    /// Its port on loopback.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// Makes a database; its URL.
    pub(crate) fn database(&self, name: &str) -> String {
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        self.url(name, self.port)
    }

    /// The URL of a database, over another port if something listens between.
    pub(crate) fn url(&self, name: &str, port: u16) -> String {
        format!("postgresql://imprimatur@127.0.0.1:{port}/{name}")
    }

    /// Runs a statement; what it printed.
    pub(crate) fn sql(&self, database: &str, statement: &str) -> String {
        let ran = command(self.folder.path(), "psql")
            .args(["-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement])
            .arg(self.url(database, self.port))
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.crash();
    }
}

/// One of the server's programs, run by somebody who may.
fn command(folder: &Path, program: &str) -> Command {
    let mut command = user(Command::new(binaries().join(program)));
    command.current_dir(folder).env("LC_ALL", "C");
    command
}

/// Makes a program run as the server's user.
pub(crate) fn user(mut command: Command) -> Command {
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

/// The newest version that Debian's packages have installed.
fn binaries() -> PathBuf {
    let Ok(versions) = fs::read_dir("/usr/lib/postgresql") else {
        panic!("install the package postgresql")
    };
    let versions = versions.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    let newest: u32 = versions.max().unwrap_or_default();
    assert!(newest >= 15, "PostgreSQL {newest} is too old");
    PathBuf::from(format!("/usr/lib/postgresql/{newest}/bin"))
}
