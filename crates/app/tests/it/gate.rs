//! A gate in front of a server: lets requests through, but for those that a test wants to meet.

use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meeting {
    Through,
    /// It never gets there, and is never answered.
    Held,
    /// 200 the first time, though the server never hears of it.
    LiedTo,
}

/// A running gate.
pub(crate) struct Gate {
    pub(crate) url: String,
    /// The requests that were held or lied to, as method and path.
    pub(crate) met: Receiver<String>,
}

impl Gate {
    /// Starts a gate in front of the server at an address; `meeting` is asked with method and path.
    pub(crate) fn start(address: &str, meeting: fn(&str) -> Meeting) -> Gate {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (met, receiver) = mpsc::channel();
        let address = address.to_owned();
        let told = Arc::new(Mutex::new(HashSet::new()));
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (address, told, met) = (address.clone(), Arc::clone(&told), met.clone());
                std::thread::spawn(move || {
                    let meet = |request: &str| {
                        let meeting = meeting(request);
                        let is_new = || told.lock().unwrap().insert(request.to_owned());
                        if meeting == Meeting::Through || meeting == Meeting::LiedTo && !is_new() {
                            return Meeting::Through;
                        }
                        let _ = met.send(request.to_owned());
                        meeting
                    };
                    let _ = pass(client, &address, meet);
                });
            }
        });
        Gate { url, met: receiver }
    }
}

/// Passes one connection on, until it ends. Each request comes in one piece, as clients send short ones.
fn pass(mut client: TcpStream, address: &str, meet: impl Fn(&str) -> Meeting) -> io::Result<()> {
    let mut server = TcpStream::connect(address)?;
    let (mut answers, mut back) = (server.try_clone()?, client.try_clone()?);
    std::thread::spawn(move || {
        let _ = io::copy(&mut answers, &mut back);
        let _ = back.shutdown(Shutdown::Both);
    });
    let mut piece = vec![0; 1 << 16];
    loop {
        let length = client.read(&mut piece)?;
        if length == 0 {
            return server.shutdown(Shutdown::Both);
        }
        let text = String::from_utf8_lossy(&piece[..length]);
        let request = text.lines().next().unwrap_or_default();
        match meet(request.trim_end_matches(" HTTP/1.1")) {
            Meeting::Through => server.write_all(&piece[..length])?,
            Meeting::Held => {
                // Until the client is gone.
                while client.read(&mut piece)? > 0 {}
                return server.shutdown(Shutdown::Both);
            }
            Meeting::LiedTo => {
                let body = "{\"id\":\"00000000-0000-4000-8000-000000000000\"}";
                let length = body.len();
                write!(
                    client,
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                     content-length: {length}\r\nconnection: close\r\n\r\n{body}"
                )?;
                return server.shutdown(Shutdown::Both);
            }
        }
    }
}
