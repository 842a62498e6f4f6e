//! The connection to PostgreSQL breaks in the worst moments, and the server crashes.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    thread,
};

use audit::{Driver, LogError, LogStore, PostgresLog};

use crate::postgres_server::{PostgresServer, wanted};

const PASS: u8 = 0;
/// The next COMMIT is lost with its connection.
const BEFORE: u8 = 1;
/// The next COMMIT arrives, its answer is lost with its connection.
const AFTER: u8 = 2;

/// A wire between the log and the server.
struct Wire {
    port: u16,
    fault: Arc<AtomicU8>,
}

impl Wire {
    fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let fault = Arc::new(AtomicU8::new(PASS));
        let shared = Arc::clone(&fault);
        thread::spawn(move || {
            for client in listener.incoming() {
                // A server that is away refuses, and so does the wire.
                if let (Ok(client), Ok(server)) =
                    (client, TcpStream::connect(("127.0.0.1", server)))
                {
                    join(&client, &server, &shared);
                }
            }
        });
        Self { port, fault }
    }

    fn fail(&self, fault: u8) {
        self.fault.store(fault, Ordering::SeqCst);
    }

    fn has_failed(&self) -> bool {
        self.fault.load(Ordering::SeqCst) == PASS
    }
}

fn join(client: &TcpStream, server: &TcpStream, fault: &Arc<AtomicU8>) {
    let muted = Arc::new(AtomicU8::new(PASS));
    let (mut up, mut down) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let (mut to_server, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let (fault, mute) = (Arc::clone(fault), Arc::clone(&muted));
    thread::spawn(move || {
        let mut bytes = [0; 1 << 16];
        while let Ok(count @ 1..) = up.read(&mut bytes) {
            let sent = &bytes[..count];
            if sent.windows(7).any(|part| part == b"COMMIT\0") {
                match fault.swap(PASS, Ordering::SeqCst) {
                    BEFORE => break,
                    AFTER => mute.store(AFTER, Ordering::SeqCst),
                    _ => {}
                }
            }
            if to_server.write_all(sent).is_err() {
                break;
            }
        }
        drop((up.shutdown(Shutdown::Both), to_server.shutdown(Shutdown::Both)));
    });
    thread::spawn(move || {
        let mut bytes = [0; 1 << 16];
        while let Ok(count @ 1..) = down.read(&mut bytes) {
            let muted = muted.load(Ordering::SeqCst) == AFTER;
            if muted || to_client.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        drop((down.shutdown(Shutdown::Both), to_client.shutdown(Shutdown::Both)));
    });
}

fn entries(log: &mut PostgresLog) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let next = log.read(0, &mut |index, entry| {
        assert_eq!(index, found.len() as u64);
        found.push(entry);
        Ok(())
    });
    assert_eq!(next.unwrap(), found.len() as u64);
    found
}

fn append(log: &mut PostgresLog, entry: &str) -> Result<(), LogError> {
    let first = log.begin()?;
    log.commit(first, &[entry.as_bytes().to_vec()])
}

#[test]
fn a_commit_that_breaks_off_is_stored_once_or_not_at_all() {
    if !wanted("broken connections to PostgreSQL") {
        return;
    }
    let mut server = PostgresServer::start();
    let driver = Arc::new(Driver::start().unwrap());
    let wire = Wire::to(server.port());
    let direct = server.database("log");
    let open = |url: &str| PostgresLog::open(Arc::clone(&driver), url, None).unwrap();
    let (mut one, mut two) = (open(&server.url("log", wire.port)), open(&direct));

    append(&mut one, "whole").unwrap();
    for (fault, name) in [(BEFORE, "lost before"), (AFTER, "lost after")] {
        wire.fail(fault);
        append(&mut one, name).unwrap();
        assert!(wire.has_failed(), "{name}");
    }
    let stored = ["whole", "lost before", "lost after"].map(|entry| entry.as_bytes().to_vec());
    assert_eq!(entries(&mut one), stored);

    // Somebody who waits for their turn gets it before the broken one is looked for.
    let first = one.begin().unwrap();
    wire.fail(BEFORE);
    thread::scope(|scope| {
        let other = scope.spawn(|| append(&mut two, "of another"));
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        while server.sql("log", waiting) != "1" {}
        let lost = one.commit(first, &[b"lost for good".to_vec()]);
        assert!(matches!(lost, Err(LogError::NotKept(_))), "{lost:?}");
        other.join().unwrap().unwrap();
    });
    append(&mut one, "after that").unwrap();
    assert_eq!(entries(&mut one)[3..], [b"of another".to_vec(), b"after that".to_vec()]);

    whoever_hangs_loses_the_right_to_append(&mut one, &mut two);
    a_crash_takes_nothing_that_was_acknowledged(&mut server, &mut one);
}

fn whoever_hangs_loses_the_right_to_append(hanging: &mut PostgresLog, other: &mut PostgresLog) {
    let first = hanging.begin().unwrap();
    append(other, "of another").unwrap();
    let late = hanging.commit(first, &[b"too late".to_vec()]);
    assert!(matches!(late, Err(LogError::NotKept(_))), "{late:?}");
    // Where nobody has used the right, nothing is lost.
    let first = hanging.begin().unwrap();
    let unused = other.begin().unwrap();
    other.commit(unused, &[]).unwrap();
    hanging.commit(first, &[b"late, but in time".to_vec()]).unwrap();
    let stored = entries(hanging);
    assert_eq!(stored[stored.len() - 2..], [b"of another".to_vec(), b"late, but in time".to_vec()]);
}

fn a_crash_takes_nothing_that_was_acknowledged(server: &mut PostgresServer, log: &mut PostgresLog) {
    let before = entries(log);
    let first = log.begin().unwrap();
    server.crash();
    thread::scope(|scope| {
        let starting = scope.spawn(|| server.begin());
        log.commit(first, &[b"through a crash".to_vec()]).unwrap();
        starting.join().unwrap();
    });
    let after = entries(log);
    assert_eq!(after[..after.len() - 1], before);
    assert_eq!(after.last().unwrap(), b"through a crash");

    server.crash();
    let away = log.begin();
    assert!(matches!(away, Err(LogError::Unreachable(_))), "{away:?}");
    server.begin();
    append(log, "it is back").unwrap();
    assert_eq!(entries(log).len(), after.len() + 1);
}
