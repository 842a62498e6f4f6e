//! A wire that can be cut, and an address that changes when its server starts again.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

/// Where a server is now, if it is up.
#[derive(Clone, Default)]
pub(crate) struct Address(Arc<Mutex<Option<String>>>);

impl Address {
    pub(crate) fn set(&self, url: Option<String>) {
        *self.0.lock().unwrap() = url;
    }

    pub(crate) fn get(&self) -> Option<String> {
        self.0.lock().unwrap().clone()
    }
}

/// A port on loopback behind which another one is, while the wire is whole.
pub(crate) struct Wire {
    pub(crate) port: u16,
    cut: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Wire {
    pub(crate) fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (cut, open) =
            (Arc::new(AtomicBool::new(false)), Arc::<Mutex<Vec<TcpStream>>>::default());
        let (is_cut, opened) = (Arc::clone(&cut), Arc::clone(&open));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // Dropping the connection is how a wire refuses.
                if is_cut.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(server) = TcpStream::connect(server) else { continue };
                let mut open = opened.lock().unwrap();
                open.retain(|stream| stream.peer_addr().is_ok());
                open.extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
                drop(open);
                carry(client.try_clone().unwrap(), server.try_clone().unwrap());
                carry(server, client);
            }
        });
        Self { port, cut, open }
    }

    /// Breaks every connection and refuses new ones, until [`Self::mend`].
    pub(crate) fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
        for stream in self.open.lock().unwrap().drain(..) {
            drop(stream.shutdown(Shutdown::Both));
        }
    }

    pub(crate) fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        let mut bytes = [0; 16 << 10];
        while let Ok(read) = from.read(&mut bytes) {
            if read == 0 || to.write_all(&bytes[..read]).is_err() {
                break;
            }
        }
        drop(to.shutdown(Shutdown::Both));
        drop(from.shutdown(Shutdown::Both));
    });
}
