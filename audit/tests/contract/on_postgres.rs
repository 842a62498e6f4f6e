//! PostgreSQL keeps the contracts, and only a server that is safe is used.

use std::sync::Arc;

use audit::{Driver, LogError, LogStore, Place, PostgresLog, PostgresState, Published};
use object_store::memory::InMemory;

use crate::{
    log_suite,
    postgres_server::{PostgresServer, wanted},
    state_suite,
};

fn open(driver: &Arc<Driver>, url: &str) -> PostgresLog {
    PostgresLog::open(Arc::clone(driver), url, None).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_keeps_the_contracts() {
    if !wanted("the contracts on PostgreSQL") {
        return;
    }
    let server = PostgresServer::start();
    let driver = Arc::new(Driver::start().unwrap());
    let url = server.database("state");
    state_suite::run(Arc::new(PostgresState::open(Arc::clone(&driver), &url).unwrap())).await;

    // Also on a thread of the program's own runtime.
    let url = server.database("log");
    log_suite::run(&mut || Box::new(open(&driver, &url)));

    let (url, place) = (server.database("published"), Place::on(Arc::new(InMemory::new())));
    log_suite::run(&mut || {
        let log = Box::new(open(&driver, &url));
        Box::new(Published::new(log, place.clone(), Arc::clone(&driver)))
    });
    one_publishes_at_a_time(&server, &driver);
    damage_is_found(&server, &driver);
    an_unsafe_server_is_refused(&server, &driver);
}

fn one_publishes_at_a_time(server: &PostgresServer, driver: &Arc<Driver>) {
    let url = server.database("lease");
    let (mut one, mut two) = (open(driver, &url), open(driver, &url));
    assert!(one.integrates().unwrap() && one.integrates().unwrap(), "it is renewed");
    assert!(!two.integrates().unwrap(), "one has its turn");
    server.sql("lease", "UPDATE log_lease SET until = clock_timestamp()");
    assert!(two.integrates().unwrap(), "a turn ends, by the server's clock");
    assert!(!one.integrates().unwrap());
}

fn damage_is_found(server: &PostgresServer, driver: &Arc<Driver>) {
    let url = server.database("damage");
    let mut log = open(driver, &url);
    for entry in 0..6_u8 {
        let first = log.begin().unwrap();
        log.commit(first, &[vec![entry], vec![entry]]).unwrap();
    }
    let read = |statement: &str| {
        server.sql("damage", statement);
        open(driver, &url).read(0, &mut |_, _| Ok(()))
    };
    let flip = "UPDATE log_batches SET entries = set_byte(entries, 30, get_byte(entries, 30) # 1)";
    let flipped = read(&format!("{flip} WHERE first = 8"));
    assert!(matches!(flipped, Err(LogError::Damaged { index: 8, .. })), "{flipped:?}");
    let gone = read("DELETE FROM log_batches WHERE first = 4");
    assert!(matches!(gone, Err(LogError::Damaged { index: 4, .. })), "{gone:?}");
    let swapped = read(
        "UPDATE log_batches SET entries = (SELECT entries FROM log_batches WHERE first = 6) WHERE first = 2",
    );
    assert!(matches!(swapped, Err(LogError::Damaged { index: 2, .. })), "{swapped:?}");
    let short = read("DELETE FROM log_batches WHERE first > 0");
    assert!(matches!(short, Err(LogError::Behind { found: 2, promised: 12 })), "{short:?}");
    // Whoever was connected before the server was set back notices when it connects again.
    server.sql("damage", "UPDATE log_sequence SET next = 2");
    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                WHERE datname = 'damage' AND pid <> pg_backend_pid()";
    server.sql("postgres", kill);
    let back = log.begin();
    assert!(matches!(back, Err(LogError::Forked(_))), "{back:?}");
}

fn an_unsafe_server_is_refused(server: &PostgresServer, driver: &Arc<Driver>) {
    let url = server.database("unsafe");
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        let reload = |change: &str| {
            server.sql("unsafe", &format!("ALTER SYSTEM {change}"));
            server.sql("unsafe", "SELECT pg_reload_conf()");
            // A new connection sees the new settings once the server has read them.
            let expected = if change.starts_with("RESET") { "on" } else { "off" };
            while server.sql("unsafe", &format!("SHOW {setting}")) != expected {}
        };
        reload(&format!("SET {setting} = off"));
        let refused = PostgresLog::open(Arc::clone(driver), &url, None).unwrap_err().to_string();
        assert!(refused.contains(setting) && refused.contains("on"), "{refused}");
        reload(&format!("RESET {setting}"));
    }
    drop(open(driver, &url));
}
